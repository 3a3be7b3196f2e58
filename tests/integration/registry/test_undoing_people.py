"""One change of a person is taken back where the history holds what was before; the rest is refused, and why."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from registry.editing.taken_back import NotTakenBack, Undone
from registry.history.log import Author, list_changes
from registry.people.kinds import PersonKind
from registry.register.changing import add_person, change_person, checked_fields
from registry.register.groups import add_organisation, add_team
from registry.register.leaving_alone import pause, resume, set_hours
from registry.register.papers import NewPaper, add_paper, remove_paper, verify_paper
from registry.register.person_file import PersonFile, get_person
from registry.storage.database import Database
from registry.undo.one_change import undo_one

pytestmark = pytest.mark.both_databases
NOW = datetime(2025, 4, 7, 4, 0, tzinfo=UTC)
WANG = Author(by="wang", at=NOW)
ZHAO = Author(by="zhao", at=NOW + timedelta(hours=1), why="the wrong one")
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    one = Database(database_url)
    fields = checked_fields({"name": "李四", "phone": "13900000001"}, region="CN")
    async with one.write() as connection:
        await add_person(connection, one.personal_keys, fields, WANG, rescuer_id="v1", on_duty=True)
    yield one
    await one.close()


async def change(database: Database, **fields: Any) -> None:
    async with database.write() as connection:
        await change_person(connection, database.personal_keys, "v1", checked_fields(fields, region="CN"), WANG)


async def person(database: Database) -> PersonFile:
    async with database.read() as connection:
        return await get_person(connection, database.personal_keys, "v1")


async def undo_newest(database: Database) -> Undone:
    async with database.write() as connection:
        (newest,) = await list_changes(connection, kind="rescuer", limit=1)
        return await undo_one(connection, database.personal_keys, newest.change_id, ZHAO)


async def test_kind_organisation_and_team_become_what_they_were(database: Database) -> None:
    async with database.write() as connection:
        metro = await add_organisation(connection, WANG, name="Metro")
        team = await add_team(connection, WANG, name="Team 7")
    await change(database, kind=PersonKind.METRO_STAFF, organisation_id=metro.organisation_id, team_id=team.team_id)

    undone = await undo_newest(database)
    now = await person(database)
    assert (now.kind, now.organisation_id, now.team_id) == (PersonKind.VOLUNTEER, None, None)
    assert undone.rescuer_ids == ("v1",)
    await undo_newest(database)
    assert (await person(database)).team == "Team 7"


async def test_what_was_set_since_stands(database: Database) -> None:
    await change(database, kind=PersonKind.CREW)
    async with database.read() as connection:
        (first,) = await list_changes(connection, kind="rescuer", limit=1)
    await change(database, kind=PersonKind.PROFESSIONAL)

    async with database.write() as connection:
        with pytest.raises(NotTakenBack, match="kind of v1 is professional now"):
            await undo_one(connection, database.personal_keys, first.change_id, ZHAO)


async def test_a_pause_and_its_end_are_taken_back(database: Database) -> None:
    keys = database.personal_keys
    async with database.write() as connection:
        await pause(connection, keys, "v1", WANG, until=date(2025, 5, 1), zone=ZONE)
        await resume(connection, keys, "v1", WANG)
    await undo_newest(database)
    now = await person(database)
    assert (now.paused_at, now.paused_until) == (ZHAO.at, datetime(2025, 5, 1, tzinfo=ZONE))

    async with database.write() as connection:
        await resume(connection, keys, "v1", WANG)
        await pause(connection, keys, "v1", WANG, until=None, zone=ZONE)
    await undo_newest(database)
    assert (await person(database)).paused_at is None


async def test_a_certificate_is_not_verified_any_more(database: Database) -> None:
    keys = database.personal_keys
    paper = NewPaper(kind="BLS", serial="C-1", valid_from=date(2024, 1, 1), valid_until=date(2026, 1, 1))
    async with database.write() as connection:
        await add_paper(connection, keys, "v1", paper, WANG, is_seen=False)
        await verify_paper(connection, keys, "v1", 0, WANG)
    await undo_newest(database)
    assert (await person(database)).papers[0].verified_at is None

    async with database.write() as connection:
        await remove_paper(connection, keys, "v1", 0, WANG)
    with pytest.raises(NotTakenBack, match="holds no certificate's number"):
        await undo_newest(database)


async def test_what_says_who_somebody_is_does_not_come_back(database: Database) -> None:
    await change(database, name="王五", kind=PersonKind.CREW)
    with pytest.raises(NotTakenBack, match="so not what name was"):
        await undo_newest(database)
    assert (await person(database)).kind is PersonKind.CREW

    async with database.write() as connection:
        hours = {"weekly": "Mo-Fr 08:00-17:00", "quiet": "", "time_zone": ""}
        await set_hours(connection, database.personal_keys, "v1", WANG, **hours)
    with pytest.raises(NotTakenBack, match="holds no hours"):
        await undo_newest(database)
