"""Where the compiler of our kernels (numba) keeps what it has compiled, which it has to know before it is imported.

It keeps it beside the code, or else in the user's cache, and fails where it may write to neither: as a user of
systemd's making, or in a container whose root is read-only.
"""

import atexit
import os
import shutil
from collections.abc import MutableMapping
from pathlib import Path

import geo

VARIABLE = "NUMBA_CACHE_DIR"
"""The compiler's own; whoever sets it is not asked again."""


def choose_kernel_cache(
    environment: MutableMapping[str, str] | None = None, *, code: Path = Path(geo.__file__).parent
) -> None:
    """Name a folder in the environment where the compiler would find none by itself; it makes it when it needs it.

    systemd's CACHE_DIRECTORY keeps it for the next start. Else it is a new one under TMPDIR or /tmp, with a name that
    nobody can have waited for, gone when this process ends: what lies in it is carried out as code.
    """
    environment = os.environ if environment is None else environment
    if environment.get(VARIABLE) or _may_write(code / "__pycache__") or _may_write(_of_user(environment)):
        return
    kept = environment.get("CACHE_DIRECTORY", "").partition(":")[0]
    if kept and _may_write(Path(kept)):
        environment[VARIABLE] = str(Path(kept, "kernels"))
        return
    import tempfile  # noqa: PLC0415 - few need it

    passing = Path(tempfile.gettempdir(), f"rescue-circle-kernels-{os.urandom(16).hex()}")
    environment[VARIABLE] = str(passing)
    atexit.register(shutil.rmtree, passing, ignore_errors=True)


def _of_user(environment: MutableMapping[str, str]) -> Path:
    """As the compiler has it."""
    home = environment.get("HOME") or "/"
    return Path(environment.get("XDG_CACHE_HOME") or Path(home, ".cache"), "numba")


def _may_write(folder: Path) -> bool:
    """Whether files can be made in it, or it can be made where it is not there yet."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
