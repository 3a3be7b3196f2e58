"""Records of two lists that are one cabinet: proposed with the evidence, decided once, the same after every import."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registry.directory import Directory
from registry.doubles import Double, NotDecided, join, list_doubles, part
from registry.history.log import Author
from registry.importers.import_log import NotUndone, UnknownImport, list_imports, undo_import
from registry.importers.known_sources import rename_source
from registry.lifecycle import NotCorrected, get_file, let_go, list_absent, reinstate, retire
from registry.models import AedState
from registry.repository import UnknownAed, save_aed_correction
from registry.storage.database import Database
from tests.support.lists import Lists

pytestmark = pytest.mark.both_databases
NOW = datetime(2025, 4, 5, 4, 0, tzinfo=UTC)
HEADER = "id,name,address,floor,lon,lat,opening_hours,state\n"
CITY = (
    "1,國立體育館,健康路一段1號,1,121.20000,25.0000,24/7,\n",
    "2,市立医院,中山路9号,1,121.21000,25.0100,,\n",
    "3,市立医院,中山路9号 急诊,3,121.21000,25.0100,,\n",
    "4,Library,Lake Road 3,,121.25,25.05,,\n",
)
OSM = (
    "901,国立体育馆,,1,121.20002,25.0000,,\n",
    "902,市立医院,,3,121.21010,25.0100,Mo-Fr 08:00-17:00,\n",
    "903,Swimming pool,Far Lane 8,,121.30,25.09,,\n",
)


@pytest.fixture
async def lists(database_url: str, tmp_path: Path) -> AsyncIterator[Lists]:
    database = Database(database_url)
    yield Lists(database, tmp_path)
    await database.close()


async def both(lists: Lists) -> dict[str, str]:
    """Two lists of one town; ids by "source ref"."""
    await lists.take(CITY, header=HEADER, source="city")
    await lists.take(OSM, header=HEADER, source="volunteers", file="v.csv")
    return {f"{one.source} {one.source_ref}": one.aed_id for one in await lists.cabinets()}


async def pairs(lists: Lists, *, open_only: bool = True) -> dict[frozenset[str], Double]:
    async with lists.database.read() as connection:
        found = await list_doubles(connection, open_only=open_only, limit=100)
    return {frozenset((f"{one.source} {one.source_ref}") for one in (pair.first, pair.second)): pair for pair in found}


STADIUM = frozenset({"city 1", "volunteers 901"})
HOSPITAL = frozenset({"city 3", "volunteers 902"})


async def test_one_cabinet_in_two_lists_is_proposed_across_scripts_and_several_in_a_building_stay_several(
    lists: Lists,
) -> None:
    await both(lists)

    found = await pairs(lists)

    # Floor 1 of the hospital is not floor 3, and a list's own two are two.
    assert set(found) == {STADIUM, HOSPITAL}
    why = found[STADIUM]
    assert why.score > 0.9
    assert why.evidence == {"metres": 2.0, "words": 1.0, "same_floor": True, "shared_id": False}


@pytest.mark.parametrize("retire_absent", [False, True])
@pytest.mark.parametrize("first_name", ["city", None])
async def test_a_dry_run_says_how_many_doubles_the_import_will_propose(
    lists: Lists, *, first_name: str | None, retire_absent: bool
) -> None:
    osm_moved = (OSM[0].replace("121.20002", "121.4"), *OSM[2:])
    # The first list gets its name with the third import, and the last one has decided pairs and new ones.
    story: list[tuple[tuple[str, ...], dict[str, object]]] = [
        (CITY, {"source": first_name}),
        (OSM, {"source": "volunteers", "file": "v.csv"}),
        ((*CITY[:2], "9,Pool,,,121.30001,25.09,,\n"), {"source": "city"}),
        (osm_moved, {"source": "volunteers", "file": "v.csv"}),
        ((*OSM, "904,Library,Lake Road 3,,121.25,25.05,,\n"), {"source": "volunteers", "file": "v.csv"}),
        (tuple(row.replace("Lake", "Sea") for row in CITY), {"source": "city"}),
    ]
    told = []
    for rows, options in story:
        options |= {"retire_absent": retire_absent and "volunteers" not in str(options)}
        foreseen = await lists.take(rows, header=HEADER, dry_run=True, **options)
        done = await lists.take(rows, header=HEADER, **options)
        told.append((foreseen.doubles, done.doubles))
        if len(told) == 2:
            known = {one.source_ref: one.aed_id for one in await lists.cabinets()}
            async with lists.database.write() as connection:
                await part(connection, known["1"], known["901"], by="li", at=NOW)

    assert [foreseen for foreseen, _ in told] == [done for _, done in told]
    assert told[1] == (2, 2)
    assert sum(done > 0 for _, done in told) >= 3


async def test_joined_they_are_one_with_what_either_knows_and_the_other_id_goes_on_standing_for_it(
    lists: Lists,
) -> None:
    ids = await both(lists)
    keep, other = ids["city 3"], ids["volunteers 902"]
    async with lists.database.write() as connection:
        await join(connection, keep, other, by="li", at=NOW)

    directory = await Directory.load(lists.database)
    cabinet = directory.get_aed(other)
    assert (cabinet.aed_id, cabinet.opening_hours) == (keep, "Mo-Fr 08:00-17:00")
    assert other not in {one.aed_id for one in await lists.cabinets()}
    assert directory.together[keep] == {other}
    async with lists.database.read() as connection:
        file = await get_file(connection, other)
    assert [one.aed.source for one in file.records] == ["city", "volunteers"]
    assert {name: told.source for name, told in file.fields.items() if name in {"name", "opening_hours"}} == {
        "name": "city",
        "opening_hours": "volunteers",
    }


async def test_what_was_decided_survives_every_import(lists: Lists) -> None:
    ids = await both(lists)
    async with lists.database.write() as connection:
        await join(connection, ids["city 1"], ids["volunteers 901"], by="li", at=NOW)
        await part(connection, ids["city 3"], ids["volunteers 902"], by="li", at=NOW)
    before = len(await lists.cabinets())

    await lists.take([row.replace(",24/7,", ",Mo-Su 06:00-22:00,") for row in CITY], header=HEADER, source="city")
    await lists.take([row.replace("国立", "国家") for row in OSM], header=HEADER, source="volunteers", file="w.csv")

    assert len(await lists.cabinets()) == before
    assert await pairs(lists) == {}
    decided = {key: one.decision for key, one in (await pairs(lists, open_only=False)).items()}
    assert decided == {STADIUM: "joined", HOSPITAL: "apart"}
    stadium = (await Directory.load(lists.database)).get_aed(ids["volunteers 901"])
    assert stadium.opening_hours == "Mo-Su 06:00-22:00"


async def test_a_pair_that_is_no_more_alike_is_proposed_no_more(lists: Lists) -> None:
    await both(lists)
    await lists.take([row.replace("121.20002", "121.40002") for row in OSM], header=HEADER, source="volunteers")
    assert set(await pairs(lists)) == {HOSPITAL}


async def test_undecided_ones_are_promised_together(lists: Lists) -> None:
    ids = await both(lists)
    together = (await Directory.load(lists.database)).together
    assert together[ids["city 1"]] == {ids["volunteers 901"]}
    assert together[ids["volunteers 901"]] == {ids["city 1"]}
    assert ids["city 4"] not in together


async def test_parted_again_they_are_two_and_stay_two(lists: Lists) -> None:
    ids = await both(lists)
    one, other = ids["city 1"], ids["volunteers 901"]
    async with lists.database.write() as connection:
        await join(connection, one, other, by="li", at=NOW)
        await part(connection, one, other, by="li", at=NOW)

    directory = await Directory.load(lists.database)
    assert directory.get_aed(other).aed_id == other
    assert directory.together.get(one) is None
    await lists.take([row.replace("国立", "国家") for row in OSM], header=HEADER, source="volunteers")
    assert STADIUM not in await pairs(lists)


async def test_a_cabinet_stands_while_one_of_its_lists_has_it(lists: Lists) -> None:
    ids = await both(lists)
    keep, other = ids["city 1"], ids["volunteers 901"]
    async with lists.database.write() as connection:
        await join(connection, keep, other, by="li", at=NOW)

    await lists.take(CITY[1:], header=HEADER, source="city", retire_absent=True)
    assert (await Directory.load(lists.database)).get_aed(keep).name == "国立体育馆"
    await lists.take(OSM[1:], header=HEADER, source="volunteers", retire_absent=True)
    gone = (await Directory.load(lists.database)).get_aed(other)
    assert (gone.aed_id, gone.retired) == (keep, True)


async def test_the_worst_state_that_a_list_knows_counts(lists: Lists) -> None:
    ids = await both(lists)
    async with lists.database.write() as connection:
        await join(connection, ids["city 1"], ids["volunteers 901"], by="li", at=NOW)
    await lists.take([row.replace(",,\n", ",,broken\n") for row in OSM], header=HEADER, source="volunteers")
    assert (await Directory.load(lists.database)).get_aed(ids["city 1"]).state is AedState.OUT_OF_SERVICE


async def test_an_answer_answers_what_follows_from_it(lists: Lists) -> None:
    """Of two devices of one list on one wall one is the other list's: then the second is not."""
    both_there = ("1,Hall,,,121.2,25.0,,\n", "2,Hall,,,121.20001,25.0,,\n")
    await lists.take(both_there, header=HEADER, source="city")
    await lists.take(("9,Hall,,,121.2,25.0,,\n",), header=HEADER, source="volunteers", file="v.csv")
    ids = {f"{one.source} {one.source_ref}": one.aed_id for one in await lists.cabinets()}
    assert len(await pairs(lists)) == 2

    async with lists.database.write() as connection:
        await join(connection, ids["city 1"], ids["volunteers 9"], by="li", at=NOW)

    assert await pairs(lists) == {}
    await lists.take(("9,Hall,by the door,,121.2,25.0,,\n",), header=HEADER, source="volunteers", file="v.csv")
    assert await pairs(lists) == {}
    assert (await Directory.load(lists.database)).together == {ids["city 1"]: {ids["volunteers 9"]}}


