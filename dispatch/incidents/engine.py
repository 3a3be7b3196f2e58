"""What may be asked of incidents: by 120, by volunteers' phones, by dispatchers and by time itself."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from dispatch.clock import Clock
from dispatch.contracts.webhook import MessageType
from dispatch.core import commands as cmd
from dispatch.core.incident import Incident, incident_of
from dispatch.core.policy import Policy
from dispatch.core.refusals import Refused
from dispatch.core.rests import RestKind
from dispatch.incidents.arrivals import Arrivals
from dispatch.incidents.attention import SENTENCES, UNCHANGED
from dispatch.incidents.by_hand import HandPicker, Wish
from dispatch.incidents.deadlines import Deadlines
from dispatch.incidents.intake import Understood
from dispatch.incidents.live import LiveIncident
from dispatch.incidents.neighbours import is_neighbour_over
from dispatch.incidents.newcomers import Newcomers
from dispatch.incidents.references import References
from dispatch.incidents.scout import Scout, building_of
from dispatch.incidents.watch import Watch
from dispatch.incidents.writer import Appends, Changed, IncidentWriter, Prepare, Publish, UnknownIncident
from dispatch.journal.journal import DuplicateMessage, StaleIncident
from dispatch.journal.reader import JournalReader
from dispatch.operations.metrics import Metrics
from dispatch.records import CallRecord, Details, Known, Told
from registry.storage.watched_database import DatabaseAway

log = structlog.get_logger(__name__)

MAX_TRIES = 20


class UnknownAlert(LookupError):
    """The incident has no alert with this id."""

    code = "unknown_alert"


class NoAedAway(LookupError):
    """This AED is not away from its place as far as any incident knows."""

    code = "aed_not_away"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a message of 120.

    attention: why a dispatcher must look at its incident now; of a repetition, why at the message. detail: in words.
    changed: whether anything is different because of it.
    """

    incident_id: str
    attention: str | None
    duplicate: bool
    changed: bool = True
    detail: str = ""


