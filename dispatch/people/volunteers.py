"""How a rescuer of the registry becomes a volunteer with a phone: invited, consenting, and free to leave."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select, update

from dispatch.people import secrets
from dispatch.people.consent import CONSENT_VERSION
from dispatch.people.refusals import (
    ConsentOutdated,
    InvitationExpired,
    InvitationUsed,
    RescuerErased,
    UnknownInvitation,
)
from dispatch.people.sessions import Opened, Sessions, find_volunteer
from dispatch.people.transactions import settled
from registry.people_tables import channel_addresses, consents, invitations, push_subscriptions, test_alarms
from registry.repository import UnknownRescuer
from registry.storage.database import Database
from registry.tables import rescuer_personal, rescuer_presences, rescuers


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    rescuer_id: str
    code: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LastTest:
    """sent_at, arrived_at: real time. channel: how it went out, None where it could not."""

    test_id: str
    sent_at: datetime
    arrived_at: datetime | None
    channel: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the database knows of a volunteer beyond the live picture. consent_version: None without a consent."""

    name: str = field(repr=False)
    consent_version: str | None
    consented_at: datetime | None
    last_test: LastTest | None
    has_push: bool


def join_url(public_url: str, code: str) -> str:
    """Where a phone joins. The code stands in the fragment, which a browser sends to no server and no log."""
    return f"{public_url.rstrip('/')}/volunteer/#join={code}"


class Volunteers:
    def __init__(
        self, database: Database, sessions: Sessions, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._now = now

    async def invite(self, rescuer_id: str, ttl: timedelta) -> Invitation:
        """A code with which this rescuer joins once; one made earlier is good no longer.

        Raises:
            UnknownRescuer, RescuerErased
        """
        code, now = secrets.new_code(), self._now()
        row = {"code_digest": secrets.digest(code), "created_at": now, "expires_at": now + ttl, "used_at": None}

        def work(connection: Connection) -> None:
            require_standing(connection, rescuer_id)
            upsert = self._database.insert(invitations).values(rescuer_id=rescuer_id, **row)
            connection.execute(upsert.on_conflict_do_update(index_elements=["rescuer_id"], set_=row))

        await settled(self._database, work)
        return Invitation(rescuer_id=rescuer_id, code=code, expires_at=now + ttl)

    async def join(self, code: str, consent_version: str) -> Opened:
        """Use an invitation and consent: from now on this is the volunteer's phone.

        Raises:
            ConsentOutdated, UnknownInvitation, InvitationUsed, InvitationExpired
        """
        _require_current(consent_version)
        return await settled(self._database, lambda connection: self._join(connection, code))

    async def consent(self, rescuer_id: str, consent_version: str) -> None:
        """Raises: ConsentOutdated, UnknownRescuer, RescuerErased."""
        _require_current(consent_version)

        def work(connection: Connection) -> None:
            require_standing(connection, rescuer_id)
            self._take_consent(connection, rescuer_id)

        await settled(self._database, work)

    async def withdraw(self, rescuer_id: str, duty_changed_at: datetime) -> None:
        """Off duty, no position, no push subscription or address; all in one transaction. The live picture must follow.

        Raises:
            UnknownRescuer, RescuerErased
        """
        now = self._now()

        def work(connection: Connection) -> None:
            require_standing(connection, rescuer_id)
            # Whoever was registered on paper withdraws a consent of which this service knows no version.
            upsert = self._database.insert(consents).values(
                rescuer_id=rescuer_id, version="", given_at=now, withdrawn_at=now
            )
            connection.execute(upsert.on_conflict_do_update(index_elements=["rescuer_id"], set_={"withdrawn_at": now}))
            for table in (rescuer_presences, push_subscriptions, channel_addresses):
                connection.execute(delete(table).where(table.c.rescuer_id == rescuer_id))
            silent = {"on_duty": False, "duty_changed_at": duty_changed_at, "last_seen_at": None}
            connection.execute(update(rescuers).where(rescuers.c.rescuer_id == rescuer_id).values(silent))

        await settled(self._database, work)

    async def get_stored(self, rescuer_id: str) -> Stored:
        """Raises: UnknownRescuer."""
        query = (
            select(
                rescuer_personal.c.name,
                *(consents.c.version, consents.c.given_at, consents.c.withdrawn_at),
                *(test_alarms.c.test_id, test_alarms.c.sent_at, test_alarms.c.arrived_at, test_alarms.c.channel),
                push_subscriptions.c.endpoint,
            )
            .select_from(rescuers)
            .where(rescuers.c.rescuer_id == rescuer_id)
        )
        for table in (rescuer_personal, consents, test_alarms, push_subscriptions):
            query = query.outerjoin(table, table.c.rescuer_id == rescuers.c.rescuer_id)
        row = await self._database.consult(lambda connection: connection.execute(query).one_or_none())
        if row is None:
            raise UnknownRescuer(f"no rescuer {rescuer_id!r}")
        consents_now = row.version is not None and row.withdrawn_at is None
        return Stored(
            name=row.name or "",
            consent_version=row.version if consents_now else None,
            consented_at=row.given_at if consents_now else None,
            last_test=_last_test(row),
            has_push=row.endpoint is not None,
        )

    def _join(self, connection: Connection, code: str) -> Opened:
        now = self._now()
        mine = invitations.c.code_digest == secrets.digest(code)
        invitation = connection.execute(select(invitations).where(mine).with_for_update()).one_or_none()
        owner = find_volunteer(connection, invitation.rescuer_id) if invitation is not None else None
        if invitation is None or owner is None:
            raise UnknownInvitation(UnknownInvitation.__doc__)
        if invitation.used_at is not None:
            raise InvitationUsed(InvitationUsed.__doc__)
        if invitation.expires_at <= now:
            raise InvitationExpired(InvitationExpired.__doc__)
        connection.execute(update(invitations).where(mine).values(used_at=now))
        self._take_consent(connection, invitation.rescuer_id)
        return self._sessions.begin(connection, owner)

    def _take_consent(self, connection: Connection, rescuer_id: str) -> None:
        given = {"version": CONSENT_VERSION, "given_at": self._now(), "withdrawn_at": None}
        upsert = self._database.insert(consents).values(rescuer_id=rescuer_id, **given)
        connection.execute(upsert.on_conflict_do_update(index_elements=["rescuer_id"], set_=given))


def _require_current(consent_version: str) -> None:
    if consent_version != CONSENT_VERSION:
        raise ConsentOutdated(ConsentOutdated.__doc__)


def require_standing(connection: Connection, rescuer_id: str) -> None:
    """The row is held, so that nothing of a person is written who is being erased at this moment."""
    mine = select(rescuers.c.erased_at).where(rescuers.c.rescuer_id == rescuer_id).with_for_update()
    row = connection.execute(mine).one_or_none()
    if row is None:
        raise UnknownRescuer(f"no rescuer {rescuer_id!r}")
    if row.erased_at is not None:
        raise RescuerErased(RescuerErased.__doc__)


def _last_test(row: Any) -> LastTest | None:
    if row.test_id is None:
        return None
    return LastTest(test_id=row.test_id, sent_at=row.sent_at, arrived_at=row.arrived_at, channel=row.channel)
