"""A list is known by what it holds and not by its file's name; its records stay the same through small corrections."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from registry.history.log import Author
from registry.importers.aed_store import TooMuchGone
from registry.importers.known_sources import BadSourceName, UnnamedSource, rename_source
from registry.importers.run import import_file
from registry.storage.database import Database
from tests.support.lists import AS_AEDS, NOW, Lists

pytestmark = pytest.mark.both_databases
LI = Author(by="li", at=NOW)
TOWN = (
    "Library,Main Street 1,9.5200,47.1400\n",
    "School,Mill Lane 7,9.5300,47.1500\n",
    "Pool,Lake Road 3,9.54,47.16\n",
)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
def lists(database: Database, tmp_path: Path) -> Lists:
    return Lists(database, tmp_path)


async def test_the_same_list_under_another_file_name_changes_nothing(lists: Lists) -> None:
    await lists.take(TOWN, source="town")
    before = await lists.cabinets()

    again = await lists.take(TOWN, file="AED list (final) March.csv")

    assert (again.source, again.unchanged, again.accepted, again.changed) == ("town", 3, 0, 0)
    assert await lists.cabinets() == before


async def test_next_months_list_with_one_gone_and_one_corrected_holds_what_the_city_has(lists: Lists) -> None:
    await lists.take(TOWN, source="town")
    ids = await lists.ids()

    report = await lists.take(
        ("Library,Main Street 1a,9.5201,47.1400\n", TOWN[1]), file="april.csv", retire_absent=True
    )

    assert (report.accepted, report.changed, report.unchanged, report.absent) == (0, 1, 1, [ids["Pool"]])
    assert await lists.ids() == {name: ids[name] for name in ("Library", "School")}
    assert {one.location_text for one in await lists.cabinets()} == {"Main Street 1a", "Mill Lane 7"}


async def test_two_devices_with_the_same_words_stay_apart_when_one_goes(lists: Lists) -> None:
    await lists.take(("Hall,,9.5200,47.1400\n", "Hall,,9.5300,47.1400\n"), source="town")
    before = {one.lon: one.aed_id for one in await lists.cabinets()}

    report = await lists.take(("Hall,,9.5300,47.1400\n",))

    assert report.absent == [before[9.52]]
    assert report.unchanged == 1
    assert (await lists.take(("Hall,,9.5300,47.1400\n",))).unchanged == 1


async def test_an_aed_whose_words_went_to_another_keeps_its_id(lists: Lists) -> None:
    await lists.take(("Gym,East,9.52,47.14\n",), source="town")
    first = (await lists.ids())["Gym"]
    await lists.take(("Gym hall,East,9.52,47.14\n",), source="town")

    await lists.take(("Gym hall,East,9.52,47.14\n", "Gym,East,9.58,47.19\n"), source="town")

    ids = await lists.ids()
    assert ids["Gym hall"] == first
    assert ids["Gym"] != first


async def test_where_the_source_gives_ids_they_decide(lists: Lists) -> None:
    header = "id,name,lon,lat\n"
    await lists.take(("1,Library,9.52,47.14\n", "2,School,9.53,47.15\n"), header=header, source="town")
    ids = await lists.ids()

    report = await lists.take(("1,Old library,9.523,47.142\n", "3,School annex,9.53,47.15\n"), header=header)

    assert (report.changed, report.accepted, report.absent) == (1, 1, [ids["School"]])
    assert (await lists.ids())["Old library"] == ids["Library"]


async def test_a_list_like_none_is_refused_with_the_lists_that_are_known(lists: Lists) -> None:
    await lists.take(TOWN, source="town")
    with pytest.raises(UnnamedSource, match=r"--source NAME.*town \(3 entries\)"):
        await lists.take(("Elsewhere,Far Road 1,11.0,48.0\n",), file="other.csv")
    assert len(await lists.cabinets()) == 3


async def test_a_list_like_two_is_refused_with_both(lists: Lists) -> None:
    await lists.take(TOWN, source="town")
    await lists.take(TOWN, source="county")
    with pytest.raises(UnnamedSource, match=r"county .*3 of these 3.*town .*3 of these 3"):
        await lists.take(TOWN)


async def test_the_first_list_of_all_gets_its_name_when_it_comes_with_one(lists: Lists) -> None:
    await lists.take(TOWN)
    ids = await lists.ids()
    tried = await lists.take(TOWN, source="town", dry_run=True)

    report = await lists.take(TOWN, source="town")

    assert (tried.unchanged, report.unchanged, report.accepted, report.absent) == (3, 3, 0, [])
    assert await lists.ids() == ids
    assert {one.source for one in await lists.cabinets()} == {"town"}


async def test_a_list_that_is_known_by_another_name_says_so_and_may_be_renamed(lists: Lists) -> None:
    await lists.take(TOWN, source="aeds_2025_final")
    ids = await lists.ids()

    twice = await lists.take(TOWN, source="town", dry_run=True)
    async with lists.database.write() as connection:
        assert await rename_source(connection, "aeds_2025_final", "town", LI) == 3
    again = await lists.take(TOWN, source="town")

    assert [remark.reason for remark in twice.warnings] == ["known_as_another"]
    assert "registry rename aeds_2025_final town" in twice.warnings[0].text
    assert (again.unchanged, again.accepted, again.warnings) == (3, 0, [])
    assert await lists.ids() == ids
    await lists.take(("Far,Road 1,11.0,48.0\n",), source="county")
    with pytest.raises(BadSourceName, match="another list"):
        async with lists.database.write() as connection:
            await rename_source(connection, "town", "county", LI)
    with pytest.raises(UnnamedSource, match="no list"):
        async with lists.database.write() as connection:
            await rename_source(connection, "village", "hamlet", LI)
    with pytest.raises(BadSourceName, match="1 to 128"):
        await lists.take(TOWN, source=" ")


async def test_real_lists_are_known_again_and_no_other_list_is_taken_for_them(
    lists: Lists, shared_data: Path, tmp_path: Path
) -> None:
    takamatsu, trafford = (shared_data / "aed_registries" / f"{name}_aed.csv" for name in ("takamatsu", "trafford"))
    await import_file(lists.database, takamatsu, replace(AS_AEDS, source="takamatsu"), now=NOW)
    with pytest.raises(UnnamedSource):
        await import_file(lists.database, trafford, AS_AEDS, now=NOW)
    rows = takamatsu.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    (tmp_path / "2026.csv").write_text("".join([rows[0], *rows[20:]]), encoding="utf-8")

    report = await import_file(lists.database, tmp_path / "2026.csv", AS_AEDS, now=NOW)

    assert (report.source, report.accepted, report.unchanged, len(report.absent)) == ("takamatsu", 0, 431, 19)


async def test_a_row_that_was_refused_has_not_left_its_list(lists: Lists) -> None:
    await lists.take(TOWN, source="town")
    ids = await lists.ids()

    report = await lists.take((TOWN[0], "School,Mill Lane 7,,\n"), source="town", retire_absent=True)

    assert [remark.reason for remark in report.rejected] == ["no_coordinates"]
    assert report.absent == [ids["Pool"]]
    assert set(await lists.ids()) == {"Library", "School"}


async def test_half_a_list_retires_nothing(lists: Lists) -> None:
    whole = [f"Hall {n},Road {n},9.5{n:02},47.1{n:02}\n" for n in range(30)]
    await lists.take(whole, source="town")
    with pytest.raises(TooMuchGone, match=r"20 of the 30.*is it the whole list"):
        await lists.take(whole[:10], source="town", retire_absent=True)
    assert len(await lists.cabinets()) == 30
