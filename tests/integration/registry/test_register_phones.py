"""An officer keeps people's phones: as they are, or sealed under a key, which changes nothing for whoever has it."""

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from registry.changes import change_feed
from registry.directory import Directory
from registry.follower import Follower
from registry.history.log import Author, list_changes
from registry.importers.run import ImportOptions, import_file
from registry.people_tables import PERSONAL_TABLES
from registry.personal.rotation import rotate
from registry.register.changing import add_person, change_person, checked_fields
from registry.register.leaving_alone import pause, resume
from registry.register.papers import NewPaper, add_paper
from registry.register.people_list import Search, list_people
from registry.register.person_file import PersonChanged, PersonFile, get_person
from registry.repository import erase_rescuer
from registry.storage.database import Database
from registry.storage.personal_keys import NO_KEYS, MissingPersonalKey, PersonalKeys
from registry.tables import rescuer_personal

pytestmark = pytest.mark.both_databases
NOW = datetime(2025, 4, 7, 4, 0, tzinfo=UTC)
WANG = Author(by="officer-wang", at=NOW, why="phoned")
OLD, NEW, FOREIGN = (PersonalKeys(bytes([number]) * 32) for number in (1, 2, 3))
BOTH = PersonalKeys.read(" ".join(base64.b64encode(bytes([number]) * 32).decode() for number in (2, 1)))
FIRST, SECOND = "+8613900000003", "+8613900000009"
HEADER = "id,name,phone,certificate_kind,certificate_number,valid_until\n"
HEARD_S = 20.0

keyed = pytest.mark.parametrize("keys", [NO_KEYS, NEW], ids=["plain", "sealed"])
Row = Mapping[str, str]


