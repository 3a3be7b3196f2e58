"""Accounts with an authenticator app: added, asked for, used once, lost, taken off."""

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select, update

from dispatch.access.tokens import Access
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

pytestmark = pytest.mark.both_databases
PASSWORD = "a long night at the desk"
NOON = datetime(2026, 1, 5, 4, 0, 15, tzinfo=UTC)
STEP = timedelta(seconds=30)
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
