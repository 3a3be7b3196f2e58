"""What the operation centre is to hear, of how things stand and of what it was told before. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatch.contracts.centre import CENTRE_MESSAGE
from dispatch.tables import CLOSED
from geo.places.geodesic import geodesic_m
from registry.models import AedState

MOVED_M = 1.0
"""A cabinet that is told at another place by less is where it was: a last digit was rounded (assumption)."""

FindDistrict = Callable[[float, float], str | None]
"""The district's name at longitude and latitude, WGS-84 degrees; None where there is none, or nobody may be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A message that has no number yet. type: as in `contracts.centre`."""

    type: str
    at: datetime
    data: Mapping[str, Any]

    def body(self, seq: int) -> str:
        """The JSON text that is signed and sent, each time the same."""
        message = {"type": self.type, "timestamp": self.at, "data": {"seq": seq, **self.data}}
        return CENTRE_MESSAGE.dump_json(CENTRE_MESSAGE.validate_python(message)).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingIncident:
    """An incident as the journal has it. at: of its last event. reason: why it was closed, "" while it is not."""

    incident_id: str
    version: int
    opened_at: datetime
    status: str
    at: datetime
    reason: str
    counts: Mapping[str, int]
    district: str | None

    @property
    def said(self) -> dict[str, Any]:
        """What is compared with what was said before; JSON's values."""
        return {"status": self.status, "counts": dict(self.counts), "district": self.district}


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingAed:
    aed_id: str
    lon: float
    lat: float
    state: str


def news_of_incident(now: StandingIncident, said: Mapping[str, Any] | None) -> list[News]:
    """said: what the centre was told last, None where it has not heard of the incident."""
    if said is not None and said.get("status") == CLOSED:
        return []
    data = {"incident_id": now.incident_id, "opened_at": now.opened_at, **now.said}
    found = [News(type="incident.opened", at=now.opened_at, data=data)] if said is None else []
    if now.status == CLOSED:
        return [*found, News(type="incident.closed", at=now.at, data={**data, "reason": now.reason})]
    if said is not None and said != now.said:
        found.append(News(type="incident.changed", at=now.at, data=data))
    return found


def news_of_aeds(
    ids: Sequence[str], now: Mapping[str, StandingAed], told: Mapping[str, StandingAed], at: datetime
) -> list[News]:
    """Of these ids. now: those that stand; told: those that the centre takes for standing."""
    return [news for aed_id in ids for news in _news_of_aed(now.get(aed_id), told.get(aed_id), at)]


def _news_of_aed(now: StandingAed | None, told: StandingAed | None, at: datetime) -> Iterator[News]:
    if now is None:
        if told is not None:
            yield _of_aed("aed.retired", told, at)
        return
    if told is None:
        yield _of_aed("aed.added", now, at)
        return
    if is_elsewhere(now, told):
        yield _of_aed("aed.moved", now, at)
    if now.state != told.state:
        is_back = now.state == AedState.IN_SERVICE
        yield _of_aed("aed.back_in_service" if is_back else "aed.out_of_service", now, at)


def is_elsewhere(one: StandingAed, other: StandingAed) -> bool:
    """Whether a cabinet hangs at another place than before."""
    return geodesic_m(one.lon, one.lat, other.lon, other.lat) >= MOVED_M


def _of_aed(kind: str, aed: StandingAed, at: datetime) -> News:
    data = {"aed_id": aed.aed_id, "state": aed.state, "lon": aed.lon, "lat": aed.lat}
    return News(type=kind, at=at, data=data)
