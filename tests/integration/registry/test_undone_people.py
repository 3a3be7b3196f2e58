"""An import of people taken back: who was changed is as before, who was brought is gone, what was said since stays."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from registry.history.log import Author, list_changes
from registry.importers.import_log import NotUndone, UndoneImport, list_imports, undo_import
from registry.importers.kinds import ImportKind
from registry.importers.known_sources import rename_source
from registry.importers.report import ImportReport
from registry.importers.run import ImportOptions, import_file
from registry.importers.undoing.pruning import prune_imports
from registry.importers.undoing.states import load_kept
from registry.people_tables import PERSONAL_TABLES, consents, import_people, invitations
from registry.personal.rotation import rotate
from registry.register.changing import change_person, checked_fields
from registry.register.papers import NewPaper, renew_paper, verify_paper
from registry.register.person_file import get_person
from registry.repository import erase_rescuer
from registry.storage.database import Database
from registry.storage.personal_keys import NO_KEYS, PersonalKeys
from registry.tables import rescuers

pytestmark = pytest.mark.both_databases
NOW = datetime(2025, 3, 5, 4, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)
OFFICER = Author(by="wang", at=NOW + timedelta(hours=1), why="rang them")
KEYS = PersonalKeys(b"a" * 32)
keyed = pytest.mark.parametrize("keys", [NO_KEYS, KEYS], ids=["plain", "sealed"])

HEADER = "id,name,phone,certificate_kind,certificate_number,valid_until,on_duty,home_lon_wgs84,home_lat_wgs84\n"
LI = "r00,李强,13812345678,red_cross,RC1,2025-06-30,yes,113.65,34.74\n"
WANG = "r01,王芳,13812345679,red_cross,RC2,2026-06-30,yes,,\n"
OTHER_LI = "r00,李小强,13900000001,red_cross,RC1,2027-06-30,no,113.70,34.80\n"
ZHAO = "r02,赵敏,13900000002,red_cross,RC3,2027-01-01,yes,113.60,34.70\n"


class Office:
    """An officer with a registry of people and the lists that come in."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self._folder = database, folder

    async def take(self, *rows: str, source: str = "red cross", at: datetime = NOW) -> int:
        number = (await self.report_of(*rows, source=source, at=at)).import_id
        assert number is not None
        return number

    async def report_of(self, *rows: str, source: str = "red cross", at: datetime = NOW) -> ImportReport:
        path = self._folder / f"{source}.csv"
        path.write_text(HEADER + "".join(rows), encoding="utf-8")
        how = ImportOptions(kind=ImportKind.RESCUERS, source=source)
        return await import_file(self.database, path, how, now=at)

    async def undo(self, import_id: int) -> UndoneImport:
        return await undo_import(self.database, import_id, now=LATER, by="li", why="the wrong file")

    async def file_of(self, rescuer_id: str) -> Any:
        async with self.database.read() as connection:
            return await get_person(connection, self.database.personal_keys, rescuer_id)

    async def everyone(self) -> list[Any]:
        """What the register has of everybody, and which list said it last."""
        async with self.database.read() as connection:
            rows = (await connection.execute(select(rescuers).order_by(rescuers.c.rescuer_id))).all()
        return [(row, await self.file_of(row.rescuer_id)) for row in rows]

    async def change(self, rescuer_id: str, **fields: Any) -> None:
        async with self.database.write() as connection:
            told = checked_fields(fields, region="CN")
            await change_person(connection, self.database.personal_keys, rescuer_id, told, OFFICER)

    async def write(self, *statements: Any) -> None:
        async with self.database.write() as connection:
            for statement in statements:
                await connection.execute(statement)

    async def kept(self) -> list[Any]:
        async with self.database.read() as connection:
            return list((await connection.execute(select(import_people))).all())


@pytest.fixture
def keys() -> PersonalKeys:
    return NO_KEYS


