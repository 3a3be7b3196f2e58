"""Reads and writes the registry's tables; every function works on a connection whose transaction the caller owns."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, bindparam, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.fixes import better_of
from registry.history.aeds import recorded
from registry.history.log import Author, erase_reasons
from registry.models import Aed, AedState, Availability, Certificate, Contact, Pause, Presence, Rescuer
from registry.people.trust import CityRules
from registry.people.weeks import week_of
from registry.people_tables import (
    PERSONAL_TABLES,
    certificate_kinds,
    certificate_sources,
    consents,
    rescuer_availabilities,
)
from registry.personal.phones import contact_of
from registry.storage.database import Database
from registry.storage.personal_keys import PersonalKeys
from registry.storage.postgres import lock_registry
from registry.tables import (
    aed_doubles,
    aeds,
    certificates,
    rescuer_homes,
    rescuer_personal,
    rescuer_presences,
    rescuers,
)

T = TypeVar("T")

BATCH = 5000


class UnknownRescuer(LookupError):
    """No rescuer has this id."""

    code = "unknown_rescuer"


class UnknownAed(LookupError):
    """No AED has this id."""

    code = "unknown_aed"


async def load_aeds(connection: AsyncConnection, aed_ids: Sequence[str] | None = None) -> list[Aed]:
    """Every AED, or those of these ids that there are, by id: a row for each record, see `records.cabinets_of`."""
    query = select(aeds).order_by(aeds.c.aed_id)
    if aed_ids is not None:
        query = query.where(aeds.c.aed_id.in_(aed_ids))
    return [aed_from_row(row) for row in (await connection.execute(query)).all()]


async def load_undecided(connection: AsyncConnection, aed_ids: Sequence[str] | None = None) -> list[tuple[str, str]]:
    """Pairs of AEDs that may be one cabinet while nobody has said; of all, or those with one of these ids."""
    pair = aed_doubles.c
    query = select(pair.first_id, pair.second_id).where(pair.decision.is_(None))
    if aed_ids is not None:
        query = query.where(or_(pair.first_id.in_(aed_ids), pair.second_id.in_(aed_ids)))
    return [(first, second) for first, second in await connection.execute(query)]


async def save_aed_correction(
    connection: AsyncConnection,
    aed_id: str,
    changes: Mapping[str, Any],
    *,
    at: datetime,
    by: str = "",
    why: str = "",
    action: str = "described",
) -> Aed:
    """Set columns of an AED to what a registry officer found; later imports leave them alone.

    Raises:
        UnknownAed
    """
    await lock_registry(connection)
    row = (await connection.execute(select(aeds).where(aeds.c.aed_id == aed_id))).one_or_none()
    if row is None:
        raise UnknownAed(f"no AED {aed_id!r}")
    known, word = dict(row.corrected), {"at": at.isoformat(), "by": by}
    # What the list said before anybody set it, for whoever lets it go.
    corrected = known | {name: known.get(name, {"said": getattr(row, name)}) | word for name in changes}
    author = Author(by=by, at=at, why=why)
    async with recorded(connection, aed_id, (), action=action, author=author):
        await connection.execute(
            update(aeds).where(aeds.c.aed_id == aed_id).values(**changes, corrected=corrected, changed_at=at)
        )
    return aed_from_row((await connection.execute(select(aeds).where(aeds.c.aed_id == aed_id))).one())


async def load_rescuers(connection: AsyncConnection, rescuer_ids: Sequence[str] | None = None) -> list[Rescuer]:
    """Every rescuer, or those of these ids that there are, by id, without name and phone."""
    # Columns by their place and no more of them than are read: a start waits for every row of a city.
    paper = certificates.c
    papers = select(
        *(paper.rescuer_id, paper.source, paper.verified_at, paper.kind, paper.number),
        *(paper.valid_from, paper.valid_until),
    ).order_by(paper.rescuer_id, paper.ordinal)
    asked = rescuer_availabilities.c
    everyone = (
        select(
            rescuers.c.rescuer_id,
            rescuers.c.on_duty,
            rescuers.c.duty_changed_at,
            rescuers.c.last_seen_at,
            rescuers.c.erased_at,
            rescuer_homes.c.position,
            rescuer_presences.c.position,
            rescuer_presences.c.accuracy_m,
            rescuer_presences.c.observed_at,
            consents.c.withdrawn_at,
            *(asked.paused_at, asked.paused_until, asked.weekly, asked.quiet, asked.time_zone),
        )
        .outerjoin(consents, consents.c.rescuer_id == rescuers.c.rescuer_id)
        .outerjoin(rescuer_availabilities, asked.rescuer_id == rescuers.c.rescuer_id)
        .outerjoin(rescuer_homes, rescuer_homes.c.rescuer_id == rescuers.c.rescuer_id)
        .outerjoin(rescuer_presences, rescuer_presences.c.rescuer_id == rescuers.c.rescuer_id)
        .order_by(rescuers.c.rescuer_id)
    )
    if rescuer_ids is not None:
        papers = papers.where(paper.rescuer_id.in_(rescuer_ids))
        everyone = everyone.where(rescuers.c.rescuer_id.in_(rescuer_ids))
    held: defaultdict[str, list[Certificate]] = defaultdict(list)
    rules = await load_city_rules(connection)
    for rescuer_id, *written in (await connection.execute(papers)).all():
        held[rescuer_id].append(_certificate(rules, written))
    return [_rescuer(row, held.get(row[0], ())) for row in (await connection.execute(everyone)).all()]


async def load_city_rules(connection: AsyncConnection) -> CityRules:
    """Which certificates count in this city."""
    kinds = (await connection.execute(select(certificate_kinds.c.kind_key))).scalars()
    sources = await connection.execute(select(certificate_sources.c.source, certificate_sources.c.trusted))
    return CityRules(accepted=frozenset(kinds), trusted=dict(map(tuple, sources)))


async def find_contact(connection: AsyncConnection, rescuer_id: str, keys: PersonalKeys) -> Contact | None:
    """Name and phone of a rescuer; None where they are erased or were never known."""
    query = select(rescuer_personal).where(rescuer_personal.c.rescuer_id == rescuer_id)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else contact_of(row, keys)


async def erase_rescuer(connection: AsyncConnection, rescuer_id: str, *, at: datetime) -> None:
    """Remove everything that says who the rescuer is or where; the bare id stays for the records that refer to it.

    Erasing twice keeps the first time. The live picture must `forget` the rescuer as well.

    Raises:
        UnknownRescuer
    """
    await lock_registry(connection)
    # The row is held, so that a position written at this moment waits and then finds the person erased.
    mine = select(rescuers.c.erased_at).where(rescuers.c.rescuer_id == rescuer_id).with_for_update()
    known = (await connection.execute(mine)).one_or_none()
    if known is None:
        raise UnknownRescuer(f"no rescuer {rescuer_id!r}")
    for table in PERSONAL_TABLES:
        await connection.execute(delete(table).where(table.c.rescuer_id == rescuer_id))
    await erase_reasons(connection, "rescuer", rescuer_id)
    # The digest is made of name and phone, and last_seen_at is a trace of movement: they go too.
    blank = {"on_duty": False, "duty_changed_at": None, "last_seen_at": None, "source_digest": ""}
    await connection.execute(
        update(rescuers)
        .where(rescuers.c.rescuer_id == rescuer_id)
        .values(**blank, erased_at=known.erased_at if known.erased_at is not None else at)
    )


def delete_positions(connection: Connection, before: datetime, *, dry_run: bool = False) -> int:
    """Remove positions taken before then; how many there are. The live picture must forget them as well."""
    old = rescuer_presences.c.observed_at <= before
    if dry_run:
        return connection.execute(select(func.count()).select_from(rescuer_presences).where(old)).scalar_one()
    return connection.execute(delete(rescuer_presences).where(old)).rowcount


def save_live_changes(
    database: Database,
    connection: Connection,
    *,
    presences: Iterable[Rescuer],
    seen: Iterable[Rescuer],
    duty: Iterable[Rescuer],
) -> None:
    """Write what changed in the live picture, in batches; people erased meanwhile stay erased, and a better position
    that another process has written stays."""
    changed = [list(presences), list(seen), list(duty)]
    standing = _hold_standing(connection, {item.rescuer_id for items in changed for item in items})
    presences, seen, duty = ([item for item in items if item.rescuer_id in standing] for items in changed)
    if positions := _better_presences(connection, presences):
        insert = database.insert(rescuer_presences)
        upsert = insert.on_conflict_do_update(
            index_elements=["rescuer_id"],
            set_={name: insert.excluded[name] for name in ("position", "accuracy_m", "observed_at")},
        )
        connection.execute(upsert, positions)
    _update_rescuers(connection, seen, "last_seen_at")
    _update_rescuers(connection, duty, "on_duty", "duty_changed_at")


def _better_presences(connection: Connection, changed: Iterable[Rescuer]) -> list[dict[str, Any]]:
    """Rows of the positions that count more than what is written."""
    told = {item.rescuer_id: item.presence for item in changed if item.presence is not None}
    written: dict[str, Presence] = {}
    row = rescuer_presences.c
    for some in in_batches(sorted(told)):
        query = select(row.rescuer_id, row.position, row.accuracy_m, row.observed_at).where(row.rescuer_id.in_(some))
        for rescuer_id, place, accuracy_m, observed_at in connection.execute(query):
            written[rescuer_id] = _presence(place, accuracy_m, observed_at)
    return [
        _presence_row(rescuer_id, presence)
        for rescuer_id, presence in told.items()
        if better_of(written.get(rescuer_id), presence) is presence
    ]


def _hold_standing(connection: Connection, rescuer_ids: set[str]) -> set[str]:
    """Those who have not been erased, and cannot be until this transaction ends.

    Always in the same order, so that two writers never wait for each other.
    """
    standing: set[str] = set()
    for some in in_batches(sorted(rescuer_ids)):
        query = (
            select(rescuers.c.rescuer_id)
            .where(rescuers.c.rescuer_id.in_(some), rescuers.c.erased_at.is_(None))
            .order_by(rescuers.c.rescuer_id)
            .with_for_update()
        )
        standing.update(connection.execute(query).scalars())
    return standing


def in_batches(some: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """Parts small enough for the parameters of one statement."""
    return (some[start : start + size] for start in range(0, len(some), size))


def aed_from_row(row: Row[Any]) -> Aed:
    """An AED as one row of `aeds` tells it."""
    lon, lat = row.position
    return Aed(
        aed_id=row.aed_id,
        lon=lon,
        lat=lat,
        name=row.name,
        location_text=row.location_text,
        floor=row.floor,
        indoor=row.indoor,
        access=row.access,
        opening_hours=row.opening_hours,
        hours_as_written=row.hours_as_written,
        time_zone=row.time_zone,
        state=AedState(row.state),
        source=row.source,
        source_ref=row.source_ref,
        corrected=frozenset(row.corrected),
        joined_to=row.joined_to or "",
        retired=row.retired_at is not None,
    )


def aed_from_values(values: Mapping[str, Any]) -> Aed:
    """An AED as one row of `aeds` would tell it that is about to be written with these values."""
    return aed_from_row(cast("Row[Any]", SimpleNamespace(**values)))


def _update_rescuers(connection: Connection, changed: Iterable[Rescuer], *names: str) -> None:
    rows = [{"key": item.rescuer_id, **{name: getattr(item, name) for name in names}} for item in changed]
    if rows:
        mine = rescuers.c.rescuer_id == bindparam("key")
        connection.execute(update(rescuers).where(mine).values({name: bindparam(name) for name in names}), rows)


def _presence_row(rescuer_id: str, presence: Presence) -> dict[str, Any]:
    return {
        "rescuer_id": rescuer_id,
        "position": (presence.lon, presence.lat),
        "accuracy_m": presence.accuracy_m,
        "observed_at": presence.observed_at,
    }


def _presence(place: tuple[float, float], accuracy_m: float, observed_at: datetime) -> Presence:
    return Presence(lon=place[0], lat=place[1], accuracy_m=accuracy_m, observed_at=observed_at)


def _certificate(rules: CityRules, written: Sequence[Any]) -> Certificate:
    source, verified_at, kind, number, valid_from, valid_until = written
    standing = rules.standing_of(kind=kind, source=source, is_verified=verified_at is not None)
    return Certificate(kind=kind, number=number, valid_from=valid_from, valid_until=valid_until, standing=standing)


def _pause(since: datetime | None, until: datetime | None) -> Pause | None:
    return Pause(since=since, until=until) if since is not None else None


def _availability(weekly: str | None, quiet: str | None, time_zone: str | None) -> Availability | None:
    """None where nothing is said, as most of a city's people leave it."""
    if not (weekly or quiet):
        return None
    try:
        zone = ZoneInfo(time_zone).key if time_zone else ""
        return Availability(weekly=week_of(weekly or ""), quiet=week_of(quiet or ""), time_zone=zone)
    except (ValueError, KeyError, OSError):
        # Written by other hands than ours: one person's hours must not keep the service from starting.
        return None


def _rescuer(row: Sequence[Any], held: Sequence[Certificate]) -> Rescuer:
    rescuer_id, on_duty, duty_changed_at, last_seen_at, erased_at, home, place, accuracy_m, observed_at, *said = row
    withdrawn, paused_at, paused_until, *hours = said
    home_lon, home_lat = home or (None, None)
    return Rescuer(
        rescuer_id=rescuer_id,
        certificates=tuple(held),
        on_duty=on_duty,
        duty_changed_at=duty_changed_at,
        presence=None if place is None else _presence(place, accuracy_m, observed_at),
        home_lon=home_lon,
        home_lat=home_lat,
        last_seen_at=last_seen_at,
        off_consent=withdrawn is not None,
        erased_at=erased_at,
        pause=_pause(paused_at, paused_until),
        availability=_availability(*hours),
    )
