"""What the journal would not take from the spool: kept in a file of its own until a person lands or settles it.

A running service adds to the file, and a person's command takes away from it; each holds it only as long as it writes.
What was settled goes to a second file with the reason, so that nothing ever just disappears.
"""

import hashlib
import json
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from dispatch.spool.file import (
    SET_ASIDE,
    SETTLED,
    SpoolError,
    SpoolFile,
    SpoolInUse,
    damaged_files,
    read_records,
)
from dispatch.spool.record import SpooledAppend, UnreadableRecord, from_json, to_json, without_personal_data

NO_LIMIT = 2**62
FORMAT = 1
FOLLOWS = "follows"
"""Why a record was set aside that was decided on what an earlier one of its incident says.

Its version may fit the journal all the same, by chance: so it lands only after the one it follows.
"""

DAMAGED = "damaged"
"""Why a record was set aside that lay whole behind a damaged part of the spool, which may have held what it follows."""

TURN_S = 5.0
"""How long the other one's writing is waited for (assumption: a command lands some records in that time)."""
PAUSE_S = 0.05


class SetAsideInUse(SpoolInUse):
    """Somebody else is writing to the records that were set aside: try again in a moment."""


class UnknownRecord(SpoolError):
    """No record that was set aside has this id."""

    code = "unknown_record"


class Outcome(StrEnum):
    LANDED = "landed"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """at: real time. reason: a person's words, empty where it landed."""

    outcome: Outcome
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAsideRecord:
    """record_id: made of the content, so that the same append is never set aside twice. set_aside_at: real time.

    why: the kind of failure, or FOLLOWS. follows: the record that must land first.
    body: the append as the spool had it, in JSON.
    """

    record_id: str
    set_aside_at: datetime
    why: str
    follows: str | None
    body: dict[str, Any]
    settled: Settled | None = None

    @property
    def incident_id(self) -> str:
        return str(self.body["incident_id"])

    def read(self) -> SpooledAppend:
        """Raises: UnreadableRecord, where another version wrote it."""
        return from_json(self.body)


