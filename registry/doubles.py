"""Records of different sources that may be one cabinet: proposed with the evidence, then joined or kept apart by a
person, whose word stands whatever the lists say later.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.history.aeds import recorded
from registry.history.log import LONGEST_NAME, Author
from registry.likeness import best_words_alike, floor_of, floors_differ, metres_apart, near_pairs
from registry.models import BY_HAND, Aed
from registry.repository import UnknownAed, aed_from_row, in_batches
from registry.storage.postgres import lock_registry
from registry.tables import aed_doubles, aeds

LOOK_WITHIN_M = 100.0
"""Two sources put one cabinet no farther apart, where one has the address's point, one the wall's (assumption)."""

SAME_WALL_M = 15.0
"""So near they may be one whatever they are called: one list names the building, the other its operator."""

ALIKE = 0.8
"""Words so alike mean one place, where the metres allow it."""

_NO_WORDS = 0.5
_SAME_FLOOR = 0.1
_SHARED_ID = 1.0


class NotDecided(ValueError):
    """Two AEDs cannot be joined or parted as asked; the message says why."""

    code = "not_decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why two records may be one cabinet. words: 0 to 1 how alike they are called, None where one says nothing."""

    score: float
    metres: float
    words: float | None
    same_floor: bool
    shared_id: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "metres": round(self.metres, 1),
            "words": None if self.words is None else round(self.words, 2),
            "same_floor": self.same_floor,
            "shared_id": self.shared_id,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Double:
    """Two records with the evidence and what was decided of them: "joined", "apart" or nothing yet."""

    first: Aed
    second: Aed
    score: float
    evidence: Mapping[str, Any]
    found_at: datetime
    decision: str | None
    decided_at: datetime | None
    decided_by: str


def find_evidence(a: Aed, b: Aed, metres: float | None = None) -> Evidence | None:
    """None where two records are different devices as far as anybody can tell.

    Two of one list are: it lists them apart. So are those on different floors, unless one names the other's id. Two
    that officers have added may be one: neither knew of the other.
    """
    if a.source == b.source != BY_HAND:
        return None
    metres, shared_id = metres_apart(a, b) if metres is None else metres, _share_id(a, b)
    if not shared_id and (metres > LOOK_WITHIN_M or floors_differ(a, b)):
        return None
    words = best_words_alike(a, b)
    if not shared_id and metres > SAME_WALL_M and (words is None or words < ALIKE):
        return None
    same_floor = floor_of(a) is not None and floor_of(a) == floor_of(b)
    near = max(0.0, 1.0 - metres / LOOK_WITHIN_M)
    score = 0.5 * near + 0.4 * (_NO_WORDS if words is None else words) + _SAME_FLOOR * same_floor
    return Evidence(
        score=round(_SHARED_ID if shared_id else score, 3),
        metres=metres,
        words=words,
        same_floor=same_floor,
        shared_id=shared_id,
    )


async def propose(
    connection: AsyncConnection, aed_ids: Sequence[str], *, at: datetime, among: Collection[str] | None = None
) -> int:
    """Look at these records, which are new or changed: how many pairs with them are open now. What is decided stays.

    Must be called within the transaction that changed them. among: the cabinets about them, where the caller knows
    them; None looks at all.
    """
    others = await _rows_of_several_sources(connection, None if among is None else {*among, *aed_ids})
    if not aed_ids or (among is None and not others):
        return 0
    changed = sorted(set(aed_ids))
    proposed = await _undecided(connection, changed, _found(others, set(changed)))
    await _write(connection, changed, proposed, at)
    return len(proposed)


async def count_proposals(connection: AsyncConnection, aed_ids: Collection[str], records: Iterable[Aed]) -> int:
    """How many pairs `propose` would find open with these ids if all the registry held were `records`."""
    standing = [one for one in records if not one.retired]
    return len(await _undecided(connection, sorted(aed_ids), _found(standing, set(aed_ids))))


async def list_doubles(
    connection: AsyncConnection, *, open_only: bool, limit: int, aed_id: str | None = None
) -> list[Double]:
    """The surest first. Open are pairs that nobody has decided on, whose records are not one cabinet by other pairs."""
    pair = aed_doubles.c
    query = select(aed_doubles).order_by(pair.score.desc(), pair.first_id, pair.second_id)
    if open_only:
        query = query.where(pair.decision.is_(None))
    if aed_id is not None:
        query = query.where(or_(pair.first_id == aed_id, pair.second_id == aed_id))
    pairs = (await connection.execute(query)).all()
    known = await _aeds_by_id(connection, {end for row in pairs for end in (row.first_id, row.second_id)})
    listed = [_double(row, known) for row in pairs]
    if open_only:
        listed = [one for one in listed if not _is_settled(one)]
    return listed[:limit]


