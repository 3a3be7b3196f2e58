"""Which list a file is: told by what it holds, since the same list comes under another file name every month."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.history.log import Author, Change, record
from registry.importers.files import ImportRefused
from registry.models import BY_HAND, Aed
from registry.people.trust import ANY_LIST
from registry.people_tables import certificate_sources
from registry.tables import aeds, certificates, rescuers

SAME_LIST = 0.5
"""A list that shares this part of the smaller of the two with one that is known is that one (assumption: a month
changes less, and two registers of one city have few positions in common to the metre)."""

UNNAMED = "unnamed"
"""The first list of all, until it comes again with a name."""

LONGEST_NAME = 128
_CLEARLY = 1.2
_SAME_PLACE_DEGREES = 0.01


class UnnamedSource(ImportRefused):
    """Nothing says which list a file is; the message names those that are known."""

    code = "unnamed_source"


class BadSourceName(ImportRefused):
    """The name of a list is empty or too long."""

    code = "bad_source_name"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSource:
    """A source with what it holds in the registry. common: how many of a file's rows are among them."""

    name: str
    held: int
    common: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceQuestion:
    """A file that is like no known list, or like several alike. known: the most alike first."""

    file: str
    rows: int
    known: tuple[KnownSource, ...]

    def sentence(self) -> str:
        """What to do, in one sentence."""
        shown = ", ".join(_shown(one, self.rows) for one in self.known)
        return (
            f"{self.file}: say with --source NAME which list it is, by the same name every time; "
            f"{f'known are {shown}' if shown else 'none is known yet'}"
        )


Point = tuple[float, float]
NameSource = Callable[[SourceQuestion], str]


def checked_name(text: str) -> str:
    """Raises: BadSourceName."""
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME:
        raise BadSourceName(f"a list's name has 1 to {LONGEST_NAME} characters, such as city-health")
    if name == BY_HAND:
        raise BadSourceName(f"{name!r} stands for what officers add and type here: give the list another name")
    if name == ANY_LIST:
        raise BadSourceName(f"{name!r} stands for any list: give the list another name")
    return name


def name_the_first(question: SourceQuestion) -> str:
    """For where there is nobody to ask: the first list of all is told from others once there is another.

    Raises:
        UnnamedSource: there is another.
    """
    if question.known:
        raise UnnamedSource(question.sentence())
    return UNNAMED


async def source_of_aeds(connection: AsyncConnection, found: Sequence[Aed], file: str, ask: NameSource) -> str:
    """The known source that a list of AEDs is, else what `ask` says."""
    held, common = await _compared(connection, found)
    return _decided(held, common, len(found), file, ask)


async def source_of_people(connection: AsyncConnection, ids: Iterable[str], file: str, ask: NameSource) -> str:
    """The known source that a sheet of people is, else what `ask` says."""
    rows = (await connection.execute(select(rescuers.c.rescuer_id, rescuers.c.source))).all()
    held = Counter(source for _, source in rows)
    given = set(ids)
    common = Counter(source for rescuer_id, source in rows if rescuer_id in given)
    return _decided(held, common, len(given), file, ask)


async def find_other_name(connection: AsyncConnection, found: Sequence[Aed], source: str) -> str | None:
    """Under which name a list is known that comes with a name that is not; None where it is new."""
    names = set((await connection.execute(select(aeds.c.source).distinct())).scalars()) - {BY_HAND}
    if source in names or not names:
        return None
    held, common = await _compared(connection, found)
    best = max(sorted(held), key=lambda name: _share(name, held, common, len(found)))
    return best if _share(best, held, common, len(found)) >= SAME_LIST else None


async def rename_source(connection: AsyncConnection, old: str, new: str, author: Author) -> int:
    """Give a list another name; of how many AEDs and people.

    Raises:
        UnnamedSource: no list has the old name.
        BadSourceName: it is none, or another list has it.
    """
    new, renamed = checked_name(new), 0
    if old == BY_HAND:
        raise BadSourceName(f"{BY_HAND!r} is no list: it is what officers add here, and keeps its name")
    for table in (aeds, rescuers):
        names = set((await connection.execute(select(table.c.source).distinct())).scalars())
        if old in names and new in names:
            raise BadSourceName(f"another list is called {new!r}: two lists cannot become one")
        renamed += (await connection.execute(update(table).where(table.c.source == old).values(source=new))).rowcount
    if not renamed:
        raise UnnamedSource(f"no list is called {old!r}: `registry imports` shows their names")
    change = Change(kind="list", subject_id=old, action="renamed", before={"name": old}, after={"name": new})
    await record(connection, change, author)
    await rename_certificates(connection, old, new)
    return renamed


async def rename_certificates(connection: AsyncConnection, old: str, new: str) -> None:
    """Whose word certificates are, and whether the city trusts it, goes with the list's name."""
    await connection.execute(update(certificates).where(certificates.c.source == old).values(source=new))
    rule = certificate_sources.c.source
    has_own = (await connection.execute(select(rule).where(rule == new))).first() is not None
    mine = delete(certificate_sources) if has_own else update(certificate_sources).values(source=new)
    await connection.execute(mine.where(rule == old))


async def _compared(connection: AsyncConnection, found: Sequence[Aed]) -> tuple[Counter[str], Counter[str]]:
    """By source how many AEDs of it are known, and how many of those found are among them."""
    query = select(aeds.c.source, aeds.c.source_ref, aeds.c.position).where(aeds.c.source != BY_HAND)
    held = Counter[str]()
    refs, places = defaultdict[str, set[str]](set), defaultdict[Point, set[str]](set)
    nearby = defaultdict[tuple[str, str], list[Point]](list)
    for source, ref, (lon, lat) in await connection.execute(query):
        held[source] += 1
        refs[ref].add(source)
        nearby[source, ref].append((lon, lat))
        places[_rounded(lon, lat)].add(source)
    common = Counter[str]()
    for one in found:
        same_ref = {source for source in refs.get(one.source_ref, ()) if _is_near(one, nearby[source, one.source_ref])}
        common.update(same_ref | places.get(_rounded(one.lon, one.lat), set()))
    return held, common


def _share(name: str, held: Counter[str], common: Counter[str], rows: int) -> float:
    return common[name] / max(1, min(rows, held[name]))


def _decided(held: Counter[str], common: Counter[str], rows: int, file: str, ask: NameSource) -> str:
    def share(name: str) -> float:
        return _share(name, held, common, rows)

    ranked = sorted(held, key=lambda name: (-share(name), name))
    alike = [name for name in ranked if share(name) >= SAME_LIST]
    if alike and (len(alike) == 1 or share(alike[0]) >= _CLEARLY * share(alike[1])):
        return alike[0]
    known = tuple(KnownSource(name=name, held=held[name], common=common[name]) for name in ranked)
    return checked_name(ask(SourceQuestion(file=file, rows=rows, known=known)))


def _shown(one: KnownSource, rows: int) -> str:
    alike = f", {one.common} of these {rows} among them" if one.common else ""
    return f"{one.name} ({one.held} entries{alike})"


def _rounded(lon: float, lat: float) -> Point:
    return round(lon, 5), round(lat, 5)


def _is_near(aed: Aed, places: Iterable[Point]) -> bool:
    return any(abs(aed.lon - lon) + abs(aed.lat - lat) < _SAME_PLACE_DEGREES for lon, lat in places)
