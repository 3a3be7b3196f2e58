"""Carries out a change of an incident: load it, decide, append in one transaction, then tell everyone.

All changes of an incident go through one lock, so that an answer and a deadline never decide on the same state.
"""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from weakref import WeakValueDictionary

import structlog

from dispatch.clock import Clock
from dispatch.core import commands as cmd
from dispatch.core import events as ev
from dispatch.core.consequences import reserved
from dispatch.core.decisions import next_deadline
from dispatch.core.incident import Alert, Incident
from dispatch.core.policy import Policy
from dispatch.core.rests import rests_of
from dispatch.incidents.arrivals import Arrivals
from dispatch.incidents.attention import SENTENCES
from dispatch.incidents.deadlines import Deadlines
from dispatch.incidents.decider import Decider
from dispatch.incidents.live import LiveIncident, LiveIncidents
from dispatch.incidents.neighbours import find_neighbour, find_waiting
from dispatch.incidents.newcomers import Newcomers
from dispatch.incidents.reports import compared
from dispatch.incidents.scout import Scout
from dispatch.incidents.watch import Watch
from dispatch.journal.journal import AlreadyReserved, StaleIncident
from dispatch.journal.reader import JournalReader
from dispatch.records import Appended, CallRecord, Details, InboxRow, Told

log = structlog.get_logger(__name__)

MAX_TRIES = 200
"""On a machine that has no time two processes can lose to each other dozens of times; a call must not fail for that."""

PAUSE_S, LONGEST_PAUSE_S = 0.01, 0.2


class UnknownIncident(LookupError):
    """There is no incident with this id."""

    code = "unknown_incident"


Ask = cmd.Command | Callable[[LiveIncident], cmd.Command]
"""A command, or what makes one of the incident as it is when its turn has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The incident after a change, and the events that made it; none where nothing changed."""

    after: Incident
    events: tuple[ev.Event, ...]


class Publish(Protocol):
    def __call__(self, rows: Sequence[InboxRow]) -> None: ...


class Prepare(Protocol):
    def __call__(
        self, incident_id: str, details: Details, alerts: Sequence[Alert], at: datetime
    ) -> Mapping[str, str]: ...


class Appends(Protocol):
    """The journal, or what stands before it. is_settled: whether the journal has everything that was appended."""

    @property
    def is_settled(self) -> bool: ...

    async def append(self, appended: Appended, meanwhile: Callable[[], None] | None = None) -> list[InboxRow]: ...


