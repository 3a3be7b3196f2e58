"""How volunteers join, consent and leave, and what they can ask about themselves."""

from datetime import timedelta
from typing import Annotated

import structlog
from fastapi import APIRouter, Path, Query, Request, Response

from dispatch.access.tokens import Access, Identity
from dispatch.api.access import Caller, host_of
from dispatch.api.description import may_refuse
from dispatch.api.person_views import told_state
from dispatch.api.sessions import session_of
from dispatch.contracts import people as wire
from dispatch.contracts.stream import TestAlarm
from dispatch.core.commands import Answer, AnswerAlert
from dispatch.core.consequences import rescuer_key, rescuer_recipient
from dispatch.core.incident import HELD, AlertStatus
from dispatch.core.refusals import Refused
from dispatch.incidents.intake import storable
from dispatch.people.alert_history import tell_history
from dispatch.people.channel_addresses import ChannelAddress
from dispatch.people.consent import CHINESE, CONSENT_VERSION, ENGLISH, ConsentText
from dispatch.people.reach import PushSubscription
from dispatch.people.refusals import NoConsent, RescuerErased
from dispatch.records import InboxRow
from dispatch.service import DispatchService
from dispatch.spool.file import SpoolError
from registry.eligibility import verdicts_on
from registry.models import Rescuer
from registry.storage.watched_database import DatabaseAway

log = structlog.get_logger(__name__)

STREAM = "stream"

ChannelName = Annotated[str, Path(pattern="^[a-z0-9_-]{1,32}$")]


def build_router(service: DispatchService) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["people"])
    _add_joining(router, service)
    _add_me(router, service)
    _add_consent(router, service)
    _add_past(router, service)
    _add_test_alarm(router, service)
    _add_push(router, service)
    _add_addresses(router, service)
    return router


def _add_joining(router: APIRouter, service: DispatchService) -> None:
    people = service.people

    @router.post("/invitations")
    async def invite(body: wire.InvitationRequest, caller: Caller) -> wire.InvitationView:
        """Invite a rescuer of the registry to join with their phone; an earlier invitation holds no longer."""
        invitation = await people.volunteers.invite(body.rescuer_id, timedelta(seconds=body.ttl_s))
        log.info("invited", who=people.marks.of(body.rescuer_id), by=caller.subject)
        return wire.InvitationView(
            code=invitation.code, url=people.join_url(invitation.code), expires_at=invitation.expires_at
        )

    @router.get("/consent")
    async def get_consent() -> wire.ConsentView:
        """What a volunteer consents to, in plain words."""
        return wire.ConsentView(version=CONSENT_VERSION, zh=_words(CHINESE), en=_words(ENGLISH))

    @router.post("/join", responses=may_refuse(400, 404, 409, 410, 429, 503))
    async def join(body: wire.JoinRequest, request: Request, response: Response) -> wire.Session:
        """Use an invitation, and consent. Earlier sessions of this volunteer end: one phone rings."""
        service.limits.take("join", host_of(request))
        opened = await people.volunteers.join(body.code, body.consent_version)
        rescuer_id = opened.owner.identity.subject
        # Who joins is known only now; what was read of them before does not count any more.
        async with service.directory.consent.change(rescuer_id):
            if service.directory.find_rescuer(rescuer_id) is not None:
                service.directory.give_consent(rescuer_id)
        log.info("joined", who=people.marks.of(rescuer_id))
        return session_of(service, opened, request, response)


