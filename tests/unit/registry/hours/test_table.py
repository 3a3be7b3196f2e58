"""How lists write their hours, and what a careful person says of each: at least what a person tells is told, and
nothing that a person calls closed is open."""

import csv
import io
from pathlib import Path

import pytest

from registry.hours.table import BadHoursTable, checked_table

TIMES = ("tue_11", "tue_03", "sun_11", "jan_1_11")
OWN_SPELLINGS = Path(__file__).with_name("spellings.csv")


def judged(text: str) -> tuple[list[str], list[str], int]:
    """(open where a person says closed or cannot tell, not told, how many are told by a person)."""
    untrue, untold, told = [], [], 0
    for row in csv.DictReader(io.StringIO(checked_table(text, "hours.csv"))):
        for time in TIMES:
            person, said = row[time], row[f"said_{time}"]
            what = f"{time} {person}, said {said}: {row['text'] or [row[c] for c in ('days', 'start', 'end', 'note')]}"
            told += person != "?"
            if said == "Y" and person != "Y":
                untrue.append(what)
            elif person not in {"?", said}:
                untold.append(what)
    return untrue, untold, told


def test_what_a_careful_person_says_of_real_lists_is_said(shared_data: Path) -> None:
    text = (shared_data / "imports" / "hours_as_written.csv").read_text(encoding="utf-8")
    untrue, untold, told = judged(text)
    assert untrue == []
    assert len(untold) <= told * 0.02, untold


def test_hundreds_of_other_spellings_are_read_as_a_person_reads_them() -> None:
    untrue, untold, told = judged(OWN_SPELLINGS.read_text(encoding="utf-8"))
    assert untrue == []
    assert len(untold) <= told * 0.03, untold


def test_a_table_keeps_its_other_columns_and_gains_what_is_understood() -> None:
    written = checked_table("id,language,where,text\n7,de,Köln,Mo-Fr 8-17 Uhr\n", "x.csv")
    (row,) = csv.DictReader(io.StringIO(written))
    assert row == {
        "id": "7",
        "language": "de",
        "where": "Köln",
        "text": "Mo-Fr 8-17 Uhr",
        "osm": "Mo-Fr 08:00-17:00",
        "said_tue_11": "Y",
        "said_tue_03": "N",
        "said_sun_11": "N",
        "said_jan_1_11": "?",
        "reason": "",
    }


def test_a_row_without_text_is_read_from_its_four_columns() -> None:
    written = checked_table("language,text,days,start,end,note\nja,,平日,8:30,17:15,\n", "x.csv")
    assert "Mo-Fr 08:30-17:15; PH off,Y,N,N,N," in written


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("id,text\n1,8-17\n", "no column language"),
        ("", "found: nothing"),
        ("language,text\nxx,8-17\n", r"line 2: 'xx' is no language"),
    ],
)
def test_a_file_that_is_no_table_of_hours_is_refused_with_what_it_needs(text: str, advice: str) -> None:
    with pytest.raises(BadHoursTable, match=advice):
        checked_table(text, "x.csv")
