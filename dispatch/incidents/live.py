"""What the engine keeps in memory of incidents, all of it derived from the journal and lost without harm."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from dispatch.core.consequences import reserved
from dispatch.core.incident import AlertStatus, Incident
from dispatch.core.rests import Rest, RestKind
from dispatch.journal.reader import JournalReader
from dispatch.records import Details
from registry.storage.watched_database import DatabaseAway

KEPT_CLOSED = 200
"""120 and phones still speak of an incident for a while after it is closed; this is a day of a large city."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveIncident:
    """ready: by alert, its frame but for the number, of those that begin to ring with this version of the incident."""

    incident: Incident
    details: Details | None
    ready: Mapping[str, str] = field(default_factory=dict)


class LiveIncidents:
    """Open incidents by id; closed ones are read from the journal when somebody asks.

    The last closed ones stand in where the journal cannot be asked, or `is_settled` says that it lacks something.
    on_let_go: called with an incident's id when its place is to be forgotten.
    """

    def __init__(self, reader: JournalReader, *, is_settled: Callable[[], bool] = lambda: True) -> None:
        self._reader = reader
        self._is_settled = is_settled
        self._held: dict[str, LiveIncident] = {}
        self._closed: OrderedDict[str, LiveIncident] = OrderedDict()
        self.on_let_go: Callable[[str], None] = lambda _incident_id: None

    def put(self, live: LiveIncident) -> None:
        """Hold it while it may still change."""
        incident_id = live.incident.incident_id
        self.forget(incident_id)
        if not live.incident.closed or reserved(live.incident):
            self._held[incident_id] = live
            return
        self.on_let_go(incident_id)
        if live.incident.attention:
            # 120 speaks of it after its end: it stays on the desk until a dispatcher has looked.
            self._held[incident_id] = live
            return
        # Nobody is told its address any more, and it may be erased from the journal at any time.
        self._closed[incident_id] = replace(live, details=None, ready={})
        while len(self._closed) > KEPT_CLOSED and self._is_settled():
            self._closed.popitem(last=False)

    def forget(self, incident_id: str) -> None:
        """Read it anew next time: somebody else has changed it."""
        self._held.pop(incident_id, None)
        self._closed.pop(incident_id, None)

    def find_held(self, incident_id: str) -> LiveIncident | None:
        """The incident if it is open, without asking the journal."""
        return self._held.get(incident_id)

    async def find_for_frame(self, incident_id: str) -> LiveIncident | None:
        """As this process last knew it, closed or not: what a phone is told at its end waits for no reading, which for
        all phones of an incident at once would keep the next call waiting."""
        return self._held.get(incident_id) or self._closed.get(incident_id) or await self.find(incident_id)

    async def find(self, incident_id: str) -> LiveIncident | None:
        """Raises: DatabaseAway, where it is neither held nor readable."""
        held, closed = self._held.get(incident_id), self._closed.get(incident_id)
        if held is not None:
            return held
        if closed is not None and not self._is_settled():
            return closed
        try:
            incident = await self._reader.find_incident(incident_id)
            if incident is None:
                return None
            return LiveIncident(incident=incident, details=await self._reader.find_details(incident_id))
        except DatabaseAway:
            if closed is None:
                raise
            return closed

    @property
    def open_ids(self) -> list[str]:
        """Newest first."""
        still_open = [live.incident for live in self._held.values() if not live.incident.closed]
        return [one.incident_id for one in sorted(still_open, key=lambda one: one.opened_at, reverse=True)]

    def ringing(self) -> list[tuple[str, str]]:
        """Alerts that ring, and whose they are."""
        return [
            (alert.alert_id, alert.rescuer_id)
            for incident_id in self.open_ids
            if (live := self.find_held(incident_id))
            for alert in live.incident.alerts.values()
            if alert.status is AlertStatus.RINGING
        ]

    @property
    def open_count(self) -> int:
        return sum(not live.incident.closed for live in self._held.values())

    @property
    def attention_count(self) -> int:
        """Incidents that a dispatcher must look at, those included of which 120 speaks after their end."""
        return sum(bool(live.incident.attention) for live in self._held.values())


class Rests:
    """Who is left alone for now, as far as this process knows."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, RestKind], datetime] = {}

    def take(self, rests: Iterable[Rest]) -> None:
        """A longer rest of the same kind stands."""
        for rest in rests:
            key = rest.rescuer_id, rest.kind
            self._until[key] = max(rest.until, self._until.get(key, rest.until))

    def at(self, kind: RestKind, at: datetime) -> frozenset[str]:
        """Whose rest of this kind is not over yet."""
        self._until = {key: until for key, until in self._until.items() if until > at}
        return frozenset(rescuer_id for rescuer_id, one in self._until if one is kind)

    def find_end(self, rescuer_id: str, kind: RestKind, at: datetime) -> datetime | None:
        """When a rest that is not over ends."""
        until = self._until.get((rescuer_id, kind))
        return until if until is not None and until > at else None


class Reservations:
    """Who and what is promised, as far as this process knows; the journal's unique keys have the last word."""

    def __init__(self) -> None:
        self._holder: dict[str, str] = {}
        self._appending: set[str] = set()
        self._touched_during: list[set[str]] = []

    def __contains__(self, key: str) -> bool:
        return key in self._holder

    def __len__(self) -> int:
        return len(self._holder)

    def keys(self) -> frozenset[str]:
        """Who and what is promised now."""
        return frozenset(self._holder)

    def set(self, incident: Incident) -> None:
        """Hold exactly what `incident` holds now."""
        wanted = reserved(incident)
        self._touch(incident.incident_id)
        self.release(incident.incident_id, keep=wanted)
        for key in wanted:
            self._holder[key] = incident.incident_id

    def release(self, incident_id: str, keep: Iterable[str] = ()) -> None:
        kept = frozenset(keep)
        for key in [key for key, holder in self._holder.items() if holder == incident_id and key not in kept]:
            del self._holder[key]

    def find_holder(self, key: str) -> str | None:
        """The incident that holds `key`."""
        return self._holder.get(key)

    @contextmanager
    def appending(self, incident_id: str) -> Iterator[None]:
        """While an append of this incident is under way: whether it counts already, only the journal knows."""
        self._appending.add(incident_id)
        try:
            yield
        finally:
            self._touch(incident_id)
            self._appending.discard(incident_id)

    async def reload(self, read: Callable[[], Awaitable[dict[str, str]]]) -> None:
        """Take what the journal says, after it refused a promise that this process thought free.

        What this process promises or sets free while the journal is read is newer than what is read.
        """
        touched = set(self._appending)
        self._touched_during.append(touched)
        try:
            held = await read()
        finally:
            self._touched_during = [one for one in self._touched_during if one is not touched]
        self._holder = {
            **{key: holder for key, holder in self._holder.items() if holder in touched},
            **{key: holder for key, holder in held.items() if holder not in touched},
        }

    def _touch(self, incident_id: str) -> None:
        for touched in self._touched_during:
            touched.add(incident_id)
