"""A SQLite file for its owner alone: patients' addresses and volunteers' phones lie in it."""

import os
from contextlib import suppress
from pathlib import Path

from sqlalchemy.engine import URL

ONLY_OURS = 0o600
OTHERS = 0o007


def make_private(database: str | None) -> None:
    """Make the file where there is none yet, readable and writable for its owner alone; SQLite's own files beside it
    follow it. One that is there stays as it is: somebody may have given it to a group."""
    if database and not database.startswith("file:"):
        # A folder that is missing is told by SQLite.
        with suppress(OSError):
            os.close(os.open(database, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, ONLY_OURS))


def is_open_to_others(url: URL) -> bool:
    """Whether every user of this machine may read, or even write, the file of this database."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return False
    try:
        return bool(Path(url.database.removeprefix("file:")).stat().st_mode & OTHERS)
    except OSError:
        return False
