"""Which alerts have got through: to a phone that said so, or to a carrier that takes them there."""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta

from dispatch.clock import Clock
from dispatch.core.incident import Alert, AlertStatus, Incident

REMEMBERED = 20_000
"""Alerts of a large city's day, of which only those of the last half minute are asked for (assumption)."""


LEAST_REAL_S = 1.0
"""No phone is taken for gone sooner than after so many real seconds, however fast the service's clock runs."""


class Arrivals:
    """What this process has heard of. within_s: after so long by the service's clock an alert should have got through;
    counted from the beginning of this process, before which no phone could say anything to it."""

    def __init__(self, clock: Clock, *, within_s: float) -> None:
        self._clock = clock
        self._within_s = within_s
        self._since = clock.now()
        self._heard: OrderedDict[str, None] = OrderedDict()

    def note(self, alert_id: str) -> None:
        """It has got through."""
        self._heard[alert_id] = None
        while len(self._heard) > REMEMBERED:
            self._heard.popitem(last=False)

    def note_all(self, alert_ids: Iterable[str]) -> None:
        for alert_id in alert_ids:
            self.note(alert_id)

    def missing(self, incident: Incident, now: datetime) -> frozenset[str]:
        """Alerts that ring, and should have got through by now."""
        return frozenset(alert.alert_id for alert in self._awaited(incident) if self._due(alert) <= now)

    def find_next_look(self, incident: Incident) -> datetime | None:
        """When the next of its alerts should have got through; None where there is none to wait for."""
        return min(map(self._due, self._awaited(incident)), default=None)

    def _awaited(self, incident: Incident) -> list[Alert]:
        return [
            alert
            for alert in incident.alerts.values()
            if alert.status is AlertStatus.RINGING and not alert.gave_place and alert.alert_id not in self._heard
        ]

    def _due(self, alert: Alert) -> datetime:
        # Phones answer in real time, also where a day is replayed in minutes.
        within_s = max(self._within_s, LEAST_REAL_S * self._clock.speed)
        return max(alert.alerted_at, self._since) + timedelta(seconds=within_s)
