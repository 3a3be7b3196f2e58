"""A file that keeps what it is given through any crash: records in order, each on the disk before `append` returns.

A record is its length and checksum (two big-endian 32-bit numbers) and its bytes. A crash can only tear the last one,
which nobody was told of; it is cut off. What is damaged elsewhere is kept beside the file for a person to look at.
"""

import fcntl
import os
import re
import struct
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

MAGIC = b"rescue-circle spool 1\n"
HEAD = struct.Struct(">II")
ONLY_OURS = 0o600
DAMAGED, SET_ASIDE, SETTLED = ".damaged", ".set-aside", ".settled"
"""Behind a spool's name, those of the files beside it."""

_MAY_BEGIN = re.compile(rb"[\x00-\x0f]", re.DOTALL)
"""A record's length begins so, and no JSON holds such a byte: to try every byte would take minutes."""


class SpoolError(RuntimeError):
    """The spool cannot be used; the message says what to do."""


class SpoolFull(SpoolError):
    """The spool has reached its limit: nothing more can be taken until the database is back."""

    code = "spool_full"


class SpoolInUse(SpoolError):
    """Another service holds this spool: give each service its own RESCUE_SPOOL."""

    code = "spool_in_use"


class NotASpool(SpoolError):
    """The file is something else; name another one in RESCUE_SPOOL."""

    code = "not_a_spool"


class SpoolUnwritable(SpoolError):
    """Nothing can be written where the spool is to be: name another place in RESCUE_SPOOL."""

    code = "spool_unwritable"


class SpoolFile:
    """The file exists only while there is something in it. Threads take turns; nobody else may write to it.

    salvaged: whole records that `load` has found behind a damaged part and taken out of the file with it.
    """

    def __init__(self, path: Path, *, limit_bytes: int) -> None:
        self.path = path
        self._limit_bytes = limit_bytes
        self.salvaged: list[bytes] = []
        self._file: int | None = None
        self._end = 0
        # A service that ends closes the file while a thread may still be writing the last call to it.
        self._turn = threading.RLock()

    @property
    def damaged_path(self) -> Path:
        """Where an unreadable rest goes."""
        return self.path.with_name(self.path.name + DAMAGED)

    def load(self) -> list[bytes]:
        """Every whole record that a former run left, in order, up to a damaged part.

        Raises:
            SpoolInUse, NotASpool, SpoolUnwritable, OSError
        """
        with self._turn:
            self.salvaged = []
            if not os.access(self.path.parent, os.W_OK):
                raise SpoolUnwritable(f"nothing can be written to the spool {self.path}: name another in RESCUE_SPOOL")
            if not self.path.exists():
                return []
            file = self._open()
            data = _read_all(file)
            if not (data.startswith(MAGIC) or MAGIC.startswith(data)):
                self.close()
                raise NotASpool(f"{self.path} is no spool of this service; name another file in RESCUE_SPOOL")
            records, end = _split(data) if data.startswith(MAGIC) else ([], 0)
            if end < len(data):
                if end and not _is_torn(data[end:]):
                    self._set_apart(data[end:])
                os.ftruncate(file, end)
                os.fsync(file)
            if end == 0:
                self._begin(file)
            else:
                self._end = end
            return records

    def append(self, record: bytes) -> None:
        """Put `record` behind the others; it is on the disk when this returns, and not in the file when this raises.

        Raises:
            SpoolFull, SpoolInUse, OSError
        """
        with self._turn:
            if not record:
                raise ValueError("an empty record cannot be told from a hole")
            if self._file is None:
                # Whatever lies there stays.
                self.load()
            self.require_room(HEAD.size + len(record))
            file = self._file if self._file is not None else self._open()
            if not self._end:
                self._begin(file)
            try:
                _write(file, HEAD.pack(len(record), zlib.crc32(record)) + record, self._end)
                os.fsync(file)
            except BaseException:
                os.ftruncate(file, self._end)
                raise
            self._end += HEAD.size + len(record)

    def require_room(self, more_bytes: int) -> None:
        """Raises: SpoolFull, where so much more would be above the limit."""
        if (self._end or len(MAGIC)) + more_bytes > self._limit_bytes:
            raise SpoolFull(
                f"The database is away and the spool has reached its {self._limit_bytes} bytes: try again in a "
                "moment. Nothing more is taken until the database is back, or RESCUE_SPOOL_LIMIT_MB is raised."
            )

    def try_out(self, size_bytes: int) -> None:
        """Write so much beside the file, as a record is written, and take it away again.

        Raises:
            OSError: the disk takes no record.
        """
        trial = self.path.with_name(self.path.name + ".trial")
        try:
            _write_beside(trial, bytes(size_bytes))
        finally:
            trial.unlink(missing_ok=True)

    def replace(self, records: list[bytes]) -> None:
        """Hold these instead, or nothing: whoever reads meanwhile, and a crash, find the old ones or the new."""
        with self._turn:
            if not records:
                self.clear()
                return
            parts = (HEAD.pack(len(record), zlib.crc32(record)) + record for record in records)
            new = self.path.with_name(self.path.name + ".new")
            new.unlink(missing_ok=True)
            _write_beside(new, MAGIC + b"".join(parts))
            new.replace(self.path)
            _sync_folder(self.path.parent)
            self.close()

    def clear(self) -> None:
        """Remove everything, and the file."""
        with self._turn:
            if self._file is None:
                return
            self.path.unlink(missing_ok=True)
            self.close()
            _sync_folder(self.path.parent)

    def close(self) -> None:
        """Let go of the file and leave it as it is."""
        with self._turn:
            if self._file is not None:
                os.close(self._file)
            self._file, self._end = None, 0

    def _set_apart(self, rest: bytes) -> None:
        _write_beside(self.damaged_path, rest)
        self.salvaged = list(_salvaged(rest))
        log.error(
            "spool_damaged",
            spool=str(self.path),
            kept=str(self.damaged_path),
            damaged_bytes=len(rest) - sum(HEAD.size + len(one) for one in self.salvaged),
            salvaged=len(self.salvaged),
        )

    def _begin(self, file: int) -> None:
        _write(file, MAGIC, 0)
        os.fsync(file)
        _sync_folder(self.path.parent)
        self._end = len(MAGIC)

    def _open(self) -> int:
        while True:
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, ONLY_OURS)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                os.close(file)
                raise SpoolInUse(
                    f"another service holds the spool {self.path}: give each its own RESCUE_SPOOL"
                ) from error
            # Its last holder may have removed it between our opening and our lock.
            if _is_same(file, self.path):
                self._file = file
                return file
            os.close(file)


