"""Signing in, staying signed in and being signed out, through the interface that pages use."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from dispatch.access.tokens import DESK_ROLES, Access
from dispatch.operations.limits import SIGN_INS
from dispatch.people.accounts import Accounts
from registry import people_tables as t
from registry.storage.database import Database
from tests.support.browser_like import Browser
from tests.support.phone import beating, raw_stream
from tests.support.plain_http import fetch
from tests.support.process import running
from tests.support.service import Service
from tests.support.town import Town
from tests.support.waiting import eventually

pytestmark = pytest.mark.both_databases
PASSWORD = "a long night at the desk"
TWO_MINUTES = timedelta(minutes=2)


@pytest.fixture
def desk(service: Service, town_database: str) -> Service:
    """A service with a dispatcher's account, `desk-1`."""
    asyncio.run(on_accounts(town_database, "add", "desk-1", "dispatcher", PASSWORD))
    return service


async def on_accounts(url: str, method: str, *arguments: str) -> None:
    database = Database(url)
    await getattr(Accounts(database), method)(*arguments)
    await database.close()


async def turn_back(url: str, column: str, by: timedelta) -> None:
    """As if it had been so much earlier."""
    database = Database(url)
    async with database.write() as connection:
        held = (await connection.execute(select(t.sessions))).one()
        await connection.execute(update(t.sessions).values({column: getattr(held, column) - by}))
    await database.close()


def sign_in(browser: Browser, password: str = PASSWORD, name: str = "desk-1", **headers: str) -> httpx.Response:
    return browser.request("POST", "/api/session", json={"name": name, "password": password}, headers=headers)


def signed_in(service: Service) -> Browser:
    browser = Browser(service.url)
    sign_in(browser).raise_for_status()
    return browser


def renew(service: Service, cookie: str | None) -> httpx.Response:
    browser = Browser(service.url)
    browser.cookie = cookie
    return browser.request("POST", "/api/session/renew")


def test_a_dispatcher_signs_in_and_the_secret_is_out_of_any_scripts_reach(desk: Service) -> None:
    browser = Browser(desk.url)
    answer = sign_in(browser)
    me = browser.request("GET", "/api/me").json()
    cookie = answer.headers["set-cookie"].lower()

    assert {answer.json()[key] for key in ("role", "subject", "name")} == {"dispatcher", "desk-1"}
    assert desk.signer.check(answer.json()["token"]).identity.access is Access.DISPATCHER
    assert all(part in cookie for part in ("httponly", "samesite=strict", "path=/api/session"))
    assert "secure" not in cookie
    assert browser.cookie is not None
    assert browser.cookie not in answer.text
    assert me == {"role": "dispatcher", "subject": "desk-1", "name": "desk-1", "volunteer": None}


def test_behind_tls_the_cookie_goes_nowhere_else(desk: Service) -> None:
    answer = sign_in(Browser(desk.url), **{"x-forwarded-proto": "https"})

    assert "; secure" in answer.headers["set-cookie"].lower()


def test_a_wrong_password_and_an_unknown_name_are_told_apart_by_nobody(desk: Service) -> None:
    answers = [sign_in(Browser(desk.url), "another password"), sign_in(Browser(desk.url), name="nobody")]

    assert {answer.status_code for answer in answers} == {401}
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["code"] == "wrong_name_or_password"
    assert not any("set-cookie" in answer.headers for answer in answers)


def test_whoever_tries_passwords_waits_and_others_do_not(desk: Service) -> None:
    guesses = [sign_in(Browser(desk.url), f"guess number {number}") for number in range(SIGN_INS.burst)]
    # On a busy machine these take long enough to be allowed one more.
    eventually(lambda: sign_in(Browser(desk.url), "one more guess").status_code == 429)
    right = sign_in(Browser(desk.url))
    elsewhere = sign_in(Browser(desk.url), **{"x-forwarded-for": "192.0.2.7"})

    assert {guess.status_code for guess in guesses} == {401}
    assert (right.status_code, right.json()["code"]) == (429, "too_many_sign_ins")
    assert int(right.headers["retry-after"]) >= 1
    assert elsewhere.status_code == 200


def test_the_right_password_forgives_the_slips_before_it(desk: Service) -> None:
    for _ in range(3):
        for _ in range(SIGN_INS.burst - 1):
            sign_in(Browser(desk.url), "a slip of the fingers")
        assert sign_in(Browser(desk.url)).status_code == 200


