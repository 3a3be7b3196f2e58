"""What the simulators saw: every message sent, every alert received, every answer; the report is computed from it."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from dispatch.contracts.webhook import MessageType


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message of 120 and what came of it. `began` is a reading of the real clock, seconds, before the first try."""

    message_id: str
    cad_ref: str
    type: MessageType
    at: datetime
    began: float
    attempts: int
    code: str
    incident_id: str | None

    @property
    def is_durable(self) -> bool:
        return self.code in {"accepted", "duplicate", "needs_attention"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """An alert that rang as new on a phone. `received` is a reading of the real clock, seconds."""

    rescuer_id: str
    alert_id: str
    incident_id: str
    role: str
    received: float
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A volunteer's word about an alert and the service's answer to it."""

    rescuer_id: str
    alert_id: str
    incident_id: str
    type: str
    role: str
    has_aed: bool
    at: datetime
    ok: bool
    code: str


@dataclass(slots=True, kw_only=True)
class CallState:
    """One call as the live table shows it."""

    cad_ref: str
    at: datetime
    accepted: int = 0
    arrived: int = 0
    hands_s: float | None = None
    aed_s: float | None = None
    ambulance_s: float | None = None
    state: str = "open"


@dataclass(slots=True, kw_only=True)
class Ledger:
    """Grows during a run. Times are the service's clock unless a field says real."""

    sent: list[Sent] = field(default_factory=list)
    rung: list[Rung] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    meant_in_time: set[str] = field(default_factory=set)
    """Alerts that a volunteer meant to answer while the answer was waited for; the machine may still have been late."""
    answer_lags_s: list[float] = field(default_factory=list)
    """Real seconds from when a volunteer meant to answer until the service had taken it, since somebody last looked."""
    rung_twice: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    """Faults of the simulator itself; a run with any has failed."""
    calls: dict[str, CallState] = field(default_factory=dict)
    last_call_at: float = 0.0
    """Reading of the real clock just before the newest call.created was sent."""
    leave_at: dict[str, datetime] = field(default_factory=dict)
    """When the crew has taken over, or the call is off: responders leave."""
    _cad_ref_of: dict[str, asyncio.Future[str]] = field(default_factory=dict)

    def know_incident(self, incident_id: str, cad_ref: str) -> None:
        known = self._future(incident_id)
        if not known.done():
            known.set_result(cad_ref)

    async def cad_ref(self, incident_id: str) -> str:
        """120's reference of the incident; an alert may ring before the answer to 120 tells it."""
        return await asyncio.shield(self._future(incident_id))

    def find_call(self, incident_id: str) -> CallState | None:
        known = self._cad_ref_of.get(incident_id)
        return self.calls.get(known.result()) if known is not None and known.done() else None

    def forget_calls_under_way(self) -> None:
        """Of a replay that was broken off: calls without an answer yet, and what rang for them, are nobody's loss."""
        answered = {sent.cad_ref for sent in self.sent if sent.type is MessageType.CALL_CREATED}
        known = {sent.incident_id for sent in self.sent}
        self.calls = {cad_ref: call for cad_ref, call in self.calls.items() if cad_ref in answered}
        self.rung = [rung for rung in self.rung if rung.incident_id in known]

    def rung_by_call(self) -> Counter[str]:
        """cad_ref -> how many phones have rung."""
        known = {incident_id: future.result() for incident_id, future in self._cad_ref_of.items() if future.done()}
        return Counter(known[rung.incident_id] for rung in self.rung if rung.incident_id in known)

    def add_said(self, said: Said) -> None:
        self.said.append(said)
        if not said.ok:
            self.refused[f"{said.type}: {said.code}"] += 1
            return
        call = self.find_call(said.incident_id)
        if call is None:
            return
        after_s = (said.at - call.at).total_seconds()
        call.accepted += said.type == "accept"
        if said.type == "arrived":
            call.arrived += 1
            call.hands_s = after_s if call.hands_s is None else call.hands_s
            call.aed_s = after_s if call.aed_s is None and said.has_aed else call.aed_s

    def add_rung(self, rung: Rung, *, again: bool) -> None:
        if again:
            self.rung_twice += 1
            return
        self.rung.append(rung)

    def _future(self, incident_id: str) -> asyncio.Future[str]:
        if incident_id not in self._cad_ref_of:
            self._cad_ref_of[incident_id] = asyncio.get_running_loop().create_future()
        return self._cad_ref_of[incident_id]
