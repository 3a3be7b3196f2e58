"""Signing in at a real OpenID provider, by real sockets: who is let in, who is not, and what is said to them."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from sqlalchemy import select, update

from dispatch.access.tokens import Access
from dispatch.people.accounts import Accounts
from dispatch.people.linking import Linking
from dispatch.people.second_factors import SecondFactors
from registry import people_tables as t
from registry.history.log import list_changes
from registry.storage.database import Database
from tests.support.oidc_provider import SECRET, OidcProvider, Traveller, provided, queried
from tests.support.ports import free_port
from tests.support.process import ServiceProcess, standing_by
from tests.support.service import call
from tests.support.town import Town

pytestmark = pytest.mark.both_databases
PASSWORD = "a long night at the desk"
ROLES = "groups /rescue/chiefs=admin, /rescue/desk=dispatcher"
PEOPLE: dict[str, dict[str, Any]] = {
    "u-li": {"email": "Li@city.example", "email_verified": True, "preferred_username": "li"},
    "u-mallory": {"email": "li@city.example", "email_verified": False, "preferred_username": "chief"},
    "u-wang": {"groups": ["/rescue/desk"], "preferred_username": "wang", "amr": ["pwd", "otp"]},
}


@dataclass
class City:
    """A service that knows a provider."""

    process: ServiceProcess
    provider: OidcProvider
    database: str
    log: Path

    @property
    def url(self) -> str:
        return self.process.service.url

    def do(self, work: Callable[[Database], Awaitable[Any]]) -> Any:
        """In its database, beside it."""

        async def run() -> Any:
            database = Database(self.database)
            try:
                return await work(database)
            finally:
                await database.close()

        return asyncio.run(run())

    def invite(self, name: str, **whom: str) -> None:
        self.do(lambda found: Linking(found).invite(name, issuer=self.provider.issuer, by="tests", **whom))

    def sign_in(self, who: str) -> str:
        with Traveller(self.url) as browser:
            return browser.sign_in(who)


@pytest.fixture
def city(town: Town, town_database: str, tmp_path: Path) -> Iterator[City]:
    log = tmp_path / "service.log"
    with (
        standing_by(town, town_database, log, free_port()) as process,
        provided(process.service.url, people=PEOPLE) as provider,
    ):
        yield City(process=process, provider=provider, database=town_database, log=log)


@pytest.fixture
def open_city(city: City) -> City:
    """The service is there, and lets in whoever is invited."""
    city.process.start(**city.provider.settings())
    return city


def word_of(console: str) -> str:
    return console.removeprefix("/console/#sign-in=")


def test_who_was_invited_by_e_mail_signs_in_and_is_known_by_subject_from_then_on(open_city: City) -> None:
    open_city.invite("li", email="li@city.example", role="dispatcher")
    with Traveller(open_city.url) as browser:
        first = browser.sign_in("u-li")
        session = browser.renew()
    open_city.provider.set_person("u-li", {"email": "li@elsewhere.example", "email_verified": True})
    open_city.provider.set_person("u-mallory", {"email": "li@city.example", "email_verified": True})
    again, another = open_city.sign_in("u-li"), open_city.sign_in("u-mallory")

    assert (first, again, word_of(another)) == ("/console/", "/console/", "not_known_here")
    assert (session.json()["subject"], session.json()["role"]) == ("li", "dispatcher")
    changes = open_city.do(_account_changes)
    assert [(one.change.action, one.author.by) for one in changes] == [("linked", "li"), ("invited", "tests")]


def test_the_way_there_has_pkce_state_and_nonce_and_the_way_back_leaves_no_secret_anywhere(open_city: City) -> None:
    open_city.invite("li", email="li@city.example", role="dispatcher")
    with Traveller(open_city.url) as browser:
        started = browser.start()
        asked = queried(started.headers["location"])
        back = browser.way_back("u-li")
        answer = browser.get(back)
        cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith("rescue_session="))
        token = browser.renew().json()["token"]

    assert (asked["response_type"], asked["code_challenge_method"], asked["prompt"]) == ("code", "S256", "login")
    assert min(len(asked[part]) for part in ("state", "nonce", "code_challenge")) >= 43
    begun = started.headers["set-cookie"].lower()
    assert all(part in begun for part in ("httponly", "samesite=lax", "path=/api/session/provider"))
    assert all(part in cookie.lower() for part in ("httponly", "samesite=strict", "path=/api/session"))
    assert answer.headers["location"] == "/console/"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text == ""
    log = open_city.log.read_text(encoding="utf-8")
    secrets = [queried(back)["code"], asked["state"], asked["nonce"], token, SECRET, "u-li", "city.example"]
    assert not [secret for secret in secrets if secret in log]
    assert "signed_in" in log


def test_a_stranger_and_an_address_that_nobody_verified_are_not_let_in(open_city: City) -> None:
    open_city.invite("li", email="li@city.example", role="dispatcher")

    assert word_of(open_city.sign_in("u-mallory")) == "not_known_here"
    assert word_of(open_city.sign_in("u-wang")) == "not_known_here"
    assert word_of(open_city.sign_in("u-nobody")) == "provider_said_no"


def test_an_invitation_that_has_run_out_lets_nobody_in(open_city: City) -> None:
    open_city.invite("li", subject="u-li", role="dispatcher")
    open_city.do(lambda found: _turn_back(found, t.account_identities, "expires_at", timedelta(days=8)))

    assert word_of(open_city.sign_in("u-li")) == "not_known_here"


def test_another_browsers_answer_and_a_forged_state_are_refused(open_city: City) -> None:
    open_city.invite("li", subject="u-li", role="dispatcher")
    with Traveller(open_city.url) as attacker, Traveller(open_city.url) as victim:
        theirs = attacker.way_back("u-li")
        victim.start()
        without_beginning = victim.end(theirs)
        begun = victim.way_back("u-li")
        forged = victim.end(begun.replace("state=", "state=x"))
        # The cookie went with the refusal, so that a second try with the right state finds nothing.
        late = victim.end(begun)

    assert [word_of(one) for one in (without_beginning, forged, late)] == ["sign_in_stale"] * 3


def test_a_code_of_another_sign_in_does_not_carry_the_nonce_and_verifier_of_this_one(open_city: City) -> None:
    open_city.invite("li", subject="u-li", role="dispatcher")
    with Traveller(open_city.url) as attacker, Traveller(open_city.url) as victim:
        stolen = queried(attacker.way_back("u-li"))["code"]
        own = victim.way_back("u-li")
        injected = victim.end(own.replace(queried(own)["code"], stolen))
        no_session = victim.renew()

    assert word_of(injected) == "provider_wrong"
    assert no_session.status_code == 401


def test_an_answer_that_names_another_issuer_is_refused(open_city: City) -> None:
    open_city.invite("li", subject="u-li", role="dispatcher")
    with Traveller(open_city.url) as browser:
        back = browser.way_back("u-li")
        ended = browser.end(back.partition("&iss=")[0] + "&iss=https%3A%2F%2Felsewhere.example")

    assert "&iss=" in back
    assert word_of(ended) == "provider_wrong"


def test_a_disabled_account_is_not_let_in_until_it_is_enabled(open_city: City) -> None:
    open_city.invite("li", subject="u-li", role="dispatcher")
    with Traveller(open_city.url) as browser:
        browser.sign_in("u-li")
        open_city.do(lambda found: Accounts(found).disable("li"))
        renewed, refused = browser.renew(), browser.sign_in("u-li")
    open_city.do(lambda found: Linking(found).enable("li", by="tests"))

    assert renewed.status_code == 401
    assert word_of(refused) == "account_disabled"
    assert open_city.sign_in("u-li") == "/console/"


def test_new_keys_of_the_provider_are_fetched_when_they_are_met(open_city: City) -> None:
    open_city.invite("li", subject="u-li", role="dispatcher")
    before = open_city.sign_in("u-li")
    open_city.provider.rotate_keys()

    assert (before, open_city.sign_in("u-li")) == ("/console/", "/console/")


@pytest.mark.parametrize("minutes", [-20, 20])
def test_clocks_that_are_apart_are_named_as_the_reason(open_city: City, minutes: int) -> None:
    open_city.invite("li", subject="u-li", role="dispatcher")
    with Traveller(open_city.url) as browser:
        open_city.provider.shift_clock(minutes * 60)
        ended = browser.sign_in("u-li")

    assert word_of(ended) == "provider_clock"


def test_a_provider_that_is_away_holds_up_nobody_and_is_found_when_it_is_back(city: City) -> None:
    city.provider.stop()
    city.process.start(**city.provider.settings())
    city.do(lambda found: Accounts(found).add("desk-1", "dispatcher", PASSWORD))
    city.invite("li", subject="u-li", role="dispatcher")
    service = city.process.service
    with Traveller(city.url) as browser:
        away = browser.start().headers["location"]
        call_taken = service.post_call(call()).status_code
        by_password = browser.http.post(f"{city.url}/api/session", json={"name": "desk-1", "password": PASSWORD})
        city.provider.start()
        way_back = browser.way_back("u-li")
        city.provider.stop()
        lost_on_the_way = browser.end(way_back)
        city.provider.start()
        back = browser.sign_in("u-li")

    assert [word_of(one) for one in (away, lost_on_the_way)] == ["provider_away"] * 2
    assert (call_taken, by_password.status_code) == (202, 200)
    assert back == "/console/"


def test_a_claim_gives_the_role_anew_at_every_sign_in(city: City) -> None:
    city.process.start(**city.provider.settings(RESCUE_OIDC_ROLES=ROLES))
    wang = {"preferred_username": "wang"}
    with Traveller(city.url) as browser:
        first = browser.sign_in("u-wang")
        as_dispatcher = browser.renew().json()
        city.provider.set_person("u-wang", {**wang, "groups": ["/rescue/desk", "/rescue/chiefs"]})
        with Traveller(city.url) as other:
            other.sign_in("u-wang")
            as_chief, old_session = other.renew().json(), browser.renew()
            city.provider.set_person("u-wang", {**wang, "groups": ["/elsewhere"]})
            refused, chiefs_session = browser.sign_in("u-wang"), other.renew()

    assert first == "/console/"
    assert as_dispatcher["subject"].startswith("wang-")
    assert (as_dispatcher["role"], as_chief["role"]) == (Access.DISPATCHER, Access.ADMIN)
    assert as_chief["subject"] == as_dispatcher["subject"]
    assert (word_of(refused), old_session.status_code, chiefs_session.status_code) == ("role_withdrawn", 401, 401)
    assert [one.change.action for one in city.do(_account_changes)] == ["role_changed", "added"]


def test_a_second_factor_at_the_provider_counts_only_where_the_setting_says_so(city: City) -> None:
    settings = city.provider.settings(RESCUE_TOTP_REQUIRED="everybody")
    city.process.start(**settings)
    city.invite("wang", subject="u-wang", role="dispatcher")
    not_believed = city.sign_in("u-wang")
    city.process.end()
    city.process.start(**settings, RESCUE_OIDC_SECOND_FACTOR="amr=mfa amr=otp")
    city.provider.set_person("u-li", {**PEOPLE["u-li"], "amr": ["pwd"]})
    city.invite("li", subject="u-li", role="dispatcher")
    with Traveller(city.url) as browser:
        believed, renewed = browser.sign_in("u-wang"), browser.renew()

    assert word_of(not_believed) == "totp_not_enrolled"
    assert (believed, renewed.status_code) == ("/console/", 200)
    assert word_of(city.sign_in("u-li")) == "totp_not_enrolled"


def test_an_account_with_an_app_is_asked_for_its_code_after_the_provider(open_city: City) -> None:
    open_city.invite("li", subject="u-li", role="dispatcher")
    codes = open_city.do(_enrol)
    with Traveller(open_city.url) as browser, Traveller(open_city.url) as stranger:
        led, before = browser.sign_in("u-li"), browser.renew()
        wrong, right = browser.send_code("nonsense"), browser.send_code(codes[0])
        me = browser.renew()
        nobody = stranger.send_code(codes[1])

    assert (word_of(led), before.status_code) == ("code_wanted", 401)
    assert (wrong.status_code, wrong.json()["code"]) == (401, "totp_wrong")
    assert (right.status_code, right.json()["subject"], me.status_code) == (200, "li", 200)
    assert (nobody.status_code, nobody.json()["code"]) == (401, "sign_in_stale")


def test_a_session_from_the_provider_ends_by_itself_however_much_it_is_used(open_city: City) -> None:
    open_city.invite("li", subject="u-li", role="dispatcher")
    with Traveller(open_city.url) as browser:
        browser.sign_in("u-li")
        open_city.do(lambda found: _turn_back(found, t.sessions, "ends_at", timedelta(hours=15)))
        used = browser.renew()
        open_city.do(lambda found: _turn_back(found, t.sessions, "expires_at", timedelta(hours=1)))
        over = browser.renew()

    assert (used.status_code, over.status_code) == (200, 401)


def test_without_a_password_an_account_is_signed_in_to_at_the_provider_alone(open_city: City) -> None:
    open_city.do(lambda found: Accounts(found).add("li", "dispatcher", PASSWORD))
    open_city.invite("li", subject="u-li")
    with Traveller(open_city.url) as browser:
        before = _by_password(browser)
        open_city.do(lambda found: Linking(found).forbid_password("li", by="tests"))
        renewed, after = browser.renew(), _by_password(browser)
        guesses = [_by_password(browser, guess) for guess in ("!", "nobody has this password")]

    assert (before, renewed.status_code, after, guesses) == (200, 401, 401, [401, 401])
    assert open_city.sign_in("u-li") == "/console/"
    open_city.do(lambda found: Linking(found).unlink("li", by="tests"))
    assert word_of(open_city.sign_in("u-li")) == "not_known_here"


def test_a_service_that_knows_no_provider_says_so(city: City) -> None:
    city.process.start()
    with Traveller(city.url) as browser:
        named = browser.get(f"{city.url}/api/session/provider").json()
        led = browser.start().headers["location"]
        code = browser.send_code("123456")

    assert named == {"name": None}
    assert word_of(led) == "provider_not_offered"
    assert (code.status_code, code.json()["code"]) == (409, "provider_not_offered")


def test_what_the_log_says_of_a_refusal_is_a_word_and_nothing_of_the_person(open_city: City) -> None:
    open_city.sign_in("u-li")
    lines = [json.loads(line) for line in open_city.log.read_text(encoding="utf-8").splitlines() if line[:1] == "{"]

    refused = [line for line in lines if line["event"] == "sign_in_refused"]
    assert [line["code"] for line in refused] == ["not_known_here"]


def _by_password(browser: Traveller, password: str = PASSWORD) -> int:
    return browser.http.post(f"{browser.url}/api/session", json={"name": "li", "password": password}).status_code


async def _account_changes(database: Database) -> Any:
    async with database.read() as connection:
        return await list_changes(connection, kind="account", limit=10)


async def _enrol(database: Database) -> list[str]:
    factors = SecondFactors(database)
    begun = await factors.begin("li")
    return await factors.confirm("li", pyotp.TOTP(begun.secret).now(), by="tests")


async def _turn_back(database: Database, table: Any, column: str, by: timedelta) -> None:
    """As if it had been so much earlier."""
    async with database.write() as connection:
        held = (await connection.execute(select(table))).one()
        await connection.execute(update(table).values({column: getattr(held, column) - by}))
