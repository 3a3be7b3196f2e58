"""An officer adds, moves and describes AEDs: it is written down with a name, holds against lists, and is taken back."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.doubles import join, list_doubles, part
from registry.editing.describing import add, describe, move
from registry.editing.fields import Correction, NewAed
from registry.editing.taken_back import NotTakenBack, Undone
from registry.editing.undoing import undo_change
from registry.editing.versions import Stale, require_version, version_of
from registry.history.log import Author, Recorded, list_changes
from registry.importers.import_log import undo_import
from registry.importers.known_sources import BadSourceName
from registry.lifecycle import get_file, let_go, reinstate, retire
from registry.models import BY_HAND, Aed
from registry.repository import UnknownAed
from registry.storage.database import Database
from tests.support.lists import Lists

pytestmark = pytest.mark.both_databases
NOW = datetime(2025, 4, 5, 4, 0, tzinfo=UTC)
HEADER = "id,name,address,lon,lat,opening_hours,state\n"
CITY = ("1,Town hall,Square 1,121.20000,25.0000,24/7,\n", "2,Library,Lake Road 3,121.25,25.05,,\n")
HALL, LIBRARY = "Town hall", "Library"
Work = Callable[[AsyncConnection], Awaitable[Any]]


@pytest.fixture
async def lists(database_url: str, tmp_path: Path) -> AsyncIterator[Lists]:
    database = Database(database_url)
    yield Lists(database, tmp_path)
    await database.close()


@pytest.fixture
async def ids(lists: Lists) -> dict[str, str]:
    """Of a city's list, by name."""
    await lists.take(CITY, header=HEADER, source="city")
    return await lists.ids()


def by(name: str, minute: int = 0, why: str = "") -> Author:
    return Author(by=name, at=NOW + timedelta(minutes=minute), why=why)


async def write(lists: Lists, work: Work) -> Any:
    async with lists.database.write() as connection:
        return await work(connection)


async def told(lists: Lists, **asked: Any) -> list[Recorded]:
    """The newest first."""
    async with lists.database.read() as connection:
        return await list_changes(connection, **asked, limit=100)


async def newest(lists: Lists) -> Recorded:
    return (await told(lists))[0]


async def undo(lists: Lists, change_id: int, author: Author | None = None) -> Undone:
    undone: Undone = await write(lists, lambda c: undo_change(c, change_id, author or by("wang", 9)))
    return undone


async def aed(lists: Lists, aed_id: str) -> Aed:
    async with lists.database.read() as connection:
        return (await get_file(connection, aed_id)).aed


def said(**fields: Any) -> dict[str, Any]:
    return Correction(**fields).said()


async def test_an_added_aed_stands_with_what_was_said_of_it_and_taking_that_back_retires_it(lists: Lists) -> None:
    new = NewAed(lon=121.3, lat=25.1, name="River pier", floor="2", opening_hours="每天8点到20点", indoor=True)
    await write(lists, lambda c: add(c, "aed-new", new.said(), (121.3, 25.1), by("li", why="seen there")))

    one, line = await aed(lists, "aed-new"), await newest(lists)
    assert (one.name, one.floor, one.indoor, one.time_zone) == ("River pier", "2樓", True, "Asia/Taipei")
    assert (one.opening_hours, one.source, one.corrected) == ("Mo-Su 08:00-20:00", BY_HAND, frozenset())
    assert (line.change.action, line.change.before, line.author) == ("added", None, by("li", why="seen there"))
    assert line.change.after is not None
    assert line.change.after["position"] == [121.3, 25.1]

    undone = await undo(lists, line.change_id)
    assert (await aed(lists, "aed-new")).retired
    await undo(lists, undone.change_id)
    assert not (await aed(lists, "aed-new")).retired


async def test_what_was_added_by_hand_is_proposed_beside_the_list_that_has_it_too(
    lists: Lists, ids: dict[str, str]
) -> None:
    new = NewAed(lon=121.2, lat=25.0, name=HALL)

    async def work(connection: AsyncConnection) -> None:
        await add(connection, "aed-new", new.said(), (121.2, 25.0), by("li"), near=lambda _lon, _lat: [ids[HALL]])

    await write(lists, work)

    async with lists.database.read() as connection:
        (pair,) = await list_doubles(connection, open_only=True, limit=9)
    assert {pair.first.aed_id, pair.second.aed_id} == {"aed-new", ids[HALL]}


