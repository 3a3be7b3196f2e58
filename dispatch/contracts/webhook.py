"""What a 120 system sends to `POST /webhooks/120`: a Standard Webhooks envelope of type, timestamp and data.

The signature covers id, timestamp and body (headers `webhook-id`, `webhook-timestamp`, `webhook-signature`);
`docs/connect-120.md` shows a whole signed example.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class MessageType(StrEnum):
    CALL_CREATED = "call.created"
    CALL_UPDATED = "call.updated"
    CALL_CANCELLED = "call.cancelled"
    AMBULANCE_ARRIVED = "ambulance.arrived"
    CALL_CLOSED = "call.closed"


class WireModel(BaseModel):
    """Unknown fields are ignored, so that a newer sender still gets through."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, hide_input_in_errors=True)


class Unshown(BaseModel):
    """What holds secrets or somebody's place, phone or words shows none of it where it is printed."""

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return ()


class CallLocation(WireModel, Unshown):
    """Where the patient is. The datum is always named: GCJ-02 and WGS-84 differ by 300-600 m in China."""

    lon: float
    lat: float
    datum: Annotated[str, Field(max_length=32)] | None = None
    accuracy_m: Annotated[float, Field(ge=0)] | None = None
    address: Annotated[str, Field(max_length=500)] = ""
    floor: Annotated[str, Field(max_length=50)] = ""
    note: Annotated[str, Field(max_length=1000)] = ""


class ToldLocation(WireModel, Unshown):
    """What a message tells of where the patient is: a place, words, or both. What it leaves out stays as it was; null
    takes a word back."""

    model_config = ConfigDict(json_schema_extra={"dependentRequired": {"lon": ["lat"], "lat": ["lon"]}})

    lon: float | None = None
    lat: float | None = None
    datum: Annotated[str, Field(max_length=32)] | None = None
    accuracy_m: Annotated[float, Field(ge=0)] | None = None
    address: Annotated[str, Field(max_length=500)] | None = ""
    floor: Annotated[str, Field(max_length=50)] | None = ""
    note: Annotated[str, Field(max_length=1000)] | None = ""


class CallData(WireModel, Unshown):
    """`cad_ref` is 120's own reference of the call; every message about the call carries it."""

    cad_ref: Annotated[str, Field(min_length=1, max_length=200)]
    location: ToldLocation | None = None
    ambulance_eta: AwareDatetime | None = None
    caller_phone: Annotated[str, Field(max_length=40)] | None = ""


class CallMessage(WireModel):
    """One message of 120. `timestamp` is when it happened in the centre; the newest wins, whatever arrives first."""

    type: MessageType
    timestamp: AwareDatetime
    data: CallData


class WebhookAnswer(WireModel):
    """202: the message is durable. `code` is `accepted`, `duplicate` or `needs_attention`; `attention` says why a
    dispatcher must look at the incident, whether for this message or an earlier one, or since nobody can be found
    (`nobody_available`, which leaves the code as it is). `changed`: whether it brought
    anything new; `detail` says so in words."""

    code: str
    message_id: str
    incident_id: str | None = None
    attention: str | None = None
    changed: bool = True
    detail: str = ""


class Refusal(WireModel):
    """The body of every 4xx and 5xx: a code for machines and a sentence for people."""

    code: str
    message: str


class Problem(Refusal):
    """A refusal as `application/problem+json` (RFC 9457) has it, for whoever accepts that; `detail` is the message."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
