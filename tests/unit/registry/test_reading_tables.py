"""Tables as text: any delimiter, titles above the header, no header, line breaks within a cell; rows by their line."""

from pathlib import Path

import pytest

from registry.importers.files import UnreadableFile
from registry.importers.reading.read import read_sheets
from registry.importers.reading.sheet import Sheet


def sheet_of(tmp_path: Path, text: str, name: str = "list.dat") -> Sheet:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    (sheet,) = read_sheets(path)
    return sheet


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_table_is_read_with_its_own_delimiter_and_line_numbers(tmp_path: Path, delimiter: str) -> None:
    lines = [["id", "Name "], ["1", '"two\nlines; and, more"'], ["", ""], ["2", "b"]]
    sheet = sheet_of(tmp_path, "\r\n".join(delimiter.join(cells) for cells in lines))
    assert sheet.headers == ("id", "Name")
    assert [(row.where, row.cells["Name"]) for row in sheet.rows] == [
        ("line 2", "two\nlines; and, more"),
        ("line 5", "b"),
    ]


def test_titles_above_the_header_are_passed_over(tmp_path: Path) -> None:
    text = (
        "郑州市AED一览表,,,\n截至2024年5月,,,\n\n编号,名称,经度,纬度\n1,郑州站,113.65,34.74\n2,市民中心,113.55,34.75\n"
    )
    sheet = sheet_of(tmp_path, text)
    assert sheet.headers == ("编号", "名称", "经度", "纬度")
    assert [row.where for row in sheet.rows] == ["line 5", "line 6"]


def test_a_table_without_a_header_names_its_columns_by_number(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, '車站,"( 120.33,22.73 )",07-3573793\n醫院,"( 120.20,22.98 )",06-2160710\n')
    assert not sheet.has_header
    assert sheet.headers == ("column 1", "column 2", "column 3")
    assert sheet.rows[0].where == "line 1"
    assert sheet.rows[0].cells["column 2"] == "( 120.33,22.73 )"


def test_headers_that_are_empty_or_come_twice_stay_apart(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, "id,name,name,,\n1,a,b,c,\n2,d,e,f,\n")
    assert sheet.headers == ("id", "name", "name (2)", "column 4")
    assert sheet.rows[1].cells == {"id": "2", "name": "d", "name (2)": "e", "column 4": "f"}


def test_a_header_that_is_repeated_on_every_page_is_no_row(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, "id,name\n1,a\nid,name\n2,b\n")
    assert [row.where for row in sheet.rows] == ["line 2", "line 4"]


def test_the_first_line_of_excel_that_names_the_delimiter_is_obeyed(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, "sep=;\nid;name, long\n1;a, b\n")
    assert sheet.headers == ("id", "name, long")
    assert sheet.rows[0].where == "line 3"


def test_a_quotation_mark_that_nobody_closed_is_named_by_its_line(tmp_path: Path) -> None:
    rows = "\n".join(f"{number},name {number}" for number in range(400))
    with pytest.raises(UnreadableFile, match="line 3: a quotation mark is not closed"):
        sheet_of(tmp_path, f'id,name\n1,a\n2,"b\n{rows}\n')


def test_a_file_is_told_by_its_content_and_not_by_its_name(tmp_path: Path) -> None:
    assert sheet_of(tmp_path, "id,name\n1,a\n", "list.xlsx").rows[0].cells == {"id": "1", "name": "a"}
    assert sheet_of(tmp_path, '[{"id": 1, "name": "a"}]', "list.csv").rows[0].cells == {"id": "1", "name": "a"}