async def test_one_that_two_officers_have_added_is_proposed_as_one(lists: Lists) -> None:
    new = NewAed(lon=121.2, lat=25.0, name=HALL)
    for aed_id, name in (("aed-new", "li"), ("aed-too", "wu")):
        await write(lists, lambda c, i=aed_id, n=name: add(c, i, new.said(), (121.2, 25.0), by(n)))

    async with lists.database.read() as connection:
        (pair,) = await list_doubles(connection, open_only=True, limit=9)
    assert {pair.first.aed_id, pair.second.aed_id} == {"aed-new", "aed-too"}
    await write(lists, lambda c: join(c, "aed-new", "aed-too", by="li", at=NOW))
    assert (await aed(lists, "aed-too")).aed_id == "aed-new"


async def test_no_list_is_taken_for_what_was_added_by_hand(lists: Lists) -> None:
    new = NewAed(lon=121.2, lat=25.0, name=HALL)
    await write(lists, lambda c: add(c, "aed-new", new.said(), (121.2, 25.0), by("li")))

    first = await lists.take(CITY[:1], header=HEADER)
    assert (first.source, first.accepted) == ("unnamed", 1)
    with pytest.raises(BadSourceName, match="officers add"):
        await lists.take(CITY, header=HEADER, source=BY_HAND)
    assert not (await aed(lists, "aed-new")).retired


async def test_a_moved_aed_stays_where_it_was_put_and_is_the_same_one_in_the_next_list(
    lists: Lists, ids: dict[str, str]
) -> None:
    await write(lists, lambda c: move(c, ids[LIBRARY], (121.27, 25.07), by("li")))
    report = await lists.take([row.replace("Lake Road 3", "Lake Road 3a") for row in CITY], header=HEADER)

    one = await aed(lists, ids[LIBRARY])
    assert (report.accepted, report.changed, report.absent) == (0, 1, [])
    assert (one.lon, one.lat, one.location_text, one.corrected) == (121.27, 25.07, "Lake Road 3a", {"position"})

    await write(lists, lambda c: let_go(c, ids[LIBRARY], "position", by="li", at=NOW))
    one = await aed(lists, ids[LIBRARY])
    assert (one.lon, one.lat) == (121.25, 25.05)


async def test_a_list_without_ids_knows_the_aed_again_that_was_moved_and_renamed_here(lists: Lists) -> None:
    rows = ("Pier,River 1,121.4,25.2\n", "Church,Hill 2,121.5,25.3\n")
    await lists.take(rows, source="town")
    pier = (await lists.ids())["Pier"]
    await write(lists, lambda c: move(c, pier, (121.41, 25.21), by("li")))
    await write(lists, lambda c: describe(c, pier, said(name="New pier"), by("li")))

    report = await lists.take([row.replace("River 1", "River 1b") for row in rows], source="town")

    one = await aed(lists, pier)
    assert (report.accepted, report.changed) == (0, 1)
    assert (one.name, one.location_text, one.lon) == ("New pier", "River 1b", 121.41)


async def test_a_field_goes_back_to_what_the_list_says_by_now(lists: Lists, ids: dict[str, str]) -> None:
    await write(lists, lambda c: describe(c, ids[LIBRARY], said(location_text="By the stairs"), by("li")))
    first = await newest(lists)
    await lists.take([row.replace("Lake Road 3", "Lake Road 5") for row in CITY], header=HEADER)

    undone = await undo(lists, first.change_id)
    assert (await aed(lists, ids[LIBRARY])).location_text == "Lake Road 5"
    back = await newest(lists)
    assert (back.change_id, back.undoes, back.change.action) == (undone.change_id, first.change_id, "undone")
    assert back.change.before == {"location_text": "By the stairs", "corrected": ["location_text"]}

    await undo(lists, undone.change_id)
    one = await aed(lists, ids[LIBRARY])
    assert (one.location_text, one.corrected) == ("By the stairs", {"location_text"})