class IncidentWriter:
    """The one writer of incidents in this process. prepare: makes the frames of alerts while they are made durable."""

    def __init__(
        self,
        *,
        journal: Appends,
        reader: JournalReader,
        scout: Scout,
        policy: Policy,
        clock: Clock,
        deadlines: Deadlines,
        publish: Publish,
        watch: Watch,
        prepare: Prepare | None,
        arrivals: Arrivals,
        newcomers: Newcomers,
        epoch: str,
    ) -> None:
        self._journal = journal
        self._reader = reader
        self._scout = scout
        self._policy = policy
        self._clock = clock
        self._deadlines = deadlines
        self._publish = publish
        self._watch = watch
        self._prepare = prepare
        self._arrivals = arrivals
        self._newcomers = newcomers
        self._decider = Decider(scout, policy, watch, epoch)
        self._reservations, self._rests = scout.reservations, scout.rests
        self.live = LiveIncidents(reader, is_settled=lambda: journal.is_settled)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def is_at_work(self) -> bool:
        """Whether a call, an answer or a deadline is being carried out."""
        return bool(self._locks)

    def lock(self, key: str) -> asyncio.Lock:
        """The one lock of this name, for as long as somebody holds it."""
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        return lock

    def take_up(self, live: LiveIncident) -> None:
        """Go on with an incident that the journal holds."""
        self.live.put(live)
        self._keep_track(live.incident, live.details)

    async def change(
        self,
        incident_id: str,
        command: Ask,
        told: Told | None = None,
        message: CallRecord | None = None,
        *,
        is_new: bool = False,
    ) -> Changed:
        """What `command` makes of the incident. told: what it says of the patient's place. message: of 120, made
        durable with it.

        Raises:
            UnknownIncident
            Refused: a person's word that does not count; nothing has changed.
            StaleIncident, DuplicateMessage: of a new one, or of its message, somebody else has been faster.
        """
        # A caller that goes away must not leave an append half told.
        work = asyncio.ensure_future(self._change_locked(incident_id, command, told, message, is_new))
        return await asyncio.shield(work)

    async def _change_locked(
        self,
        incident_id: str,
        command: Ask,
        told: Told | None,
        message: CallRecord | None,
        is_new: bool,
    ) -> Changed:
        async with self.lock(incident_id):
            for tries in range(MAX_TRIES):
                live = None if is_new else await self.live.find(incident_id)
                try:
                    return await self._try_change(live, command, told, message)
                except AlreadyReserved:
                    # Where two processes want the same again and again, one of them must come a little later.
                    await asyncio.sleep(random.random() * min(PAUSE_S * tries, LONGEST_PAUSE_S))
                    await self._reservations.reload(self._reader.read_reservations)
                except StaleIncident:
                    if is_new:
                        raise
                    self.live.forget(incident_id)
        raise RuntimeError(f"incident {incident_id} kept changing under us")

    async def _try_change(
        self, live: LiveIncident | None, ask: Ask, told: Told | None, message: CallRecord | None
    ) -> Changed:
        before = live.incident if live else None
        now = self._clock.now()
        command = _command(ask, live)
        command, details = compared(command, live.details if live else None, told, self._scout)
        if message is not None:
            command = self._beside_others(command, before, details)
        decision = self._decider.decide(live, command, details, now)
        after = decision.after
        if after is None:
            raise UnknownIncident("there is no such incident")
        located = any(isinstance(event, ev.LocationSet) for event in decision.events)
        new_details = details if located else None
        if not decision.events and message is None:
            self._set_deadline(after)
            return Changed(after=after, events=())
        message = _with_reason(message, decision.events)
        # Promised here before it is durable, so that no other incident of this process finds them meanwhile.
        self._reservations.set(after)
        appended = Appended(
            before=before, after=after, events=decision.events, at=now, details=new_details, message=message
        )
        where = new_details or (live.details if live else None)
        ready: dict[str, str] = {}
        try:
            with self._watch.appending(), self._reservations.appending(after.incident_id):
                rows = await self._journal.append(appended, lambda: ready.update(self._frames(appended, where)))
        except BaseException:
            self._reservations.release(after.incident_id)
            if before:
                self._reservations.set(before)
            raise
        self.live.put(LiveIncident(incident=after, details=where, ready=ready))
        try:
            # The phones first, then what is ours.
            self._publish(rows)
        finally:
            self._rests.take(rests_of(before, after, decision.events, now, self._policy))
            self._keep_track(after, where)
        if before:
            self._newcomers.freed(reserved(before) - reserved(after))
        if before and after.closed and not before.closed:
            for waiting_id in find_waiting(self.live):
                self._deadlines.set(waiting_id, now)
        self._watch.appended(appended)
        return Changed(after=after, events=decision.events)

    def _beside_others(self, command: cmd.Command, before: Incident | None, details: Details | None) -> cmd.Command:
        """120's word with the other incident that may have the same patient, as long as nobody has been rung."""
        is_first = before is None or not before.located or before.put_off_until is not None
        if not isinstance(command, cmd.ReportCall) or details is None or not is_first or (before and before.alerts):
            return command
        return replace(command, near=find_neighbour(self.live, self._scout, command.incident_id, details))

    def _frames(self, appended: Appended, details: Details | None) -> Mapping[str, str]:
        rung = [event.alert_id for event in appended.events if isinstance(event, ev.RescuerAlerted)]
        if self._prepare is None or details is None or not rung:
            return {}
        after = appended.after
        alerts = [after.alerts[alert_id] for alert_id in rung]
        try:
            return self._prepare(after.incident_id, details, alerts, appended.at)
        except Exception:
            # Each is made again, alone, when its phone is told.
            log.exception("frames_not_prepared", incident_id=after.incident_id)
            return {}

    def _keep_track(self, incident: Incident, details: Details | None) -> None:
        self._reservations.set(incident)
        self._newcomers.track(incident, details, self._clock.now())
        self._set_deadline(incident)

    def _set_deadline(self, incident: Incident) -> None:
        """When time alone changes it next, or somebody must look whether its alerts have got through."""
        times = (next_deadline(incident, self._policy), self._arrivals.find_next_look(incident))
        self._deadlines.set(incident.incident_id, min((at for at in times if at), default=None))


def _with_reason(message: CallRecord | None, events: Sequence[ev.Event]) -> CallRecord | None:
    """The message with why a dispatcher must look at it, where it could be read and its case is the reason."""
    raised = [event.code for event in events if isinstance(event, ev.AttentionRaised) and event.code in SENTENCES]
    if message is None or message.attention is not None or not raised:
        return message
    return replace(message, attention=raised[0], detail=f"{SENTENCES[raised[0]]} {message.detail}".strip())


def _command(ask: Ask, live: LiveIncident | None) -> cmd.Command:
    if not callable(ask):
        return ask
    if live is None:
        raise UnknownIncident("there is no such incident")
    return ask(live)
