"""The service and its commands with a key for people's phones, without it, and while it is being changed."""

import asyncio
import base64
import json
import subprocess
from pathlib import Path

import pytest

from dispatch.access.tokens import Access
from tests.support.command import command
from tests.support.gateway import GATEWAY_SECRET, FarEnd
from tests.support.ports import free_port
from tests.support.process import running, standing_by
from tests.support.town import Town
from tests.support.waiting import eventually

OLD, NEW = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
VARIABLE = "RESCUE_PERSONAL_KEY"
PHONE = "+8613900000002"


def rotate(url: str, folder: Path, key: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return command("registry", "rotate-key", *arguments, "--database", url, folder=folder, **{VARIABLE: key})


def warnings(log: Path) -> list[dict[str, object]]:
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == "phones_not_encrypted"]


@pytest.mark.both_databases
def test_keys_are_set_and_changed_while_the_service_runs_and_rings_people(
    town: Town, town_database: str, tmp_path: Path, gateway: FarEnd
) -> None:
    settings = {"RESCUE_SMS_URL": f"{gateway.url}/sms", "RESCUE_GATEWAY_SECRET": GATEWAY_SECRET}
    log = tmp_path / "service.log"
    with running(town, town_database, log, **settings, **{VARIABLE: f"{NEW} {OLD}"}) as service:
        token = service.token(Access.VOLUNTEER, "r02")
        told = []
        for key in (OLD, f"{NEW},{OLD}"):
            done = rotate(town_database, tmp_path, key)
            assert done.returncode == 0, done.stderr
            assert "12 phones" in done.stdout
            service.request_as(token, "POST", "/api/me/test-alarm").raise_for_status()
            told.append(key)
            eventually(lambda: len(gateway.messages()) == len(told))
    left = rotate(town_database, tmp_path, NEW, "--dry-run")

    assert {message["to"] for message in gateway.messages()} == {PHONE}
    assert left.stdout.strip() == "0 phones are not under the newest key."
    assert PHONE not in log.read_text(encoding="utf-8")
    assert [(line["phones"], line["level"]) for line in warnings(log)] == [(12, "warning")]


@pytest.mark.both_databases
def test_officers_keep_phones_under_the_key_over_http_and_by_command(
    town: Town, town_database: str, tmp_path: Path
) -> None:
    def rescuers(key: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return command(
            "registry", "rescuers", *arguments, "--database", town_database, folder=tmp_path, **{VARIABLE: key}
        )

    rotate(town_database, tmp_path, NEW)
    with running(town, town_database, tmp_path / "service.log", **{VARIABLE: NEW}) as service:
        officer = Access.REGISTRY_OFFICER
        body = {"name": "孙六", "phone": "139 0000 7777", "rescuer_id": "n1"}
        added = service.request("POST", "/api/rescuers", officer, json=body)
        named = service.request("PATCH", "/api/rescuers/r02", officer, json={"name": "李思"})
        listed = service.request("GET", "/api/rescuers?phone=13900007777", officer)
    set_here = rescuers(NEW, "set", "n1", "--phone", "13900008888")
    found = rescuers(NEW, "list", "--phone", "13900008888")
    renamed = rescuers("", "set", "n1", "--name", "孙七")
    refused = [rescuers("", *one) for one in (["set", "n1", "--phone", "13900009999"], ["list", "--phone", PHONE])]

    assert (added.status_code, added.json()["phone"]) == (201, "+8613900007777")
    assert (named.json()["name"], named.json()["phone"]) == ("李思", PHONE)
    assert [one["rescuer_id"] for one in listed.json()["rescuers"]] == ["n1"]
    assert "+8613900008888" in set_here.stdout
    assert found.stdout.startswith("n1  孙六  +8613900008888")
    assert "there is one that cannot be read here" in renamed.stdout
    assert {one.returncode for one in refused} == {2}
    assert all(VARIABLE in one.stderr and "Traceback" not in one.stderr for one in refused)
    assert "孙七" in rescuers(NEW, "list", "--phone", "13900008888").stdout
    assert rotate(town_database, tmp_path, NEW, "--dry-run").stdout.startswith("0 phones")


def test_a_service_without_the_key_that_it_needs_does_not_start_and_says_which(
    town: Town, town_database: str, tmp_path: Path
) -> None:
    rotate(town_database, tmp_path, OLD)
    log = tmp_path / "service.log"
    with standing_by(town, town_database, log, free_port()) as process:
        for settings in ({}, {VARIABLE: NEW}):
            process.launch(**settings)
            assert asyncio.run(process.ended()) == 2

    told = log.read_text(encoding="utf-8")
    assert told.count("RESCUE_PERSONAL_KEY: people's phones or desks' secrets stand encrypted") == 2
    assert "it is not set" in told


def test_a_service_without_any_key_runs_as_ever_and_warns(town: Town, town_database: str, tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    with running(town, town_database, log):
        pass

    assert [line["advice"] for line in warnings(log)] == ["set RESCUE_PERSONAL_KEY, see docs/operations.md"]


def test_a_command_says_what_is_wrong_with_a_key(town_database: str, tmp_path: Path) -> None:
    none = rotate(town_database, tmp_path, "")
    short = rotate(town_database, tmp_path, "c2hvcnQ=")

    assert (none.returncode, short.returncode) == (2, 2)
    assert "openssl rand -base64 32" in none.stderr
    assert "RESCUE_PERSONAL_KEY: a key is 32 random bytes" in short.stderr
