"""An officer's year with devices on the command line: describe, lock, name a keeper, inspect, see what expires."""

import csv
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from registry.cli import app

CODE = "4711-2580"


@pytest.fixture
def aed_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RESCUE_DATABASE_URL", raising=False)
    (tmp_path / "aeds.csv").write_text("id,name,lon,lat,opening_hours\n1,图书馆,9.52,47.14,24/7\n", encoding="utf-8")
    run("import", "aeds.csv", "--datum", "wgs84")
    with closing(sqlite3.connect("rescue-circle.sqlite3")) as connection:
        return str(connection.execute("SELECT aed_id FROM aeds").fetchone()[0])


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=stdin, catch_exceptions=False)


def told(*arguments: str, stdin: str | None = None) -> str:
    result = run(*arguments, stdin=stdin)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_device_is_described_and_shown(aed_id: str) -> None:
    told("device", "set", aed_id, "maker=Mindray", "battery_expires_on=2031-06", "addresses.zh=中原路1号", "lock=yes")
    told("device", "set", aed_id, "addresses.en=1 Zhongyuan Road", "lock=", "--why", "seen")
    shown = told("device", "show", aed_id)

    assert "battery_expires_on: 2031-06-30" in shown
    assert "addresses: zh: 中原路1号; en: 1 Zhongyuan Road" in shown
    assert "lock" not in shown
    assert re.search(r"usable: \d\d% \(nobody_lately 0\.\d\d\)", shown)


def test_a_code_is_read_from_a_pipe_shown_when_asked_for_and_overwritten_in_the_file(aed_id: str) -> None:
    told("device", "set-code", aed_id, "--stdin", stdin=f"{CODE}\n")
    assert CODE not in told("device", "show", aed_id)
    assert told("device", "code", aed_id).strip() == CODE

    told("device", "forget-code", aed_id)

    assert CODE.encode() not in Path("rescue-circle.sqlite3").read_bytes()
    gone = run("device", "code", aed_id)
    assert (gone.exit_code, gone.stderr.count("\n")) == (2, 1)


def test_a_keeper_is_named_asked_confirmed_for_and_erased(aed_id: str) -> None:
    told("keepers", "set", aed_id, "--name", "王芳", "--phone", "13812345678", "--position", "馆长")
    assert "keeper  王芳  +8613812345678  馆长" in told("keepers", "list", aed_id)
    assert "confirmation (overdue)" not in told("expiring", "--what", "confirmation")
    assert aed_id in told("expiring", "--what", "confirmation")
    assert re.search(
        r"https://rescue\.example/confirm/[\w-]{22}\n",
        told("keepers", "link", aed_id, "--url", "https://rescue.example/"),
    )

    told("keepers", "confirm", aed_id, "--by", "officer")
    assert "by officer" in told("keepers", "confirmations", aed_id)
    assert aed_id not in told("expiring", "--what", "confirmation")

    assert "of 1 AEDs" in told("keepers", "erase", "--phone", "138 1234 5678")
    assert told("keepers", "list", aed_id).strip() == ""
    assert "王芳".encode() not in Path("rescue-circle.sqlite3").read_bytes()


def test_every_keeper_whose_word_is_due_gets_a_link(aed_id: str) -> None:
    told("keepers", "set", aed_id, "--role", "deputy", "--name", "赵强", "--phone", "13912345678")
    told("keepers", "remind", "due.csv", "--url", "https://rescue.example/")
    with Path("due.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)

    assert (row["aed_id"], row["place"], row["role"], row["name"]) == (aed_id, "图书馆", "deputy", "赵强")
    assert row["phone"] == "+8613912345678"
    assert row["url"].startswith("https://rescue.example/confirm/")
    assert Path("due.csv").stat().st_mode & 0o077 == 0
    assert run("keepers", "remind", "due.csv", "--url", "https://rescue.example").exit_code == 2

    told("keepers", "confirm", aed_id)
    assert told("keepers", "remind", "none.csv", "--url", "https://rescue.example").startswith("0 links")
    assert told("keepers", "remind", "later.csv", "--url", "https://x", "--within", "30w").startswith("1 links")


def test_an_inspection_sets_the_state_and_the_next_check(aed_id: str) -> None:
    bad = told("inspections", "add", aed_id, "unusable", "--indicator", "bad", "--note", "red", "--by", "wang")
    assert "its state is another" in bad
    assert "out_of_service" in told("show")
    told("inspections", "add", aed_id, "ready", "--indicator", "ok", "--next-check", "2001-01-01", "--at", "2000-12-24")
    assert "out_of_service" in told("show")
    told("inspections", "add", aed_id, "ready", "--indicator", "ok", "--pads", "bad")
    assert "out_of_service" not in told("show")

    listed = told("inspections", "list", aed_id).splitlines()
    assert len(listed) == 3
    assert listed[0].endswith("ready, indicator ok, pads bad")
    assert listed[2].endswith("by wang: unusable, indicator bad, red")
    told("inspections", "erase-note", aed_id, listed[2].split()[0])
    assert told("inspections", "list", aed_id).splitlines()[2].endswith("unusable, indicator bad")


def test_what_expires_is_listed_page_by_page(aed_id: str) -> None:
    told(
        "device",
        "set",
        aed_id,
        "battery_expires_on=2001-01-31",
        "adult_pads_expire_on=2001-02",
        "child_pads_expire_on=2099-01",
    )
    first = told("expiring", "--limit", "1")
    assert f"2001-01-31  battery (overdue)  {aed_id}  图书馆" in first
    cursor = first.split("--after ")[1].strip()
    rest = told("expiring", "--after", cursor)
    assert "2001-02-28  adult_pads (overdue)" in rest
    assert "battery" not in rest
    assert "child_pads" not in told("expiring", "--within", "8w")


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["device", "set", "AED", "colour=red"], "FIELD=VALUE"),
        (["device", "set", "AED", "lock=chain"], "lock"),
        (["device", "show", "a9"], "a9"),
        (["device", "code", "AED"], "code"),
        (["keepers", "set", "AED", "--name", "x", "--phone", "12"], "country code"),
        (["keepers", "remove", "AED"], "no keeper"),
        (["keepers", "link", "AED", "--url", "https://x"], "name one first"),
        (["inspections", "add", "AED", "ready"], "indicator"),
        (["inspections", "add", "AED", "ready", "--indicator", "ok", "--next-check", "soon"], "2027-06-30"),
        (["inspections", "erase-note", "AED", "9"], "list them first"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_2(aed_id: str, arguments: list[str], advice: str) -> None:
    result = run(*[aed_id if one == "AED" else one for one in arguments])
    assert result.exit_code == 2
    assert advice in result.stderr
    assert result.stderr.strip().count("\n") == 0


@pytest.mark.parametrize("arguments", [["--within", "soon"], ["--after", "x"], ["--what", "colour"]])
@pytest.mark.usefixtures("aed_id")
def test_a_span_or_cursor_that_is_none_is_refused(arguments: list[str]) -> None:
    assert run("expiring", *arguments).exit_code == 2
