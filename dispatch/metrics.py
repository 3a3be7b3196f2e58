"""What the service counts about itself, in Prometheus' format."""

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest


class Metrics:
    """One registry for one service; nothing global, so that tests and several services do not mix."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.calls = Counter(
            "rescue_calls",
            "Messages of 120 made durable, by code (accepted, duplicate, needs_attention).",
            ["code"],
            registry=self._registry,
        )
        self.refused = Counter(
            "rescue_refused", "Requests and frames refused, by code.", ["code"], registry=self._registry
        )
        self.alerts = Counter("rescue_alerts", "Phones rung.", registry=self._registry)
        self.sockets = Gauge("rescue_sockets", "Open streams, by kind.", ["kind"], registry=self._registry)

    def render(self) -> bytes:
        return generate_latest(self._registry)
