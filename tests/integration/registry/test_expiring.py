"""What is due by a day: once for each cabinet, page by page."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from registry.devices.confirming import confirm, get_asked
from registry.devices.expiring import Cursor, Due, What, list_due
from registry.devices.keeper_store import set_keeper
from registry.devices.keepers import Keeper, KeeperRole
from registry.devices.reminding import Reminder, remind
from registry.doubles import join
from registry.lifecycle import retire
from registry.storage.database import Database
from registry.tables import aeds
from tests.support.devices import NOW, WANG, change, look, take_three

pytestmark = pytest.mark.both_databases
KEEPER = Keeper(role=KeeperRole.KEEPER, name="王芳", phone_e164="+8613812345678")


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


async def due(database: Database, until: date, **more: Any) -> list[Due]:
    async with database.read() as connection:
        return await list_due(connection, until=until, **{"limit": 100, **more})


async def test_pads_batteries_checks_and_confirmations_are_listed_by_their_day(
    database: Database, ids: list[str]
) -> None:
    await change(database, ids[0], battery_expires_on="2026-05-01", adult_pads_expire_on="2026-03-01")
    await change(database, ids[1], child_pads_expire_on="2026-04-20", last_checked_on="2026-04-01", check_every_days=10)
    await change(database, ids[2], battery_expires_on="2027-05-01", next_check_on="2026-04-10")
    async with database.write() as connection:
        await set_keeper(connection, database.personal_keys, ids[2], KEEPER, WANG)

    assert await due(database, date(2026, 6, 1)) == [
        Due(aed_id=ids[0], what=What.ADULT_PADS, due_on=date(2026, 3, 1)),
        Due(aed_id=ids[2], what=What.CONFIRMATION, due_on=date(2026, 4, 5)),
        Due(aed_id=ids[2], what=What.CHECK, due_on=date(2026, 4, 10)),
        Due(aed_id=ids[1], what=What.CHECK, due_on=date(2026, 4, 11)),
        Due(aed_id=ids[1], what=What.CHILD_PADS, due_on=date(2026, 4, 20)),
        Due(aed_id=ids[0], what=What.BATTERY, due_on=date(2026, 5, 1)),
    ]
    assert [one.what for one in await due(database, date(2026, 4, 9))] == [What.ADULT_PADS, What.CONFIRMATION]
    assert [one.aed_id for one in await due(database, date(2027, 6, 1), what={What.BATTERY})] == [ids[0], ids[2]]


async def test_whatever_is_done_is_due_no_more(database: Database, ids: list[str]) -> None:
    async with database.write() as connection:
        await set_keeper(connection, database.personal_keys, ids[0], KEEPER, WANG)
    await change(database, ids[0], battery_expires_on="2026-05-01", check_every_days=30, last_checked_on="2026-03-01")
    assert len(await due(database, date(2026, 5, 1))) == 3

    await look(database, ids[0], NOW)
    await change(database, ids[0], battery_expires_on=None)

    assert await due(database, date(2026, 10, 5)) == [
        Due(aed_id=ids[0], what=What.CHECK, due_on=date(2026, 5, 5)),
        Due(aed_id=ids[0], what=What.CONFIRMATION, due_on=(NOW + timedelta(days=183)).date()),
    ]


async def test_pages_follow_each_other_without_a_gap(database: Database, ids: list[str]) -> None:
    for aed_id in ids:
        await change(database, aed_id, battery_expires_on="2026-05-01", adult_pads_expire_on="2026-05-01")
    whole = await due(database, date(2026, 6, 1))
    pages: list[Due] = []
    while page := await due(database, date(2026, 6, 1), limit=2, after=Cursor.of(pages[-1]) if pages else None):
        assert len(page) <= 2
        pages += page

    assert len(whole) == 6
    assert pages == whole


async def test_a_joined_aed_is_due_once_and_a_retired_one_never(database: Database, ids: list[str]) -> None:
    await change(database, ids[0], battery_expires_on="2026-05-01")
    await change(database, ids[1], battery_expires_on="2026-04-01", adult_pads_expire_on="2026-04-02")
    await change(database, ids[2], battery_expires_on="2026-04-03")
    async with database.write() as connection:
        await join(connection, ids[0], ids[1], by="wang", at=NOW)
        await retire(connection, ids[2], by="wang", at=NOW)

    assert await due(database, date(2026, 6, 1)) == [
        Due(aed_id=ids[0], what=What.ADULT_PADS, due_on=date(2026, 4, 2)),
        Due(aed_id=ids[0], what=What.BATTERY, due_on=date(2026, 5, 1)),
    ]


@pytest.mark.parametrize(
    "text", ["", "x", "2026-04-05", "2026-04-05~battery", "2026-13-05~battery~a", "2026-04-05~pad~a"]
)
def test_a_cursor_that_is_none_is_refused(text: str, database_kind: str) -> None:
    del database_kind
    with pytest.raises(ValueError, match="next"):
        Cursor.read(text)


async def test_keepers_are_reminded_page_by_page_and_deputies_where_there_is_none(
    database: Database, ids: list[str]
) -> None:
    zhao = Keeper(role=KeeperRole.DEPUTY, name="赵强", phone_e164="+8613912345678")
    async with database.write() as connection:
        for aed_id, keeper in ((ids[0], KEEPER), (ids[0], zhao), (ids[1], zhao)):
            await set_keeper(connection, database.personal_keys, aed_id, keeper, WANG)
        await confirm(connection, ids[2], WANG)
    codes = iter("abcdef")
    pages: list[list[Reminder]] = []
    cursor = None
    while not pages or cursor is not None:
        async with database.write() as connection:
            made, cursor = await remind(
                connection,
                database.personal_keys,
                until=date(2027, 1, 1),
                after=cursor,
                limit=2,
                new_code=lambda: next(codes),
                at=NOW,
            )
        pages.append(made)

    assert [[(one.aed_id, one.keeper.role, one.code) for one in page] for page in pages] == [
        [(ids[0], KeeperRole.KEEPER, "a"), (ids[1], KeeperRole.DEPUTY, "b")],
        [],
    ]
    async with database.read() as connection:
        assert (await get_asked(connection, "b", at=NOW)).aed_id == ids[1]