class Office:
    """One database, opened with one key after the other."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url, self._folder = url, folder

    @asynccontextmanager
    async def open(self, keys: PersonalKeys) -> AsyncIterator[Database]:
        database = Database(self._url, personal_keys=keys)
        try:
            yield database
        finally:
            await database.close()

    async def enter(self, keys: PersonalKeys, rescuer_id: str, phone: str = FIRST) -> PersonFile:
        fields = checked_fields({"name": f"孙{rescuer_id}", "phone": phone}, region="CN")
        async with self.open(keys) as database, database.write() as connection:
            return await add_person(connection, keys, fields, WANG, rescuer_id=rescuer_id, on_duty=True)

    async def change(self, keys: PersonalKeys, rescuer_id: str, **fields: Any) -> PersonFile:
        async with self.open(keys) as database, database.write() as connection:
            return await change_person(connection, keys, rescuer_id, checked_fields(fields, region="CN"), WANG)

    async def see(self, keys: PersonalKeys, rescuer_id: str) -> PersonFile:
        async with self.open(keys) as database, database.read() as connection:
            return await get_person(connection, keys, rescuer_id)

    async def found(self, keys: PersonalKeys, phone: str | None = None) -> dict[str, str]:
        async with self.open(keys) as database, database.read() as connection:
            people = await list_people(connection, keys, Search(phone_e164=phone), limit=9)
        return {one.rescuer_id: one.phone_e164 for one in people}

    async def take(self, keys: PersonalKeys, *rows: str) -> None:
        path = self._folder / "people.csv"
        path.write_text(HEADER + "".join(rows), encoding="utf-8")
        async with self.open(keys) as database:
            report = await import_file(database, path, ImportOptions(source="people"), now=NOW)
        assert not report.rejected, report

    async def row(self, rescuer_id: str) -> Row:
        """As it stands in the database."""
        mine = select(rescuer_personal).where(rescuer_personal.c.rescuer_id == rescuer_id)
        async with self.open(NO_KEYS) as database, database.read() as connection:
            return dict((await connection.execute(mine)).one()._mapping)

    async def break_seal(self, rescuer_id: str, *, by: str) -> None:
        """Put another person's sealed phone into this one's row, where it does not open."""
        other = await self.row(by)
        async with self.open(NO_KEYS) as database, database.write() as connection:
            mine = update(rescuer_personal).where(rescuer_personal.c.rescuer_id == rescuer_id)
            await connection.execute(mine.values(phone_sealed=other["phone_sealed"]))


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Office:
    return Office(database_url, tmp_path)


def is_sealed(row: Row) -> bool:
    return bool(row["phone_sealed"] and row["phone_mark"]) and not row["phone_e164"]


@keyed
async def test_a_phone_that_an_officer_enters_or_corrects_is_read_listed_and_found(
    office: Office, *, keys: PersonalKeys
) -> None:
    added = await office.enter(keys, "n1")
    assert added.phone_e164 == (await office.see(keys, "n1")).phone_e164 == FIRST
    assert is_sealed(await office.row("n1")) is bool(keys)
    assert await office.found(keys) == await office.found(keys, FIRST) == {"n1": FIRST}

    changed = await office.change(keys, "n1", phone="139 0000 0009")
    assert changed.phone_e164 == SECOND
    assert is_sealed(await office.row("n1")) is bool(keys)
    assert await office.found(keys, FIRST) == {}
    assert await office.found(keys, SECOND) == {"n1": SECOND}


@keyed
async def test_what_changes_no_phone_leaves_it_as_it_stands(office: Office, *, keys: PersonalKeys) -> None:
    await office.enter(keys, "n1")
    before = await office.row("n1")

    named = await office.change(keys, "n1", name="孙七", phone="13900000003")
    async with office.open(keys) as database, database.write() as connection:
        await pause(connection, keys, "n1", WANG, until=None, zone=ZoneInfo("Asia/Shanghai"))
        await resume(connection, keys, "n1", WANG)
        paper = NewPaper(kind="BLS", valid_until=date(2026, 1, 1))
        last = await add_paper(connection, keys, "n1", paper, WANG, is_seen=True)

    assert (named.name, named.phone_e164, last.phone_e164) == ("孙七", FIRST, FIRST)
    assert await office.row("n1") == {**before, "name": "孙七"}


@keyed
async def test_a_phone_is_taken_away_and_whoever_has_none_is_found(office: Office, *, keys: PersonalKeys) -> None:
    await office.enter(keys, "n1")
    await office.enter(keys, "n2", phone=SECOND)
    gone = await office.change(keys, "n1", phone="")

    assert gone.phone_e164 == ""
    assert not any(value for name, value in (await office.row("n1")).items() if name.startswith("phone"))
    assert await office.found(keys, "") == {"n1": ""}


async def test_phones_are_found_in_plain_and_under_any_of_the_keys_and_after_a_rotation(office: Office) -> None:
    everybody = {"n1": FIRST, "n2": FIRST, "n3": FIRST}
    await office.enter(NO_KEYS, "n1")
    await office.enter(OLD, "n2")
    await office.enter(BOTH, "n3")
    assert await office.found(BOTH, FIRST) == everybody
    digests = [(await office.see(BOTH, one)).digest() for one in everybody]

    async with office.open(BOTH) as database:
        await rotate(database, pause_s=0.0)

    assert await office.found(NEW) == await office.found(NEW, FIRST) == everybody
    # Who has read a person before may still change them.
    assert [(await office.see(NEW, one)).digest() for one in everybody] == digests


@pytest.mark.parametrize("keys", [NO_KEYS, FOREIGN], ids=["no key", "another key"])
async def test_without_its_key_a_phone_outlasts_every_change_and_none_is_set_or_asked_about(
    office: Office, *, keys: PersonalKeys
) -> None:
    await office.enter(NEW, "n1")
    before = await office.row("n1")

    named = await office.change(keys, "n1", name="孙七")
    assert (named.name, named.phone_e164, named.phone_unreadable) == ("孙七", "", True)
    with pytest.raises(MissingPersonalKey, match=f"RESCUE_PERSONAL_KEY.*{NEW.newest_id}"):
        await office.change(keys, "n1", phone=SECOND)
    with pytest.raises(MissingPersonalKey):
        await office.enter(keys, "n2")
    with pytest.raises(MissingPersonalKey):
        await office.found(keys, FIRST)

    assert await office.row("n1") == {**before, "name": "孙七"}
    assert await office.found(keys) == {"n1": ""}
    assert (await office.see(NEW, "n1")).phone_e164 == FIRST


@pytest.mark.parametrize("phone", [SECOND, ""], ids=["another", "none"])
async def test_a_broken_seal_outlasts_other_changes_and_goes_when_the_phone_is_set(
    office: Office, *, phone: str
) -> None:
    await office.enter(NEW, "n1")
    await office.enter(NEW, "n2", phone=SECOND)
    await office.break_seal("n1", by="n2")
    broken = await office.row("n1")
    named = await office.change(NEW, "n1", name="孙七")
    assert named.phone_unreadable
    assert await office.row("n1") == {**broken, "name": "孙七"}

    mended = await office.change(NEW, "n1", phone=phone)

    assert (mended.phone_e164, mended.phone_unreadable) == (phone, False)
    assert is_sealed(await office.row("n1")) is bool(phone)


async def test_a_list_leaves_a_phone_alone_that_an_officer_set_and_that_cannot_be_read(office: Office) -> None:
    await office.take(NEW, "r1,王芳,13812345678,rc,C-1,2030-01-01\n", "r2,李强,13912345678,rc,C-2,2030-01-01\n")
    await office.change(NEW, "r1", phone=FIRST)
    await office.change(NEW, "r2", phone=SECOND)
    await office.break_seal("r1", by="r2")
    broken = await office.row("r1")

    await office.take(NEW, "r1,王小芳,13812345678,rc,C-1,2031-01-01\n", "r2,李强,13912345678,rc,C-2,2031-01-01\n")

    assert await office.row("r1") == {**broken, "name": "王小芳"}
    assert (await office.see(NEW, "r2")).phone_e164 == SECOND
    assert [(await office.see(NEW, one)).papers[0].valid_until for one in ("r1", "r2")] == [date(2031, 1, 1)] * 2


@keyed
async def test_two_officers_do_not_undo_each_others_phones_and_history_tells_none(
    office: Office, *, keys: PersonalKeys
) -> None:
    seen = (await office.enter(keys, "n1")).digest()
    await office.change(keys, "n1", phone=SECOND)
    async with office.open(keys) as database, database.write() as connection:
        with pytest.raises(PersonChanged):
            await change_person(connection, keys, "n1", {"phone_e164": FIRST}, WANG, expected=seen)
        changes = await list_changes(connection, kind="rescuer", subject_id="n1", limit=9)

    assert [dict(one.change.after or {})["phone_e164"] for one in changes] == ["not shown", "not shown"]
    assert not [phone for phone in (FIRST[1:], SECOND[1:]) if phone in str(changes)]


@keyed
async def test_a_running_service_hears_of_a_phone_and_knows_whose_it_is_too(
    office: Office, *, keys: PersonalKeys
) -> None:
    told = []
    async with office.open(keys) as database:
        directory, feed = await Directory.load(database), change_feed(database)
        follower = Follower(database, directory, feed)
        await feed.open()
        try:
            await office.enter(keys, "n1")
            await office.enter(keys, "n2", phone=SECOND)
            heard: set[str] = set()
            while heard != {"n1", "n2"}:
                heard |= set((await asyncio.wait_for(feed.next(), HEARD_S)).rescuer_ids)
            for phone in (FIRST, SECOND):
                await office.change(keys, "n2", phone=phone)
                changed = await asyncio.wait_for(feed.next(), HEARD_S)
                await follower.take(changed.aed_ids, changed.rescuer_ids)
                told.append({one: sorted(others) for one, others in directory.same_phone.items() if others})
        finally:
            await feed.close()

    assert told == [{"n1": ["n2"], "n2": ["n1"]}, {}]


@keyed
async def test_of_an_erased_person_neither_phone_nor_mark_is_left(office: Office, *, keys: PersonalKeys) -> None:
    await office.enter(keys, "n1")
    await office.change(keys, "n1", phone=SECOND)
    async with office.open(keys) as database, database.write() as connection:
        await erase_rescuer(connection, "n1", at=NOW)
        held = [(await connection.execute(select(table))).all() for table in PERSONAL_TABLES]

    assert not any(held)
    assert await office.found(keys, SECOND) == {}
    assert (await office.see(keys, "n1")).phone_e164 == ""