def test_a_session_is_renewed_again_and_again_each_time_by_another_secret(desk: Service) -> None:
    browser = signed_in(desk)
    secrets = {browser.cookie}
    for _ in range(3):
        browser.request("POST", "/api/session/renew").raise_for_status()
        secrets.add(browser.cookie)

    assert len(secrets) == 4
    assert browser.request("GET", "/api/incidents").status_code == 200


async def test_an_answer_that_was_lost_locks_nobody_out(desk: Service, town_database: str) -> None:
    browser = signed_in(desk)
    before = browser.cookie
    first, second = renew(desk, before), renew(desk, before)

    assert first.cookies["rescue_session"] == second.cookies["rescue_session"]
    assert renew(desk, first.cookies["rescue_session"]).status_code == 200


async def test_a_secret_that_was_copied_ends_the_session_for_both(desk: Service, town_database: str) -> None:
    browser = signed_in(desk)
    copied = browser.cookie
    browser.request("POST", "/api/session/renew").raise_for_status()
    await turn_back(town_database, "rotated_at", TWO_MINUTES)

    thief = renew(desk, copied)
    owner = browser.request("POST", "/api/session/renew")

    assert [(one.status_code, one.json()["code"]) for one in (thief, owner)] == [(401, "no_session")] * 2
    assert "set-cookie" not in thief.headers


async def test_a_database_from_before_the_last_change_of_a_secret_knows_its_phones_again(
    desk: Service, town_database: str
) -> None:
    browser = signed_in(desk)
    database = Database(town_database)
    async with database.read() as connection:
        copied = (await connection.execute(select(t.sessions))).mappings().one()
    for _ in range(3):
        browser.request("POST", "/api/session/renew").raise_for_status()
    async with database.write() as connection:
        await connection.execute(update(t.sessions).values(**copied))
    await database.close()

    assert browser.request("POST", "/api/session/renew").status_code == 200
    assert browser.request("POST", "/api/session/renew").status_code == 200


async def test_a_session_that_nobody_used_ends(desk: Service, town_database: str) -> None:
    browser = signed_in(desk)
    await turn_back(town_database, "expires_at", timedelta(days=1))

    assert browser.request("POST", "/api/session/renew").status_code == 401


def test_signing_out_ends_the_session_whoever_still_holds_its_secret(desk: Service) -> None:
    browser = signed_in(desk)
    held = browser.cookie
    out = browser.request("DELETE", "/api/session")
    again = Browser(desk.url).request("DELETE", "/api/session")

    assert out.status_code == again.status_code == 204
    assert 'rescue_session=""' in out.headers["set-cookie"]
    assert renew(desk, held).status_code == 401


def test_a_session_is_not_ended_by_who_does_not_hold_its_secret(desk: Service) -> None:
    browser = signed_in(desk)
    stranger = Browser(desk.url)
    stranger.cookie = f"{str(browser.cookie).partition('.')[0]}.0.guessed"
    stranger.request("DELETE", "/api/session")

    assert browser.request("POST", "/api/session/renew").status_code == 200


@pytest.mark.parametrize("cookie", [None, "", "x", "x.y", ".", "x.1.y", "中文.1.秘密", "x" * 5000])
def test_a_cookie_that_is_none_renews_nothing(standing_service: Service, cookie: str | None) -> None:
    headers = {} if cookie is None else {b"cookie": f"rescue_session={cookie}".encode()}
    answer = fetch("POST", f"{standing_service.url}/api/session/renew", headers=headers)  # type: ignore[arg-type]

    assert (answer.status_code, answer.json()["code"]) == (401, "no_session")


async def test_a_disabled_account_is_out_and_stays_out(desk: Service, town_database: str) -> None:
    browser = signed_in(desk)
    await on_accounts(town_database, "disable", "desk-1")
    renewed = browser.request("POST", "/api/session/renew")
    by_token = browser.request("POST", "/api/tokens/renew")
    anew = sign_in(Browser(desk.url))

    assert (renewed.status_code, anew.status_code, by_token.status_code) == (401, 401, 403)


