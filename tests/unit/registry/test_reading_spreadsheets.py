"""Spreadsheets: cells as the person who typed them reads them, every visible sheet, and none larger than any list."""

import zipfile
from pathlib import Path

import pytest

from registry.importers.files import UnreadableFile
from registry.importers.reading.limits import TooLarge
from registry.importers.reading.read import read_sheets
from tests.support.sheets import Cells, write_ods, write_xls, write_xlsx

# 20:00 and 24:00 as parts of a day.
EVENING, MIDNIGHT = 20 / 24, 1.0
ROWS: Cells = [
    [None, None, None, None],
    ["全市AED一览表", None, None, None],
    ["编号", "名称", "电话", "关门"],
    [1.0, "郑州站", 13800000013.0, EVENING],
    [2.0, "市民中心", 37160000008.0, MIDNIGHT],
]


@pytest.fixture
def few_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list may have so few that small files show the limit."""
    monkeypatch.setattr("registry.importers.reading.spreadsheets.MAX_CELLS", 1000)


@pytest.mark.parametrize("style", ["D", "ZD"])
def test_telephones_and_closing_times_come_as_they_are_read(tmp_path: Path, style: str) -> None:
    (sheet,) = read_sheets(write_xlsx(tmp_path / "list", {"aeds": ROWS}, time_cells=style))
    assert sheet.headers == ("编号", "名称", "电话", "关门")
    assert [row.where for row in sheet.rows] == ["row 4", "row 5"]
    assert [row.cells["电话"] for row in sheet.rows] == ["13800000013", "37160000008"]
    assert [row.cells["关门"] for row in sheet.rows] == ["20:00", "24:00"]


def test_days_come_as_iso_dates(tmp_path: Path) -> None:
    rows: Cells = [["id", "until"], ["a", 45413.0], ["b", 46507.5]]
    (sheet,) = read_sheets(write_xlsx(tmp_path / "list", {"people": rows}, time_cells="ZYB"))
    assert [row.cells["until"] for row in sheet.rows] == ["2024-05-01", "2027-04-30 12:00"]


def test_an_ods_file_keeps_its_row_numbers_and_its_24_o_clock(tmp_path: Path) -> None:
    rows = [[*row[:3], "PT24H00M00S" if row[3] == MIDNIGHT else row[3]] for row in ROWS]
    (sheet,) = read_sheets(write_ods(tmp_path / "list", rows))
    assert [(row.where, row.cells["名称"]) for row in sheet.rows] == [("row 4", "郑州站"), ("row 5", "市民中心")]
    assert sheet.rows[1].cells["关门"] == "24:00"


def test_an_old_xls_file_is_read(tmp_path: Path) -> None:
    (sheet,) = read_sheets(write_xls(tmp_path / "list", ROWS))
    assert [(row.where, row.cells["电话"]) for row in sheet.rows] == [
        ("row 4", "13800000013"),
        ("row 5", "37160000008"),
    ]


def test_every_visible_sheet_with_rows_is_one(tmp_path: Path) -> None:
    sheets: dict[str, Cells] = {"东区": ROWS, "西区": ROWS, "旧": ROWS, "空": [["nothing"]]}
    found = read_sheets(write_xlsx(tmp_path / "list", sheets, hidden="旧"))
    assert [sheet.table for sheet in found] == ["东区", "西区"]


def test_a_cell_merged_over_rows_is_said_of_each(tmp_path: Path) -> None:
    rows: Cells = [["区", "名称"], ["金水区", "a"], [None, "b"], [None, "c"]]
    (sheet,) = read_sheets(write_xlsx(tmp_path / "list", {"aeds": rows}, merged="A2:A3"))
    assert [row.cells.get("区", "") for row in sheet.rows] == ["金水区", "金水区", ""]


def with_row(tmp_path: Path, row: str) -> Path:
    """The list with another row behind."""
    path = write_xlsx(tmp_path / "list", {"aeds": ROWS})
    longer = tmp_path / "longer"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(longer, "w") as target:
        for name in source.namelist():
            text = source.read(name).decode()
            target.writestr(name, text.replace("</sheetData>", f"{row}</sheetData>"))
    return longer


@pytest.mark.parametrize("cells", ['<c r="T200" s="0"><v>1</v></c>', "<c><v>1</v></c>" * 20])
@pytest.mark.usefixtures("few_cells")
def test_a_cell_far_from_all_others_makes_no_list(tmp_path: Path, cells: str) -> None:
    with pytest.raises(TooLarge, match="row 200"):
        read_sheets(with_row(tmp_path, f'<row r="200">{cells}</row>'))


@pytest.mark.usefixtures("few_cells")
def test_formats_without_content_far_from_all_others_do_no_harm(tmp_path: Path) -> None:
    (sheet,) = read_sheets(with_row(tmp_path, '<row r="200"><c r="T200" s="0"/></row>'))
    assert len(sheet.rows) == 2


def test_a_workbook_without_rows_is_no_list(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no sheet with rows"):
        read_sheets(write_xlsx(tmp_path / "list", {"aeds": [["only a title"]]}))


def test_a_workbook_whose_cells_do_not_say_where_they_are_is_read(tmp_path: Path) -> None:
    (sheet,) = read_sheets(with_row(tmp_path, '<row><c t="inlineStr"><is><t>3</t></is></c><c><v>7</v></c></row>'))
    assert len(sheet.rows) == 3


@pytest.mark.usefixtures("few_cells")
def test_cells_that_an_ods_file_repeats_are_counted(tmp_path: Path) -> None:
    path = write_ods(tmp_path / "list", [["id"], ["a"]])
    repeated = tmp_path / "repeated"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(repeated, "w") as target:
        for name in source.namelist():
            text = source.read(name).decode()
            text = text.replace("<table:table-row><", '<table:table-row table:number-rows-repeated="100"><')
            text = text.replace("cell office", 'cell table:number-columns-repeated="20" office')
            target.writestr(name, text)
    with pytest.raises(TooLarge, match="row 200, another in column 20"):
        read_sheets(repeated)
