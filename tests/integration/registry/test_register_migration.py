"""People who were registered before there was a register are rung as before, whatever the city says of new lists."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest
from alembic import command
from sqlalchemy import Boolean, Date, Integer, Text, column, insert, table

from registry.directory import Directory
from registry.eligibility import is_dispatchable
from registry.history.log import Author
from registry.people.kinds import PersonKind
from registry.people.trust import ANY_LIST
from registry.register.city_rules import list_sources, trust_source
from registry.register.person_file import get_person
from registry.storage.database import Database
from registry.storage.migrating import alembic_config, migrate
from registry.storage.types import GeographyPoint, UtcDateTime

pytestmark = pytest.mark.both_databases
BEFORE = "0015_history"
NOW = datetime(2025, 4, 7, 4, 0, tzinfo=UTC)
OLD_RESCUERS = table(
    "rescuers",
    *(column(name, Text) for name in ("rescuer_id", "source", "source_file", "source_digest")),
    column("on_duty", Boolean),
    column("imported_at", UtcDateTime()),
)
OLD_CERTIFICATES = table(
    "certificates",
    *(column(name, Text) for name in ("rescuer_id", "kind", "number")),
    column("ordinal", Integer),
    column("valid_until", Date),
)
OLD_HOMES = table("rescuer_homes", column("rescuer_id", Text), column("position", GeographyPoint()))


@pytest.fixture
async def database(empty_database_url: str) -> AsyncIterator[Database]:
    await asyncio.to_thread(_as_it_was, empty_database_url)
    one = Database(empty_database_url)
    yield one
    await one.close()


def _as_it_was(url: str) -> None:
    migrate(url)

    async def work() -> None:
        database = Database(url)
        async with database.write() as connection:
            await connection.run_sync(lambda sync: command.downgrade(alembic_config(sync), BEFORE))
            row = {"source_file": "", "source_digest": "", "on_duty": True, "imported_at": NOW}
            lists = {"a": "red cross", "b": "metro"}
            people = [{"rescuer_id": one, "source": source, **row} for one, source in lists.items()]
            await connection.execute(insert(OLD_RESCUERS), people)
            await connection.execute(
                insert(OLD_HOMES), [{"rescuer_id": one["rescuer_id"], "position": (113.66, 34.75)} for one in people]
            )
            paper = {"kind": "BLS", "ordinal": 0, "valid_until": date(2026, 1, 1)}
            await connection.execute(
                insert(OLD_CERTIFICATES),
                [{"rescuer_id": one["rescuer_id"], "number": f"N-{one['rescuer_id']}", **paper} for one in people],
            )
        await database.close()

    asyncio.run(work())
    migrate(url)


async def test_whoever_was_rung_before_is_rung_and_a_rule_for_new_lists_takes_nobody_away(database: Database) -> None:
    async with database.write() as connection:
        await trust_source(connection, ANY_LIST, Author(by="wang", at=NOW), trusted=False)
        rules = {one.source: (one.trusted, one.has_rule) for one in await list_sources(connection)}
        person = await get_person(connection, database.personal_keys, "a")
    directory = await Directory.load(database)

    assert [is_dispatchable(directory.get_rescuer(one), NOW).reason for one in ("a", "b")] == ["ready_at_home"] * 2
    assert rules == {"*": (False, True), "registry": (False, False), "metro": (True, True), "red cross": (True, True)}
    assert person.kind is PersonKind.VOLUNTEER
    assert (person.papers[0].source, person.papers[0].verified_at) == ("red cross", None)