@pytest.fixture
async def office(database_url: str, tmp_path: Path, keys: PersonalKeys) -> AsyncIterator[Office]:
    database = Database(database_url, personal_keys=keys)
    yield Office(database, tmp_path)
    await database.close()


@keyed
async def test_who_was_changed_is_as_before_and_who_was_brought_is_gone(office: Office) -> None:
    await office.take(LI, WANG)
    before = await office.everyone()
    wrong = await office.take(OTHER_LI, ZHAO)
    assert (await office.file_of("r00")).name == "李小强"

    undone = await office.undo(wrong)

    assert (undone.kind, undone.ids, undone.gone, undone.stays) == ("rescuers", ("r00", "r02"), ("r02",), ())
    assert _as_told(await office.everyone()) == _as_told(before)
    assert await office.kept() != []
    async with office.database.read() as connection:
        (newest, *_) = await list_imports(connection, limit=5)
        left = [
            (await connection.execute(select(table).where(table.c.rescuer_id == "r02"))).all()
            for table in PERSONAL_TABLES
        ]
    assert (newest.import_id, newest.undone_at, newest.undo_ended_at) == (wrong, LATER, LATER)
    assert not any(left)


@keyed
async def test_after_an_undo_the_list_of_before_changes_nothing_and_the_other_one_changes_all_again(
    office: Office,
) -> None:
    await office.take(LI, WANG)
    await office.undo(await office.take(OTHER_LI, ZHAO))

    again = await office.report_of(LI, WANG)
    assert (again.unchanged, again.accepted, again.changed, again.absent) == (2, 0, 0, [])
    anew = await office.report_of(OTHER_LI, ZHAO)
    assert (anew.accepted, anew.changed, anew.absent) == (1, 1, ["r01"])
    assert (await office.file_of("r02")).name == "赵敏"


async def test_the_first_list_of_all_is_taken_back_and_its_ids_are_free(office: Office) -> None:
    await office.undo(await office.take(LI, WANG))
    assert await office.everyone() == []

    other = await office.report_of("r00,孙丽,13700000001,red_cross,H7,2027-01-01,yes,,\n", source="hospital")
    assert (other.accepted, other.rejected) == (1, [])


async def test_who_is_missing_on_the_list_was_untouched_and_is_so_after_the_undo(office: Office) -> None:
    await office.take(LI, WANG)
    before = await office.file_of("r01")
    wrong = await office.take(OTHER_LI)
    await office.undo(wrong)
    assert await office.file_of("r01") == before


@keyed
async def test_what_an_officer_set_since_stays_and_is_named_and_the_rest_goes_back(office: Office) -> None:
    await office.take(LI, WANG)
    wrong = await office.take(OTHER_LI, ZHAO)
    await office.change("r00", phone="13711111111")
    await office.change("r02", insurance_note="insured by the school")

    undone = await office.undo(wrong)

    one = await office.file_of("r00")
    assert (one.name, one.phone_e164, one.home) == ("李强", "+8613711111111", (113.65, 34.74))
    assert [paper.valid_until for paper in one.papers] == [date(2025, 6, 30)]
    assert (await office.file_of("r02")).name == "赵敏"
    assert undone.gone == ()
    assert undone.stays == (
        "of r00 stays phone, as it was set since (last by wang at 2025-03-05 05:00 UTC)",
        "of r02 stays all, though the import brought them: an officer has said more of them "
        "(last by wang at 2025-03-05 05:00 UTC)",
    )


async def test_what_an_officer_set_to_what_the_list_says_is_the_officers(office: Office) -> None:
    await office.take(LI)
    wrong = await office.take(OTHER_LI)
    await office.change("r00", name="李强")
    await office.change("r00", name="李小强")

    undone = await office.undo(wrong)

    assert (await office.file_of("r00")).name == "李小强"
    assert undone.stays[0].startswith("of r00 stays name")