def test_a_token_issued_by_hand_is_renewed_as_before_and_an_accounts_is_short(desk: Service) -> None:
    held = desk.token(Access.DISPATCHER, ttl_s=12 * 3600)
    by_hand = desk.request_as(held, "POST", "/api/tokens/renew").json()
    of_account = signed_in(desk).request("POST", "/api/tokens/renew").json()

    assert datetime.fromisoformat(by_hand["expires_at"]) > datetime.now(UTC) + timedelta(hours=11)
    assert datetime.fromisoformat(of_account["expires_at"]) < datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
def desks(service: Service, town_database: str) -> Service:
    """A service with an account for each role of a desk."""
    for role in sorted(DESK_ROLES):
        asyncio.run(on_accounts(town_database, "add", f"the-{role}", role, PASSWORD))
    return service


def token_of(service: Service, role: str) -> str:
    token: str = sign_in(Browser(service.url), name=f"the-{role}").json()["token"]
    return token


async def test_a_disabled_account_may_do_nothing_with_the_token_it_has(desks: Service, town_database: str) -> None:
    tokens = {role: token_of(desks, role) for role in DESK_ROLES}
    wish = {"role": "volunteer", "subjects": ["r00"], "ttl_s": 30 * 86_400}
    minted = {
        role: desks.request_as(tokens[role], "POST", "/api/tokens", json=wish).json()[0]["token"]
        for role in ("registry_officer", "admin")
    }
    ghost_wish = {"role": "dispatcher", "subjects": ["ghost"]}
    ghost = desks.request_as(tokens["admin"], "POST", "/api/tokens", json=ghost_wish).json()[0]["token"]
    renewed = desks.request_as(ghost, "POST", "/api/tokens/renew").json()["token"]
    good = [desks.request_as(token, "GET", "/api/aeds").status_code for token in (*tokens.values(), renewed)]
    for role in DESK_ROLES:
        await on_accounts(town_database, "disable", f"the-{role}")
    held = (*tokens.values(), *minted.values(), renewed)
    reading = [desks.request_as(token, "GET", "/api/aeds") for token in held]
    minting = [desks.request_as(tokens[role], "POST", "/api/tokens", json=wish) for role in minted]
    streams = [
        await first_frame(desks, "dispatcher", tokens["dispatcher"]),
        await first_frame(desks, "dispatcher", renewed),
    ]
    streams += [await first_frame(desks, "volunteer", token) for token in minted.values()]

    assert set(good) == {200}
    assert {(answer.status_code, answer.json()["code"]) for answer in (*reading, *minting)} == {
        (403, "account_disabled")
    }
    assert streams == [4403] * 4


async def first_frame(service: Service, stream: str, token: str) -> int | str:
    """Its type, or the code that the stream was closed with."""
    async with raw_stream(service, stream) as socket:
        await socket.send(json.dumps({"type": "hello", "token": token, "last_seq": 0}))
        try:
            return str(json.loads(await socket.recv())["type"])
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 0


async def listen_for_ever(socket: ClientConnection) -> None:
    while True:
        await socket.recv()


async def test_the_console_of_a_disabled_account_is_hung_up_on(town: Town, town_database: str, tmp_path: Path) -> None:
    await on_accounts(town_database, "add", "desk-1", "dispatcher", PASSWORD)
    with running(town, town_database, tmp_path / "service.log", RESCUE_HEARTBEAT_S="1") as service:
        token = sign_in(Browser(service.url)).json()["token"]
        async with raw_stream(service, "dispatcher") as socket:
            await socket.send(json.dumps({"type": "hello", "token": token, "last_seq": 0}))
            await socket.recv()
            async with beating(socket):
                await on_accounts(town_database, "disable", "desk-1")
                with pytest.raises(ConnectionClosed) as closed:
                    await listen_for_ever(socket)

    assert closed.value.rcvd
    assert closed.value.rcvd.code == 4403


@pytest.mark.parametrize(
    "body", [{}, {"name": "x"}, {"name": "x", "password": ""}, {"name": "x" * 65, "password": "y"}]
)
def test_a_sign_in_that_cannot_be_is_refused(standing_service: Service, body: dict[str, Any]) -> None:
    assert Browser(standing_service.url).request("POST", "/api/session", json=body).status_code == 422


def test_the_session_lasts_as_long_as_its_cookie(desk: Service) -> None:
    answer = sign_in(Browser(desk.url))

    assert "max-age=57600" in answer.headers["set-cookie"].lower()
    assert datetime.fromisoformat(answer.json()["expires_at"]) < datetime.now(UTC) + timedelta(hours=1)
