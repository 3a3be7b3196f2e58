"""The phones by which a service rings while its database is away: as lists and officers had them last."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection

from dispatch.channels.addresses import AddressBook
from dispatch.people.channel_addresses import ChannelAddresses
from dispatch.people.reach import PushSubscriptions
from registry.history.log import Author
from registry.importers.run import ImportOptions, import_file
from registry.register.changing import add_person, change_person
from registry.storage.database import Database
from registry.storage.personal_keys import NO_KEYS, PersonalKeys
from registry.storage.watched_database import DatabaseAway

pytestmark = [
    pytest.mark.both_databases,
    pytest.mark.parametrize("keys", [NO_KEYS, PersonalKeys(bytes([7]) * 32)], ids=["plain", "sealed"]),
]
T = TypeVar("T")
NOW = datetime(2025, 4, 7, 4, 0, tzinfo=UTC)
WANG = Author(by="officer-wang", at=NOW)
HEADER = "id,name,phone,certificate_kind,certificate_number,valid_until\n"
FIRST, SECOND, THIRD = "+8613900000003", "+8613900000009", "+8613800000008"


class LeavingDatabase(Database):
    """Answers until it is told to be away."""

    is_away = False

    async def consult(self, work: Callable[[Connection], T]) -> T:
        if self.is_away:
            raise DatabaseAway("away")
        return await super().consult(work)


@pytest.fixture
async def database(database_url: str, keys: PersonalKeys) -> AsyncIterator[LeavingDatabase]:
    one = LeavingDatabase(database_url, personal_keys=keys)
    yield one
    await one.close()


async def change(database: Database, **fields: Any) -> None:
    async with database.write() as connection:
        await change_person(connection, database.personal_keys, "n1", fields, WANG)


async def test_what_officers_and_lists_change_is_rung_while_the_database_is_away(
    database: LeavingDatabase, tmp_path: Path
) -> None:
    async with database.write() as connection:
        fields = {"name": "孙六", "phone_e164": ""}
        await add_person(connection, database.personal_keys, fields, WANG, rescuer_id="n1", on_duty=True)
    people = tmp_path / "people.csv"
    book = AddressBook(database, PushSubscriptions(database), ChannelAddresses(database))

    async def remembered(rescuer_id: str) -> str | None:
        await book.refresh()
        database.is_away = True
        found = await book.find_phone(rescuer_id)
        database.is_away = False
        assert book.has_phone(rescuer_id) is (found is not None)
        return found

    told = [await remembered("n1")]
    for phone in (FIRST, SECOND, ""):
        await change(database, phone_e164=phone)
        told.append(await remembered("n1"))
    for phone in (FIRST, THIRD):
        people.write_text(HEADER + f"r1,王芳,{phone},rc,C-1,2030-01-01\n", encoding="utf-8")
        await import_file(database, people, ImportOptions(source="people"), now=NOW)
        told.append(await remembered("r1"))

    assert told == [None, FIRST, SECOND, None, FIRST, THIRD]


async def test_a_phone_that_was_taken_away_is_not_rung_from_memory(database: LeavingDatabase) -> None:
    async with database.write() as connection:
        fields = {"name": "孙六", "phone_e164": FIRST}
        await add_person(connection, database.personal_keys, fields, WANG, rescuer_id="n1", on_duty=True)
    book = AddressBook(database, PushSubscriptions(database), ChannelAddresses(database))
    await book.refresh()

    await change(database, phone_e164="")

    assert await book.find_phone("n1") is None