async def join(
    connection: AsyncConnection, keep: str, other: str, *, by: str, at: datetime, why: str = ""
) -> list[str]:
    """Two are one cabinet, under the id of `keep`: the ids of what has changed. The other's id goes on standing for it.

    Raises:
        UnknownAed
        NotDecided: they are one id.
    """
    await lock_registry(connection)
    rows = await _two(connection, keep, other)
    lead, joined = (row.joined_to or row.aed_id for row in rows)
    if keep == other:
        raise NotDecided("an AED cannot be joined to itself: name two")
    members = or_(aeds.c.aed_id == joined, aeds.c.joined_to == joined)
    touched = (await connection.execute(select(aeds.c.aed_id).where(members))).scalars().all()
    author = Author(by=by, at=at, why=why)
    async with recorded(connection, joined, {*touched, keep, other}, action="joined", author=author):
        if lead != joined:
            await connection.execute(update(aeds).where(members).values(joined_to=lead, changed_at=at))
        await _decide(connection, keep, other, "joined", by=by, at=at)
    await _drop_answered(connection, lead)
    return [lead, joined]


async def part(
    connection: AsyncConnection, aed_id: str, other: str, *, by: str, at: datetime, why: str = ""
) -> list[str]:
    """Two are two cabinets, also where they were joined before: the ids of what has changed.

    Of two that were joined the one that is not the cabinet's own record leaves it.

    Raises:
        UnknownAed
        NotDecided: they are one id.
    """
    await lock_registry(connection)
    rows = await _two(connection, aed_id, other)
    if aed_id == other:
        raise NotDecided("an AED cannot be parted from itself: name two")
    lead, others_lead = (row.joined_to or row.aed_id for row in rows)
    leaving = other if rows[1].joined_to else aed_id
    cabinet = or_(aeds.c.aed_id == lead, aeds.c.joined_to == lead)
    touched = {aed_id, other}
    if lead == others_lead:
        touched.update((await connection.execute(select(aeds.c.aed_id).where(cabinet))).scalars())
    async with recorded(connection, leaving, touched, action="parted", author=Author(by=by, at=at, why=why)):
        if lead == others_lead:
            gone = update(aeds).where(aeds.c.aed_id == leaving).values(joined_to=None, changed_at=at)
            await connection.execute(gone)
            for one in sorted(touched - {leaving}):
                await _decide(connection, leaving, one, "apart", by=by, at=at)
        else:
            await _decide(connection, aed_id, other, "apart", by=by, at=at)
    return [aed_id, other]


async def _drop_answered(connection: AsyncConnection, lead: str) -> None:
    """Open pairs of a cabinet that need no answer any more, since it has a record of the other's source."""
    pair = aed_doubles.c
    rows = (await connection.execute(select(aeds).where(or_(aeds.c.aed_id == lead, aeds.c.joined_to == lead)))).all()
    mine = {row.aed_id for row in rows}
    theirs = or_(pair.first_id.in_(mine), pair.second_id.in_(mine)) & pair.decision.is_(None)
    open_pairs = (await connection.execute(select(pair.first_id, pair.second_id).where(theirs))).all()
    others = await _aeds_by_id(connection, {end for two in open_pairs for end in two})
    sources = _sources_by_cabinet(list(others.values()) + [aed_from_row(row) for row in rows])
    for first, second in open_pairs:
        if _are_two(others[first], others[second], sources) or {first, second} <= mine:
            answered = (pair.first_id == first) & (pair.second_id == second)
            await connection.execute(delete(aed_doubles).where(answered))


def _found(standing: Sequence[Aed], changed: Collection[str]) -> dict[tuple[str, str], Evidence]:
    """What may be one of the changed records and one that stands, in another list."""
    sources = _sources_by_cabinet(standing)
    found: dict[tuple[str, str], Evidence] = {}
    for source in {one.source for one in standing}:
        mine = [one for one in standing if one.source == source and one.aed_id in changed]
        beside = [one for one in standing if one.source != source or source == BY_HAND]
        for a, b, metres in near_pairs(mine, beside, LOOK_WITHIN_M):
            evidence = None if _are_two(a, b, sources) else find_evidence(a, b, metres)
            if evidence is not None:
                found[_in_order(a.aed_id, b.aed_id)] = evidence
    return _without_rivals(found, standing)


def _sources_by_cabinet(aeds_known: Iterable[Aed]) -> dict[str, set[str]]:
    sources: defaultdict[str, set[str]] = defaultdict(set)
    for one in aeds_known:
        sources[one.joined_to or one.aed_id].add(one.source)
    return sources


def _are_two(a: Aed, b: Aed, sources: Mapping[str, set[str]]) -> bool:
    """Whether one list has a record in the cabinet of each: it lists them apart."""
    mine, others = a.joined_to or a.aed_id, b.joined_to or b.aed_id
    return mine == others or not (sources[mine] & sources[others]) <= {BY_HAND}