async def test_of_two_officers_the_second_is_taken_back_to_the_first(lists: Lists, ids: dict[str, str]) -> None:
    for minute, (name, state) in enumerate((("li", "missing"), ("wu", "out_of_service"))):
        author = by(name, minute)
        await write(lists, lambda c, a=author, s=state: describe(c, ids[HALL], said(state=s), a))
    second, first = (await told(lists))[:2]

    with pytest.raises(NotTakenBack, match=r"state of aed-\w+ is 'out_of_service' now, set by wu at 2025-04-05 04:01"):
        await undo(lists, first.change_id)
    await undo(lists, second.change_id)

    assert (await aed(lists, ids[HALL])).state == "missing"
    with pytest.raises(NotTakenBack, match="take that back to have it again"):
        await undo(lists, second.change_id)
    async with lists.database.read() as connection:
        assert (await get_file(connection, ids[HALL])).fields["state"].by == "wang"


async def test_what_was_let_go_comes_back(lists: Lists, ids: dict[str, str]) -> None:
    await write(lists, lambda c: describe(c, ids[HALL], said(state="missing"), by("li")))
    await write(lists, lambda c: let_go(c, ids[HALL], "state", by="wu", at=NOW))
    line = await newest(lists)
    assert (line.author.by, line.change.after) == ("wu", {"state": "in_service", "corrected": []})

    await undo(lists, line.change_id)

    one = await aed(lists, ids[HALL])
    assert (one.state, one.corrected) == ("missing", {"state"})


async def test_retiring_and_reinstating_are_written_down_and_taken_back(lists: Lists, ids: dict[str, str]) -> None:
    await write(lists, lambda c: retire(c, ids[HALL], by="li", at=NOW, why="torn down"))
    retired = await newest(lists)
    assert (retired.change.action, retired.change.before, retired.change.after) == (
        "retired",
        {"retired": False},
        {"retired": True},
    )
    assert (retired.author.by, retired.author.why) == ("li", "torn down")

    await undo(lists, retired.change_id)
    assert not (await aed(lists, ids[HALL])).retired
    await write(lists, lambda c: reinstate(c, ids[HALL], by="li", at=NOW))
    assert (await newest(lists)).undoes == retired.change_id, "who changes nothing leaves no line"


async def test_a_join_and_a_part_are_taken_back_with_what_was_decided(lists: Lists, ids: dict[str, str]) -> None:
    osm = ("901,Town Hall,,121.20001,25.0,,\n",)
    await lists.take(osm, header=HEADER, source="osm", file="o.csv")
    other = next(one.aed_id for one in await lists.cabinets() if one.source == "osm")
    await write(lists, lambda c: join(c, ids[HALL], other, by="li", at=NOW))
    joined = await newest(lists)
    assert (joined.change.subject_id, joined.change.after) == (
        other,
        {"joined_to": ids[HALL], "decided": [[*sorted((ids[HALL], other)), "joined"]]},
    )

    await write(lists, lambda c: part(c, ids[HALL], other, by="li", at=NOW))
    parted = await newest(lists)
    with pytest.raises(NotTakenBack, match="joined_to of"):
        await undo(lists, joined.change_id)
    undone = await undo(lists, parted.change_id)
    assert set(undone.aed_ids) == {ids[HALL], other}
    assert (await aed(lists, other)).aed_id == ids[HALL]

    with pytest.raises(NotTakenBack, match="take that back to have it again"):
        await undo(lists, parted.change_id)
    again = await write(lists, lambda c: part(c, ids[HALL], other, by="li", at=NOW))
    assert set(again) == {ids[HALL], other}


async def test_a_join_taken_back_leaves_the_question_open(lists: Lists, ids: dict[str, str]) -> None:
    await lists.take(("901,Town Hall,,121.20001,25.0,,\n",), header=HEADER, source="osm", file="o.csv")
    other = next(one.aed_id for one in await lists.cabinets() if one.source == "osm")
    await write(lists, lambda c: join(c, ids[HALL], other, by="li", at=NOW))

    await undo(lists, (await newest(lists)).change_id)

    async with lists.database.read() as connection:
        (pair,) = await list_doubles(connection, open_only=True, limit=9)
    assert {pair.first.aed_id, pair.second.aed_id} == {ids[HALL], other}
    assert (await aed(lists, other)).aed_id == other


