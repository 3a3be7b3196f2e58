"""Inspections in the database: the newest one decides what the AED is, and none is changed or removed."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from geo.places.datum import Datum
from registry.devices.device_store import get_device
from registry.devices.inspecting import Form, Point, Result, Seen
from registry.devices.inspection_store import Inspected, UnknownInspection, erase_note, inspect, list_inspections
from registry.devices.tables import aed_inspections
from registry.doubles import join
from registry.history.log import Author, list_changes
from registry.importers.run import ImportOptions, import_file
from registry.lifecycle import get_file
from registry.models import Aed, AedState
from registry.repository import save_aed_correction
from registry.storage.database import Database
from registry.tables import aeds

pytestmark = pytest.mark.both_databases
NOW = datetime(2025, 4, 5, 20, 0, tzinfo=UTC)  # the 6th in Zhengzhou
WANG = Author(by="wang", at=NOW)
OK = {Point.INDICATOR: Seen.OK}
LIST = "id,lon,lat,state\n1,113.66,34.75,{state}\n"


@pytest.fixture
async def database(database_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    one = Database(database_url)
    await take_list(one, tmp_path, "正常")
    yield one
    await one.close()


async def take_list(database: Database, folder: Path, state: str, source: str = "city") -> None:
    (folder / "list.csv").write_text(LIST.format(state=state), encoding="utf-8")
    options = ImportOptions(source=source, datum=Datum.WGS84, time_zone="Asia/Shanghai")
    report = await import_file(database, folder / "list.csv", options, now=NOW)
    assert not report.rejected


@pytest.fixture
async def aed_id(database: Database) -> str:
    async with database.read() as connection:
        return str((await connection.execute(select(aeds.c.aed_id))).scalar_one())


async def look(database: Database, aed_id: str, result: Result, **more: Any) -> Inspected:
    points = OK if result is Result.READY else {}
    form = Form(**{"result": result, "at": NOW, "points": points, "note": "seen", **more})
    async with database.write() as connection:
        return await inspect(connection, aed_id, form, WANG)


async def aed_of(database: Database, aed_id: str) -> Aed:
    async with database.read() as connection:
        return (await get_file(connection, aed_id)).aed


async def test_what_is_found_unusable_is_not_fetched_until_it_is_found_ready(
    database: Database, aed_id: str, tmp_path: Path
) -> None:
    first = await look(database, aed_id, Result.UNUSABLE)
    await take_list(database, tmp_path, "正常")
    found_bad = await aed_of(database, aed_id)
    await look(database, aed_id, Result.READY, at=NOW + timedelta(0))
    found_ready = await aed_of(database, aed_id)

    assert first.changed == (aed_id,)
    assert (found_bad.state, found_bad.corrected) == (AedState.OUT_OF_SERVICE, {"state"})
    assert (found_ready.state, found_ready.corrected) == (AedState.IN_SERVICE, frozenset())
    async with database.read() as connection:
        ready, bad = await list_changes(connection, kind="aed_inspection", subject_id=aed_id, limit=9)
    assert (bad.change.before, bad.author) == ({"state": "in_service"}, WANG)
    assert bad.change.after == {
        "result": "unusable",
        "points": dict.fromkeys(Point, "not_looked"),
        "state": "out_of_service",
    }
    assert ready.change.after is not None
    assert (ready.change.before, ready.change.after["state"]) == ({"state": "out_of_service"}, "in_service")


async def test_what_its_list_calls_broken_is_fetched_once_somebody_has_found_it_ready(
    database: Database, aed_id: str, tmp_path: Path
) -> None:
    await take_list(database, tmp_path, "故障")
    assert (await aed_of(database, aed_id)).state is AedState.OUT_OF_SERVICE

    assert (await look(database, aed_id, Result.READY)).changed == (aed_id,)

    found = await aed_of(database, aed_id)
    assert (found.state, found.corrected) == (AedState.IN_SERVICE, {"state"})


async def test_the_last_check_is_the_day_there_and_the_next_one_is_open_again(database: Database, aed_id: str) -> None:
    await look(database, aed_id, Result.READY, next_check_on=date(2025, 5, 6))
    async with database.read() as connection:
        planned = await get_device(connection, aed_id)
    await look(database, aed_id, Result.READY)
    async with database.read() as connection:
        after = await get_device(connection, aed_id)
    await look(database, aed_id, Result.MISSING)
    async with database.read() as connection:
        missing = await get_device(connection, aed_id)

    assert (planned.last_checked_on, planned.next_check_on) == (date(2025, 4, 6), date(2025, 5, 6))
    assert (after.last_checked_on, after.next_check_on) == (date(2025, 4, 6), None)
    assert missing == after
    assert (await aed_of(database, aed_id)).state is AedState.MISSING


async def test_one_that_is_handed_in_late_is_only_written_down(database: Database, aed_id: str) -> None:
    await look(database, aed_id, Result.READY)
    late = await look(database, aed_id, Result.UNUSABLE, at=NOW - timedelta(days=3))
    assert late.changed == ()
    assert (await aed_of(database, aed_id)).state is AedState.IN_SERVICE

    async with database.write() as connection:
        await save_aed_correction(connection, aed_id, {"state": AedState.MISSING}, at=NOW, by="li")
    await look(database, aed_id, Result.READY, at=NOW - timedelta(minutes=1))
    assert (await aed_of(database, aed_id)).state is AedState.MISSING


async def test_they_are_read_page_by_page_the_newest_first(database: Database, aed_id: str) -> None:
    for day in range(3):
        await look(database, aed_id, Result.READY, at=NOW - timedelta(days=day))
    async with database.read() as connection:
        page = await list_inspections(connection, aed_id, limit=2)
        rest = await list_inspections(connection, aed_id, before_id=page[-1].inspection_id, limit=2)

    assert [one.form.at for one in (*page, *rest)] == [NOW - timedelta(days=day) for day in (2, 1, 0)]
    assert rest[0].form.points == {**dict.fromkeys(Point, Seen.NOT_LOOKED), **OK}


async def test_a_joined_aed_is_inspected_as_one(database: Database, aed_id: str, tmp_path: Path) -> None:
    await take_list(database, tmp_path, "故障", source="osm")
    async with database.read() as connection:
        other = next(one for one in (await connection.execute(select(aeds.c.aed_id))).scalars() if one != aed_id)
    async with database.write() as connection:
        await join(connection, aed_id, other, by="wang", at=NOW)

    await look(database, other, Result.READY)

    assert (await aed_of(database, aed_id)).state is AedState.IN_SERVICE
    async with database.read() as connection:
        assert len(await list_inspections(connection, aed_id, limit=9)) == 1


async def test_nobody_changes_or_removes_one_but_its_note_can_be_emptied(database: Database, aed_id: str) -> None:
    number = (await look(database, aed_id, Result.UNUSABLE, note="王芳 has the key")).inspection.inspection_id
    for statement in (
        update(aed_inspections).values(result="ready"),
        update(aed_inspections).values(points={}),
        update(aed_inspections).values(note="another"),
        delete(aed_inspections),
    ):
        with pytest.raises(DBAPIError, match="only appended to"):
            async with database.write() as connection:
                await connection.execute(statement)

    async with database.write() as connection:
        await erase_note(connection, aed_id, number, WANG)
        with pytest.raises(UnknownInspection):
            await erase_note(connection, aed_id, number + 1, WANG)
    async with database.read() as connection:
        (kept,) = await list_inspections(connection, aed_id, limit=9)
        told = await list_changes(connection, limit=9)
    assert (kept.form.result, kept.form.note) == (Result.UNUSABLE, "")
    assert "王芳" not in repr(told)
