"""An officer's year with people, from the command line: each task of docs/register.md, and what is refused."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from registry.cli import app

RESCUERS = (
    "id,name,phone,certificate_kind,valid_until,on_duty\n"
    "r1,王芳,13812345678,BLS,2030-01-01,yes\n"
    "r2,李雷,13812345679,BLS,2025-02-01,yes\n"
)


@pytest.fixture(autouse=True)
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of two, imported."""
    monkeypatch.chdir(tmp_path)
    for name in ("RESCUE_DATABASE_URL", "RESCUE_TIME_ZONE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "people.csv").write_text(RESCUERS, encoding="utf-8")
    said("import", "people.csv", "--source", "company")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def said(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_person_is_entered_corrected_and_found() -> None:
    entered = said(
        *("rescuers", "add", "--name", "孙六", "--phone", "138 1234 5670", "--id", "n1", "--kind", "grid_worker"),
        *("--home", "113.66,34.75", "--datum", "gcj02", "--off-duty"),
    )
    corrected = said(
        "rescuers", "set", "n1", "--name", "孙七", "--transport", "bicycle", "--why", "misheard", "--by", "li"
    )
    listed = said("rescuers", "list", "--kind", "grid_worker")
    history = said("rescuers", "history", "n1")

    assert "+8613812345670" in entered
    assert "113.653916, 34.751136" in entered
    assert "transport: bicycle" in corrected
    assert "n1  孙七" in listed
    assert "li: corrected" in history
    assert "(misheard)" in history
    assert "孙" not in history
    assert said("rescuers", "list", "--name", "王").startswith("r1")
    assert said("rescuers", "list", "--expiring-before", "2026-01-01").startswith("r2")


def test_certificates_are_entered_verified_renewed_and_struck_out() -> None:
    said("certificates", "add", "r1", "--kind", "ACLS", "--number", "A-1", "--until", "2027-01-01")
    assert "unverified" in said("rescuers", "show", "r1")
    assert "verified by li" in said("verify", "r1", "1", "--by", "li")
    assert "follows 0" in said("renew", "r2", "0", "--kind", "BLS", "--until", "2028-02-01", "--seen")
    assert "ACLS" not in said("certificates", "remove", "r1", "1")


def test_what_runs_out_is_listed_with_its_warning_until_it_is_renewed() -> None:
    listed = said("certificates", "expiring", "--day", "2025-01-20", "--within-days", "30")
    over = said("certificates", "expiring", "--day", "2025-02-11")
    said("renew", "r2", "0", "--kind", "BLS", "--until", "2028-02-01", "--seen")

    assert "2025-02-01  r2 certificate 0, BLS: 12 days left; warning 30" in listed
    assert "ran out 10 days ago; warning 0" in over
    assert said("certificates", "expiring", "--day", "2025-02-11") == ""


def test_the_city_says_whom_it_trusts_and_what_counts() -> None:
    said("certificates", "trust", "company", "--no")
    doubted = said("rescuers", "show", "r1")
    sources = said("certificates", "sources")
    said("certificates", "trust", "company")
    said("certificates", "accept", "ACLS")
    kinds = said("certificates", "kinds")
    refused = said("rescuers", "show", "r1")
    said("certificates", "accept", "--all")

    assert "unverified" in doubted
    assert "company: each must be verified; 2 certificates, 2 not verified" in sources
    assert "BLS: does not count, 2 held" in kinds
    assert "not_accepted" in refused
    assert "counts" in said("rescuers", "show", "r1")


def test_people_are_left_alone_for_a_while_or_at_their_hours() -> None:
    said("rescuers", "pause", "r1", "--why", "broken leg")
    paused = said("rescuers", "show", "r1")
    said("rescuers", "resume", "r1")
    hours = said("rescuers", "available", "r1", "--weekly", "周一至周五 18:00-22:00", "--quiet", "23:00-06:00")

    assert "until an officer says so" in paused
    assert "paused" not in hours
    assert "available: 周一至周五 18:00-22:00" in hours


def test_people_are_assigned_to_what_there_is() -> None:
    metro = said("organisations", "add", "郑州地铁", "--district", "金水区").split()[0]
    team = said("teams", "add", "五号线", "--organisation", metro).split()[0]
    assigned = said("rescuers", "assign", "--list", "company", "--organisation", metro, "--kind", "metro_staff")
    shown = said("rescuers", "set", "r1", "--team", team)
    left = said("rescuers", "set", "r1", "--organisation", "")

    assert "2 people of company" in assigned
    assert "team: 五号线" in shown
    assert "organisation" not in left
    assert "郑州地铁, 金水区: 1 people" in said("organisations", "list")
    assert "五号线" in said("teams", "list")


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (("rescuers", "show", "nobody"), "no rescuer 'nobody'"),
        (("rescuers", "set", "r1"), "at least one option"),
        (("rescuers", "set", "r1", "--name", "王 11010519491231002X"), "identity card"),
        (("rescuers", "set", "r1", "--home", "113,34"), "--datum"),
        (("rescuers", "set", "r1", "--home", "34", "--datum", "wgs84"), "LON,LAT"),
        (("rescuers", "set", "r1", "--phone", "12"), "phone"),
        (("rescuers", "set", "r1", "--team", "none"), "add it first"),
        (("rescuers", "pause", "r1", "--until", "tomorrow"), "2026-05-01"),
        (("rescuers", "available", "r1", "--weekly", "now and then"), "Mo-Fr 18:00-22:00"),
        (("rescuers", "available", "r1", "--zone", "Moon"), "IANA"),
        (("verify", "r1", "9"), "no certificate 9"),
        (("renew", "r1", "0", "--kind", "BLS", "--until", "2029-01-01"), "a renewal ends later"),
        (
            ("certificates", "add", "r1", "--kind", "BLS", "--until", "2020-01-01", "--from", "2021-01-01"),
            "before it begins",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line_with_what_to_do(arguments: tuple[str, ...], advice: str) -> None:
    refused = run(*arguments)

    assert refused.exit_code == 2
    assert advice in refused.output
    assert "11010519491231002X" not in refused.output
