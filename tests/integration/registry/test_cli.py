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
        (["import", "aeds.csv"], "--datum wgs84"),
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
