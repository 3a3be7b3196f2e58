"""The command line in processes of its own, each forked from one that has imported it, which takes most of a start.

They are as much processes as any: they can be killed, and leave nothing to the next. The demo, the replays and what the
documents say are started as a user starts them.
"""

import faulthandler
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory

from rescue_circle.cli import main

LIMIT_S = 120.0

_FORKED = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload(["tests.support.warmed"])


def started(
    *arguments: str, environment: Mapping[str, str], folder: Path, output: Path, errors: Path
) -> ForkServerProcess:
    """`rescue-circle` with these arguments and no other environment. It ends with us, however we end."""
    child = _FORKED.Process(target=_run, args=(arguments, dict(environment), folder, output, errors))
    child.start()
    return child


def command(*arguments: str, folder: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    """The command, run to its end in this folder, with these RESCUE_ settings and no others."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RESCUE_")}
    with TemporaryDirectory() as kept:
        output, errors = Path(kept, "output"), Path(kept, "errors")
        child = started(*arguments, environment={**inherited, **settings}, folder=folder, output=output, errors=errors)
        child.join(LIMIT_S)
        if child.exitcode is None:
            child.kill()
            child.join()
            raise AssertionError(
                f"still running after {LIMIT_S:g} s: {arguments}\n{errors.read_text(encoding='utf-8')}"
            )
        return subprocess.CompletedProcess(
            arguments, child.exitcode, output.read_text(encoding="utf-8"), errors.read_text(encoding="utf-8")
        )


def _run(arguments: tuple[str, ...], environment: dict[str, str], folder: Path, output: Path, errors: Path) -> None:
    os.setsid()
    for path, stream in ((output, sys.stdout), (errors, sys.stderr)):
        with path.open("ab") as file:
            os.dup2(file.fileno(), stream.fileno())
    faulthandler.enable()
    threading.Thread(target=_end_with, args=(multiprocessing.parent_process(),), daemon=True).start()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["rescue-circle", *arguments]
    main()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os.kill(os.getpid(), signal.SIGKILL)