def _add_me(router: APIRouter, service: DispatchService) -> None:
    @router.get("/me", responses=may_refuse(404, 409))
    async def get_me(caller: Caller) -> wire.MeView:
        """Whose token this is; for a volunteer also whether an alarm would reach them, and what is in the way."""
        if caller.access is not Access.VOLUNTEER:
            return wire.MeView(role=caller.access, subject=caller.subject, name=caller.subject)
        rescuer = _get_standing(service, caller)
        stored = await service.people.volunteers.get_stored(caller.subject)
        limits = service.directory.limits
        locked_out = service.engine.locked_out_until(caller.subject) is not None
        verdicts = verdicts_on(rescuer, service.clock.now(), limits)
        is_ready, reasons = told_state(verdicts, is_locked_out=locked_out)
        test = stored.last_test
        volunteer = wire.VolunteerView(
            on_duty=rescuer.on_duty,
            consent_version=stored.consent_version,
            consented_at=stored.consented_at,
            certificates=tuple(
                wire.CertificateView(kind=one.kind, valid_until=one.valid_until) for one in rescuer.certificates
            ),
            dispatchable=is_ready,
            reasons=reasons,
            max_accuracy_m=limits.presence_max_accuracy_m,
            last_test_alarm=wire.LastTestAlarm(sent_at=test.sent_at, arrived_at=test.arrived_at, channel=test.channel)
            if test
            else None,
            channels=await _channels_of(service, caller.subject),
        )
        return wire.MeView(role=caller.access, subject=caller.subject, name=stored.name, volunteer=volunteer)


def _add_consent(router: APIRouter, service: DispatchService) -> None:
    @router.post("/me/consent", status_code=204, response_class=Response)
    async def consent(body: wire.ConsentRequest, caller: Caller) -> None:
        """Consent to the words as they are now, for the first time or anew. On duty the volunteer goes themselves."""
        _get_standing(service, caller)
        async with service.directory.consent.change(caller.subject):
            await service.people.volunteers.consent(caller.subject, body.consent_version)
            service.directory.give_consent(caller.subject)

    @router.delete("/me/consent", status_code=204, response_class=Response)
    async def withdraw(caller: Caller) -> None:
        """Withdraw it: off duty, never rung, no position and no push subscription kept. A task under way is handed
        back."""
        _get_standing(service, caller)
        now = service.clock.now()
        # In force at once; what is written follows, and where it cannot be, the volunteer is told to try again.
        service.directory.withdraw_consent(caller.subject, now)
        async with service.directory.consent.change(caller.subject):
            await service.people.volunteers.withdraw(caller.subject, now)
        log.info("consent_withdrawn", who=service.people.marks.of(caller.subject))
        await _hand_back(service, caller.subject)


