"""Landing by hand what the journal would not take from the spool, and what the journal has instead."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from dispatch.journal.journal import Journal, StaleIncident
from dispatch.journal.reader import JournalReader, replay
from dispatch.spool.landing import land
from dispatch.spool.record import SpooledAppend
from dispatch.spool.set_aside import DAMAGED, FOLLOWS, Outcome, SetAside, SetAsideRecord, Settled
from registry.storage.database import Database
from registry.storage.watched_database import DatabaseAway, is_away

REFUSALS = {
    StaleIncident.__name__: "the journal has another history of this incident",
    DAMAGED: "it lay behind a damaged part of the spool, which may have held what came before it",
    FOLLOWS: "it was decided on an earlier record of this incident, which has not landed",
}
"""Kinds of failure in words; the others are named as they are, since their messages may quote what is personal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LandedByHand:
    """What became of one record.

    refusal: the kind of failure, None where it is in the journal now. open_incident: of which the journal says now that
    it is open. duplicate_of: the incident that has had this call all along.
    """

    record: SetAsideRecord
    refusal: str | None = None
    open_incident: bool = False
    duplicate_of: str | None = None


async def land_by_hand(database: Database, journal: Journal, kept: SetAside, aside: SetAsideRecord) -> LandedByHand:
    """Try once more; what lands is taken off `kept`, which is held.

    Raises:
        DatabaseAway: nothing is known of it; try again.
    """

    def work(connection: Connection, record: SpooledAppend) -> LandedByHand:
        landed = land(connection, journal, record, late=True)
        incident = replay(connection, record.incident_id)
        return LandedByHand(
            record=aside,
            open_incident=incident is not None and not incident.closed,
            duplicate_of=landed.duplicate_of,
        )

    if aside.follows and not kept.has_landed(aside.follows):
        return LandedByHand(record=aside, refusal=FOLLOWS)
    try:
        record = aside.read()
        landed = await database.transact(lambda connection: work(connection, record))
    except Exception as error:
        if is_away(error):
            raise DatabaseAway("the database does not answer") from error
        # One that still does not fit must not keep the others out.
        return LandedByHand(record=aside, refusal=type(error).__name__)
    kept.settle([aside], Settled(outcome=Outcome.LANDED, at=datetime.now(UTC)))
    return landed


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    seq: int
    type: str


async def journal_instead(database: Database, aside: SetAsideRecord) -> list[JournalEntry]:
    """What the journal says happened to the incident after what the record was decided on.

    Raises:
        DatabaseAway
    """
    try:
        rows = await JournalReader(database).read_events(aside.incident_id)
    except Exception as error:
        if is_away(error):
            raise DatabaseAway("the database does not answer") from error
        raise
    before = int(aside.body["before_version"])
    return [JournalEntry(seq=row.seq, type=row.type) for row in rows if row.seq > before]


def why_in_words(why: str) -> str:
    """For a person to read."""
    return REFUSALS.get(why, f"landing it failed: {why}")
