"""Whether the spool takes something is told by the newest word: a call that failed, or a look at the disk."""

import errno
from pathlib import Path

from dispatch.spool.file import SpoolFile
from dispatch.spool.room import SpoolRoom

FULL = OSError(errno.ENOSPC, "No space left on device")


class Overtaken(SpoolFile):
    """A call fails while somebody looks whether there is room."""

    room: SpoolRoom | None = None

    def require_room(self, more_bytes: int) -> None:
        super().require_room(more_bytes)
        if self.room is not None:
            self.room.failed(FULL)


def test_a_call_that_fails_during_a_look_is_not_forgotten_by_it(tmp_path: Path) -> None:
    """Or the service would say that it is ready while it refuses calls."""
    file = Overtaken(tmp_path / "spool", limit_bytes=10_000_000)
    file.room = SpoolRoom(file)

    file.room.look()

    assert file.room.refusal == FULL.strerror


def test_the_next_look_tries_the_disk_and_finds_that_it_takes_again(tmp_path: Path) -> None:
    room = SpoolRoom(SpoolFile(tmp_path / "spool", limit_bytes=10_000_000))
    room.failed(FULL)

    room.look()

    assert room.refusal == ""
