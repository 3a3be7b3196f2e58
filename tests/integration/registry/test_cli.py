"""The command line as a user meets it: counts on the terminal, one red line and exit code 2 when something is wrong."""

import json
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from registry.cli import app

AEDS = "id,name,lon,lat,opening_hours\n1,a,9.52,47.14,24/7\n2,b,0,0,\n"
RESCUERS = "id,name,phone,certificate_kind,valid_until,on_duty\nr1,王芳,13812345678,rc,2030-01-01,yes\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RESCUE_DATABASE_URL", raising=False)
    (tmp_path / "aeds.csv").write_text(AEDS, encoding="utf-8")
    (tmp_path / "aeds-zhengzhou.csv").write_text("id,name,lon,lat\n1,a,113.66,34.75\n", encoding="utf-8")
    (tmp_path / "rescuers.csv").write_text(RESCUERS, encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def test_an_import_shows_its_counts_and_writes_its_report(folder: Path) -> None:
    result = run("import", "aeds.csv", "--datum", "wgs84", "--report", "report.json")

    assert result.exit_code == 0
    assert "line 3" in result.stdout
    assert "zero_coordinates" in result.stdout
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert (report["accepted"], report["rejected_count"], report["rejected"][0]["line"]) == (1, 1, 3)
    assert (folder / "rescue-circle.sqlite3").exists()


def test_a_second_import_is_unchanged(folder: Path) -> None:
    run("import", "aeds.csv", "--datum", "WGS-84")
    run("import", "aeds.csv", "--datum", "wgs84", "--report", "report.json")
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert (report["accepted"], report["changed"], report["unchanged"]) == (0, 0, 1)


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["import", "aeds-zhengzhou.csv"], "--datum wgs84"),
        (["import", "aeds.csv", "--region", "XX"], "two letters"),
        (["import", "aeds.csv", "--area", "47,9"], "west,south,east,north"),
        (["import", "aeds.csv", "--region", "DE"], "Germany"),
        (["import", "aeds.csv", "--epsg", "1"], "EPSG:1"),
        (["import", "aeds.csv", "--network", "rescuers.csv"], "not a walk network"),
        (["import", "aeds.csv", "--datum", "mars"], "gcj02"),
        (["import", "missing.csv"], "no file"),
        (["import", "aeds.csv", "--datum", "wgs84", "--time-zone", "Vaduz"], "Asia/Shanghai"),
        (["import", "aeds.csv", "--datum", "wgs84", "--report", "nowhere/report.json"], "nowhere"),
        (["import", "aeds.csv", "--database", "mongo"], "sqlite"),
        (["migrate", "--database", "sqlite:///nowhere/x.sqlite3"], "--database"),
        (["erase", "--rescuer", "r9", "--yes"], "r9"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_cannot_be_done_is_one_line_on_stderr_and_exit_code_2(arguments: list[str], advice: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert advice in result.stderr
    assert result.stderr.strip().count("\n") == 0
    assert "Traceback" not in result.stderr


@pytest.mark.usefixtures("folder")
def test_show_counts_usable_aeds_with_reasons(folder: Path) -> None:
    run("import", "aeds.csv", "--datum", "wgs84")
    run("import", "rescuers.csv")
    result = run("show", "--at", "2025-03-05T03:00:00")
    assert "open" in result.stdout
    assert "1 rescuers, 1 with a certificate, 1 on duty" in result.stdout
    assert (folder / "rescue-circle.sqlite3").exists()


def test_an_erased_person_leaves_no_trace_in_the_file(folder: Path) -> None:
    run("import", "rescuers.csv")
    file = folder / "rescue-circle.sqlite3"
    assert b"13812345678" in file.read_bytes()

    assert run("erase", "--rescuer", "r1", "--yes").exit_code == 0

    assert b"13812345678" not in file.read_bytes()
    assert "王芳".encode() not in file.read_bytes()
    assert b"r1" in file.read_bytes()
    assert not list(folder.glob("*-wal"))


def test_erasing_asks_first(folder: Path) -> None:
    run("import", "rescuers.csv")
    result = CliRunner().invoke(app, ["erase", "--rescuer", "r1"], input="n\n")
    assert result.exit_code == 1
    with sqlite3.connect(folder / "rescue-circle.sqlite3") as connection:
        kept = connection.execute("SELECT name FROM rescuer_personal").fetchall()
    connection.close()
    assert kept == [("王芳",)]


def test_a_second_list_wants_its_name_and_says_which_are_known(folder: Path) -> None:
    run("import", "aeds.csv", "--datum", "wgs84", "--source", "town")
    (folder / "other.csv").write_text("id,name,lon,lat\n9,far,11.5,48.1\n", encoding="utf-8")

    refused = run("import", "other.csv", "--kind", "aeds", "--datum", "wgs84")
    taken = run("import", "other.csv", "--kind", "aeds", "--datum", "wgs84", "--source", "county")
    again = run("import", "other.csv", "--kind", "aeds", "--datum", "wgs84")

    assert refused.exit_code == 2
    assert "--source NAME" in refused.stderr
    assert "town (1 entries)" in refused.stderr
    assert refused.stderr.strip().count("\n") == 0
    assert (taken.exit_code, again.exit_code) == (0, 0)
    assert "source county" in again.stdout


def test_at_a_terminal_the_name_is_asked_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.import_command.is_terminal", lambda: True)
    arguments = ["import", "aeds.csv", "--datum", "wgs84"]

    first = CliRunner().invoke(app, arguments, input="town\n", catch_exceptions=False)
    second = CliRunner().invoke(app, arguments, catch_exceptions=False)

    assert "Which list is it" in first.stderr
    assert "Which list is it" not in second.stderr
    assert "source town" in first.stdout
    assert "source town" in second.stdout
    assert (folder / "rescue-circle.sqlite3").exists()


def test_two_lists_are_joined_and_parted_and_imports_taken_back(folder: Path) -> None:
    run("import", "aeds.csv", "--datum", "wgs84", "--source", "town")
    (folder / "osm.csv").write_text("id,name,lon,lat\nnode/5,A,9.52002,47.14\n", encoding="utf-8")
    run("import", "osm.csv", "--kind", "aeds", "--datum", "wgs84", "--source", "osm")

    listed = run("doubles", "list").stdout
    first, second = listed.split()[1:3]
    joined = run("doubles", "join", first, second, "--by", "li")
    shown = run("show").stdout
    refused = run("undo", "2")
    decided = run("doubles", "list", "--all").stdout
    parted = run("doubles", "part", first, second)

    assert "words 100% alike" in listed
    assert (joined.exit_code, parted.exit_code) == (0, 0)
    assert "1 AEDs, usable at" in shown
    assert "joined by li" in decided
    assert refused.exit_code == 2
    assert "somebody has decided on" in refused.stderr
    assert run("doubles", "list").stdout == ""


def test_what_left_its_list_is_listed_retired_and_taken_back(folder: Path) -> None:
    rows = "id,name,lon,lat\n1,a,9.52,47.14\n2,b,9.53,47.15\n"
    (folder / "aeds.csv").write_text(rows, encoding="utf-8")
    run("import", "aeds.csv", "--datum", "wgs84", "--source", "town")
    (folder / "aeds.csv").write_text(rows.replace("2,b,9.53,47.15\n", ""), encoding="utf-8")
    foreseen = run("import", "aeds.csv", "--datum", "wgs84", "--dry-run").stdout
    foreseen_retired = run("import", "aeds.csv", "--datum", "wgs84", "--dry-run", "--retire-absent").stdout
    told = run("import", "aeds.csv", "--datum", "wgs84")
    gone = run("absent").stdout
    retired = run("retire", gone.split()[0])

    assert "not in the file; they would go on being fetched" in foreseen
    assert "not in the file; they would not be fetched any more" in foreseen_retired
    assert "1 known from this source before are not in the file; `registry absent` lists them" in told.stdout
    assert "gone from town" in gone
    assert retired.stdout.strip() == "1 retired."
    assert "retired" in run("absent").stdout
    assert "1 AEDs" in run("show").stdout
    assert run("reinstate", gone.split()[0]).exit_code == 0
    assert run("retire", "aed-none").exit_code == 2
    assert run("let-go", gone.split()[0], "state").exit_code == 2
    assert "2  " in run("imports").stdout
    assert run("undo", "2").exit_code == 2
    assert run("undo", "9").exit_code == 2


def test_a_table_of_hours_is_written_with_what_is_understood(folder: Path) -> None:
    (folder / "hours.csv").write_text("language,text\nzh,周一至周五 8:30-17:30\n", encoding="gb18030")

    result = run("hours", "hours.csv", "--encoding", "gb18030", "--out", "read.csv")

    assert result.exit_code == 0
    assert "Mo-Fr 08:30-17:30,Y,N,N,?," in (folder / "read.csv").read_text(encoding="utf-8")