def damaged_files(spool: Path) -> list[Path]:
    """What was damaged of this spool, and of what was set aside from it, and lies there for a person to look at."""
    names = (spool.name, f"{spool.name}{SET_ASIDE}", f"{spool.name}{SETTLED}")
    return [path for name in names if (path := spool.with_name(name + DAMAGED)).exists()]


def read_records(path: Path) -> list[bytes]:
    """The whole records of a file that somebody else may be writing to; none where there is no file.

    Raises:
        NotASpool, OSError
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    if not (data.startswith(MAGIC) or MAGIC.startswith(data)):
        raise NotASpool(f"{path} is no spool of this service; name another file in RESCUE_SPOOL")
    records, end = _split(data)
    return [*records, *_salvaged(data[end:])]


def _split(data: bytes) -> tuple[list[bytes], int]:
    """Whole records, and where the last of them ends."""
    records, at = [], len(MAGIC)
    while (record := _record_at(data, at)) is not None:
        records.append(record)
        at += HEAD.size + len(record)
    return records, at


def _record_at(data: bytes, at: int) -> bytes | None:
    if len(data) - at < HEAD.size:
        return None
    length, checksum = HEAD.unpack_from(data, at)
    record = data[at + HEAD.size : at + HEAD.size + length]
    return record if record and len(record) == length and zlib.crc32(record) == checksum else None


def _salvaged(rest: bytes) -> Iterator[bytes]:
    """Whole records that lie somewhere in `rest`, in order."""
    at = 0
    while (head := _MAY_BEGIN.search(rest, at)) is not None:
        record = _record_at(rest, head.start())
        if record is None:
            at = head.start() + 1
        else:
            yield record
            at = head.start() + HEAD.size + len(record)


def _is_torn(rest: bytes) -> bool:
    """Whether a crash in mid-write explains `rest`: it is no longer than the one record that was being written."""
    if len(rest) < HEAD.size or not any(rest):
        return True
    length, _ = HEAD.unpack_from(rest)
    return len(rest) <= HEAD.size + int(length)


def _read_all(file: int) -> bytes:
    with os.fdopen(os.dup(file), "rb") as reader:
        reader.seek(0)
        return reader.read()


def _write(file: int, data: bytes, at: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(file, view, at)
        view, at = view[written:], at + written


def _write_beside(path: Path, data: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, ONLY_OURS)
    try:
        _write(file, data, os.fstat(file).st_size)
        os.fsync(file)
    finally:
        os.close(file)


def _is_same(file: int, path: Path) -> bool:
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    ours = os.fstat(file)
    return (ours.st_dev, ours.st_ino) == (there.st_dev, there.st_ino)


def _sync_folder(folder: Path) -> None:
    # A new or removed name is durable only with its folder.
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