async def test_two_kept_apart_may_be_one_again_when_that_is_taken_back(lists: Lists, ids: dict[str, str]) -> None:
    await lists.take(("901,Town Hall,,121.20001,25.0,,\n",), header=HEADER, source="osm", file="o.csv")
    other = next(one.aed_id for one in await lists.cabinets() if one.source == "osm")
    await write(lists, lambda c: part(c, ids[HALL], other, by="li", at=NOW))

    undone = await undo(lists, (await newest(lists)).change_id)

    async with lists.database.read() as connection:
        assert len(await list_doubles(connection, open_only=True, limit=9)) == 1
    assert set(undone.aed_ids) == {ids[HALL], other}


async def test_a_cabinet_that_others_have_joined_since_does_not_hang_on_another(
    lists: Lists, ids: dict[str, str]
) -> None:
    for source, ref in (("osm", "901"), ("metro", "7")):
        rows = (f"{ref},Town Hall,,121.20001,25.0,,\n",)
        await lists.take(rows, header=HEADER, source=source, file=f"{source}.csv")
    by_source = {one.source: one.aed_id for one in await lists.cabinets()}
    one, other = by_source["osm"], by_source["metro"]
    await write(lists, lambda c: join(c, ids[HALL], one, by="li", at=NOW))
    await write(lists, lambda c: part(c, ids[HALL], one, by="li", at=NOW))
    parted = await newest(lists)
    await write(lists, lambda c: join(c, one, other, by="li", at=NOW))

    with pytest.raises(NotTakenBack, match="part those first"):
        await undo(lists, parted.change_id)
    assert (await aed(lists, other)).aed_id == one


async def test_an_import_taken_back_is_a_line_of_its_own_and_one_of_each_aed(lists: Lists, ids: dict[str, str]) -> None:
    report = await lists.take([CITY[0], "2,Library,Bay Road 9,121.25,25.05,,\n"], header=HEADER)
    assert report.import_id is not None
    await undo_import(lists.database, report.import_id, now=NOW, by="li", why="half a file")

    of_aed, of_import = (await told(lists))[:2]
    assert (of_import.change.kind, of_import.change.subject_id) == ("import", str(report.import_id))
    assert (of_aed.change.subject_id, of_aed.change.after) == (ids[LIBRARY], {"location_text": "Lake Road 3"})
    assert of_aed.author == of_import.author == by("li", why="half a file")
    with pytest.raises(NotTakenBack, match="of kind import"):
        await undo(lists, of_import.change_id)
    await undo(lists, of_aed.change_id)
    assert (await aed(lists, ids[LIBRARY])).location_text == "Bay Road 9"
    again = await lists.take(CITY, header=HEADER)
    assert (again.changed, (await aed(lists, ids[LIBRARY])).location_text) == (1, "Lake Road 3")


async def test_a_change_meant_for_what_was_there_before_another_is_refused(lists: Lists, ids: dict[str, str]) -> None:
    seen = version_of(await aed(lists, ids[HALL]))
    await write(lists, lambda c: require_version(c, ids[HALL], frozenset({seen})))
    await write(lists, lambda c: describe(c, ids[HALL], said(access="permit"), by("li")))

    for expected in ({seen}, {"other"}):
        with pytest.raises(Stale, match="read it and its history"):
            await write(lists, lambda c, e=expected: require_version(c, ids[HALL], frozenset(e)))
    now = version_of(await aed(lists, ids[HALL]))
    for good in ({now, "other"}, {"*"}, set()):
        await write(lists, lambda c, e=good: require_version(c, ids[HALL], frozenset(e)))
    with pytest.raises(UnknownAed):
        await write(lists, lambda c: require_version(c, "aed-none", frozenset({"*"})))


@pytest.mark.parametrize(
    "fields",
    [
        {"access": "perhaps"},
        {"opening_hours": "now and then"},
        {"time_zone": "Asia/Nowhere"},
        {"state": "gone"},
        {"colour": "red"},
        {},
    ],
)
def test_what_is_not_understood_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Correction(**fields)


def test_words_of_lists_and_datums_in_any_writing_are_taken() -> None:
    assert said(access="Customers only", indoor="unknown") == {"access": "customers", "indoor": None}
    assert NewAed(lon=1, lat=2, datum="GCJ-02", name="x").datum == "gcj02"
    with pytest.raises(ValueError, match="name or a location_text"):
        NewAed(lon=1, lat=2)