async def test_a_list_that_names_the_others_ids_means_those_and_no_neighbours(lists: Lists) -> None:
    rows = ("node/123456,Hall,,,121.2,25.0,,\n", "node/123457,Hall,,,121.20001,25.0,,\n")
    await lists.take(rows, header=HEADER, source="osm")
    await lists.take([row.removeprefix("node/") for row in rows], header=HEADER, source="city", file="c.csv")
    assert set(await pairs(lists)) == {
        frozenset({"osm node/123456", "city 123456"}),
        frozenset({"osm node/123457", "city 123457"}),
    }


async def test_what_cannot_be_joined_is_refused(lists: Lists) -> None:
    ids = await both(lists)
    one = ids["city 1"]
    with pytest.raises(NotDecided):
        async with lists.database.write() as connection:
            await join(connection, one, one, by="li", at=NOW)
    with pytest.raises(UnknownAed):
        async with lists.database.write() as connection:
            await part(connection, one, "aed-none", by="li", at=NOW)


async def test_what_left_its_list_is_listed_and_retired_and_comes_back_with_it(lists: Lists) -> None:
    ids = await both(lists)
    library = ids["city 4"]
    await lists.take(CITY[:3], header=HEADER, source="city")
    async with lists.database.read() as connection:
        (gone,) = await list_absent(connection, limit=10)
    assert (gone.aed.aed_id, gone.retired_at) == (library, None)
    assert library in {one.aed_id for one in await lists.cabinets()}

    async with lists.database.write() as connection:
        assert await retire(connection, library, by="li", at=NOW) == [library]
    directory = await Directory.load(lists.database)
    assert library not in {one.aed_id for one in await lists.cabinets()}
    assert directory.aed_count == len(await lists.cabinets())
    assert directory.get_aed(library).retired

    back = await lists.take(CITY, header=HEADER, source="city")
    assert (back.returned, back.changed) == (1, 1)
    assert library in {one.aed_id for one in await lists.cabinets()}