def _without_rivals(found: Mapping[tuple[str, str], Evidence], known: Iterable[Aed]) -> dict[tuple[str, str], Evidence]:
    """Whoever is named by its id in another list is none of that list's other AEDs."""
    source = {one.aed_id: one.source for one in known}
    sure = {
        (one, source[other])
        for pair, evidence in found.items()
        if evidence.shared_id
        for one, other in (pair, pair[::-1])
    }
    return {
        (a, b): evidence
        for (a, b), evidence in found.items()
        if evidence.shared_id or ((a, source[b]) not in sure and (b, source[a]) not in sure)
    }


async def _rows_of_several_sources(connection: AsyncConnection, among: Collection[str] | None) -> list[Aed]:
    """What stands, of all sources; nothing where there is one list only, in which nothing can be double."""
    query = select(aeds).where(aeds.c.retired_at.is_(None))
    if among is not None:
        query = query.where(or_(aeds.c.aed_id.in_(among), aeds.c.joined_to.in_(among)))
    else:
        sources = set((await connection.execute(select(aeds.c.source).distinct().limit(2))).scalars())
        if len(sources) < 2 and BY_HAND not in sources:
            return []
    return [aed_from_row(row) for row in await connection.execute(query)]


async def _undecided(
    connection: AsyncConnection, aed_ids: Sequence[str], found: Mapping[tuple[str, str], Evidence]
) -> dict[tuple[str, str], Evidence]:
    """Of these pairs those on which nobody has decided."""
    held, decided = aed_doubles.c, set[tuple[str, str]]()
    for some in in_batches(aed_ids):
        theirs = or_(held.first_id.in_(some), held.second_id.in_(some))
        known = select(held.first_id, held.second_id).where(theirs, held.decision.is_not(None))
        decided.update((first, second) for first, second in await connection.execute(known))
    return {pair: evidence for pair, evidence in found.items() if pair not in decided}


async def _write(
    connection: AsyncConnection, aed_ids: Sequence[str], proposed: Mapping[tuple[str, str], Evidence], at: datetime
) -> None:
    held = aed_doubles.c
    for some in in_batches(aed_ids):
        theirs = or_(held.first_id.in_(some), held.second_id.in_(some))
        await connection.execute(delete(aed_doubles).where(theirs, held.decision.is_(None)))
    if rows := [_row(*pair, evidence, at) for pair, evidence in proposed.items()]:
        await connection.execute(insert(aed_doubles), rows)


async def _decide(connection: AsyncConnection, one: str, other: str, decision: str, *, by: str, at: datetime) -> None:
    first, second = _in_order(one, other)
    mine = (aed_doubles.c.first_id == first) & (aed_doubles.c.second_id == second)
    word = {"decision": decision, "decided_at": at, "decided_by": by[:LONGEST_NAME]}
    done = await connection.execute(update(aed_doubles).where(mine).values(**word))
    if not done.rowcount:
        a, b = await _two(connection, first, second)
        evidence = find_evidence(aed_from_row(a), aed_from_row(b))
        await connection.execute(insert(aed_doubles).values(**(_row(first, second, evidence, at) | word)))


async def _two(connection: AsyncConnection, one: str, other: str) -> tuple[Row[Any], Row[Any]]:
    found = {row.aed_id: row for row in await connection.execute(select(aeds).where(aeds.c.aed_id.in_((one, other))))}
    for aed_id in (one, other):
        if aed_id not in found:
            raise UnknownAed(f"no AED {aed_id!r}")
    return found[one], found[other]


async def _aeds_by_id(connection: AsyncConnection, aed_ids: Iterable[str]) -> dict[str, Aed]:
    known: dict[str, Aed] = {}
    for some in in_batches(sorted(aed_ids)):
        for row in await connection.execute(select(aeds).where(aeds.c.aed_id.in_(some))):
            known[row.aed_id] = aed_from_row(row)
    return known


def _double(row: Row[Any], known: Mapping[str, Aed]) -> Double:
    told = dict(row._mapping)
    first, second = known[told.pop("first_id")], known[told.pop("second_id")]
    return Double(first=first, second=second, **told)


def _is_settled(double: Double) -> bool:
    leads = {one.joined_to or one.aed_id for one in (double.first, double.second)}
    return len(leads) == 1 or double.first.retired or double.second.retired


def _row(first: str, second: str, evidence: Evidence | None, at: datetime) -> dict[str, Any]:
    return {
        "first_id": first,
        "second_id": second,
        "score": evidence.score if evidence else 0.0,
        "evidence": evidence.as_json() if evidence else {},
        "found_at": at,
        "decision": None,
        "decided_at": None,
        "decided_by": "",
    }


def _share_id(a: Aed, b: Aed) -> bool:
    """Whether one list names the other's id, as those do that were made from OpenStreetMap ("node/123" or "123")."""
    for osm, other in ((a.source_ref, b.source_ref), (b.source_ref, a.source_ref)):
        kind, slash, number = osm.partition("/")
        if slash and kind in {"node", "way", "relation"} and other in {osm, number}:
            return True
    return False


def _in_order(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)
