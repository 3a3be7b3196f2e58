"""Accounts with an authenticator app: added, asked for, used once, lost, taken off; also through the service."""

import asyncio
import base64
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pyotp
import pytest
from sqlalchemy import select, update

from dispatch.access.tokens import Access
from dispatch.operations.limits import SIGN_INS
from dispatch.people.accounts import Accounts
from dispatch.people.passwords import Passwords
from dispatch.people.refusals import (
    NoSession,
    TotpEnrolled,
    TotpNotBegun,
    TotpNotEnrolled,
    TotpRequired,
    TotpWrong,
    UnknownAccount,
    WrongNameOrPassword,
)
from dispatch.people.second_factors import SecondFactors
from dispatch.people.secrets import SessionKeys
from dispatch.people.sessions import Opened, Sessions
from registry.history.log import list_changes
from registry.people_tables import recovery_codes, totp_secrets
from registry.personal.rotation import rotate
from registry.storage.database import Database
from registry.storage.personal_keys import NO_KEYS, PersonalKeys
from tests.support.browser_like import Browser
from tests.support.process import running
from tests.support.service import Service
from tests.support.town import Town
from tests.support.waiting import eventually

pytestmark = pytest.mark.both_databases
PASSWORD = "a long night at the desk"
NOON = datetime(2026, 1, 5, 4, 0, 15, tzinfo=UTC)
STEP = timedelta(seconds=30)
COMMAND = (sys.executable, "-c", "from rescue_circle.cli import main; main()", "accounts")
KEYS = PersonalKeys(b"k" * 32)


class Desk:
    """The people of a service, at a time that the test sets; an administrator `chief` and a dispatcher `desk-1`."""

    def __init__(self, database: Database, *required_of: Access) -> None:
        self.now = NOON
        self.database = database
        self.factors = SecondFactors(database, required_of=required_of, now=lambda: self.now)
        self.sessions = Sessions(database, SessionKeys("s" * 32), self.factors, now=lambda: self.now)
        self.accounts = Accounts(database, now=lambda: self.now)
        self.passwords = Passwords()

    async def sign_in(self, code: str = "", *, name: str = "chief", password: str = PASSWORD) -> Opened:
        return await self.accounts.sign_in(
            name, password, code, passwords=self.passwords, sessions=self.sessions, factors=self.factors
        )

    async def add_app(self, name: str = "chief") -> tuple[pyotp.TOTP, list[str]]:
        begun = await self.factors.begin(name)
        app = pyotp.TOTP(begun.secret)
        return app, await self.factors.confirm(name, app.at(self.now), by=name)


@pytest.fixture(params=[NO_KEYS, KEYS], ids=["plain", "sealed"])
async def database(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, personal_keys=request.param)
    await Accounts(database).add("chief", "admin", PASSWORD)
    await Accounts(database).add("desk-1", "dispatcher", PASSWORD)
    yield database
    await database.close()


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


async def test_an_account_without_an_app_signs_in_as_ever(desk: Desk) -> None:
    assert (await desk.sign_in()).owner.name == "chief"
    assert (await desk.factors.find("chief")).confirmed_at is None


async def test_an_app_counts_once_a_code_of_it_was_shown(desk: Desk) -> None:
    begun = await desk.factors.begin("chief")
    await desk.sign_in()
    with pytest.raises(TotpWrong):
        await desk.factors.confirm("chief", "000000" if pyotp.TOTP(begun.secret).at(NOON) != "000000" else "1", by="x")
    again = await desk.factors.begin("chief")
    with pytest.raises(TotpWrong):
        await desk.factors.confirm("chief", pyotp.TOTP(begun.secret).at(NOON), by="chief")

    codes = await desk.factors.confirm("chief", pyotp.TOTP(again.secret).at(NOON), by="chief")

    assert len(codes) == 10
    found = await desk.factors.find("chief")
    assert (found.confirmed_at, found.recovery_codes_left) == (NOON, 10)
    with pytest.raises(TotpRequired):
        await desk.sign_in()


async def test_neither_secret_nor_code_is_asked_for_where_the_password_is_wrong(desk: Desk) -> None:
    app, _ = await desk.add_app()
    desk.now += 2 * STEP
    with pytest.raises(WrongNameOrPassword):
        await desk.sign_in(app.at(desk.now), password="not the password")
    assert (await desk.sign_in(app.at(desk.now))).owner.name == "chief"


async def test_a_code_is_good_once_also_the_one_that_added_the_app(desk: Desk) -> None:
    app, _ = await desk.add_app()
    with pytest.raises(TotpWrong):
        await desk.sign_in(app.at(desk.now))
    desk.now += STEP
    await desk.sign_in(app.at(desk.now))
    with pytest.raises(TotpWrong):
        await desk.sign_in(app.at(desk.now))
    with pytest.raises(TotpWrong):
        await desk.sign_in(app.at(desk.now - STEP))
    desk.now += STEP
    await desk.sign_in(app.at(desk.now))


