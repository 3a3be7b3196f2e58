"""What a phone or a console says on its stream, and the answer it gets."""

from typing import Protocol

import structlog

from dispatch.api.positions import PhonePositions
from dispatch.contracts import stream as wire
from dispatch.core.commands import Answer, AnswerAlert
from dispatch.core.consequences import DISPATCHERS, rescuer_key
from dispatch.core.incident import ENGAGED, incident_of
from dispatch.core.refusals import Refused
from dispatch.service import DispatchService
from dispatch.spool.file import SpoolError
from registry.models import Presence
from registry.storage.watched_database import DatabaseAway

log = structlog.get_logger(__name__)

Asking = wire.AlertAnswer | wire.Position | wire.Duty | wire.TestAlarmSeen | wire.Ping


class Answerer(Protocol):
    async def answer(self, frame: Asking) -> wire.Result | None: ...

    def heard(self) -> None: ...

    def came(self) -> None: ...

    def gone(self) -> None: ...


class DispatcherDesk:
    """Dispatchers act through the HTTP interface; on the stream they listen."""

    def __init__(self, service: DispatchService) -> None:
        self._service = service

    async def answer(self, frame: Asking) -> wire.Result | None:
        return wire.Result(re=frame.id, ok=False, code="not_for_dispatchers", message="This frame is a volunteer's.")

    def heard(self) -> None:
        """A console needs no presence."""

    def came(self) -> None:
        """A console helps no patient by itself."""

    def gone(self) -> None:
        """A console leaves nothing behind."""


class VolunteerDesk:
    """Takes one volunteer's frames; whatever does not count changes nothing and is answered."""

    def __init__(self, service: DispatchService, rescuer_id: str) -> None:
        self._service = service
        self._rescuer_id = rescuer_id
        self._positions = PhonePositions(service, rescuer_id, self._moved)

    def heard(self) -> None:
        self._service.directory.seen(self._rescuer_id, self._service.clock.now())

    def came(self) -> None:
        """The phone is on the line again."""
        self._service.engine.newcomers.came(self._rescuer_id)

    def gone(self) -> None:
        """The phone was on the line until now."""
        self.heard()

    async def answer(self, frame: Asking) -> wire.Result | None:
        try:
            match frame:
                case wire.Position():
                    self._require_consent()
                    return self._positions.take(frame)
                case wire.Duty():
                    return self._take_duty(frame)
                case wire.TestAlarmSeen():
                    return await self._take_test_seen(frame)
                case wire.Ping():
                    return wire.Result(re=frame.id, ok=True)
                case wire.AlertAnswer():
                    await self.take(frame)
                    return wire.Result(re=frame.id, ok=True)
        except (DatabaseAway, SpoolError) as error:
            log.error("answer_not_taken", reason=type(error).__name__)
            return wire.Result(re=frame.id, ok=False, code="try_again", message="Not taken: say it again in a moment.")
        except Refused as refused:
            return wire.Result(re=frame.id, ok=False, code=refused.code, message=refused.message)

    async def take(self, frame: wire.AlertAnswer) -> None:
        """What the volunteer says about an alert, however it came.

        Raises:
            Refused: it does not count; nothing has changed.
            DatabaseAway, SpoolError: it could not be made durable, and may be said again.
        """
        try:
            if frame.type in {"seen", "no_sound"}:
                await self._take_sign(frame)
            else:
                await self._service.engine.answer(
                    AnswerAlert(
                        alert_id=frame.alert_id,
                        rescuer_id=self._rescuer_id,
                        answer=Answer(frame.type),
                        aed_returned=frame.aed_returned,
                    )
                )
        except Refused as refused:
            log.info("answer_refused", code=refused.code, answer=frame.type, alert_id=frame.alert_id)
            raise

    async def _take_sign(self, frame: wire.AlertAnswer) -> None:
        incident_id = incident_of(frame.alert_id)
        live = await self._service.engine.live.find(incident_id)
        alert = live.incident.alerts.get(frame.alert_id) if live else None
        if alert is None or alert.rescuer_id != self._rescuer_id:
            raise Refused("unknown_alert", "There is no such alert for you.")
        if frame.type == "seen":
            self._service.receipts.seen(incident_id, frame.alert_id, self._service.clock.now())
        else:
            self._service.relay.has_no_sound(frame.alert_id)

    async def _take_test_seen(self, frame: wire.TestAlarmSeen) -> wire.Result:
        if not await self._service.people.tests.arrived(self._rescuer_id, frame.test_id):
            raise Refused("unknown_test", "This is not your last test alarm.")
        return wire.Result(re=frame.id, ok=True)

    def _require_consent(self) -> None:
        if self._service.directory.get_rescuer(self._rescuer_id).off_consent:
            raise Refused("no_consent", "Consent has been withdrawn: consent anew first.")

    def _take_duty(self, frame: wire.Duty) -> wire.Result:
        if frame.on:
            self._require_consent()
        self._service.directory.set_duty(self._rescuer_id, frame.on, self._service.clock.now())
        if frame.on:
            self.came()
        return wire.Result(re=frame.id, ok=True)

    def _moved(self, presence: Presence) -> None:
        self.came()
        self._tell_dispatchers(presence)

    def _tell_dispatchers(self, presence: Presence) -> None:
        incident_id = self._service.engine.reservations.find_holder(rescuer_key(self._rescuer_id))
        if incident_id is None or not self._service.hub.is_connected(DISPATCHERS):
            return
        live = self._service.engine.live.find_held(incident_id)
        for alert in live.incident.alerts.values() if live else ():
            # Whoever only rings has not said yes to being seen on a map.
            if alert.rescuer_id == self._rescuer_id and alert.status in ENGAGED:
                frame = wire.ResponderPosition(
                    incident_id=incident_id,
                    alert_id=alert.alert_id,
                    lon=presence.lon,
                    lat=presence.lat,
                    observed_at=presence.observed_at,
                )
                self._service.hub.tell(DISPATCHERS, frame.model_dump_json())
