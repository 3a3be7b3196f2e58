"""Signing in with an authenticator app through the service and its commands, whose time nobody sets."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyotp
import pytest

from dispatch.operations.limits import SIGN_INS
from dispatch.people.accounts import Accounts
from registry.storage.database import Database
from tests.support.browser_like import Browser
from tests.support.process import running
from tests.support.service import Service
from tests.support.town import Town
from tests.support.waiting import eventually

pytestmark = pytest.mark.both_databases
PASSWORD = "a long night at the desk"
COMMAND = (sys.executable, "-c", "from rescue_circle.cli import main; main()", "accounts")


def coming(app: pyotp.TOTP) -> str:
    """The code of the next half minute, which is good for a minute and more."""
    return app.at(time.time() + 30)


@pytest.fixture
def strict_service(town: Town, town_database: str, tmp_path: Path) -> Iterator[Service]:
    with running(town, town_database, tmp_path / "service.log", RESCUE_TOTP_REQUIRED="admins") as service:
        yield service


def accounts(url: str, *arguments: str, answers: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, *arguments, "--database", url], input=answers, capture_output=True, text=True, check=False
    )


def sign_in(service: Service, name: str, code: str | None = None) -> httpx.Response:
    body = {"name": name, "password": PASSWORD} | ({} if code is None else {"code": code})
    return Browser(service.url).request("POST", "/api/session", json=body)


def enrolled(service: Service, browser: Browser) -> tuple[pyotp.TOTP, list[str]]:
    begun = browser.request("POST", "/api/me/totp").json()
    app = pyotp.parse_uri(begun["uri"])
    assert isinstance(app, pyotp.TOTP)
    assert app.secret == begun["secret"]
    assert begun["qr_svg"].startswith("<svg")
    codes = browser.request("POST", "/api/me/totp/confirm", json={"code": app.now()})
    assert codes.status_code == 200, codes.text
    return app, codes.json()["codes"]


def test_a_dispatcher_adds_an_app_by_themselves_and_an_administrator_takes_it_off(
    service: Service, town_database: str, tmp_path: Path
) -> None:
    for name, role in (("chief", "admin"), ("desk-1", "dispatcher")):
        asyncio.run(_add(town_database, name, role))
    browser, chief = Browser(service.url), Browser(service.url)
    for one, name in ((browser, "desk-1"), (chief, "chief")):
        one.request("POST", "/api/session", json={"name": name, "password": PASSWORD}).raise_for_status()

    app, codes = enrolled(service, browser)
    asked, wrong, spare = (sign_in(service, "desk-1", code) for code in (None, "nonsense", codes[0]))
    by_app = sign_in(service, "desk-1", coming(app))
    state = browser.request("GET", "/api/me/totp").json()
    twice = browser.request("POST", "/api/me/totp")
    not_allowed = browser.request("DELETE", "/api/accounts/desk-1/totp")
    own = chief.request("DELETE", "/api/accounts/chief/totp")
    nobody = chief.request("DELETE", "/api/accounts/nobody/totp")
    taken_off = chief.request("DELETE", "/api/accounts/desk-1/totp?why=lost")
    after = sign_in(service, "desk-1")

    assert [(one.status_code, one.json()["code"]) for one in (asked, wrong)] == [
        (401, "totp_required"),
        (401, "totp_wrong"),
    ]
    assert (spare.status_code, by_app.status_code, after.status_code) == (200, 200, 200)
    assert (state["recovery_codes_left"], state["required"]) == (9, False)
    assert (twice.status_code, twice.json()["code"]) == (409, "totp_enrolled")
    assert (not_allowed.status_code, own.status_code, nobody.status_code) == (403, 409, 404)
    assert own.json()["code"] == "own_totp"
    assert taken_off.status_code == 204
    log = (tmp_path / "service.log").read_text(encoding="utf-8")
    assert not [secret for secret in (app.secret, *codes) if secret in log]
    events = [json.loads(line)["event"] for line in log.splitlines() if line.startswith("{")]
    assert {"totp_added", "second_factor_refused", "totp_reset"} <= set(events)


def test_whoever_has_the_password_and_tries_codes_waits(service: Service, town_database: str) -> None:
    asyncio.run(_add(town_database, "desk-1", "dispatcher"))
    browser = Browser(service.url)
    browser.request("POST", "/api/session", json={"name": "desk-1", "password": PASSWORD}).raise_for_status()
    app, _ = enrolled(service, browser)

    tried = [sign_in(service, "desk-1", f"guess {number}") for number in range(SIGN_INS.burst)]
    # On a busy machine these take long enough to be allowed one more.
    eventually(lambda: sign_in(service, "desk-1", "one more guess").status_code == 429)

    assert {one.status_code for one in tried} == {401}
    assert sign_in(service, "desk-1", coming(app)).status_code == 429


def test_an_administrator_who_needs_an_app_gets_one_by_command_and_loses_it_by_command(
    strict_service: Service, town_database: str
) -> None:
    asyncio.run(_add(town_database, "chief", "admin"))
    refused = sign_in(strict_service, "chief")
    # What to type is known only once the command has said the secret: begun here, the rest is as at a terminal.
    program = subprocess.Popen(
        [*COMMAND, "totp", "chief", "--no-qr", "--by", "tester", "--database", town_database],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    app = pyotp.parse_uri(program.stdout.readline().strip())
    assert isinstance(app, pyotp.TOTP)
    out, err = program.communicate(f"no code\n{app.now()}\n")
    codes = [line for line in out.splitlines() if line.count("-") == 3]
    by_code, by_app = sign_in(strict_service, "chief", codes[0]), sign_in(strict_service, "chief", coming(app))
    listed = accounts(town_database, "list", answers="")
    reset = accounts(town_database, "totp-reset", "chief", "--by", "tester", answers="")
    unknown = accounts(town_database, "totp", "nobody", answers="")

    assert (refused.status_code, refused.json()["code"]) == (403, "totp_not_enrolled")
    assert program.returncode == 0, err
    assert "That is not its code" in err
    assert len(codes) == 10
    assert (by_code.status_code, by_app.status_code) == (200, 200)
    assert "yes" in next(line for line in listed.stdout.splitlines() if "chief" in line)
    assert reset.returncode == 0
    assert sign_in(strict_service, "chief").json()["code"] == "totp_not_enrolled"
    assert (unknown.returncode, "no account" in unknown.stderr) == (2, True)


async def _add(url: str, name: str, role: str) -> None:
    database = Database(url)
    await Accounts(database).add(name, role, PASSWORD)
    await database.close()
