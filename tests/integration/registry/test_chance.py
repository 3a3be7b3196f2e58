"""How likely AEDs are usable, as the database knows it."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from registry.devices import confirming
from registry.devices.evidence import get_chance
from registry.devices.inspecting import Result
from registry.devices.usable_chance import INSPECTED, PADS_EXPIRED, REPORTED
from registry.people_tables import aed_problems
from registry.repository import UnknownAed
from registry.storage.database import Database
from registry.tables import aeds
from tests.support.devices import NOW, WANG, change, look, take_three

pytestmark = pytest.mark.both_databases


@pytest.fixture
async def database(database_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    one = Database(database_url)
    await take_three(one, tmp_path)
    yield one
    await one.close()


@pytest.fixture
async def ids(database: Database) -> list[str]:
    async with database.read() as connection:
        return list((await connection.execute(select(aeds.c.aed_id).order_by(aeds.c.aed_id))).scalars())


async def report(database: Database, aed_id: str, kind: str, at: datetime, count: int = 1) -> None:
    row = {"problem_id": f"{kind}{at}", "aed_id": aed_id, "kind": kind, "note": "", "reports": count}
    times = {"reported_at": at, "last_reported_at": at, "resolved_at": None, "resolution": ""}
    async with database.write() as connection:
        await connection.execute(insert(aed_problems).values({**row, **times}))


async def chance(database: Database, aed_id: str, at: datetime = NOW) -> float:
    async with database.read() as connection:
        return (await get_chance(connection, aed_id, at=at)).value


async def test_looks_words_days_and_reports_make_the_chance(database: Database, ids: list[str]) -> None:
    silent = await chance(database, ids[0])
    async with database.write() as connection:
        await confirming.confirm(connection, ids[0], WANG)
    told = await chance(database, ids[0])
    await report(database, ids[0], "missing", NOW - timedelta(days=9), count=3)
    reported = await chance(database, ids[0])
    await look(database, ids[0], NOW)
    await change(database, ids[0], adult_pads_expire_on="2026-04-04")
    looked = await chance(database, ids[0])
    await report(database, ids[0], "locked", NOW + timedelta(minutes=1))
    locked = await chance(database, ids[0])

    assert silent < told
    assert reported == pytest.approx(told * REPORTED["missing"] ** 2)
    assert looked == pytest.approx(INSPECTED * PADS_EXPIRED)
    assert locked == pytest.approx(looked * REPORTED["locked"])
    assert await chance(database, ids[1]) == silent


async def test_what_was_found_unusable_has_no_chance_until_it_is_found_ready(
    database: Database, ids: list[str]
) -> None:
    await look(database, ids[0], NOW - timedelta(days=1), Result.UNUSABLE)
    assert await chance(database, ids[0]) == 0
    await look(database, ids[0], NOW)
    assert await chance(database, ids[0]) == pytest.approx(INSPECTED)
    with pytest.raises(UnknownAed):
        await chance(database, "a9")
