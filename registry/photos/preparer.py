"""Has photos prepared by other processes, one after the other, while the event loop goes on."""

import asyncio
import json

import structlog

from registry.children.asking import ChildFailed, ChildRefused, answer_of
from registry.photos.preparing import BadPhoto, Prepared, require_size

log = structlog.get_logger(__name__)

LONGEST_S = 60.0
"""Much more than one takes on a busy machine."""

MOST_WAITING = 4
_PASSED_ON = ("PATH", "LANG", "LC_", "PYTHON", "SYSTEMROOT")


class PhotosBusy(RuntimeError):
    """Others are waiting for their photos already: try again in a moment."""

    code = "photos_busy"


class Preparer:
    """One photo at a time; others wait for it, and are turned away where many do."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def prepare(self, file: bytes) -> Prepared:
        """What is kept of a picture file.

        Raises:
            BadPhoto, PhotosBusy
        """
        require_size(file)
        if self._waiting >= MOST_WAITING:
            raise PhotosBusy(PhotosBusy.__doc__)
        self._waiting += 1
        try:
            async with self._turn:
                return await _prepare(file)
        finally:
            self._waiting -= 1


async def _prepare(file: bytes) -> Prepared:
    try:
        # Nothing that is secret: what reads the file need not know it.
        told = await answer_of("registry.photos.child", file, passes_on=_PASSED_ON, limit_s=LONGEST_S)
    except ChildRefused as refused:
        raise BadPhoto(str(refused)) from refused
    except ChildFailed as failed:
        log.warning("photo_not_prepared", returncode=failed.exit_code)
        raise BadPhoto(
            "the file could not be read within its limits of memory and time: save the photo anew as JPEG"
        ) from failed
    return _read(told)


def _read(told: bytes) -> Prepared:
    head, _, pictures = told.partition(b"\n")
    sizes = json.loads(head)
    at = sizes["picture_bytes"]
    return Prepared(width=sizes["width"], height=sizes["height"], picture=pictures[:at], thumbnail=pictures[at:])
