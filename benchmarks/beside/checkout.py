"""The two that are compared: this tree, and a commit in a worktree with a virtual environment of its own.

What is measured is asked of each by its own commands, in its own environment; only the measuring is today's.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
TREES = Path("build/beside")
_HASH = re.compile(r"[0-9a-f]{40}")


class UnknownCommit(ValueError):
    """Git knows no such commit."""


class SetUpFailed(RuntimeError):
    """The other commit's `make setup` failed; the message holds the end of what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """A tree that is set up. name: as it is printed."""

    name: str
    root: Path

    @property
    def python(self) -> Path:
        return self.root / ".venv" / "bin" / "python"

    @property
    def program(self) -> Path:
        """Its `rescue-circle`."""
        return self.root / ".venv" / "bin" / "rescue-circle"

    def run(self, *arguments: str, said: str = "", **environment: str) -> "Took":
        """One of its commands, to its end; what that took. Not in its own folder, where Python would look first.

        Raises:
            RuntimeError: it failed; the message holds what it said.
        """
        began = time.perf_counter()
        child = subprocess.Popen(  # noqa: S603 - our own program
            [self.program, *arguments],
            env={**plain_environment(), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=TREES,
        )
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(said)
        child.stdin.close()
        output = child.stdout.read()
        child.stdout.close()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise RuntimeError(
                f"{self.name}: rescue-circle {' '.join(arguments)} ended with {child.returncode}:\n{output}"
            )
        return Took(
            wall_s=time.perf_counter() - began,
            processor_s=usage.ru_utime + usage.ru_stime,
            peak_memory_mb=usage.ru_maxrss / 1024,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """Seconds by the clock and of the processor, and the most memory it held, of one command."""

    wall_s: float
    processor_s: float
    peak_memory_mb: float


def plain_environment() -> Mapping[str, str]:
    """This process's environment without what would set up a service."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("RESCUE_", "BENCH_", "PYTHON"))}


def today() -> Checkout:
    """This tree as it is, changes that are not committed included."""
    assert Path(sys.prefix).resolve() == PROJECT / ".venv", f"run it with {PROJECT / '.venv/bin/python'}"
    return Checkout(name=f"today ({_git('describe', '--always', '--dirty')})", root=PROJECT)


def of_commit(commit: str) -> Checkout:
    """The commit's tree below build/beside, made and set up the first time (some minutes).

    Raises:
        UnknownCommit, SetUpFailed
    """
    try:
        full = _git("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}")
    except subprocess.CalledProcessError:
        full = ""
    if not _HASH.fullmatch(full):
        raise UnknownCommit(f"git knows no commit {commit!r}: give a hash, a branch or a tag")
    root = (TREES / full[:12]).resolve()
    if not root.exists():
        TREES.mkdir(parents=True, exist_ok=True)
        _git("worktree", "prune")
        _git("worktree", "add", "--detach", str(root), full)
    print(f"setting up {full[:12]} in {root.relative_to(PROJECT)}", flush=True)
    made = subprocess.run(
        ["make", "setup"],  # noqa: S607 - whichever make there is
        cwd=root,
        env=dict(plain_environment()),
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise SetUpFailed(
            f"make setup of {full[:12]} ended with {made.returncode}:\n{(made.stdout + made.stderr)[-3000:]}"
        )
    return Checkout(name=full[:12], root=root)


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=PROJECT, capture_output=True, text=True, check=True)  # noqa: S603, S607
    return done.stdout.strip()