async def test_what_a_person_retired_while_its_list_has_it_stays_retired(lists: Lists) -> None:
    library = (await both(lists))["city 4"]
    async with lists.database.write() as connection:
        await retire(connection, library, by="li", at=NOW)
    await lists.take([row.replace("Lake Road 3", "Lake Road 3a") for row in CITY], header=HEADER, source="city")
    assert library not in {one.aed_id for one in await lists.cabinets()}

    async with lists.database.write() as connection:
        await reinstate(connection, library, at=NOW)
    (again,) = [one for one in await lists.cabinets() if one.aed_id == library]
    assert again.location_text == "Lake Road 3a"


async def test_what_a_person_set_holds_until_it_is_let_go(lists: Lists) -> None:
    library = (await both(lists))["city 4"]
    async with lists.database.write() as connection:
        await save_aed_correction(connection, library, {"location_text": "By the stairs"}, at=NOW, by="li")
    await lists.take([row.replace("Lake Road 3", "Lake Road 5") for row in CITY], header=HEADER, source="city")
    directory = await Directory.load(lists.database)
    assert directory.get_aed(library).location_text == "By the stairs"
    async with lists.database.read() as connection:
        told = (await get_file(connection, library)).fields["location_text"]
    assert (told.by, told.at) == ("li", NOW)

    async with lists.database.write() as connection:
        await let_go(connection, library, "location_text", at=NOW)
    assert (await Directory.load(lists.database)).get_aed(library).location_text == "Lake Road 5"
    with pytest.raises(NotCorrected, match="nothing to let go"):
        async with lists.database.write() as connection:
            await let_go(connection, library, "location_text", at=NOW)


