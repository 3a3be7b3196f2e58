"""Sheets of people: whose id it is, which certificate counts, and that a sheet under another file name is the same."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from registry.directory import Directory
from registry.importers.files import ImportRefused
from registry.importers.kinds import ImportKind
from registry.importers.known_sources import UnnamedSource
from registry.importers.report import ImportReport
from registry.importers.run import ImportOptions, import_file
from registry.repository import find_contact
from registry.storage.database import Database

pytestmark = pytest.mark.both_databases
NOW = datetime(2025, 3, 5, 4, 0, tzinfo=UTC)
HEADER = "id,name,phone,certificate_kind,certificate_number,valid_until,on_duty\n"
LI = "r00,李强,13812345678,red_cross,RC1,2025-06-30,yes\n"
WANG = "r01,王芳,13812345679,red_cross,RC2,2026-06-30,yes\n"


class Sheets:
    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self._folder = database, folder

    async def take(self, *rows: str, file: str = "people.csv", **options: object) -> ImportReport:
        (self._folder / file).write_text(HEADER + "".join(rows), encoding="utf-8")
        how = ImportOptions(kind=ImportKind.RESCUERS, **options)  # type: ignore[arg-type]
        return await import_file(self.database, self._folder / file, how, now=NOW)

    async def ends(self, rescuer_id: str) -> list[date | None]:
        directory = await Directory.load(self.database)
        return [paper.valid_until for paper in directory.get_rescuer(rescuer_id).certificates]

    async def name_of(self, rescuer_id: str) -> str:
        async with self.database.read() as connection:
            contact = await find_contact(connection, rescuer_id, self.database.personal_keys)
        assert contact
        return contact.name

    async def same_phones(self) -> dict[str, Sequence[str]]:
        return {one: sorted(others) for one, others in (await Directory.load(self.database)).same_phone.items()}


@pytest.fixture
async def sheets(database_url: str, tmp_path: Path) -> AsyncIterator[Sheets]:
    database = Database(database_url)
    yield Sheets(database, tmp_path)
    await database.close()


async def test_an_id_of_another_sheet_replaces_nobody(sheets: Sheets) -> None:
    await sheets.take(LI, WANG, source="red cross")
    report = await sheets.take("r00,赵敏,13900000001,red_cross,H7,2027-01-01,yes\n", source="hospital", file="h.csv")

    assert (report.accepted, report.changed) == (0, 0)
    assert [(remark.where, remark.reason) for remark in report.rejected] == [("line 2", "id_clash")]
    assert "red cross" in report.rejected[0].text
    assert "赵敏" not in str(report.as_json())
    assert await sheets.name_of("r00") == "李强"


async def test_an_id_that_a_sheet_gives_to_somebody_else_replaces_nobody(sheets: Sheets) -> None:
    await sheets.take(LI, source="red cross")
    report = await sheets.take("r00,赵敏,13900000001,red_cross,H7,2027-01-01,yes\n", source="red cross")
    assert [remark.reason for remark in report.rejected] == ["id_clash"]


@pytest.mark.parametrize(
    "row",
    [
        LI.replace("李强", "李小强"),
        LI.replace("13812345678", "13900000009"),
        LI.replace("RC1,2025", "RC9,2028"),
    ],
)
async def test_a_person_may_change_name_phone_or_paper(sheets: Sheets, row: str) -> None:
    await sheets.take(LI, source="red cross")
    report = await sheets.take(row, source="red cross")
    assert (report.changed, report.rejected) == (1, [])


async def test_a_person_in_another_sheet_under_the_same_id_is_the_same(sheets: Sheets) -> None:
    await sheets.take(LI, source="red cross")
    report = await sheets.take(LI.replace("RC1,2025-06-30", "RC1,2027-06-30"), source="hospital", file="h.csv")
    assert (report.changed, report.rejected) == (1, [])
    assert await sheets.ends("r00") == [date(2027, 6, 30)]


@pytest.mark.parametrize("number", ["RC1", "RC9"])
async def test_an_older_sheet_undoes_no_newer_certificate(sheets: Sheets, number: str) -> None:
    await sheets.take(LI, WANG, source="red cross")
    await sheets.take(LI.replace("RC1,2025", f"{number},2028"), WANG, source="red cross")
    report = await sheets.take(LI, WANG, source="red cross")

    assert max(end for end in await sheets.ends("r00") if end) == date(2028, 6, 30)
    assert [remark.reason for remark in report.warnings] == ["newer_certificate"]
    assert (await sheets.take(LI, WANG, source="red cross")).unchanged == 2


async def test_a_renewed_certificate_takes_the_place_of_the_old(sheets: Sheets) -> None:
    await sheets.take(LI, source="red cross")
    await sheets.take(LI.replace("RC1,2025", "RC9,2028"), source="red cross")
    assert await sheets.ends("r00") == [date(2028, 6, 30)]


async def test_a_sheet_is_known_by_its_people(sheets: Sheets) -> None:
    await sheets.take(LI, WANG)
    named = await sheets.take(LI, WANG, source="red cross")
    again = await sheets.take(LI, file="members (2).csv")

    assert (named.unchanged, again.source, again.unchanged, again.absent) == (2, "red cross", 1, ["r01"])
    with pytest.raises(UnnamedSource, match=r"red cross \(2 entries\)"):
        await sheets.take("h1,赵敏,13900000001,red_cross,H7,2027-01-01,yes\n", file="h.csv")


async def test_one_phone_in_two_lists_is_known(sheets: Sheets) -> None:
    await sheets.take(LI, WANG, source="red cross")
    await sheets.take(LI.replace("r00", "h7"), source="hospital", file="h.csv")
    assert await sheets.same_phones() == {"r00": ["h7"], "h7": ["r00"]}


async def test_nobody_is_retired_for_being_missing_on_a_list(sheets: Sheets) -> None:
    await sheets.take(LI, WANG, source="red cross")
    with pytest.raises(ImportRefused, match="leave out --retire-absent"):
        await sheets.take(LI, source="red cross", retire_absent=True)
