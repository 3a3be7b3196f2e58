"""An officer's year at the command line: add, look, move, describe, retire, see who changed what, take it back."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from registry.cli import app

AEDS = "id,name,lon,lat,opening_hours\n1,Town hall,9.52,47.14,24/7\n2,Pool,9.53,47.15,Mo-Fr 08:00-17:00\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With a list that was imported."""
    monkeypatch.chdir(tmp_path)
    for name in ("RESCUE_DATABASE_URL", "RESCUE_SERVICE_AREA"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "aeds.csv").write_text(AEDS, encoding="utf-8")
    assert run("import", "aeds.csv", "--datum", "wgs84", "--source", "city").exit_code == 0
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def done(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def add(*more: str) -> str:
    """Its id."""
    told = done("aeds", "add", "--lon", "9.521", "--lat", "47.141", "--name", "School", *more)
    return told.split()[0]


def ids(*arguments: str) -> list[str]:
    return re.findall(r"^(aed-\w+)", done("aeds", "list", *arguments), re.MULTILINE)


def change_of(action: str) -> str:
    """The number of the newest change of this kind."""
    return next(line.split()[0] for line in done("history").splitlines() if f" {action} " in line)


def test_an_added_aed_is_shown_with_who_added_it_and_undone_by_its_change() -> None:
    aed_id = add("--hours", "täglich 8-20 Uhr", "--by", "li", "--why", "seen there")

    assert "Mo-Su 08:00-20:00  (registry" in done("aeds", "show", aed_id)
    assert f'li added aed {aed_id}: "seen there"' in done("history", aed_id)
    told = done("undo", "--change", change_of("added"), "--by", "wu")
    assert re.fullmatch(r"Change \d+ is taken back by change \d+\.\n", told)
    assert aed_id not in ids()
    assert ids("--retired", "only") == [aed_id]
    assert f"wu undone aed {aed_id} (takes back" in done("history")


def test_what_is_moved_and_described_is_so_until_it_is_taken_back() -> None:
    (pool,) = ids("--text", "pool")
    done("aeds", "move", pool, "--lon", "9.54", "--lat", "47.16", "--by", "li")
    done("aeds", "describe", pool, "--state", "missing", "--place", "By the gate", "--indoor", "no", "--by", "li")

    shown = done("aeds", "show", pool)
    assert "missing  47.160000, 9.540000" in shown
    assert "location_text: By the gate  (li," in shown
    assert ids("--box", "9.535,47.155,9.545,47.165") == ids("--state", "missing") == [pool]
    assert "position: [9.53, 47.15] -> [9.54, 47.16]" in done("history", pool)
    done("undo", "--change", change_of("described"))
    done("let-go", pool, "position", "--by", "wu", "--why", "moved back")
    assert "in_service  47.150000, 9.530000" in done("aeds", "show", pool)
    assert "wu let_go aed" in done("history", "--by", "wu")


def test_retired_ones_are_listed_apart_and_come_back() -> None:
    both = ids()
    assert done("aeds", "retire", *both, "--by", "li") == "2 retired.\n"
    assert ids() == []
    assert ids("--retired", "any") == both
    assert done("aeds", "reinstate", both[0]) == "1 fetched again.\n"
    assert ids() == both[:1]
    assert done("retire", both[0]) == "1 retired.\n"
    assert done("reinstate", *both) == "2 fetched again.\n"
    assert ids() == both
    assert done("reinstate", *both) == "0 fetched again.\n"


def test_a_long_list_goes_on_behind_the_last_one() -> None:
    add()
    first = done("aeds", "list", "--limit", "2")
    after = first.split("--after ")[1].strip()
    assert len(ids("--limit", "2")) == 2
    assert len(ids("--limit", "2", "--after", after)) == 1
    assert ids("--usable", "yes", "--at", "2025-03-05T11:00:00", "--source", "city") != []
    assert ids("--changed-since", "2100-01-01") == []


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["aeds", "add", "--lon", "9.5", "--lat", "47.1"], "name or a location_text"),
        (["aeds", "add", "--lon", "0", "--lat", "0", "--name", "x"], "sea off Africa"),
        (
            ["aeds", "add", "--lon", "9", "--lat", "47", "--name", "x", "--area", "10,47,11,48"],
            "outside the service area",
        ),
        (["aeds", "add", "--lon", "9", "--lat", "47", "--name", "x", "--datum", "mars"], "gcj02"),
        (["aeds", "describe", "aed-none", "--state", "missing"], "no AED"),
        (["aeds", "describe", "aed-none"], "say what to set"),
        (["aeds", "describe", "aed-none", "--access", "perhaps"], "customers"),
        (["aeds", "move", "aed-none", "--lon", "9", "--lat", "47"], "no AED"),
        (["aeds", "list", "--box", "1,2"], "west,south,east,north"),
        (["undo", "--change", "77"], "no change 77"),
        (["undo"], "--change"),
        (["undo", "1", "--change", "1"], "--change"),
        (["import", "aeds.csv", "--datum", "wgs84", "--source", "registry"], "officers add"),
    ],
)
def test_what_cannot_be_ends_with_what_to_do(arguments: list[str], advice: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert advice in " ".join(result.output.split())


def test_the_import_is_taken_back_as_ever_and_the_service_area_comes_from_its_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RESCUE_SERVICE_AREA", "10,47,11,48")
    assert run("aeds", "add", "--lon", "9", "--lat", "47", "--name", "x").exit_code == 2
    assert "Import 1 is taken back: 2 AEDs" in done("undo", "1", "--by", "li", "--why", "the wrong file")
    assert 'li undone import 1: "the wrong file"' in done("history", "--kind", "import")


def test_an_import_of_people_is_taken_back_with_a_line_for_whoever_stays(folder: Path) -> None:
    rows = "id,name,phone,certificate_kind,valid_until\np1,Ann Lee,+4232361234,rc,2030-01-01\n"
    (folder / "people.csv").write_text(rows + "p2,Bo Ray,+4232361235,rc,2030-01-01\n", encoding="utf-8")
    assert run("import", "people.csv", "--source", "hospital", "--region", "LI").exit_code == 0
    done("rescuers", "set", "p2", "--name", "Bo Raye", "--by", "li")

    told = done("undo", "2", "--by", "wu")

    assert (
        "Import 2 is taken back: 1 person is as before; 1 of them, which it had brought, out of the register." in told
    )
    assert "of p2 stays all, though the import brought them: their name was changed" in told
    assert "last by li at" in told
    assert "2 accepted" in done("imports")
    assert "taken back" in done("imports")
    assert "Ray" not in told