async def test_an_import_is_taken_back_whole(lists: Lists) -> None:
    await both(lists)
    before = await lists.cabinets()
    wrong = ("1,Wrong,,1,121.9,25.0,,\n", "5,New,,,121.95,25.9,,\n")
    report = await lists.take(wrong, header=HEADER, source="city", retire_absent=True)
    assert len(await lists.cabinets()) != len(before)
    assert report.import_id is not None

    undone = await undo_import(lists.database, report.import_id, now=NOW)
    assert (len(undone.ids), len(undone.gone)) == (5, 1)

    assert await lists.cabinets() == before
    async with lists.database.read() as connection:
        (newest, *_) = await list_imports(connection, limit=5)
    assert (newest.import_id, newest.undone_at, newest.accepted) == (report.import_id, NOW, 1)
    with pytest.raises(NotUndone, match="already"):
        await undo_import(lists.database, report.import_id, now=NOW)
    again = await lists.take(CITY, header=HEADER, source="city")
    assert (again.unchanged, again.absent) == (4, [])


async def test_what_stands_in_the_way_of_taking_an_import_back_is_named(lists: Lists) -> None:
    ids = await both(lists)
    async with lists.database.write() as connection:
        await save_aed_correction(connection, ids["volunteers 903"], {"state": "missing"}, at=NOW, by="li")
    with pytest.raises(NotUndone, match=f"{ids['volunteers 903']} was changed since"):
        await undo_import(lists.database, 2, now=NOW)
    later = await lists.take([row.replace("Lake", "Sea") for row in CITY], header=HEADER, source="city")
    with pytest.raises(NotUndone, match=f"import {later.import_id} changed the same AEDs: take that back first"):
        await undo_import(lists.database, 1, now=NOW)
    with pytest.raises(UnknownImport):
        await undo_import(lists.database, 77, now=NOW)


async def test_imports_are_taken_back_one_after_the_other(lists: Lists) -> None:
    await lists.take(CITY, header=HEADER, source="city")
    before = await lists.cabinets()
    changes = [await lists.take([row.replace("Lake", word) for row in CITY], header=HEADER) for word in ("Sea", "Bay")]
    for report in reversed(changes):
        assert report.import_id is not None
        await undo_import(lists.database, report.import_id, now=NOW)
    assert await lists.cabinets() == before


async def test_a_list_that_was_renamed_since_stays_one_list_after_an_undo(lists: Lists) -> None:
    await lists.take(CITY, header=HEADER, source="city")
    wrong = await lists.take([row.replace("Lake", "Sea") for row in CITY], header=HEADER, source="city")
    assert wrong.import_id is not None
    async with lists.database.write() as connection:
        await rename_source(connection, "city", "city-health", Author(by="li", at=NOW))

    await undo_import(lists.database, wrong.import_id, now=NOW)

    assert {one.source for one in await lists.cabinets()} == {"city-health"}
    again = await lists.take(CITY, header=HEADER, source="city-health")
    assert (again.unchanged, again.accepted) == (4, 0)


async def test_what_an_undone_import_brought_comes_with_the_next_list_that_has_it(lists: Lists) -> None:
    await lists.take(CITY, header=HEADER, source="city")
    await undo_import(lists.database, 1, now=NOW)
    assert await lists.cabinets() == []

    report = await lists.take(CITY, header=HEADER, source="city")
    assert (report.changed, report.returned, len(await lists.cabinets())) == (4, 4, 4)