class SetAside:
    """The two files beside the spool at `spool`.

    count: records in the first one at the last `look`.
    damaged_bytes: what then lay there of the spool, and of these two, that could not be read.
    """

    def __init__(self, spool: Path) -> None:
        self._spool = spool
        self.damaged_bytes = 0
        self.path = spool.with_name(spool.name + SET_ASIDE)
        self.settled_path = spool.with_name(spool.name + SETTLED)
        self.count = 0
        self._file = SpoolFile(self.path, limit_bytes=NO_LIMIT)
        self._held: dict[str, bytes] | None = None
        self._seen: tuple[int, ...] | None = None

    def look(self) -> None:
        """Count again where the file has changed: a person may have landed something.

        Raises:
            NotASpool, OSError
        """
        seen = _stamp(self.path)
        if seen != self._seen:
            self.count = len(read_records(self.path))
            self._seen = seen
        self.damaged_bytes = sum(path.stat().st_size for path in damaged_files(self._spool))

    def read(self) -> list[SetAsideRecord]:
        """What waits for a person, in the order in which it is to land.

        Raises:
            NotASpool, UnreadableRecord, OSError
        """
        return [_from_bytes(one) for one in read_records(self.path)]

    def read_settled(self) -> list[SetAsideRecord]:
        """What persons have dealt with, oldest first.

        Raises:
            NotASpool, UnreadableRecord, OSError
        """
        return [_from_bytes(one) for one in read_records(self.settled_path)]

    def put(self, record: SpooledAppend, *, why: str, at: datetime, follows: str | None = None) -> str:
        """Keep `record`, once, and return its id; the file is held until `release`.

        Raises:
            SetAsideInUse, SpoolError, OSError: it is not kept.
        """
        held = self._take()
        body = to_json(record)
        record_id = hashlib.sha256(_written(body)).hexdigest()[:12]
        aside = SetAsideRecord(record_id=record_id, set_aside_at=at, why=why, follows=follows, body=body)
        if aside.record_id not in held:
            data = _to_bytes(aside)
            self._file.append(data)
            held[aside.record_id] = data
        self.count = len(held)
        return record_id

    def put_salvaged(self, records: Iterable[SpooledAppend], *, at: datetime) -> None:
        """Keep what lay whole behind a damaged part of the spool, each behind the one before it of its incident.

        Raises:
            SetAsideInUse, SpoolError, OSError
        """
        last: dict[str, str] = {}
        try:
            for record in records:
                follows = last.get(record.incident_id)
                last[record.incident_id] = self.put(record, why=DAMAGED, at=at, follows=follows)
        finally:
            self.release()

    def has_landed(self, record_id: str) -> bool:
        """Whether a person has brought this record into the journal."""
        landed = (one for one in self.read_settled() if one.settled and one.settled.outcome is Outcome.LANDED)
        return any(one.record_id == record_id for one in landed)

    def release(self) -> None:
        """Let others write to the file."""
        self._file.close()
        self._held = None

    @contextmanager
    def taken(self) -> Iterator[list[SetAsideRecord]]:
        """What waits, while nobody else changes it. Within the block `settle` takes from it.

        Raises:
            SetAsideInUse, SpoolError, OSError
        """
        try:
            yield [_from_bytes(one) for one in self._take().values()]
        finally:
            self.release()

    def settle(self, records: Collection[SetAsideRecord], settled: Settled) -> None:
        """Note what became of these, then take them out: a crash between leaves them in both files, lost in none."""
        held = self._take()
        book = SpoolFile(self.settled_path, limit_bytes=NO_LIMIT)
        try:
            for one in records:
                # What has landed has its personal data in the journal, where it is erased in time.
                body = without_personal_data(one.body) if settled.outcome is Outcome.LANDED else one.body
                book.append(_to_bytes(replace(one, body=body, settled=settled)))
        finally:
            book.close()
        gone = {one.record_id for one in records}
        self._file.replace([data for record_id, data in held.items() if record_id not in gone])
        self._held = None

    def _take(self) -> dict[str, bytes]:
        """By id, in order."""
        if self._held is None:
            self._held = {_from_bytes(one).record_id: one for one in self._wait_for_turn()}
        return self._held

    def _wait_for_turn(self) -> list[bytes]:
        deadline = time.monotonic() + TURN_S
        while True:
            try:
                whole = self._file.load()
                # What lies behind a damaged part is whole itself, and none of it waits for another.
                for record in self._file.salvaged:
                    self._file.append(record)
                return [*whole, *self._file.salvaged]
            except SpoolInUse as error:
                if time.monotonic() >= deadline:
                    raise SetAsideInUse(f"somebody else is writing to {self.path}: try again in a moment") from error
                time.sleep(PAUSE_S)


def _to_bytes(aside: SetAsideRecord) -> bytes:
    settled = aside.settled
    return _written(
        {
            "format": FORMAT,
            "id": aside.record_id,
            "set_aside_at": aside.set_aside_at.isoformat(),
            "why": aside.why,
            "follows": aside.follows,
            "record": aside.body,
            "settled": settled and {"outcome": settled.outcome, "at": settled.at.isoformat(), "reason": settled.reason},
        }
    )


def _from_bytes(data: bytes) -> SetAsideRecord:
    try:
        body = json.loads(data)
        if body["format"] != FORMAT:
            raise UnreadableRecord(f"a record set aside in format {body['format']!r} is not known here")
        settled = body["settled"]
        return SetAsideRecord(
            record_id=body["id"],
            set_aside_at=datetime.fromisoformat(body["set_aside_at"]),
            why=body["why"],
            follows=body["follows"],
            body=body["record"],
            settled=settled
            and Settled(
                outcome=Outcome(settled["outcome"]), at=datetime.fromisoformat(settled["at"]), reason=settled["reason"]
            ),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableRecord(f"a record that was set aside cannot be read: {type(error).__name__}") from error


def _written(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _stamp(path: Path) -> tuple[int, ...] | None:
    try:
        there = path.stat()
    except FileNotFoundError:
        return None
    return there.st_ino, there.st_size, there.st_mtime_ns
