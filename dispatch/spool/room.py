"""Whether the spool could take a call now: asked before one comes, so that whoever watches knows first."""

import os
import threading
from pathlib import Path

import structlog

from dispatch.spool.file import SpoolFile, SpoolFull

log = structlog.get_logger(__name__)

LEAST_BYTES = 100_000
"""Some calls: one needs about 20,000. A disk with less left is asked by writing so much to it."""


class SpoolRoom:
    """refusal: why the spool takes nothing, as far as was seen last; empty where it takes what comes. Calls fail on one
    thread while another one looks."""

    def __init__(self, file: SpoolFile) -> None:
        self._file = file
        self.refusal = ""
        self._failures = 0
        self._turn = threading.Lock()

    def look(self) -> None:
        """See whether there is room, and for certain where the last attempt found none. Waits for the disk."""
        failures = self._failures
        try:
            self._file.require_room(LEAST_BYTES)
            if self.refusal or free_bytes(self._file.path.parent) < LEAST_BYTES:
                self._file.try_out(LEAST_BYTES)
        except (OSError, SpoolFull) as error:
            self.failed(error)
        else:
            self._worked(failures)

    def failed(self, error: OSError | SpoolFull) -> None:
        """It did not take something."""
        told = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        with self._turn:
            if not self.refusal:
                log.error("spool_refuses", spool=str(self._file.path), reason=told)
            self.refusal = told
            self._failures += 1

    def _worked(self, failures: int) -> None:
        """It takes what comes, unless it has failed since `failures` was read: that is the newer word."""
        with self._turn:
            if self._failures != failures:
                return
            if self.refusal:
                log.warning("spool_takes_again", spool=str(self._file.path))
            self.refusal = ""


def free_bytes(folder: Path) -> int:
    """What an ordinary user may still write there.

    Raises:
        OSError
    """
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize
