"""Phones in the database under a key: nothing else changes for anybody who has it, and nobody without it reads them."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import select, update

from registry.contacts import ContactBook
from registry.directory import Directory
from registry.importers.report import ImportReport
from registry.importers.run import ImportOptions, import_file
from registry.personal import rotation
from registry.personal.rotation import Rotated, rotate
from registry.personal.same_phones import load_same_phones
from registry.repository import erase_rescuer, find_contact
from registry.storage.database import Database
from registry.storage.migrating import alembic_config
from registry.storage.personal_keys import NO_KEYS, MissingPersonalKey, PersonalKeys
from registry.tables import metadata, rescuer_personal, rescuers

pytestmark = pytest.mark.both_databases
NOW = datetime(2025, 3, 5, 4, 0, tzinfo=UTC)
HEADER = "id,name,phone,certificate_kind,certificate_number,valid_until\n"
FIRST = "r1,王芳,13812345678,rc,C-1,2030-01-01\n"
SECOND = "r2,李强,13912345678,rc,C-2,2030-01-01\n"
# Somebody else with the first one's phone, from another list.
TWIN = "x1,王小芳,13812345678,rc,C-9,2030-01-01\n"
PHONES = {"r1": "+8613812345678", "r2": "+8613912345678"}
DIGITS = ("13812345678", "13912345678")
OLD, NEW, FOREIGN = (PersonalKeys(bytes([number]) * 32) for number in (1, 2, 3))
BOTH = PersonalKeys.read(" ".join(base64.b64encode(bytes([number]) * 32).decode() for number in (2, 1)))
PLAIN = NO_KEYS


class Registry:
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

    def write(self, *rows: str, source: str = "people") -> Path:
        path = self._folder / f"{source}.csv"
        path.write_text(HEADER + "".join(rows), encoding="utf-8")
        return path

    async def take(self, keys: PersonalKeys, *rows: str, source: str = "people") -> ImportReport:
        path = self.write(*rows, source=source)
        async with self.open(keys) as database:
            return await import_file(database, path, ImportOptions(source=source), now=NOW)

    async def phones(self, keys: PersonalKeys) -> dict[str, str]:
        async with self.open(keys) as database:
            found = await ContactBook(database).find(["r1", "r2", "x1"])
        return {rescuer_id: contact.phone_e164 for rescuer_id, contact in found.items()}

    async def pairs(self, keys: PersonalKeys) -> list[tuple[str, str]]:
        """As a start has them; they are the same when everybody is asked for by name."""
        async with self.open(keys) as database, database.read() as connection:
            everybody = list((await connection.execute(select(rescuers.c.rescuer_id))).scalars())
            pairs = await load_same_phones(connection, keys)
            assert await load_same_phones(connection, keys, everybody) == pairs
            assert (await Directory.load(database)).same_phone.keys() == {one for pair in pairs for one in pair}
        return pairs

    async def rotate(self, keys: PersonalKeys) -> Rotated:
        async with self.open(keys) as database:
            return await rotate(database, pause_s=0.0)

    async def everything(self) -> str:
        """All that the database holds, as text."""
        async with self.open(PLAIN) as database, database.read() as connection:
            kind = connection.dialect.name
            tables = [one for one in metadata.sorted_tables if one.info.get("only_on") in (None, kind)]
            return str([(await connection.execute(select(table))).all() for table in tables])


@pytest.fixture
def registry(database_url: str, tmp_path: Path) -> Registry:
    return Registry(database_url, tmp_path)


async def test_with_a_key_no_phone_stands_in_the_database_and_whoever_has_it_reads_them(registry: Registry) -> None:
    await registry.take(NEW, FIRST, SECOND)

    held = await registry.everything()
    assert not [digits for digits in DIGITS if digits in held]
    assert await registry.phones(NEW) == PHONES
    assert await registry.phones(FOREIGN) == {"r1": "", "r2": ""}


async def test_without_a_key_everything_is_as_it_was(registry: Registry) -> None:
    await registry.take(PLAIN, FIRST, SECOND)

    assert await registry.phones(PLAIN) == PHONES
    async with registry.open(PLAIN) as database, database.read() as connection:
        contact = await find_contact(connection, "r1", PLAIN)
    assert contact is not None
    assert contact.phone_e164 == PHONES["r1"]


@pytest.mark.parametrize("keys", [PLAIN, NEW])
async def test_a_second_import_changes_nothing_and_a_changed_phone_one_person(
    registry: Registry, *, keys: PersonalKeys
) -> None:
    await registry.take(keys, FIRST, SECOND)
    again = await registry.take(keys, FIRST, SECOND)
    changed = await registry.take(keys, FIRST, SECOND.replace("139123", "137123"))

    assert (again.accepted, again.changed, again.unchanged) == (0, 0, 2)
    assert (changed.accepted, changed.changed, changed.unchanged) == (0, 1, 1)
    assert await registry.phones(keys) == {**PHONES, "r2": "+8613712345678"}


@pytest.mark.parametrize(
    "keys", [[PLAIN, PLAIN], [NEW, NEW], [PLAIN, NEW], [OLD, BOTH]], ids=["plain", "sealed", "first key", "new key"]
)
async def test_one_phone_of_two_people_is_found_in_whichever_forms_it_stands(
    registry: Registry, *, keys: list[PersonalKeys]
) -> None:
    before, now = keys
    await registry.take(before, FIRST, SECOND)
    report = await registry.take(now, TWIN, source="others")

    shared = [remark for remark in report.warnings if remark.reason == "shared_phone"]
    assert len(shared) == 1
    assert "r1" in shared[0].text
    assert "13812345678" not in shared[0].text
    assert await registry.pairs(now) == [("r1", "x1")]
    if now:
        await registry.rotate(now)
        assert await registry.pairs(now) == [("r1", "x1")]


async def test_a_person_is_recognised_by_their_sealed_phone_and_somebody_else_is_refused(registry: Registry) -> None:
    await registry.take(NEW, FIRST)
    same = await registry.take(NEW, "r1,Wang Fang,13812345678,rc,C-77,2031-01-01\n", source="others")
    other = await registry.take(NEW, "r1,李强,13912345678,rc,C-2,2030-01-01\n", source="others")

    assert (same.changed, same.rejected) == (1, [])
    assert [remark.reason for remark in other.rejected] == ["id_clash"]
    assert (await registry.phones(NEW))["r1"] == PHONES["r1"]


async def test_what_stood_in_plain_is_encrypted_by_command_and_a_list_says_nothing_new_then(registry: Registry) -> None:
    await registry.take(PLAIN, FIRST, SECOND)
    first = await registry.rotate(NEW)
    second = await registry.rotate(NEW)
    again = await registry.take(NEW, FIRST, SECOND)

    assert first == Rotated(phones=2, digests=2, secrets=0, codes=0, unreadable=0, kept=2)
    assert second == Rotated(phones=0, digests=0, secrets=0, codes=0, unreadable=0, kept=0)
    held = await registry.everything()
    assert not [digits for digits in DIGITS if digits in held]
    assert await registry.phones(NEW) == PHONES
    assert (again.accepted, again.changed, again.unchanged) == (0, 0, 2)


async def test_a_key_is_changed_without_anybody_noticing_and_the_old_one_is_not_needed_then(registry: Registry) -> None:
    await registry.take(OLD, FIRST, SECOND)
    assert await registry.phones(BOTH) == PHONES

    done = await registry.rotate(BOTH)

    assert done == Rotated(phones=2, digests=2, secrets=0, codes=0, unreadable=0, kept=2)
    assert await registry.phones(NEW) == PHONES
    assert await registry.phones(OLD) == {"r1": "", "r2": ""}
    again = await registry.take(NEW, FIRST, SECOND)
    assert (again.accepted, again.changed, again.unchanged) == (0, 0, 2)


async def test_a_rotation_that_was_interrupted_goes_on_where_it_was(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    rows = [f"p{number},n,1381234{number:04},rc,C-{number},2030-01-01\n" for number in range(7)]
    await registry.take(OLD, *rows)
    left = 2

    async def give_up(_pause_s: float) -> None:
        nonlocal left
        left -= 1
        if not left:
            raise asyncio.CancelledError

    with monkeypatch.context() as interrupted:
        interrupted.setattr(rotation.asyncio, "sleep", give_up)
        with pytest.raises(asyncio.CancelledError):
            await registry.rotate(BOTH)
    rest = await registry.rotate(BOTH)

    assert (rest.phones, rest.digests) == (3, 7)
    async with registry.open(NEW) as database:
        found = await ContactBook(database).find([f"p{number}" for number in range(7)])
    assert {contact.phone_e164 for contact in found.values()} == {f"+861381234{number:04}" for number in range(7)}


async def test_a_list_that_comes_while_keys_change_is_not_undone(registry: Registry) -> None:
    await registry.take(OLD, FIRST, SECOND)
    path = registry.write(FIRST.replace("138123", "136123"), SECOND)
    async with registry.open(BOTH) as database, registry.open(BOTH) as other:
        await asyncio.gather(
            rotate(database, pause_s=0.0), import_file(other, path, ImportOptions(source="people"), now=NOW)
        )

    assert await registry.phones(NEW) == {**PHONES, "r1": "+8613612345678"}


@pytest.mark.parametrize("keys", [PLAIN, FOREIGN])
async def test_without_the_key_nothing_is_taken_and_the_setting_is_named(
    registry: Registry, *, keys: PersonalKeys
) -> None:
    await registry.take(NEW, FIRST)

    with pytest.raises(MissingPersonalKey, match=f"RESCUE_PERSONAL_KEY.*{NEW.newest_id}"):
        await registry.take(keys, SECOND, source="others")
    with pytest.raises(MissingPersonalKey, match="RESCUE_PERSONAL_KEY"):
        await registry.rotate(keys)
    assert await registry.phones(NEW) == {"r1": PHONES["r1"]}


async def test_rows_that_were_swapped_give_no_phone_rather_than_another_ones(registry: Registry) -> None:
    await registry.take(NEW, FIRST, SECOND)
    personal = rescuer_personal.c
    async with registry.open(NEW) as database, database.write() as connection:
        theirs = (
            await connection.execute(select(personal.phone_sealed).where(personal.rescuer_id == "r2"))
        ).scalar_one()
        await connection.execute(
            update(rescuer_personal).where(personal.rescuer_id == "r1").values(phone_sealed=theirs)
        )

    assert await registry.phones(NEW) == {"r1": "", "r2": PHONES["r2"]}
    # Still under the key, so there is nothing to bring under it; a newer key meets the row and leaves it.
    newer = PersonalKeys.read(" ".join(base64.b64encode(bytes([number]) * 32).decode() for number in (4, 2)))
    assert (await registry.rotate(newer)).unreadable == 1
    assert (await registry.phones(newer))["r2"] == PHONES["r2"]


async def test_who_is_erased_leaves_neither_phone_nor_mark_nor_digest(registry: Registry) -> None:
    await registry.take(NEW, FIRST, SECOND)
    async with registry.open(NEW) as database:
        async with database.write() as connection:
            await erase_rescuer(connection, "r1", at=NOW)
        async with database.read() as connection:
            row = (await connection.execute(select(rescuers).where(rescuers.c.rescuer_id == "r1"))).one()
            left = (await connection.execute(select(rescuer_personal.c.rescuer_id))).scalars().all()

    assert row.source_digest == ""
    assert left == ["r2"]
    assert NEW.marks_of(PHONES["r1"])[0] not in await registry.everything()


async def test_a_digest_of_a_list_cannot_be_tried_without_the_key(registry: Registry) -> None:
    report = await registry.take(PLAIN, FIRST)
    async with registry.open(PLAIN) as database, database.read() as connection:
        plain = (await connection.execute(select(rescuers.c.source_digest))).scalar_one()
    assert report.accepted == 1
    assert len(plain) == hashlib.sha256().digest_size * 2

    await registry.rotate(NEW)

    held = await registry.everything()
    assert plain not in held
    assert plain[:32] not in held


async def test_tables_of_before_are_made_of_plain_phones_only(registry: Registry) -> None:
    await registry.take(NEW, FIRST)

    def back(sync: object) -> None:
        command.downgrade(alembic_config(sync), "0015_history")  # type: ignore[arg-type]

    async with registry.open(NEW) as database:
        with pytest.raises(RuntimeError, match="encrypted"):
            async with database.write() as connection:
                await connection.run_sync(back)
        async with database.write() as connection:
            await erase_rescuer(connection, "r1", at=NOW)
            await connection.run_sync(back)