def _add_past(router: APIRouter, service: DispatchService) -> None:
    @router.get("/me/alerts", responses=may_refuse(404, 409, 503))
    async def list_my_alerts(caller: Caller, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> wire.PastAlerts:
        """The last alerts that rang for this volunteer, and what came of each: also of those they never saw."""
        _get_standing(service, caller)
        rows = await service.reader.read_last_alerts(rescuer_recipient(caller.subject), limit=limit)
        return wire.PastAlerts(alerts=tell_history(rows, is_ringing=lambda row: _is_ringing(service, row)))


def _is_ringing(service: DispatchService, row: InboxRow) -> bool:
    live = service.engine.live.find_held(row.incident_id)
    alert = live.incident.alerts.get(row.alert_id or "") if live else None
    return alert is not None and alert.status is AlertStatus.RINGING


def _add_test_alarm(router: APIRouter, service: DispatchService) -> None:
    people = service.people

    @router.post("/me/test-alarm")
    async def send_test_alarm(caller: Caller) -> wire.TestAlarmView:
        """Ring this volunteer's phone as an alarm would, to see that it arrives; the phone answers on its stream."""
        rescuer = _get_standing(service, caller)
        if rescuer.off_consent:
            raise NoConsent(NoConsent.__doc__)
        service.limits.take("test_alarm", caller.subject)
        test = await people.tests.begin(caller.subject)
        recipient = rescuer_recipient(caller.subject)
        if service.hub.is_connected(recipient):
            channel: str | None = STREAM
            frame = TestAlarm(test_id=test.test_id, at=test.sent_at)
            service.hub.tell(recipient, frame.model_dump_json())
        else:
            channel = await people.channels.send_test(caller.subject, test.test_id, test.sent_at)
        if channel is not None:
            await people.tests.sent_by(test.test_id, channel)
        return wire.TestAlarmView(test_id=test.test_id, sent_at=test.sent_at, channel=channel)


def _add_push(router: APIRouter, service: DispatchService) -> None:
    people = service.people

    @router.get("/me/push", responses=may_refuse(404, 409))
    async def get_push(caller: Caller) -> wire.PushView:
        """The key to subscribe with, and whether a subscription is stored."""
        _get_standing(service, caller)
        subscribed = await people.push.find(caller.subject) is not None
        return wire.PushView(public_key=people.push_public_key, subscribed=subscribed)

    @router.put("/me/push", status_code=204, response_class=Response, responses=may_refuse(404, 409))
    async def put_push(body: wire.PushRequest, caller: Caller) -> None:
        """Store a browser's subscription in place of an earlier one; a browser rings for whoever subscribed last."""
        if _get_standing(service, caller).off_consent:
            raise NoConsent(NoConsent.__doc__)
        subscription = PushSubscription(endpoint=str(body.endpoint), p256dh=body.keys.p256dh, auth=body.keys.auth)
        people.check_subscription(subscription)
        await people.push.put(caller.subject, subscription)

    @router.delete("/me/push", status_code=204, response_class=Response)
    async def delete_push(caller: Caller) -> None:
        """Forget the subscription."""
        _get_standing(service, caller)
        await people.push.forget(caller.subject)


def _add_addresses(router: APIRouter, service: DispatchService) -> None:
    people = service.people

    @router.put("/me/addresses/{channel}", status_code=204, response_class=Response, responses=may_refuse(404, 409))
    async def put_address(channel: ChannelName, body: wire.AddressRequest, caller: Caller) -> None:
        """Store where another app reaches this volunteer, in place of an earlier one; it rings for whoever gave it
        last."""
        if _get_standing(service, caller).off_consent:
            raise NoConsent(NoConsent.__doc__)
        given = ChannelAddress(rescuer_id=caller.subject, channel=channel, address=storable(body.address))
        await people.addresses.put(given)

    @router.delete("/me/addresses/{channel}", status_code=204, response_class=Response)
    async def delete_address(channel: ChannelName, caller: Caller) -> None:
        """Forget it."""
        _get_standing(service, caller)
        await people.addresses.forget(caller.subject, channel)


def _get_standing(service: DispatchService, caller: Identity) -> Rescuer:
    rescuer = service.directory.get_rescuer(caller.subject)
    if rescuer.erased_at is not None:
        raise RescuerErased(RescuerErased.__doc__)
    return rescuer


async def _channels_of(service: DispatchService, rescuer_id: str) -> tuple[str, ...]:
    open_stream = [STREAM] if service.hub.is_connected(rescuer_recipient(rescuer_id)) else []
    return (*open_stream, *await service.people.channels.names_of(rescuer_id))


async def _hand_back(service: DispatchService, rescuer_id: str) -> None:
    """Whoever rings or is on the way declines, so that somebody else is rung."""
    incident_id = service.engine.reservations.find_holder(rescuer_key(rescuer_id))
    live = service.engine.live.find_held(incident_id) if incident_id else None
    for alert in list(live.incident.alerts.values()) if live else ():
        if alert.rescuer_id == rescuer_id and alert.status in HELD:
            answer = AnswerAlert(alert_id=alert.alert_id, rescuer_id=rescuer_id, answer=Answer.DECLINE)
            try:
                await service.engine.answer(answer)
            except (Refused, DatabaseAway, SpoolError) as error:
                # Somebody on the scene, for one, cannot decline; the withdrawal stands all the same.
                log.info("not_handed_back", alert_id=alert.alert_id, reason=type(error).__name__)


def _words(text: ConsentText) -> wire.ConsentWords:
    return wire.ConsentWords(title=text.title, points=text.points)
