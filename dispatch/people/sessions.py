"""Sessions: a secret in a cookie that changes at every use, and the short-lived tokens it is good for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, or_, select, update

from dispatch.access.tokens import Access, Identity
from dispatch.people import secrets
from dispatch.people.refusals import NoSession
from dispatch.people.second_factors import SecondFactors
from registry.people_tables import accounts, channel_addresses, push_subscriptions, sessions
from registry.storage.database import Database
from registry.tables import rescuer_personal, rescuers

VOLUNTEER_FOR = timedelta(days=180)
"""Since the last use. A volunteer whose phone has quietly been signed out would not be woken (assumption)."""

ACCOUNT_FOR = timedelta(hours=16)
"""A long shift and its handing over (assumption)."""

TOKEN_S = {Access.VOLUNTEER: 12 * 3600.0}
ACCOUNT_TOKEN_S = 1800.0
"""A phone must be able to come back for its alarm while the database is away; a desk has people beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose session it is. name: for the screen."""

    identity: Identity
    name: str = field(repr=False)

    @property
    def token_s(self) -> float:
        return TOKEN_S.get(self.identity.access, ACCOUNT_TOKEN_S)

    @property
    def lasts(self) -> timedelta:
        return VOLUNTEER_FOR if self.identity.access is Access.VOLUNTEER else ACCOUNT_FOR


@dataclass(frozen=True, slots=True, kw_only=True)
class AtProvider:
    """has_second_factor: the provider said that one was used, and the settings believe it."""

    has_second_factor: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session with what its cookie must hold from now on."""

    owner: Owner
    cookie: str = field(repr=False)


class Sessions:
    """All sessions; the database holds digests only. A session of a person or an account that is gone is none."""

    def __init__(
        self,
        database: Database,
        keys: secrets.SessionKeys,
        factors: SecondFactors,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._keys = keys
        self._factors = factors
        self._now = now

    def begin(self, connection: Connection, owner: Owner, at_provider: AtProvider | None = None) -> Opened:
        """A new session, in the caller's transaction. A volunteer's other sessions end, and what woke the phone of
        those: one phone rings. at_provider: where somebody was signed in there; it then ends by itself, since a
        provider does not say when somebody is no longer of theirs."""
        now = self._now()
        identity = owner.identity
        is_volunteer = identity.access is Access.VOLUNTEER
        if is_volunteer:
            _end(connection, sessions.c.rescuer_id == identity.subject)
        first = self._keys.make(secrets.new_code(), 0)
        row = {
            "session_id": first.session_id,
            "rescuer_id": identity.subject if is_volunteer else None,
            "account_name": None if is_volunteer else identity.subject,
            "generation": 0,
            "secret_digest": secrets.digest(first.secret),
            "previous_digest": "",
            "created_at": now,
            "rotated_at": now,
            "expires_at": now + owner.lasts,
            "ends_at": None if at_provider is None else now + owner.lasts,
            "factor_told_at": now if at_provider is not None and at_provider.has_second_factor else None,
        }
        connection.execute(insert(sessions).values(row))
        return Opened(owner=owner, cookie=first.cookie)

    async def renew(self, cookie: str) -> Opened:
        """The session of this cookie, with the cookie that takes its place.

        Raises:
            NoSession: there is none, or it has just been ended because an old secret was shown.
        """
        shown = secrets.Shown.read(cookie)
        opened = await self._database.transact(lambda connection: self._renew(connection, shown)) if shown else None
        if opened is None:
            raise NoSession(NoSession.__doc__)
        return opened

    async def end(self, cookie: str) -> None:
        """Forget the session, if this is its secret; no push wakes a phone that nobody is signed in on."""
        shown = secrets.Shown.read(cookie)
        if shown is None:
            return
        mine = secrets.digest(shown.secret)
        known = or_(sessions.c.secret_digest == mine, sessions.c.previous_digest == mine)
        this = (sessions.c.session_id == shown.session_id) & known
        await self._database.transact(lambda connection: _end(connection, this))

    def _renew(self, connection: Connection, shown: secrets.Shown) -> Opened | None:
        mine = sessions.c.session_id == shown.session_id
        row = connection.execute(select(sessions).where(mine).with_for_update()).one_or_none()
        if row is None:
            return None
        now, owner = self._now(), self._find_owner(connection, row)
        turn = self._keys.judge(_held(row), shown, now)
        if owner is None or turn is secrets.Turn.END:
            _end(connection, mine)
            return None
        newest = shown.generation if turn is secrets.Turn.RESTORED else row.generation
        following = self._keys.make(row.session_id, newest + (turn is not secrets.Turn.REPEAT))
        changed: dict[str, Any] = {
            "generation": following.generation,
            "secret_digest": secrets.digest(following.secret),
            "expires_at": min(now + owner.lasts, row.ends_at or now + owner.lasts),
        }
        if turn is not secrets.Turn.REPEAT:
            changed |= {"previous_digest": secrets.digest(shown.secret), "rotated_at": now}
        connection.execute(update(sessions).where(mine).values(changed))
        return Opened(owner=owner, cookie=following.cookie)

    def _find_owner(self, connection: Connection, row: Row[Any]) -> Owner | None:
        if row.rescuer_id is not None:
            return find_volunteer(connection, row.rescuer_id)
        account = connection.execute(select(accounts).where(accounts.c.name == row.account_name)).one()
        access = Access(account.role)
        has_factor = row.factor_told_at is not None or self._factors.lets_go_on(connection, account.name, access)
        if account.disabled_at is not None or not has_factor:
            return None
        return Owner(identity=Identity(subject=account.name, access=access), name=account.name)


def _end(connection: Connection, which: ColumnElement[bool]) -> None:
    forget_pushes_of(connection, which)
    connection.execute(delete(sessions).where(which))


def forget_pushes_of(connection: Connection, which: ColumnElement[bool]) -> None:
    """The push subscriptions and addresses of volunteers whose sessions, those in `which`, are about to end."""
    owners = select(sessions.c.rescuer_id).where(which, sessions.c.rescuer_id.is_not(None))
    for table in (push_subscriptions, channel_addresses):
        connection.execute(delete(table).where(table.c.rescuer_id.in_(owners)))


def _held(row: Row[Any]) -> secrets.HeldSession:
    return secrets.HeldSession(
        session_id=row.session_id,
        generation=row.generation,
        secret_digest=row.secret_digest,
        previous_digest=row.previous_digest,
        rotated_at=row.rotated_at,
        expires_at=row.expires_at,
    )


def find_volunteer(connection: Connection, rescuer_id: str) -> Owner | None:
    """A rescuer as the owner of a session; None where they are erased or unknown."""
    query = (
        select(rescuers.c.erased_at, rescuer_personal.c.name)
        .outerjoin(rescuer_personal, rescuer_personal.c.rescuer_id == rescuers.c.rescuer_id)
        .where(rescuers.c.rescuer_id == rescuer_id)
    )
    row = connection.execute(query).one_or_none()
    if row is None or row.erased_at is not None:
        return None
    return Owner(identity=Identity(subject=rescuer_id, access=Access.VOLUNTEER), name=row.name or "")