class Engine:
    """Everything that happens to an incident comes through here."""

    def __init__(
        self,
        *,
        journal: Appends,
        reader: JournalReader,
        scout: Scout,
        policy: Policy,
        clock: Clock,
        publish: Publish,
        new_id: Callable[[], str],
        watch: Watch | None = None,
        prepare: Prepare | None = None,
        epoch: str = "",
    ) -> None:
        self._journal = journal
        self._reader = reader
        self._policy = policy
        self._clock = clock
        self._scout = scout
        self._by_hand = HandPicker(scout, policy)
        self.reservations, self._rests = scout.reservations, scout.rests
        self.deadlines = Deadlines(clock, self.reach_deadline)
        self.arrivals = Arrivals(clock, within_s=policy.delivered_within_s)
        self.newcomers = Newcomers(scout, policy, self.look_again)
        self._writer = IncidentWriter(
            journal=journal,
            reader=reader,
            scout=scout,
            policy=policy,
            clock=clock,
            deadlines=self.deadlines,
            publish=publish,
            watch=watch or Watch(Metrics()),
            prepare=prepare,
            arrivals=self.arrivals,
            newcomers=self.newcomers,
            epoch=epoch,
        )
        self.live = self._writer.live
        self._references = References(self.live, scout, new_id)

    @property
    def policy(self) -> Policy:
        """The rule that decides whom to ring."""
        return self._policy

    def locked_out_until(self, rescuer_id: str) -> datetime | None:
        """Until when nobody rings somebody who was with a patient; None where they may be rung."""
        return self._rests.find_end(rescuer_id, RestKind.LOCKED_OUT, self._clock.now())

    @property
    def is_at_work(self) -> bool:
        """Whether a call, an answer or a deadline is being carried out."""
        return self._writer.is_at_work

    async def resume(self) -> int:
        """Take up every open incident where the journal left it; how many there are."""
        self._rests.take(await self._reader.read_rests(self._clock.now()))
        incidents = await self._reader.load_open()
        if incidents:
            self._clock.begin_after(await self._reader.find_newest_open_at())
        for incident in incidents:
            details = await self._reader.find_details(incident.incident_id)
            self._writer.take_up(LiveIncident(incident=incident, details=details))
        return len(incidents)

    async def take_call(self, message: Understood, record: CallRecord) -> Taken:
        """Make 120's message durable and do what it asks.

        The same bytes under the same id count once. A reference is one call for as long as that is open.
        """
        async with self._writer.lock(f"call {record.integration} {message.cad_ref or record.message_id}"):
            for attempt in range(MAX_TRIES):
                known = await self._known(message, record, is_first_look=attempt == 0)
                if known.message_incident_id is not None:
                    return Taken(
                        incident_id=known.message_incident_id, attention=known.message_attention, duplicate=True
                    )
                case = await self._references.case_of(message, record, known)
                try:
                    told = Told(details=message.details, words=message.words, more=message.more)
                    changed = await self._writer.change(
                        case.incident_id, case.command, told, record, is_new=case.is_new
                    )
                except (DuplicateMessage, StaleIncident):
                    # Another process took it in the meantime: what it wrote is known now.
                    continue
                return _taken(message, changed)
        raise RuntimeError(f"message {record.message_id} is both there and not there")

    async def _known(self, message: Understood, record: CallRecord, *, is_first_look: bool) -> Known:
        """What there is already of a message. A new call that nobody here remembers is taken for new without asking the
        journal, whose unique keys refuse it if it is not: then the second look asks."""
        if is_first_look and message.type is MessageType.CALL_CREATED and self._journal.is_settled:
            return self._reader.recall(record, message.cad_ref)
        return await self._reader.find_known(record, message.cad_ref)

    async def answer(self, answer: cmd.AnswerAlert) -> Incident:
        """A volunteer's answer.

        Raises:
            Refused: it does not count; nothing has changed.
        """
        incident_id = incident_of(answer.alert_id)
        try:
            changed = await self._writer.change(incident_id, lambda live: self._informed(answer, live))
        except UnknownIncident as error:
            raise Refused("unknown_incident", "There is no such incident.") from error
        return changed.after

    async def look_again(self, incident_id: str) -> None:
        """Look around once more for an incident that lacks helpers."""
        await self._writer.change(incident_id, cmd.LookAgain())

    async def reach_deadline(self, incident_id: str) -> None:
        try:
            await self._hear_of_arrivals(incident_id)
            await self._writer.change(
                incident_id,
                lambda live: cmd.ReachDeadline(
                    undelivered=self.arrivals.missing(live.incident, self._clock.now()),
                    neighbour_over=is_neighbour_over(self.live, live.incident),
                ),
            )
        except UnknownIncident:
            # Its opening was set aside, so there is nothing that a deadline could change.
            log.warning("deadline_of_nothing", incident_id=incident_id)
            self.deadlines.set(incident_id, None)

    def _informed(self, answer: cmd.AnswerAlert, live: LiveIncident) -> cmd.AnswerAlert:
        """The answer with what is promised by now, and the way without an AED where that may be asked for."""
        building = building_of(live.details) if live.details else None
        answer = replace(answer, promised=self.reservations.keys(), building=building or "")
        alert = live.incident.alerts.get(answer.alert_id)
        if alert is None or live.details is None or alert.aed_id is None or alert.holds_place:
            return answer
        return replace(answer, straight=self._scout.straight_way(live.details, alert))

    async def _hear_of_arrivals(self, incident_id: str) -> None:
        """What other processes have heard from phones, before an alert is taken for one that has not got through."""
        live = await self.live.find(incident_id)
        if live is None or not self.arrivals.missing(live.incident, self._clock.now()):
            return
        with suppress(DatabaseAway):
            self.arrivals.note_all(await self._reader.read_receipts(incident_id))

    async def set_location(self, incident_id: str, details: Details) -> Incident:
        """A dispatcher's word on where the patient is.

        Raises:
            UnknownIncident
            Refused: the incident is closed.
        """
        live = await self._get(incident_id)
        incident = live.incident
        if live.details:
            # The dispatcher's form has neither; what 120 said stays.
            phone = details.caller_phone or live.details.caller_phone
            details = replace(details, caller_phone=phone, more=live.details.more)
        if incident.closed:
            raise Refused("incident_closed", "The incident is closed: open a new call for a new place.")
        held = incident.location_reported_at
        now = self._clock.now()
        command = cmd.ReportCall(
            incident_id=incident_id,
            cad_ref=None,
            # 120's clock may run ahead of ours; the dispatcher's word still is the newest.
            reported_at=max(now, held) if held else now,
            created=True,
            has_location=True,
        )
        return (await self._writer.change(incident_id, command, Told(details=details))).after

    async def stand_down(self, incident_id: str) -> Incident:
        """A dispatcher ends the incident.

        Raises:
            UnknownIncident
        """
        await self._get(incident_id)
        command = cmd.EndCall(incident_id=incident_id, cad_ref=None, reason="stood_down", reported_at=self._clock.now())
        return (await self._writer.change(incident_id, command)).after

    async def add_rescuer(self, incident_id: str, wish: Wish) -> Incident:
        """A dispatcher rings somebody of their own choice.

        Raises:
            UnknownIncident, UnknownRescuer, UnknownAed
            Refused: the code says why; nothing has changed.
        """
        await self._get(incident_id)
        changed = await self._writer.change(
            incident_id, lambda live: self._by_hand.command(live, wish, self._clock.now())
        )
        return changed.after

    async def call_off(self, incident_id: str, call_off: cmd.CallOff) -> Incident:
        """A dispatcher calls one person off.

        Raises:
            UnknownIncident, UnknownAlert
            Refused: the alert is over.
        """
        if call_off.alert_id not in (await self._get(incident_id)).incident.alerts:
            raise UnknownAlert(f"the incident has no alert {call_off.alert_id!r}")
        return (await self._writer.change(incident_id, call_off)).after

    async def join(self, incident_id: str, into: str) -> Incident:
        """A dispatcher's word that two calls are for one patient: what 120 says of either counts for `into` from now.

        Raises:
            UnknownIncident
            Refused: one of them is over, or they are the same.
        """
        joined = (await self._get(incident_id)).incident
        await self._get(into)
        if incident_id == into:
            raise Refused("same_incident", "An incident cannot be joined to itself: name the other one.")
        if joined.joined_to == into:
            return joined
        if joined.closed:
            raise Refused("incident_closed", "The incident is closed already.")
        # First who goes on: what fails in between leaves two that go on, and none that nobody goes on with.
        for reference_of in (incident_id, *sorted(joined.taken_in)):
            one = (await self._get(reference_of)).incident
            take_in = cmd.TakeIn(incident_id=reference_of, cad_ref=one.cad_ref, integration=one.integration)
            await self._writer.change(into, take_in)
        command = cmd.JoinTo(incident_id=into, at=self._clock.now())
        return (await self._writer.change(incident_id, command)).after

    async def take_up_search(self, incident_id: str) -> Incident:
        """Ring for a call that was put off since another incident is beside it.

        Raises:
            UnknownIncident
            Refused: it is over.
        """
        await self._get(incident_id)
        return (await self._writer.change(incident_id, cmd.TakeUpSearch())).after

    async def close_duplicate(self, incident_id: str) -> Incident:
        """End an incident whose call another one has had all along; everyone is called off."""
        command = cmd.EndCall(incident_id=incident_id, cad_ref=None, reason="duplicate", reported_at=self._clock.now())
        return (await self._writer.change(incident_id, command)).after

    def find_aeds_holder(self, aed_id: str) -> str | None:
        """The incident that an AED is promised to, under whichever of its ids."""
        return self._scout.find_aeds_holder(aed_id)

    async def aed_returned(self, aed_id: str) -> None:
        """Somebody saw the AED in its place again: it may be promised anew.

        Raises:
            NoAedAway
        """
        aed_ids = self._scout.ids_of_aed(aed_id)
        holder = self._scout.find_aeds_holder(aed_id)
        live = await self.live.find(holder) if holder else None
        for alert in live.incident.alerts.values() if live else ():
            if live and not aed_ids.isdisjoint(alert.aed_ids) and alert.carries_aed:
                await self._writer.change(live.incident.incident_id, cmd.ConfirmAedReturned(alert_id=alert.alert_id))
                return
        raise NoAedAway(f"AED {aed_id!r} is not away from its place as far as any incident knows")

    async def _get(self, incident_id: str) -> LiveIncident:
        live = await self.live.find(incident_id)
        if live is None:
            raise UnknownIncident(f"there is no incident {incident_id!r}")
        return live


def _taken(message: Understood, changed: Changed) -> Taken:
    after = changed.after
    case = SENTENCES.get(after.attention or "", "") if after.attention != message.attention else ""
    sentences = (case, message.detail, "" if changed.events else UNCHANGED)
    return Taken(
        incident_id=after.incident_id,
        attention=after.attention,
        duplicate=False,
        changed=bool(changed.events),
        detail=" ".join(sentence for sentence in sentences if sentence),
    )
