"""Authenticator apps of desks' accounts: added, asked for at every sign-in, lost and taken off."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import Connection, Select, delete, func, insert, or_, select, update

from dispatch.access.tokens import Access
from dispatch.people import totp
from dispatch.people.refusals import (
    TotpEnrolled,
    TotpNotBegun,
    TotpNotEnrolled,
    TotpRequired,
    TotpWrong,
    UnknownAccount,
)
from dispatch.people.secrets import digest
from registry.history.log import Author, Change, record
from registry.people_tables import accounts, recovery_codes, sessions, totp_secrets
from registry.personal.standing import require_keys
from registry.personal.totp_secrets import read_secret, secret_column
from registry.storage.database import Database
from registry.storage.personal_keys import BrokenSeal, MissingPersonalKey

log = structlog.get_logger(__name__)

_stored = totp_secrets.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Shown once, to be added to an app. uri: the same for a QR code."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """confirmed_at: None without an app that counts. required: the account is not let in without one."""

    confirmed_at: datetime | None
    recovery_codes_left: int
    required: bool


class SecondFactors:
    """required_of: whose accounts are not let in without an app; anybody may have one."""

    def __init__(
        self,
        database: Database,
        *,
        required_of: Collection[Access] = (),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._required_of = frozenset(required_of)
        self._now = now

    async def find(self, name: str) -> Factor:
        """Raises: UnknownAccount."""

        def work(connection: Connection) -> Factor | None:
            role = connection.execute(select(accounts.c.role).where(accounts.c.name == name)).scalar_one_or_none()
            if role is None:
                return None
            left = select(func.count()).select_from(recovery_codes).where(recovery_codes.c.account_name == name)
            return Factor(
                confirmed_at=connection.execute(_confirmed_of(name)).scalar_one_or_none(),
                recovery_codes_left=connection.execute(left).scalar_one(),
                required=Access(role) in self._required_of,
            )

        found = await self._database.consult(work)
        if found is None:
            raise UnknownAccount(f"there is no account {name!r}")
        return found

    async def begin(self, name: str) -> Begun:
        """A secret for an app; one that was begun before and never confirmed is good no longer.

        Raises:
            UnknownAccount, TotpEnrolled
            MissingPersonalKey: this secret would stand in plain beside others that are sealed.
        """
        async with self._database.read() as connection:
            await require_keys(connection, self._database.personal_keys)
        if (await self.find(name)).confirmed_at is not None:
            raise TotpEnrolled(TotpEnrolled.__doc__)
        secret = totp.new_secret()
        row = {
            "secret": secret_column(name, secret, self._database.personal_keys),
            "begun_at": self._now(),
            "last_step": None,
        }

        def work(connection: Connection) -> int:
            upsert = self._database.insert(totp_secrets).values(account_name=name, **row)
            only_pending = upsert.on_conflict_do_update(
                index_elements=["account_name"], set_=row, where=_stored.confirmed_at.is_(None)
            )
            return connection.execute(only_pending).rowcount

        if not await self._database.transact(work):
            raise TotpEnrolled(TotpEnrolled.__doc__)
        return Begun(secret=secret, uri=totp.uri_of(secret, name))

    async def confirm(self, name: str, code: str, *, by: str) -> list[str]:
        """The app counts from now on, since it shows the right code; the recovery codes, which are shown once.

        Raises:
            TotpNotBegun, TotpEnrolled, TotpWrong
        """
        row = await self._database.consult(lambda c: c.execute(_row_of(name)).one_or_none())
        if row is None:
            raise TotpNotBegun(TotpNotBegun.__doc__)
        if row.confirmed_at is not None:
            raise TotpEnrolled(TotpEnrolled.__doc__)
        now = self._now()
        secret = read_secret(name, row.secret, self._database.personal_keys)
        step = totp.find_step(secret, totp.as_typed(code), now, after=None)
        if step is None:
            raise TotpWrong(TotpWrong.__doc__)
        codes = totp.new_recovery_codes()
        async with self._database.write() as connection:
            # What was checked, and not what another enrolment has begun since.
            same = (_stored.account_name == name) & (_stored.secret == row.secret) & _stored.confirmed_at.is_(None)
            done = await connection.execute(update(totp_secrets).where(same).values(confirmed_at=now, last_step=step))
            if done.rowcount:
                await connection.execute(delete(recovery_codes).where(recovery_codes.c.account_name == name))
                digests = [{"account_name": name, "code_digest": digest(totp.as_typed(one))} for one in codes]
                await connection.execute(insert(recovery_codes), digests)
                await record(connection, _change(name, "totp_added", has=True), Author(by=by, at=now))
        if not done.rowcount:
            raise TotpNotBegun(TotpNotBegun.__doc__)
        return codes

    async def reset(self, name: str, *, by: str, why: str = "") -> None:
        """Take the app off, its recovery codes with it, and end the account's sessions.

        Raises:
            UnknownAccount
        """
        await self.find(name)
        async with self._database.write() as connection:
            had = await connection.execute(delete(totp_secrets).where(_stored.account_name == name))
            await connection.execute(delete(recovery_codes).where(recovery_codes.c.account_name == name))
            await connection.execute(delete(sessions).where(sessions.c.account_name == name))
            if had.rowcount:
                author = Author(by=by, at=self._now(), why=why)
                await record(connection, _change(name, "totp_reset", has=False), author)

    def require(self, connection: Connection, name: str, role: Access, code: str) -> None:
        """Whether an account whose password was right is let in. Uses the code up, in the caller's transaction.

        Raises:
            TotpRequired, TotpWrong, TotpNotEnrolled: nothing has been written.
        """
        row = connection.execute(_row_of(name)).one_or_none()
        if row is None or row.confirmed_at is None:
            if role in self._required_of:
                raise TotpNotEnrolled(TotpNotEnrolled.__doc__)
            return
        typed = totp.as_typed(code)
        if not typed:
            raise TotpRequired(TotpRequired.__doc__)
        if not (
            self._use_app(connection, name, row.secret, row.last_step, typed) or _use_spare(connection, name, typed)
        ):
            raise TotpWrong(TotpWrong.__doc__)

    def lets_go_on(self, connection: Connection, name: str, role: Access) -> bool:
        """Whether a session that was begun before the setting asked for an app may be renewed."""
        if role not in self._required_of:
            return True
        return connection.execute(_confirmed_of(name)).scalar_one_or_none() is not None

    def _use_app(self, connection: Connection, name: str, stored: str, last_step: int | None, typed: str) -> bool:
        try:
            secret = read_secret(name, stored, self._database.personal_keys)
        except (BrokenSeal, MissingPersonalKey) as error:
            # A recovery code still lets them in.
            log.error("totp_not_readable", account=name, reason=error.code)
            return False
        step = totp.find_step(secret, typed, self._now(), after=last_step)
        if step is None:
            return False
        # Decided in the row itself: the same code may come twice at once.
        unused = or_(_stored.last_step.is_(None), _stored.last_step < step)
        mine = (_stored.account_name == name) & (_stored.secret == stored) & unused
        return connection.execute(update(totp_secrets).where(mine).values(last_step=step)).rowcount > 0


def _use_spare(connection: Connection, name: str, typed: str) -> bool:
    spare = recovery_codes.c
    mine = (spare.account_name == name) & (spare.code_digest == digest(typed))
    return connection.execute(delete(recovery_codes).where(mine)).rowcount > 0


def _row_of(name: str) -> Select[Any]:
    return select(totp_secrets).where(_stored.account_name == name)


def _confirmed_of(name: str) -> Select[Any]:
    return select(_stored.confirmed_at).where(_stored.account_name == name)


def _change(name: str, action: str, *, has: bool) -> Change:
    return Change(kind="account", subject_id=name, action=action, before={"totp": not has}, after={"totp": has})
