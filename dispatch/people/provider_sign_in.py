"""Whose account somebody is whom the provider has signed in: linked before, invited, or given a role by the provider.

No account is found by a name or an address that people choose for themselves: an account is its subject's, for good.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from dispatch.access.tokens import Access, Identity
from dispatch.oidc.claims import Said
from dispatch.people.passwords import NO_PASSWORD
from dispatch.people.refusals import AccountDisabled, NotKnownHere, RoleWithdrawn, TotpNotEnrolled, TotpRequired
from dispatch.people.second_factors import SecondFactors
from dispatch.people.sessions import AtProvider, Opened, Owner, Sessions
from dispatch.people.transactions import settled
from registry.history.log import Author, Change, record
from registry.people_tables import account_identities, accounts, sessions
from registry.storage.database import Database

_of = account_identities.c


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitsCode:
    """The provider has told who it is; this account asks for a code of its authenticator app as well."""

    account: str


Outcome = Opened | AwaitsCode | Exception


class ProviderSignIn:
    def __init__(
        self,
        database: Database,
        sessions: Sessions,
        factors: SecondFactors,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._factors = factors
        self._now = now

    async def sign_in(self, said: Said) -> Opened | AwaitsCode:
        """A new session, or what is missing to one.

        Raises:
            NotKnownHere, AccountDisabled, RoleWithdrawn, TotpNotEnrolled
        """
        changes: list[tuple[str, Change]] = []
        try:
            async with self._database.write() as connection:
                outcome = await connection.run_sync(lambda sync: self._sign_in(sync, said, changes))
                for by, change in changes:
                    await record(connection, change, Author(by=by, at=self._now()))
        except IntegrityError as error:
            # Two first sign-ins at once, or an account that somebody unlinked: there is no second one for them.
            raise NotKnownHere(NotKnownHere.__doc__) from error
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def finish(self, account: str, code: str) -> Opened:
        """With a code of the account's app, or one of its recovery codes.

        Raises:
            NotKnownHere, AccountDisabled, TotpRequired, TotpWrong, TotpNotEnrolled
        """

        def work(connection: Connection) -> Opened:
            row = connection.execute(
                select(accounts).join(account_identities).where(accounts.c.name == account)
            ).one_or_none()
            if row is None:
                raise NotKnownHere(NotKnownHere.__doc__)
            if row.disabled_at is not None:
                raise AccountDisabled(AccountDisabled.__doc__)
            owner = _owner(row.name, Access(row.role))
            self._factors.require(connection, owner.name, owner.identity.access, code)
            return self._sessions.begin(connection, owner, AtProvider(has_second_factor=False))

        return await settled(self._database, work)

    def _sign_in(self, connection: Connection, said: Said, changes: list[tuple[str, Change]]) -> Outcome:
        """Refusals are given back and not raised: what ends with one is written all the same."""
        linked = self._find_linked(connection, said, changes)
        if linked is None:
            return NotKnownHere(NotKnownHere.__doc__)
        account = connection.execute(select(accounts).where(accounts.c.name == linked.account_name)).one()
        if account.disabled_at is not None:
            return AccountDisabled(AccountDisabled.__doc__)
        role = Access(account.role)
        if linked.role_by_claim and said.role is not role:
            # What is open was opened in a role that they have no more.
            connection.execute(delete(sessions).where(sessions.c.account_name == account.name))
            if said.role is None:
                return RoleWithdrawn(RoleWithdrawn.__doc__)
            connection.execute(update(accounts).where(accounts.c.name == account.name).values(role=said.role))
            changes.append((account.name, _change(account.name, "role_changed", {"role": role}, {"role": said.role})))
            role = said.role
        return self._let_in(connection, _owner(account.name, role), said)

    def _let_in(self, connection: Connection, owner: Owner, said: Said) -> Outcome:
        if not said.has_second_factor:
            try:
                self._factors.require(connection, owner.name, owner.identity.access, "")
            except TotpRequired:
                return AwaitsCode(account=owner.name)
            except TotpNotEnrolled as refusal:
                return refusal
        return self._sessions.begin(connection, owner, AtProvider(has_second_factor=said.has_second_factor))

    def _find_linked(self, connection: Connection, said: Said, changes: list[tuple[str, Change]]) -> Row[Any] | None:
        theirs = (_of.issuer == said.issuer) & (_of.subject == said.subject)
        linked = connection.execute(select(account_identities).where(theirs)).one_or_none()
        if linked is not None and linked.bound_at is not None:
            return linked
        invited = linked or self._find_invited(connection, said)
        if invited is not None and self._now() < invited.expires_at:
            self._bind(connection, invited.account_name, said)
            changes.append((invited.account_name, _change(invited.account_name, "linked", None, {"linked": True})))
        elif invited is None and said.role is not None:
            self._add(connection, said, said.role)
            added = {"role": said.role, "linked": True}
            changes.append((said.account_name, _change(said.account_name, "added", None, added)))
        else:
            return None
        return connection.execute(select(account_identities).where(theirs)).one()

    def _find_invited(self, connection: Connection, said: Said) -> Row[Any] | None:
        if not said.email:
            return None
        meant = (_of.issuer == said.issuer) & (_of.email == said.email) & _of.subject.is_(None)
        return connection.execute(select(account_identities).where(meant)).one_or_none()

    def _bind(self, connection: Connection, account: str, said: Said) -> None:
        bound = {"subject": said.subject, "email": None, "expires_at": None, "bound_at": self._now()}
        connection.execute(update(account_identities).where(_of.account_name == account).values(bound))

    def _add(self, connection: Connection, said: Said, role: Access) -> None:
        now, name = self._now(), said.account_name
        connection.execute(insert(accounts).values(name=name, role=role, password_hash=NO_PASSWORD, created_at=now))
        connection.execute(
            insert(account_identities).values(
                account_name=name,
                issuer=said.issuer,
                subject=said.subject,
                role_by_claim=True,
                invited_at=now,
                bound_at=now,
            )
        )


def _owner(name: str, role: Access) -> Owner:
    return Owner(identity=Identity(subject=name, access=role), name=name)


def _change(name: str, action: str, before: dict[str, Any] | None, after: dict[str, Any]) -> Change:
    return Change(kind="account", subject_id=name, action=action, before=before, after=after)
