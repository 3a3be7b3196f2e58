"""Which ways have failed lately, each by itself: one bad address or push service says nothing of the others."""

import time
from collections.abc import Hashable
from dataclasses import dataclass, field

from dispatch.callbacks.retrying import Outcome
from dispatch.channels.port import Attempt, Channel, Fault

FAULTS = 5
FAULTY_FOR_S = 60.0
"""A carrier or an address that failed so often in a row counts as not working for so long (assumption)."""


@dataclass(slots=True)
class _Health:
    faults: int = 0
    last_s: float = field(default=-FAULTY_FOR_S)

    def failed(self) -> None:
        self.faults += 1
        self.last_s = time.monotonic()

    @property
    def is_faulty(self) -> bool:
        return self.faults >= FAULTS and time.monotonic() - self.last_s < FAULTY_FOR_S


class Healths:
    """By whatever can fail alone: a carrier of a channel, or one person's address in it."""

    def __init__(self) -> None:
        self._of: dict[tuple[Hashable, ...], _Health] = {}

    def note(self, channel: Channel, rescuer_id: str, attempt: Attempt) -> None:
        carrier, address = self._keys(channel, rescuer_id)
        if attempt.outcome is Outcome.DELIVERED:
            self._of.pop(carrier, None)
            self._of.pop(address, None)
        elif attempt.fault is not Fault.MESSAGE:
            failed = carrier if attempt.fault is Fault.CARRIER else address
            self._of.setdefault(failed, _Health()).failed()

    def is_well(self, channel: Channel, rescuer_id: str) -> bool:
        return not any(key in self._of and self._of[key].is_faulty for key in self._keys(channel, rescuer_id))

    def has_faulty_carrier(self, channel: Channel) -> bool:
        return any(key[:2] == (channel.name, Fault.CARRIER) and one.is_faulty for key, one in self._of.items())

    @staticmethod
    def _keys(channel: Channel, rescuer_id: str) -> tuple[tuple[Hashable, ...], tuple[Hashable, ...]]:
        return (
            (channel.name, Fault.CARRIER, channel.carrier_to(rescuer_id)),
            (channel.name, Fault.ADDRESS, rescuer_id),
        )