async def test_of_two_who_show_one_code_at_once_one_comes_in(desk: Desk) -> None:
    app, codes = await desk.add_app()
    desk.now += 2 * STEP
    for code in (app.at(desk.now), codes[0]):
        tried = await asyncio.gather(*(desk.sign_in(code) for _ in range(4)), return_exceptions=True)
        assert sorted(type(one).__name__ for one in tried) == ["Opened", "TotpWrong", "TotpWrong", "TotpWrong"]


async def test_a_recovery_code_is_good_once_and_belongs_to_one_account(desk: Desk) -> None:
    _, codes = await desk.add_app()
    await desk.add_app("desk-1")
    with pytest.raises(TotpWrong):
        await desk.sign_in(codes[3], name="desk-1")

    await desk.sign_in(codes[3].upper())

    with pytest.raises(TotpWrong):
        await desk.sign_in(codes[3])
    assert (await desk.factors.find("chief")).recovery_codes_left == 9
    assert (await desk.factors.find("desk-1")).recovery_codes_left == 10


async def test_the_app_in_use_is_not_replaced_by_who_has_a_token_only(desk: Desk) -> None:
    await desk.add_app()
    with pytest.raises(TotpEnrolled):
        await desk.factors.begin("chief")
    with pytest.raises(TotpEnrolled):
        await desk.factors.confirm("chief", "123456", by="chief")
    with pytest.raises(TotpNotBegun):
        await desk.factors.confirm("desk-1", "123456", by="desk-1")
    for refused in (desk.factors.begin("nobody"), desk.factors.find("nobody"), desk.factors.reset("nobody", by="x")):
        with pytest.raises(UnknownAccount):
            await refused


async def test_an_app_that_is_lost_is_taken_off_and_every_session_ends(desk: Desk) -> None:
    app, codes = await desk.add_app()
    desk.now += STEP
    opened = await desk.sign_in(app.at(desk.now))

    await desk.factors.reset("chief", by="deputy", why="phone in the river")

    with pytest.raises(NoSession):
        await desk.sessions.renew(opened.cookie)
    assert (await desk.factors.find("chief")).recovery_codes_left == 0
    await desk.sign_in()
    async with desk.database.read() as connection:
        told = await list_changes(connection, kind="account", limit=10)
    assert [(one.change.action, one.author.by, one.author.why) for one in told] == [
        ("totp_reset", "deputy", "phone in the river"),
        ("totp_added", "chief", ""),
    ]
    assert not any(secret in str(told) for secret in (app.secret, *codes))


async def test_where_the_setting_says_so_an_administrator_needs_an_app_and_others_do_not(desk: Desk) -> None:
    before = await desk.sign_in()
    strict = Desk(desk.database, Access.ADMIN)

    with pytest.raises(TotpNotEnrolled):
        await strict.sign_in()
    with pytest.raises(NoSession):
        await strict.sessions.renew(before.cookie)
    await strict.sign_in(name="desk-1")
    assert (await strict.factors.find("chief")).required
    app, _ = await strict.add_app()
    strict.now += STEP
    opened = await strict.sign_in(app.at(strict.now))
    assert (await strict.sessions.renew(opened.cookie)).owner.name == "chief"


async def test_the_database_holds_digests_and_under_a_key_no_secret(database: Database, desk: Desk) -> None:
    app, codes = await desk.add_app()
    async with database.read() as connection:
        held = str((await connection.execute(select(totp_secrets))).all())
        held += str((await connection.execute(select(recovery_codes))).all())

    assert (app.secret in held) is not bool(database.personal_keys)
    assert not any(code.replace("-", "") in held or code in held for code in codes)


async def test_secrets_go_under_a_newer_key_and_codes_count_on(database: Database, desk: Desk) -> None:
    app, _ = await desk.add_app()
    newer = PersonalKeys(b"n" * 32)
    text = " ".join(base64.b64encode(letter * 32).decode() for letter in (b"n", b"k"))
    both = Database(database.url.render_as_string(hide_password=False), personal_keys=PersonalKeys.read(text))
    done = await rotate(both, pause_s=0.0)
    await both.close()

    assert done.secrets == 1
    only_new = Database(database.url.render_as_string(hide_password=False), personal_keys=newer)
    later = Desk(only_new)
    later.now += STEP
    assert (await later.sign_in(app.at(later.now))).owner.name == "chief"
    await only_new.close()


@pytest.mark.parametrize("database", [KEYS], indirect=True, ids=["sealed"])
async def test_a_secret_that_was_put_into_anothers_row_opens_no_account(database: Database, desk: Desk) -> None:
    app, _ = await desk.add_app("desk-1")
    _, codes = await desk.add_app()
    async with database.write() as connection:
        theirs = select(totp_secrets.c.secret).where(totp_secrets.c.account_name == "desk-1").scalar_subquery()
        await connection.execute(
            update(totp_secrets).where(totp_secrets.c.account_name == "chief").values(secret=theirs)
        )
    desk.now += STEP

    with pytest.raises(TotpWrong):
        await desk.sign_in(app.at(desk.now))
    await desk.sign_in(codes[0])


# Through the service, whose time nobody sets: the code of the next half minute is good for a minute and more.


def coming(app: pyotp.TOTP) -> str:
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
