"""What the journal stores beside the events, as values: a patient's details, 120's message, an inbox row."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dispatch.core.events import Event
from dispatch.core.incident import Incident
from dispatch.core.matching import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """Personal data of an incident; erased apart from its events, and shown by nothing that prints it. WGS-84."""

    place: Place = field(repr=False)
    accuracy_m: float | None = field(default=None, repr=False)
    address: str = field(default="", repr=False)
    floor: str = field(default="", repr=False)
    note: str = field(default="", repr=False)
    caller_phone: str = field(default="", repr=False)
    more: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What 120 says beside, by its own names: age, determinant, hazards, whatever the contract does not know."""


WORDS = ("address", "floor", "note", "caller_phone")
"""The fields of `Details` that are texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a message tells of an incident's details. details: with a place, None where it tells none.

    words: by field the texts that it mentions, "" where it takes one back; None where `details` says all there is.
    more: of `Details.more` what it mentions, None where it takes it back.
    """

    details: Details | None
    words: Mapping[str, str] | None = field(default=None, repr=False)
    more: Mapping[str, str | None] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """120's message as it came, byte for byte. `attention`: why it could not be understood, or None."""

    message_id: str
    integration: str
    received_at: datetime
    type: str
    attention: str | None
    detail: str = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def body_sha256(self) -> str:
        """By which a sender's repetition is told from another message under the same id."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the journal has of a message that comes in; None where it is new.

    is_id_used: another message came with the same id. call_incident_id: the open incident of its reference, or the
    last one.
    """

    message_incident_id: str | None
    message_attention: str | None
    call_incident_id: str | None
    is_id_used: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    """One durable frame of a recipient, in its own gapless sequence.

    received_at: real time at which the message of 120 that set it off came in; None where time or a person did, and
    where the row was read again.
    """

    recipient: str
    seq: int
    kind: str
    incident_id: str
    alert_id: str | None
    at: datetime
    body: dict[str, Any]
    received_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What one append is to make durable. `before` is None for a new incident; `at` is the service's clock."""

    before: Incident | None
    after: Incident
    events: tuple[Event, ...]
    at: datetime
    details: Details | None = None
    message: CallRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    alert_id: str
    incident_id: str
    delivered_at: datetime | None = None
    seen_at: datetime | None = None