async def test_a_certificate_that_somebody_has_seen_or_renewed_stays(office: Office) -> None:
    await office.take(LI, WANG)
    wrong = await office.take(OTHER_LI, WANG.replace("RC2,2026", "RC9,2028"))
    keys = office.database.personal_keys
    new = {rescuer_id: (await office.file_of(rescuer_id)).papers[-1].number for rescuer_id in ("r00", "r01")}
    async with office.database.write() as connection:
        await verify_paper(connection, keys, "r00", new["r00"], OFFICER)
        renewal = NewPaper(kind="red_cross", valid_until=date(2030, 1, 1))
        await renew_paper(connection, keys, "r01", new["r01"], renewal, author=OFFICER, is_seen=True)

    undone = await office.undo(wrong)

    ends = {one: [paper.valid_until for paper in (await office.file_of(one)).papers] for one in ("r00", "r01")}
    assert ends["r00"] == [date(2025, 6, 30), date(2027, 6, 30)]
    assert ends["r01"] == [date(2026, 6, 30), date(2028, 6, 30), date(2030, 1, 1)]
    assert [sentence.partition(",")[0] for sentence in undone.stays] == [
        f"of {one} stays certificate {new[one]}" for one in ("r00", "r01")
    ]


async def test_what_a_phone_has_said_stays(office: Office) -> None:
    await office.take(LI)
    wrong = await office.take(OTHER_LI, WANG, ZHAO)
    of = rescuers.c.rescuer_id
    on_the_line = {"on_duty": True, "duty_changed_at": LATER}
    await office.write(
        update(rescuers).where(of == "r00").values(on_the_line),
        update(rescuers).where(of == "r01").values(last_seen_at=LATER),
        insert(consents).values(rescuer_id="r02", version="1", given_at=LATER),
    )

    undone = await office.undo(wrong)

    assert undone.gone == ()
    assert [sentence.split(": ")[-1] for sentence in undone.stays] == [
        "of r00 stays duty, as it was set since",
        *["they have signed in on a phone"] * 2,
    ]
    row, one = (await office.everyone())[0]
    assert (row.on_duty, row.duty_changed_at, one.name) == (True, LATER, "李强")


async def test_an_invitation_that_nobody_has_used_goes_with_whom_it_was_for(office: Office) -> None:
    wrong = await office.take(ZHAO)
    code = {"code_digest": "0" * 64, "created_at": NOW, "expires_at": LATER}
    await office.write(insert(invitations).values(rescuer_id="r02", **code))
    assert (await office.undo(wrong)).gone == ("r02",)


async def test_a_later_import_of_the_same_people_is_taken_back_first(office: Office) -> None:
    await office.take(LI)
    before = await office.everyone()
    wrong = [await office.take(LI.replace("李强", name)) for name in ("李二", "李三")]

    with pytest.raises(NotUndone, match=f"import {wrong[1]} changed the same people: take that back first"):
        await office.undo(wrong[0])

    for number in reversed(wrong):
        await office.undo(number)
    assert _as_told(await office.everyone()) == _as_told(before)
    with pytest.raises(NotUndone, match="already"):
        await office.undo(wrong[0])


@keyed
async def test_who_was_erased_since_stays_erased_and_nothing_of_them_is_kept(office: Office) -> None:
    await office.take(LI, WANG)
    wrong = await office.take(OTHER_LI, WANG.replace("王芳", "王方"))
    async with office.database.write() as connection:
        await erase_rescuer(connection, "r00", at=LATER)
    assert {row.rescuer_id for row in await office.kept()} == {"r01"}

    undone = await office.undo(wrong)

    assert undone.ids == ("r01",)
    assert ((await office.file_of("r00")).name, (await office.file_of("r00")).erased_at) == ("", LATER)
    refused = await office.report_of(LI, WANG)
    assert [remark.reason for remark in refused.rejected] == ["erased"]
    assert (await office.report_of(WANG)).absent == []


