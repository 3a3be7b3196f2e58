"""What the service counts and measures about itself, in Prometheus' format; `docs/operations.md` explains each."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from dispatch.core import events as ev
from dispatch.records import InboxRow

FAST_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
TINY_S = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25)
INSIDE_S = (10.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 240.0, 360.0)
MANY = 1_000
"""Alerts whose time is noted before they are entered where nobody asks for the metrics (assumption)."""

CALL_CODES = ("accepted", "duplicate", "needs_attention")
OUTCOMES: dict[type[ev.Event], str] = {
    ev.RescuerAlerted: "sent",
    ev.AlertAccepted: "accepted",
    ev.AlertDeclined: "declined",
    ev.AlertTimedOut: "timed_out",
    ev.AlertUndelivered: "undelivered",
    ev.AlertWithdrawn: "withdrawn",
    ev.AssignmentHandedBack: "handed_back",
    ev.AedCollected: "aed_collected",
    ev.ResponderArrived: "arrived",
    ev.ResponderDone: "done",
    ev.ResponderStoodDown: "stood_down",
}
CHANGES: dict[type[ev.Event], str] = {
    ev.IncidentOpened: "opened",
    ev.AttentionRaised: "attention_raised",
    ev.NobodyAvailable: "nobody_available",
    ev.AmbulanceArrived: "ambulance_arrived",
    ev.IncidentClosed: "closed",
}


class Metrics:
    """One registry for one service; nothing global, so that tests and several services do not mix.

    Other modules add instruments of their own to `registry`, and values that are read when asked for by `show`.
    """

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.calls = Counter("rescue_calls", "Messages of 120 made durable, by code.", ["code"], registry=registry)
        self.ignored = Counter(
            "rescue_calls_ignored",
            "Messages that a 120 system's dialect says are nobody's business here.",
            ["integration"],
            registry=registry,
        )
        self.refused = Counter(
            "rescue_refused", "Requests and frames refused, and streams hung up, by code.", ["code"], registry=registry
        )
        self.alerts = Counter("rescue_alerts", "What became of alerts, by outcome.", ["outcome"], registry=registry)
        self.incidents = Counter("rescue_incidents", "Turns of incidents, by change.", ["change"], registry=registry)
        self.sockets = Gauge("rescue_sockets", "Open streams, by kind.", ["kind"], registry=registry)
        self.call_durable_s = _histogram(
            "rescue_call_durable_seconds", "From a message of 120 received to it being durable.", FAST_S, registry
        )
        self.alert_written_s = _histogram(
            "rescue_alert_written_seconds",
            "From a message of 120 received to each alert it set off being written to its phone's socket.",
            FAST_S,
            registry,
        )
        self.door_to_patient_s = Histogram(
            "rescue_door_to_patient_seconds",
            "From a building's entrance to the patient's side, as responders said, by kind of building.",
            ["building"],
            buckets=INSIDE_S,
            registry=registry,
        )
        self._alerts_written_s: list[float] = []
        self.append_s = _histogram("rescue_append_seconds", "One append to the journal.", FAST_S, registry)
        self.matching_s = _histogram("rescue_matching_seconds", "One search for candidates.", TINY_S, registry)
        # A rate over a figure that appears only with its first event misses that event.
        for code in CALL_CODES:
            self.calls.labels(code=code)
        for outcome in OUTCOMES.values():
            self.alerts.labels(outcome=outcome)
        for change in CHANGES.values():
            self.incidents.labels(change=change)

    def show(self, name: str, meaning: str, read: Callable[[], float]) -> None:
        """A gauge that is read whenever the metrics are asked for."""
        Gauge(name, meaning, registry=self.registry).set_function(read)

    def count_events(self, events: Iterable[ev.Event]) -> None:
        """Events that have just become durable."""
        for event in events:
            if isinstance(event, ev.ResponderArrived) and event.from_door_s is not None:
                self.door_to_patient_s.labels(building=event.building or "unknown").observe(event.from_door_s)
            if outcome := OUTCOMES.get(type(event)):
                self.alerts.labels(outcome=outcome).inc()
            elif change := CHANGES.get(type(event)):
                self.incidents.labels(change=change).inc()

    def frame_written(self, row: InboxRow) -> None:
        """A durable frame has just gone out to its socket."""
        if row.kind == "alert" and row.received_at is not None:
            # Entered later: a wave's other phones wait meanwhile.
            # Below 0 where the machine's clock has been set back in between.
            self._alerts_written_s.append(max(0.0, (datetime.now(UTC) - row.received_at).total_seconds()))
            if len(self._alerts_written_s) >= MANY:
                self._enter_alerts()

    def render(self) -> bytes:
        self._enter_alerts()
        return generate_latest(self.registry)

    def _enter_alerts(self) -> None:
        for waited_s in self._alerts_written_s:
            self.alert_written_s.observe(waited_s)
        self._alerts_written_s.clear()


def _histogram(name: str, meaning: str, buckets: tuple[float, ...], registry: CollectorRegistry) -> Histogram:
    return Histogram(name, meaning, buckets=buckets, registry=registry)
