"""Keepers and their word, in the database: erased without a trace, and confirmed once for each link."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from geo.places.datum import Datum
from registry.devices import confirming
from registry.devices.confirming import LINK_LASTS, ConfirmationLinkExpired, UnknownConfirmationLink
from registry.devices.keeper_store import NoKeeper, erase_keeper, list_keepers, remove_keeper, set_keeper
from registry.devices.keepers import BadPhone, Keeper, KeeperRole, phone_e164
from registry.devices.tables import aed_confirmations
from registry.doubles import join
from registry.history.log import Author, list_changes
from registry.importers.run import ImportOptions, import_file
from registry.people_tables import aed_confirmation_links, aed_keepers
from registry.repository import UnknownRescuer, erase_rescuer
from registry.storage.database import Database
from registry.storage.personal_keys import NO_KEYS, PersonalKeys
from registry.tables import aeds, rescuers

pytestmark = pytest.mark.both_databases
NOW = datetime(2025, 4, 5, 4, 0, tzinfo=UTC)
LI = Author(by="li", at=NOW, why="王芳 has left")
WANG = Keeper(role=KeeperRole.KEEPER, name="王芳", phone_e164="+8613812345678", position="值班站长")
ZHAO = Keeper(role=KeeperRole.DEPUTY, name="赵强", phone_e164="+8613912345678")


@pytest.fixture(params=[NO_KEYS, PersonalKeys(bytes([1]) * 32)], ids=["plain", "sealed"])
async def database(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """With two AEDs, a1 of the city and another of OSM."""
    one = Database(database_url, personal_keys=request.param)
    for name, lon in (("city", 113.66), ("osm", 113.67)):
        (tmp_path / f"{name}.csv").write_text(f"id,lon,lat\n1,{lon},34.75\n", encoding="utf-8")
        await import_file(one, tmp_path / f"{name}.csv", ImportOptions(source=name, datum=Datum.WGS84), now=NOW)
    yield one
    await one.close()


@pytest.fixture
async def ids(database: Database) -> list[str]:
    async with database.read() as connection:
        return list((await connection.execute(select(aeds.c.aed_id).order_by(aeds.c.source))).scalars())


async def name_keepers(database: Database, aed_id: str, *keepers: Keeper) -> None:
    async with database.write() as connection:
        for one in keepers:
            await set_keeper(connection, database.personal_keys, aed_id, one, LI)


async def names(database: Database, aed_id: str) -> list[str]:
    async with database.read() as connection:
        return [one.name for one in await list_keepers(connection, database.personal_keys, aed_id)]


async def test_a_keeper_and_a_deputy_are_named_and_another_takes_the_place(database: Database, ids: list[str]) -> None:
    await name_keepers(database, ids[0], ZHAO, WANG)
    assert await names(database, ids[0]) == ["王芳", "赵强"]

    await name_keepers(database, ids[0], Keeper(role=KeeperRole.KEEPER, name="孙丽", phone_e164="+8613712345678"))
    assert await names(database, ids[0]) == ["孙丽", "赵强"]
    assert await names(database, ids[1]) == []


async def test_whoever_is_removed_is_nowhere_any_more_and_that_they_were_is(database: Database, ids: list[str]) -> None:
    await name_keepers(database, ids[0], WANG)
    async with database.write() as connection:
        await confirming.make_link(connection, ids[0], KeeperRole.KEEPER, code="c1", at=NOW)
        await remove_keeper(connection, ids[0], KeeperRole.KEEPER, Author(by="li", at=NOW))

    async with database.read() as connection:
        kept = (await connection.execute(select(aed_keepers))).all()
        links = (await connection.execute(select(aed_confirmation_links))).all()
        told = await list_changes(connection, kind="aed_keeper", subject_id=ids[0], limit=9)
    assert (kept, links) == ([], [])
    assert [(one.change.action, one.change.before, one.change.after) for one in told] == [
        ("removed", {"keeper": "changed"}, None),
        ("set", None, {"keeper": "changed"}),
    ]
    assert "王芳" not in repr(told)
    async with database.write() as connection:
        with pytest.raises(NoKeeper):
            await remove_keeper(connection, ids[0], KeeperRole.KEEPER, LI)


async def test_somebody_is_erased_by_phone_wherever_they_keep_an_aed(database: Database, ids: list[str]) -> None:
    await name_keepers(database, ids[0], WANG, ZHAO)
    await name_keepers(database, ids[1], Keeper(role=KeeperRole.DEPUTY, name="王芳", phone_e164=WANG.phone_e164))
    async with database.write() as connection:
        assert await erase_keeper(connection, database.personal_keys, WANG.phone_e164, LI) == 2
        assert await erase_keeper(connection, database.personal_keys, WANG.phone_e164, LI) == 0
    assert (await names(database, ids[0]), await names(database, ids[1])) == (["赵强"], [])


async def test_a_registered_person_is_erased_as_a_keeper_too(database: Database, ids: list[str]) -> None:
    row = {"rescuer_id": "r1", "source": "t", "source_file": "", "source_digest": "", "imported_at": NOW}
    async with database.write() as connection:
        await connection.execute(insert(rescuers).values(row))
    mine = Keeper(role=KeeperRole.KEEPER, name="王芳", phone_e164=WANG.phone_e164, rescuer_id="r1")
    await name_keepers(database, ids[0], mine, ZHAO)
    async with database.write() as connection:
        await erase_rescuer(connection, "r1", at=NOW)
    assert await names(database, ids[0]) == ["赵强"]
    with pytest.raises(UnknownRescuer):
        await name_keepers(database, ids[0], mine)


async def test_a_link_confirms_once_and_ends_with_a_newer_one(database: Database, ids: list[str]) -> None:
    await name_keepers(database, ids[0], WANG)
    later = NOW + timedelta(hours=1)
    async with database.write() as connection:
        await confirming.make_link(connection, ids[0], KeeperRole.KEEPER, code="old", at=NOW)
        await confirming.make_link(connection, ids[0], KeeperRole.KEEPER, code="new", at=NOW)
    async with database.write() as connection:
        with pytest.raises(UnknownConfirmationLink):
            await confirming.confirm_by_link(connection, "old", at=NOW)
        first = await confirming.confirm_by_link(connection, "new", at=NOW)
        again = await confirming.confirm_by_link(connection, "new", at=later)

    async with database.read() as connection:
        said = await confirming.list_confirmations(connection, ids[0], limit=9)
    assert first.confirmed_at == again.confirmed_at == NOW
    assert [(one.aed_id, one.at, one.by) for one in said] == [(ids[0], NOW, "keeper")]


async def test_a_link_ends_after_its_time(database: Database, ids: list[str]) -> None:
    await name_keepers(database, ids[0], WANG)
    async with database.write() as connection:
        ends = await confirming.make_link(connection, ids[0], KeeperRole.KEEPER, code="c1", at=NOW)
        assert ends == NOW + LINK_LASTS
        with pytest.raises(ConfirmationLinkExpired):
            await confirming.confirm_by_link(connection, "c1", at=ends)


async def test_there_is_no_link_for_nobody(database: Database, ids: list[str]) -> None:
    async with database.write() as connection:
        with pytest.raises(NoKeeper):
            await confirming.make_link(connection, ids[0], KeeperRole.DEPUTY, code="c1", at=NOW)


async def test_of_joined_aeds_each_ones_keeper_can_be_asked(database: Database, ids: list[str]) -> None:
    await name_keepers(database, ids[1], ZHAO)
    async with database.write() as connection:
        await join(connection, ids[0], ids[1], by="li", at=NOW)
        await confirming.make_link(connection, ids[0], KeeperRole.DEPUTY, code="c1", at=NOW)
        asked = await confirming.confirm_by_link(connection, "c1", at=NOW)
    assert asked.aed_id == ids[0]
    assert await names(database, ids[0]) == ["赵强"]


async def test_nobody_changes_or_removes_what_was_confirmed(database: Database, ids: list[str]) -> None:
    async with database.write() as connection:
        await confirming.confirm(connection, ids[0], LI)
    for statement in (update(aed_confirmations).values(by="x"), delete(aed_confirmations)):
        with pytest.raises(DBAPIError, match="only appended to"):
            async with database.write() as connection:
                await connection.execute(statement)


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        ("138 1234 5678", "CN", "+8613812345678"),
        ("+49 221 1234567", "CN", "+492211234567"),
        ("0371-66668888", "CN", "+8637166668888"),
    ],
)
def test_a_phone_is_read_as_people_write_it(written: str, region: str, number: str, database_kind: str) -> None:
    del database_kind
    assert phone_e164(written, region) == number


@pytest.mark.parametrize("written", ["", "12", "王芳", "138123456789"])
def test_what_is_no_phone_is_refused_without_repeating_it(written: str, database_kind: str) -> None:
    del database_kind
    with pytest.raises(BadPhone) as refused:
        phone_e164(written)
    assert not written or written not in str(refused.value)