@pytest.mark.parametrize("keys", [KEYS])
async def test_with_a_key_nothing_of_before_stands_in_clear(office: Office) -> None:
    await office.take(LI, WANG)
    await office.take(OTHER_LI, ZHAO)
    kept = await office.kept()
    assert len(kept) == 4
    for word in ("李", "+86138", "RC1", "113.6", "2025"):
        assert not [row for row in kept if word in row.told or word in row.told_sealed]


async def test_what_was_kept_in_clear_is_sealed_by_a_key_that_comes_later_and_opened_by_the_next(
    office: Office, database_url: str
) -> None:
    await office.take(LI)
    before = await office.everyone()
    wrong = await office.take(OTHER_LI, ZHAO)
    newer = PersonalKeys(b"b" * 32)
    for keys in (KEYS, PersonalKeys(b"b" * 32, b"a" * 32)):
        database = Database(database_url, personal_keys=keys)
        assert (await rotate(database, pause_s=0)).kept == 3
        await database.close()

    database = Database(database_url, personal_keys=newer)
    undone = await undo_import(database, wrong, now=LATER)
    async with database.read() as connection:
        one = await get_person(connection, newer, "r00")
    await database.close()

    assert (undone.gone, undone.stays) == (("r02",), ())
    assert one == before[0][1]


@keyed
async def test_after_its_days_nothing_is_kept_and_an_undo_says_why_it_cannot(office: Office) -> None:
    await office.take(LI, at=NOW)
    wrong = await office.take(OTHER_LI, at=NOW + timedelta(days=2))

    def prune(connection: Any, *, dry_run: bool = False) -> int:
        before = {"aeds_before": NOW - timedelta(days=20), "people_before": NOW + timedelta(days=2)}
        return prune_imports(connection, **before, now=LATER, dry_run=dry_run)

    assert await office.database.consult(lambda c: prune(c, dry_run=True)) == 2
    assert [await office.database.transact(prune) for _ in range(3)] == [1, 1, 0]

    assert await office.kept() == []
    with pytest.raises(NotUndone, match=r"how it found these people was kept for a while only, until 2025-03-05 07:00"):
        await office.undo(wrong)
    assert (await office.file_of("r00")).name == "李小强"


async def test_a_list_that_was_renamed_since_keeps_its_new_name(office: Office) -> None:
    await office.take(LI)
    wrong = await office.take(OTHER_LI)
    async with office.database.write() as connection:
        await rename_source(connection, "red cross", "rc-henan", OFFICER)

    assert (await office.undo(wrong)).stays == ()

    one = await office.file_of("r00")
    assert (one.source, [paper.source for paper in one.papers]) == ("rc-henan", ["rc-henan"])
    assert (await office.report_of(LI, source="rc-henan")).unchanged == 1


async def test_the_history_tells_who_took_what_back_and_nothing_personal(office: Office) -> None:
    await office.take(LI)
    await office.undo(await office.take(OTHER_LI, ZHAO))
    async with office.database.read() as connection:
        lines = await list_changes(connection, limit=9)
    told = {(one.change.kind, one.change.subject_id, one.change.action) for one in lines}
    assert told == {
        ("import", "2", "undone"),
        ("rescuer", "r00", "import_undone"),
        ("rescuer", "r02", "import_undone"),
    }
    assert {(one.author.by, one.author.why) for one in lines} == {("li", "the wrong file")}
    assert not [word for word in ("李", "赵", "138", "139", "113", "RC") if word in str([one.change for one in lines])]


async def test_what_is_kept_is_not_shown(office: Office) -> None:
    wrong = await office.take(LI)
    async with office.database.read() as connection:
        kept = await load_kept(connection, wrong, NO_KEYS)
    assert "r00" in kept
    assert not [word for word in ("李强", "138", "113.65", "RC1") if word in repr(kept)]


def _as_told(everyone: list[Any]) -> list[Any]:
    return [(row._mapping, one) for row, one in everyone]
