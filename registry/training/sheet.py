"""A sheet of attendance and results, a row for each person of a course, as an office fills it in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from registry.importers.columns import MissingColumns
from registry.importers.files import CsvRow, UnreadableFile, plain, read_csv
from registry.importers.people.dates import read_date
from registry.training.course import EntriesRefused, WrongEntry
from registry.training.entries import Entry
from registry.training.planning import MOST_PEOPLE

_YES = frozenset({"yes", "y", "true", "1", "是", "出勤", "到", "√", "✓"})
_NO = frozenset({"no", "n", "false", "0", "否", "缺勤", "未到", "×"})
_PASSED = frozenset({"passed", "pass", "合格", "通过"})
_FAILED = frozenset({"failed", "fail", "不合格", "未通过"})


class BadCell(ValueError):
    """A cell cannot be read; the message says what stands there otherwise, and repeats nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """named: what each entry is called where it is refused, by its place from 1: the line of the file."""

    entries: tuple[Entry, ...]
    named: Mapping[int, str]


def read_sheet(path: Path, *, encoding: str = "utf-8") -> Sheet:
    """Blank cells leave what is there.

    Raises:
        ImportRefused: the file as a whole cannot be read
        EntriesRefused: cells cannot be read; each is named
    """
    headers, rows = read_csv(path, encoding)
    columns = _columns_of(headers, path.name)
    if not 1 <= len(rows) <= MOST_PEOPLE:
        raise UnreadableFile(f"{path.name} has {len(rows)} rows: a course has 1 to {MOST_PEOPLE} people")
    named = {number: f"line {row.line}" for number, row in enumerate(rows, start=1)}
    entries, wrong = list[Entry](), list[WrongEntry]()
    for number, row in enumerate(rows, start=1):
        try:
            entries.append(_entry_of(row, columns))
        except BadCell as error:
            wrong.append(WrongEntry(row=number, rescuer_id=_id_of(row, columns), reason=str(error)))
    if wrong:
        raise EntriesRefused(wrong, named)
    return Sheet(entries=tuple(entries), named=named)


def _columns_of(headers: list[str], file: str) -> dict[str, str]:
    """By field of `Entry`, the header under which it stands."""
    found: dict[str, str] = {}
    for header in map(plain, headers):
        field = next((name for name, (words, _) in _COLUMNS.items() if header in map(plain, words)), None)
        if field is None and header not in _PASSED_OVER:
            known = ", ".join(words[0] for words, _ in _COLUMNS.values())
            raise MissingColumns(f"{file}: {header!r} is no column of a sheet of results; they are {known}")
        if field in found:
            raise MissingColumns(f"{file}: two columns are {_COLUMNS[field][0][0]}: leave one of them out")
        if field is not None:
            found[field] = header
    if "rescuer_id" not in found:
        raise MissingColumns(f"{file} has no column id: each row names a registered person by their id")
    return found


def _entry_of(row: CsvRow, columns: Mapping[str, str]) -> Entry:
    told: dict[str, Any] = {}
    if not _id_of(row, columns):
        raise BadCell("the row has no id")
    for field, header in columns.items():
        text = row.cells.get(header, "")
        if text:
            told[field] = _COLUMNS[field][1](text)
    return Entry(**told)


def _id_of(row: CsvRow, columns: Mapping[str, str]) -> str:
    return row.cells.get(columns["rescuer_id"], "")


def _choice(column: str, yes: frozenset[str], no: frozenset[str], shown: str) -> Callable[[str], bool]:
    def read(text: str) -> bool:
        word = text.casefold()
        if word not in yes | no:
            raise BadCell(f"{column} is {shown}")
        return word in yes

    return read


def _hours(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadCell("hours is a number, such as 7.5") from None


def _day(text: str) -> date:
    written = read_date(text)
    days = set() if written is None else {day for span in written.readings.values() for day in (span.first, span.last)}
    if len(days) != 1:
        raise BadCell("exam_date is a day such as 2026-05-16")
    return days.pop()


_COLUMNS: dict[str, tuple[tuple[str, ...], Callable[[str], Any]]] = {
    "rescuer_id": (("id", "rescuer_id", "编号"), str),
    "attended": (("attended", "出勤"), _choice("attended", _YES, _NO, "yes or no (是, 否)")),
    "attended_h": (("hours", "学时"), _hours),
    "passed": (("result", "考核结果", "成绩"), _choice("result", _PASSED, _FAILED, "passed or failed (合格, 不合格)")),
    "examined_on": (("exam_date", "考核日期"), _day),
    "examiner": (("examiner", "考官", "考核员"), str),
    "serial": (("certificate_number", "证书编号"), str),
}
_PASSED_OVER = frozenset({"name", "姓名"})
"""For whoever fills the sheet in; the register knows what people are called."""
