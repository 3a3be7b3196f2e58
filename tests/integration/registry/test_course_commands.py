"""A course from the command line: each task of docs/training.md, a sheet of results, and what is refused."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from registry.cli import app

COUNT = 60
PLAN = ("--starts", "2026-05-16T09:00", "--ends", "2026-05-16T17:00", "--capacity", "60")
LEADS = ("--kind", "红十字救护员证", "--valid-months", "36")
HEADER = "编号,姓名,出勤,学时,考核结果,考核日期,考核员,证书编号\n"


@pytest.fixture(autouse=True)
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of sixty, imported, none of whom holds a certificate that lasts."""
    monkeypatch.chdir(tmp_path)
    for name in ("RESCUE_DATABASE_URL", "RESCUE_TIME_ZONE"):
        monkeypatch.delenv(name, raising=False)
    rows = "".join(f"p{n:02},学员{n},138000000{n:02},BLS,2020-01-01,yes\n" for n in range(COUNT))
    header = "id,name,phone,certificate_kind,valid_until,on_duty\n"
    (tmp_path / "people.csv").write_text(header + rows, encoding="utf-8")
    said("import", "people.csv", "--source", "company")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def said(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    return result.stderr


@pytest.fixture
def course() -> str:
    """With p00, p01 and p02; it began long ago."""
    times = ("--starts", "2025-05-16T09:00", "--ends", "2025-05-16T17:00", "--capacity", "60")
    course_id = said("courses", "add", "救护员培训", *times, *LEADS).split()[0]
    said("courses", "enrol", course_id, "p00", "p01", "p02")
    return course_id


def test_a_course_is_planned_corrected_found_and_cancelled() -> None:
    society = said("organisations", "add", "郑州市红十字会").split()[0]
    where = ("--place", "金水区培训站", "--organisation", society, "--trainer", "p07")
    added = said("courses", "add", "救护员培训", *PLAN, *LEADS, *where)
    course_id = added.split()[0]
    corrected = said("courses", "set", course_id, "--starts", "2026-05-16T08:30+08:00", "--kind", "")
    said("courses", "enrol", course_id, "p01")
    listed = said("courses", "list", "--rescuer", "p01", "--since", "2026-05-01T00:00")
    withdrawn = said("courses", "withdraw", course_id, "p01")
    cancelled = said("courses", "cancel", course_id, "--why", "rain", "--by", "li")

    assert "begins: 2026-05-16 01:00 UTC" in added
    assert "trainer: p07 学员7" in added
    assert "organisation: 郑州市红十字会" in added
    assert "certificate: 红十字救护员证, 36 months" in added
    assert "begins: 2026-05-16 00:30 UTC" in corrected
    assert "certificate: none" in corrected
    assert listed.startswith(f"{course_id}  2026-05-16 00:30 UTC  planned  救护员培训: 1 of 60 enrolled")
    assert "p01" not in withdrawn
    assert "state: cancelled" in cancelled
    assert said("courses", "list", "--state", "planned") == ""


def test_people_attend_pass_and_get_their_certificates_once(course: str) -> None:
    said("courses", "attend", course, "p00", "p01", "--hours", "8")
    said("courses", "attend", course, "p02", "--absent")
    said("courses", "exam", course, "p00", "--passed", "--on", "2025-05-16", "--examiner", "钱考官")
    examined = said("courses", "exam", course, "p01", "--failed", "--on", "2025-05-16")
    issued = said("courses", "issue", course, "--seen", "--by", "li")
    again = said("courses", "issue", course, "--seen")

    assert "p00  学员0, earned, 8 h, exam 2025-05-16, examined by 钱考官" in examined
    assert "p01  学员1, failed" in examined
    assert "p02  学员2, absent" in examined
    assert "p00 certificate 1 until 2028-05-16: counts" in issued
    assert "1 issued; 1 of 3 people have theirs." in issued
    assert "0 issued; 1 of 3 people have theirs." in again
    assert "verified by li" in said("rescuers", "show", "p00")
    assert "p00 1" in refused("courses", "cancel", course)
    assert "certificates remove p00 1" in refused("courses", "attend", course, "p00", "--absent").replace("\n", " ")


def test_the_sheet_of_a_course_of_sixty_is_taken_and_certificates_follow(tmp_path: Path) -> None:
    course = said(
        "courses",
        "add",
        "大课",
        "--starts",
        "2025-05-16T09:00",
        "--ends",
        "2025-05-17T17:00",
        "--capacity",
        "60",
        *LEADS,
    ).split()[0]
    said("courses", "enrol", course, *(f"p{n:02}" for n in range(COUNT)))
    rows = [f"p{n:02},学员{n},是,12,合格,2025/5/17,p07,ZZ-{n}\n" for n in range(58)]
    rows += ["p58,学员58,是,12,不合格,2025/5/17,p07,\n", "p59,学员59,否,,,,,\n"]
    (tmp_path / "results.csv").write_text(HEADER + "".join(rows), encoding="gb18030")

    said("courses", "results", course, "results.csv", "--encoding", "gb18030")
    issued = said("courses", "issue", course, "--seen")

    assert "58 issued; 58 of 60 people have theirs." in issued
    assert "ZZ-31" in said("rescuers", "show", "p31")
    assert "60 of 60 enrolled, 59 came, 58 passed, 58 issued" in said("courses", "list")


def test_every_wrong_row_of_a_sheet_is_named_by_its_line_and_nothing_is_written(course: str, tmp_path: Path) -> None:
    rows = ("p00,,maybe,,,,,\n", "p01,,是,viel,,,,\n", "p02,,是,8,合格,the day,,\n")
    (tmp_path / "cells.csv").write_text(HEADER + "".join(rows), encoding="utf-8")
    rows = ("p00,,是,8,合格,2025-05-16,,\n", "p01,,否,,合格,2025-05-16,,\n", "p55,,是,,,,,\n")
    (tmp_path / "sense.csv").write_text(HEADER + "".join(rows), encoding="utf-8")

    cells = refused("courses", "results", course, "cells.csv")
    sense = refused("courses", "results", course, "sense.csv")

    assert "line 2, p00: attended is yes or no" in cells
    assert "line 3, p01: hours is a number" in cells
    assert "line 4, p02: exam_date is a day" in cells
    assert "line 3, p01: nobody is examined who did not attend" in sense
    assert "line 4, p55: not enrolled" in sense
    assert "p00" not in sense
    assert said("courses", "show", course).count("enrolled") == 3


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("id,colour\np00,red\n", "'colour' is no column"),
        ("id,编号\np00,p00\n", "two columns are id"),
        ("attended\nyes\n", "no column id"),
        ("id,attended\n", "0 rows"),
        ("id,attended\n,yes\n", "line 2, : the row has no id"),
        ("id,attended\np00,yes\np00,no\n", "line 3, p00: the person stands in an earlier row"),
    ],
)
def test_a_sheet_that_cannot_be_read_is_refused(course: str, tmp_path: Path, text: str, advice: str) -> None:
    (tmp_path / "sheet.csv").write_text(text, encoding="utf-8")

    assert advice in refused("courses", "results", course, "sheet.csv")


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (("show", "c-none"), "no course"),
        (("add", "x", "--starts", "tomorrow", "--ends", "2026-05-16T17:00", "--capacity", "9"), "no time"),
        (("add", "x", *PLAN, "--kind", "BLS"), "valid_months"),
        (("add", "x", *PLAN, "--organisation", "o-none"), "add it first"),
        (("add", "x", *PLAN, "--trainer", "11010519491231002X"), "identity card"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(arguments: tuple[str, ...], advice: str) -> None:
    assert advice in refused("courses", *arguments)
