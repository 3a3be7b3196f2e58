"""Accounts of those who work at a desk: dispatchers, registry officers, administrators."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto

from sqlalchemy import Connection, delete, insert, select, update

from dispatch.access.tokens import Access, Identity
from dispatch.people.passwords import NO_PASSWORD, Passwords, hash_password
from dispatch.people.refusals import AccountDisabled, BadAccount, UnknownAccount, WrongNameOrPassword
from dispatch.people.second_factors import SecondFactors
from dispatch.people.sessions import Opened, Owner, Sessions
from dispatch.people.transactions import settled
from registry.people_tables import ACCOUNT_ROLES, account_identities, accounts, sessions, totp_secrets
from registry.storage.database import Database
from registry.storage.watched_database import DatabaseAway

NAME = re.compile(r"[\w.@-]{2,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Without its password. invited_at, linked_at: to be signed in to at the provider, and since when it is."""

    name: str
    role: str
    created_at: datetime
    disabled_at: datetime | None
    has_totp: bool
    has_password: bool
    invited_at: datetime | None
    linked_at: datetime | None


class Standing(Enum):
    """NO_ACCOUNT: the token was issued by hand. NOT_KNOWN: the database is away, and nobody is disabled meanwhile.
    Whoever was seen to be disabled before stays so."""

    GOOD = auto()
    DISABLED = auto()
    NO_ACCOUNT = auto()
    NOT_KNOWN = auto()


class Accounts:
    def __init__(self, database: Database, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)):
        self._database = database
        self._now = now
        self._seen_disabled: set[str] = set()

    async def add(self, name: str, role: str, password: str) -> None:
        """Raises: BadAccount: the name, role or password cannot be used, or the name is taken."""
        if not NAME.fullmatch(name):
            raise BadAccount("a name has 2 to 64 letters, digits, dots, @ or dashes")
        if role not in ACCOUNT_ROLES:
            raise BadAccount(f"a role is one of {', '.join(ACCOUNT_ROLES)}")
        row = {"name": name, "role": role, "password_hash": hash_password(password), "created_at": self._now()}

        def work(connection: Connection) -> None:
            if connection.execute(select(accounts.c.name).where(accounts.c.name == name)).one_or_none():
                raise BadAccount(f"there is an account {name!r} already")
            connection.execute(insert(accounts).values(row))

        await settled(self._database, work)

    async def list_all(self) -> list[Account]:
        linked = account_identities.c
        query = select(accounts, totp_secrets.c.confirmed_at, linked.invited_at, linked.bound_at)
        query = query.outerjoin(totp_secrets, totp_secrets.c.account_name == accounts.c.name)
        query = query.outerjoin(account_identities, linked.account_name == accounts.c.name).order_by(accounts.c.name)
        rows = await self._database.consult(lambda connection: connection.execute(query).all())
        return [
            Account(
                name=row.name,
                role=row.role,
                created_at=row.created_at,
                disabled_at=row.disabled_at,
                has_totp=row.confirmed_at is not None,
                has_password=row.password_hash != NO_PASSWORD,
                invited_at=row.invited_at,
                linked_at=row.bound_at,
            )
            for row in rows
        ]

    async def disable(self, name: str) -> None:
        """Its sessions end at once, and its tokens and those that it issued count no longer; an open stream ends at its
        next heartbeat.

        Raises:
            UnknownAccount
        """
        await self._change(name, {"disabled_at": self._now()})

    async def set_password(self, name: str, password: str) -> None:
        """Also lets a disabled account in again. Its sessions end.

        Raises:
            UnknownAccount, BadAccount
        """
        await self._change(name, {"password_hash": hash_password(password), "disabled_at": None})

    async def find_standing(self, name: str) -> Standing:
        """Whether whoever holds a token in this name may go on. Desks go on while the database is away."""
        query = select(accounts.c.disabled_at).where(accounts.c.name == name)
        try:
            row = await self._database.consult(lambda connection: connection.execute(query).one_or_none())
        except DatabaseAway:
            return Standing.DISABLED if name in self._seen_disabled else Standing.NOT_KNOWN
        if row is None:
            return Standing.NO_ACCOUNT
        if row.disabled_at is not None:
            self._seen_disabled.add(name)
            return Standing.DISABLED
        self._seen_disabled.discard(name)
        return Standing.GOOD

    async def require_good(self, identity: Identity) -> None:
        """To be asked wherever the bearer of a token is let do something.

        Raises:
            AccountDisabled: the bearer's account, or the one that issued the token.
        """
        for name in identity.answerable:
            if await self.find_standing(name) is Standing.DISABLED:
                raise AccountDisabled(AccountDisabled.__doc__)

    async def sign_in(
        self,
        name: str,
        password: str,
        code: str = "",
        *,
        passwords: Passwords,
        sessions: Sessions,
        factors: SecondFactors,
    ) -> Opened:
        """A new session. code: of the account's authenticator app, or one of its recovery codes.

        Raises:
            WrongNameOrPassword: or the account is disabled; which of these is not told, and not by the time it takes.
            TotpRequired, TotpWrong, TotpNotEnrolled: the password was right.
        """
        query = select(accounts).where(accounts.c.name == name)
        row = await self._database.consult(lambda c: c.execute(query).one_or_none())
        hashed = row.password_hash if row is not None and row.disabled_at is None else None
        fits = await passwords.fits(password, hashed)
        if row is None or not fits:
            raise WrongNameOrPassword(WrongNameOrPassword.__doc__)
        owner = Owner(identity=Identity(subject=row.name, access=Access(row.role)), name=row.name)

        def work(connection: Connection) -> Opened:
            factors.require(connection, owner.name, owner.identity.access, code)
            return sessions.begin(connection, owner)

        return await settled(self._database, work)

    async def _change(self, name: str, values: dict[str, object]) -> None:
        def work(connection: Connection) -> int:
            found = connection.execute(update(accounts).where(accounts.c.name == name).values(values)).rowcount
            connection.execute(delete(sessions).where(sessions.c.account_name == name))
            return found

        if not await self._database.transact(work):
            raise UnknownAccount(f"there is no account {name!r}")
