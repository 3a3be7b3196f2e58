"""What an administrator does with an account that somebody signs in to at the provider: link, unlink, no password."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dispatch.oidc.claims import MOST_EMAIL, MOST_SUBJECT, as_email
from dispatch.people.accounts import NAME
from dispatch.people.passwords import NO_PASSWORD
from dispatch.people.refusals import BadAccount, NotLinked, UnknownAccount
from registry.history.log import Author, Change, record
from registry.people_tables import ACCOUNT_ROLES, account_identities, accounts, sessions
from registry.storage.database import Database

_of = account_identities.c


class Linking:
    def __init__(self, database: Database, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._now = now

    async def invite(
        self,
        name: str,
        *,
        issuer: str,
        by: str,
        email: str = "",
        subject: str = "",
        role: str | None = None,
        ttl: timedelta = timedelta(days=7),
    ) -> datetime:
        """Whoever signs in at the provider with this verified e-mail, or as this subject, has the account from then on;
        until when. role: of an account that is made for them, without a password; None for one that there is.

        Raises:
            BadAccount, UnknownAccount
        """
        mail = as_email(email)
        _require_one(mail, subject)
        now = self._now()
        async with self._database.write() as connection:
            if role is not None:
                await self._add(connection, name, role)
            elif await _find_account(connection, name) is None:
                raise UnknownAccount(f"there is no account {name!r}: --role makes one")
            await _require_free(connection, name, issuer=issuer, email=mail, subject=subject)
            await connection.execute(delete(account_identities).where(_of.account_name == name))
            row = {"account_name": name, "issuer": issuer, "subject": subject or None, "email": mail or None}
            times = {"role_by_claim": False, "invited_at": now, "expires_at": now + ttl}
            await connection.execute(insert(account_identities).values(row | times))
            await record(connection, _change(name, "invited", {"invited": True}), Author(by=by, at=now))
        return now + ttl

    async def unlink(self, name: str, *, by: str, why: str = "") -> None:
        """The account is nobody's at the provider any more, and its sessions end.

        Raises:
            UnknownAccount, NotLinked
        """
        async with self._database.write() as connection:
            await _get_account(connection, name)
            gone = await connection.execute(delete(account_identities).where(_of.account_name == name))
            if not gone.rowcount:
                raise NotLinked(f"{name!r} is linked to nobody at a provider")
            await connection.execute(delete(sessions).where(sessions.c.account_name == name))
            change = Change(
                kind="account", subject_id=name, action="unlinked", before={"linked": True}, after={"linked": False}
            )
            await record(connection, change, Author(by=by, at=self._now(), why=why))

    async def forbid_password(self, name: str, *, by: str, why: str = "") -> None:
        """From now on the account is signed in to at the provider alone; sessions that a password began end.

        Raises:
            UnknownAccount
            NotLinked: nobody could sign in to it any more.
        """
        async with self._database.write() as connection:
            await _get_account(connection, name)
            found = await connection.execute(select(_of.account_name).where(_of.account_name == name))
            if found.one_or_none() is None:
                raise NotLinked(f"{name!r} is linked to nobody at a provider: without a password nobody could sign in")
            none = update(accounts).where(accounts.c.name == name).values(password_hash=NO_PASSWORD)
            await connection.execute(none)
            by_password = (sessions.c.account_name == name) & sessions.c.ends_at.is_(None)
            await connection.execute(delete(sessions).where(by_password))
            await record(connection, _change(name, "password_off", {"password": False}), self._author(by, why))

    async def enable(self, name: str, *, by: str, why: str = "") -> None:
        """Let a disabled account in again, as it was.

        Raises:
            UnknownAccount
        """
        async with self._database.write() as connection:
            await _get_account(connection, name)
            await connection.execute(update(accounts).where(accounts.c.name == name).values(disabled_at=None))
            await record(connection, _change(name, "enabled", {"disabled": False}), self._author(by, why))

    def _author(self, by: str, why: str) -> Author:
        return Author(by=by, at=self._now(), why=why)

    async def _add(self, connection: AsyncConnection, name: str, role: str) -> None:
        if not NAME.fullmatch(name):
            raise BadAccount("a name has 2 to 64 letters, digits, dots, @ or dashes")
        if role not in ACCOUNT_ROLES:
            raise BadAccount(f"a role is one of {', '.join(ACCOUNT_ROLES)}")
        if await _find_account(connection, name) is not None:
            raise BadAccount(f"there is an account {name!r} already: without --role it is linked as it is")
        row = {"name": name, "role": role, "password_hash": NO_PASSWORD, "created_at": self._now()}
        await connection.execute(insert(accounts).values(row))


def _require_one(email: str, subject: str) -> None:
    if bool(email) == bool(subject):
        raise BadAccount("say who it is by an e-mail that the provider has verified, or by a subject: one of them")
    if email and ("@" not in email or len(email) > MOST_EMAIL):
        raise BadAccount(f"{email!r} is no e-mail address")
    if len(subject) > MOST_SUBJECT or not subject.isascii():
        raise BadAccount(f"a subject has at most {MOST_SUBJECT} ASCII characters")


async def _require_free(connection: AsyncConnection, name: str, *, issuer: str, email: str, subject: str) -> None:
    same = (_of.subject == subject) if subject else (_of.email == email)
    others = select(_of.account_name).where(_of.issuer == issuer, same, _of.account_name != name)
    other = (await connection.execute(others)).scalar_one_or_none()
    if other is not None:
        raise BadAccount(f"{other!r} is linked to this person, or they are invited to it: unlink that one first")
    bound = select(_of.account_name).where(_of.account_name == name, _of.bound_at.is_not(None))
    if (await connection.execute(bound)).one_or_none() is not None:
        raise BadAccount(f"{name!r} is somebody's already: unlink it first")


async def _find_account(connection: AsyncConnection, name: str) -> str | None:
    query = select(accounts.c.name).where(accounts.c.name == name)
    found: str | None = (await connection.execute(query)).scalar_one_or_none()
    return found


async def _get_account(connection: AsyncConnection, name: str) -> None:
    if await _find_account(connection, name) is None:
        raise UnknownAccount(f"there is no account {name!r}")


def _change(name: str, action: str, after: dict[str, object]) -> Change:
    return Change(kind="account", subject_id=name, action=action, before=None, after=after)
