"""How incidents and AEDs stand in the database, and what the operation centre was told of them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, select, update

from dispatch import tables as t
from dispatch.access.integrations import CENTRE
from dispatch.callbacks.outbox import PENDING
from dispatch.centre.news import FindDistrict, StandingAed, StandingIncident
from dispatch.core import events as ev
from registry.storage.database import Database

WINDOW = timedelta(days=30)
"""An incident that was opened before is closed long since: it expires within hours (`Policy.open_limit_s`)."""

BATCH = 200
"""So many incidents are looked at in one transaction."""

_CLOSING = ev.IncidentClosed.__name__
_COUNTED: Mapping[str, str] = {
    ev.RescuerAlerted.__name__: "alerted",
    ev.AlertAccepted.__name__: "accepted",
    ev.ResponderArrived.__name__: "arrived",
    ev.AedCollected.__name__: "aeds_collected",
}


def take_turn(connection: Connection) -> int | None:
    """The number of the newest message, which nobody else can go on from in the meantime; None where the feed has not
    begun."""
    row = t.centre_feed.c
    mine = update(t.centre_feed).where(row.integration == CENTRE).values(last_seq=row.last_seq)
    return connection.execute(mine.returning(row.last_seq)).scalar_one_or_none()


def advance(connection: Connection, last_seq: int) -> None:
    mine = update(t.centre_feed).where(t.centre_feed.c.integration == CENTRE)
    connection.execute(mine.values(last_seq=last_seq))


def begin(connection: Connection, aeds: Collection[StandingAed], at: datetime) -> None:
    """From here on. What is closed and what stands already is no news; open incidents are."""
    connection.execute(t.centre_feed.insert(), {"integration": CENTRE, "last_seq": 0, "begun_at": at})
    incidents = t.incidents.c
    over = select(incidents.incident_id, incidents.version).where(
        incidents.status == t.CLOSED, incidents.opened_at > at - WINDOW
    )
    closed = [
        {"incident_id": row.incident_id, "version": row.version, "said": {"status": t.CLOSED}}
        for row in connection.execute(over)
    ]
    if closed:
        connection.execute(t.centre_incidents.insert(), closed)
    if aeds:
        connection.execute(t.centre_aeds.insert(), [_aed_row(aed) for aed in aeds])


def find_changed(connection: Connection, now: datetime) -> Sequence[Row[Any]]:
    """Incidents that have gone on since the centre was told, the oldest first; with `said`, None where it was not."""
    return connection.execute(_changed(now).limit(BATCH)).all()


def read_incidents(
    connection: Connection, rows: Sequence[Row[Any]], find_district: FindDistrict
) -> Iterator[StandingIncident]:
    """What `find_changed` found, as it stands."""
    ids = [row.incident_id for row in rows]
    counts, ends = _counts(connection, ids), _ends(connection, ids)
    for row in rows:
        at, reason = ends[row.incident_id]
        yield StandingIncident(
            incident_id=row.incident_id,
            version=row.version,
            opened_at=row.opened_at,
            status=row.status,
            at=at,
            reason=reason,
            counts=counts[row.incident_id],
            district=find_district(*row.position) if row.position else None,
        )


def note_incident(database: Database, connection: Connection, now: StandingIncident) -> None:
    """It is told."""
    # Once it is over nothing more is compared, and where it was is kept no longer.
    said = {"status": t.CLOSED} if now.status == t.CLOSED else now.said
    put = database.insert(t.centre_incidents).values(incident_id=now.incident_id, version=now.version, said=said)
    changed = {"version": put.excluded.version, "said": put.excluded.said}
    connection.execute(put.on_conflict_do_update(index_elements=["incident_id"], set_=changed))


def read_told_aeds(connection: Connection, ids: Sequence[str]) -> dict[str, StandingAed]:
    """Of these AEDs those that the centre takes for standing."""
    query = select(t.centre_aeds).where(t.centre_aeds.c.aed_id.in_(ids))
    return {row.aed_id: StandingAed(**row._mapping) for row in connection.execute(query)}


def read_told_ids(connection: Connection) -> set[str]:
    """All AEDs that the centre takes for standing."""
    return set(connection.execute(select(t.centre_aeds.c.aed_id)).scalars())


def note_aeds(database: Database, connection: Connection, ids: Collection[str], now: Mapping[str, StandingAed]) -> None:
    """Of these the centre knows what stands now."""
    gone = [{"gone": aed_id} for aed_id in ids if aed_id not in now]
    there = [_aed_row(now[aed_id]) for aed_id in ids if aed_id in now]
    if gone:
        # One after the other: no limit of parameters is met, however many there are.
        each = delete(t.centre_aeds).where(t.centre_aeds.c.aed_id == bindparam("gone"))
        connection.execute(each, gone)
    if there:
        put = database.insert(t.centre_aeds)
        changed = {name: put.excluded[name] for name in ("lon", "lat", "state")}
        connection.execute(put.on_conflict_do_update(index_elements=["aed_id"], set_=changed), there)


def is_summary_waiting(connection: Connection) -> bool:
    """Whether the last summary has not been taken yet: another one would tell nothing more."""
    rows = t.callbacks.c
    waiting = select(rows.seq).where(rows.incident_id == CENTRE, rows.state == PENDING, rows.type == "summary").limit(1)
    return connection.execute(waiting).first() is not None


def count_open(connection: Connection) -> int:
    status = t.incidents.c.status
    is_open = t.incidents.c.is_open & (status != t.CLOSED)
    return connection.execute(select(func.count()).select_from(t.incidents).where(is_open)).scalar_one()


def forget(connection: Connection, written_before: datetime) -> int:
    """Delete messages from before then that were taken or given up; how many."""
    rows = t.callbacks.c
    old = (rows.incident_id == CENTRE) & (rows.state != PENDING) & (rows.written_at < written_before)
    return connection.execute(delete(t.callbacks).where(old)).rowcount


def _changed(now: datetime) -> Select[Any]:
    incidents, told = t.incidents.c, t.centre_incidents.c
    of_interest = incidents.is_open | (incidents.opened_at > now - WINDOW)
    place = t.incident_details
    return (
        select(
            *(incidents.incident_id, incidents.version, incidents.opened_at, incidents.status),
            *(place.c.position, told.said),
        )
        .select_from(
            t.incidents.outerjoin(t.centre_incidents, told.incident_id == incidents.incident_id).outerjoin(
                place, place.c.incident_id == incidents.incident_id
            )
        )
        .where(of_interest, told.version.is_(None) | (told.version != incidents.version))
        .order_by(incidents.opened_at, incidents.incident_id)
    )


def _counts(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, int]]:
    events = t.events.c
    found = {incident_id: dict.fromkeys(_COUNTED.values(), 0) for incident_id in ids}
    query = (
        select(events.incident_id, events.type, func.count().label("number"))
        .where(events.incident_id.in_(ids), events.type.in_([*_COUNTED]))
        .group_by(events.incident_id, events.type)
    )
    for row in connection.execute(query):
        found[row.incident_id][_COUNTED[row.type]] = row.number
    return found


def _ends(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[datetime, str]]:
    """By incident when something last happened to it, and the reason of its end where that is it."""
    events = t.events.c
    newest = (
        select(events.incident_id, func.max(events.at).label("at"))
        .where(events.incident_id.in_(ids))
        .group_by(events.incident_id)
    )
    closing = select(events.incident_id, events.at, events.body).where(
        events.incident_id.in_(ids), events.type == _CLOSING
    )
    last = {row.incident_id: (row.at, "") for row in connection.execute(newest)}
    return last | {row.incident_id: (row.at, str(row.body["reason"])) for row in connection.execute(closing)}


def _aed_row(aed: StandingAed) -> dict[str, Any]:
    return {"aed_id": aed.aed_id, "lon": aed.lon, "lat": aed.lat, "state": aed.state}
