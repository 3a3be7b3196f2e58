"""The port that every channel fills: whom it reaches, and one attempt to send one message."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from dispatch.callbacks.retrying import Outcome


class Kind(StrEnum):
    """What a message is about. It never says where: the app tells that, to whom may know it."""

    ALARM = "alarm"
    CALL_OFF = "call_off"
    TEST = "test"


GOOD_FOR_S = {Kind.ALARM: 90.0, Kind.CALL_OFF: 300.0, Kind.TEST: 30.0}
"""Seconds after which a message is worth nothing any more (assumption: an alert is answered or over by then)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """ref: the alert or test that it is about. at: real time."""

    kind: Kind
    rescuer_id: str
    ref: str
    at: datetime

    def id_in(self, channel: str) -> str:
        """The same for all attempts of one channel: a gateway may carry two, and takes an id once."""
        return f"{channel}_{self.kind}_{self.ref}"

    @property
    def good_for_s(self) -> float:
        return GOOD_FOR_S[self.kind]


class Fault(StrEnum):
    """Whom a failed attempt speaks of: this one message, the recipient's own address, or whoever carries messages."""

    MESSAGE = "message"
    ADDRESS = "address"
    CARRIER = "carrier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """error: in words without addresses or secrets. fault: counts only where the outcome is a failure."""

    outcome: Outcome
    error: str = ""
    retry_after_s: float | None = None
    fault: Fault = Fault.MESSAGE


TAKEN = Attempt(outcome=Outcome.DELIVERED)
UNREACHABLE = Attempt(outcome=Outcome.DEAD, error="not reachable this way")


class Channel(Protocol):
    """name: a word for people and metrics, such as "push" or "sms"."""

    name: str

    def reaches(self, rescuer_id: str) -> bool:
        """Whether it could reach this person, as far as is known here; costs a look into memory."""
        ...

    def carrier_to(self, rescuer_id: str) -> str:
        """Who would carry a message to this person, such as one of several push services: faults of one say nothing
        of the others. Costs a look into memory."""
        ...

    async def send(self, message: Message) -> Attempt:
        """Try once, within a few seconds. Failures are answers, not exceptions."""
        ...
