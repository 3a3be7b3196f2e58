"""What the engine keeps in memory of open incidents, all of it derived from the journal and lost without harm."""

from collections.abc import Iterable
from dataclasses import dataclass

from dispatch.core.consequences import reserved
from dispatch.core.incident import Incident
from dispatch.journal_reader import JournalReader
from dispatch.records import Details


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveIncident:
    incident: Incident
    details: Details | None


class LiveIncidents:
    """Open incidents by id; closed ones are read from the journal when somebody asks."""

    def __init__(self, reader: JournalReader) -> None:
        self._reader = reader
        self._held: dict[str, LiveIncident] = {}

    def put(self, live: LiveIncident) -> None:
        """Hold it while it may still change; forget it once it may not."""
        if live.incident.closed and not reserved(live.incident):
            self._held.pop(live.incident.incident_id, None)
        else:
            self._held[live.incident.incident_id] = live

    def forget(self, incident_id: str) -> None:
        """Read it anew next time: somebody else has changed it."""
        self._held.pop(incident_id, None)

    def find_held(self, incident_id: str) -> LiveIncident | None:
        """The incident if it is open, without asking the journal."""
        return self._held.get(incident_id)

    async def find(self, incident_id: str) -> LiveIncident | None:
        held = self._held.get(incident_id)
        if held is not None:
            return held
        incident = await self._reader.find_incident(incident_id)
        if incident is None:
            return None
        return LiveIncident(incident=incident, details=await self._reader.find_details(incident_id))

    @property
    def open_count(self) -> int:
        return sum(not live.incident.closed for live in self._held.values())

    @property
    def attention_count(self) -> int:
        """Open incidents that a dispatcher must look at."""
        return sum(not live.incident.closed and bool(live.incident.attention) for live in self._held.values())


class Reservations:
    """Who and what is promised, as far as this process knows; the journal's unique keys have the last word."""

    def __init__(self) -> None:
        self._holder: dict[str, str] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._holder

    def set(self, incident: Incident) -> None:
        """Hold exactly what `incident` holds now."""
        wanted = reserved(incident)
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

    def load(self, held: dict[str, str]) -> None:
        """What the journal says, after it refused a promise that this process thought free."""
        self._holder = dict(held)
