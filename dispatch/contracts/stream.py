"""The frames of the volunteers' and dispatchers' websockets, each one JSON object told apart by `type`.

A frame with `seq` is durable: every recipient has its own gapless sequence, and `hello.last_seq` resumes after it.
Frames without `seq` (welcome, result, heartbeat, responder_position, test_alarm, reconnect) are of the moment and never
repeated.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from dispatch.contracts.webhook import Unshown

CLOSE_CODES = {
    4401: "no hello within 10 s, or a token that is forged or expired: get a new one",
    4403: "this stream is for another role, or the person is not in the registry",
    4408: "nothing was heard for three heartbeats",
    4409: "the same volunteer connected anew, perhaps on another phone",
    4429: "connecting too often, or nothing but frames that make no sense: connect again in a while",
    1009: "a frame of more than 16 KiB",
    1007: "a text frame that is not UTF-8",
    1002: "what came is no websocket frame",
    1012: "the service ends or starts anew: connect again",
    1013: "the service is starting, the reader is too slow, or what it missed cannot be read while the database is "
    "away: connect again in a moment",
}
"""Why a stream is closed by the service."""

FrameId = Annotated[str, Field(min_length=1, max_length=64)]
LonLat = tuple[float, float]


class Frame(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, hide_input_in_errors=True)


# What a phone or a console sends.


class Hello(Frame, Unshown):
    """The first frame, within 10 s: the token, and the last sequence number that was received (0 for none)."""

    type: Literal["hello"] = "hello"
    token: Annotated[str, Field(max_length=4096)]
    last_seq: Annotated[int, Field(ge=0)] = 0


class Ack(Frame):
    """Everything up to `seq` has arrived."""

    type: Literal["ack"] = "ack"
    seq: Annotated[int, Field(ge=0)]


class AlertAnswer(Frame):
    """What a volunteer says about an alert; `id` comes back in the result.

    seen: a person has touched the phone while it rang. no_sound: the alert is on the phone, which cannot make a sound,
    so that other ways are used too. accept, decline: an answer; a decline after an accept hands the assignment back.
    aed_collected, at_door, arrived, done: progress; at_door is the building's entrance, arrived the patient's side.
    `aed_returned` tells, with `done`, that the AED hangs in its place again.
    """

    type: Literal["seen", "no_sound", "accept", "decline", "aed_collected", "at_door", "arrived", "done"]
    id: FrameId
    alert_id: Annotated[str, Field(min_length=1, max_length=64)]
    aed_returned: bool = False


class Position(Frame, Unshown):
    """Where the phone is. The datum is named as a phone's own system names it: wgs84, gcj02 or bd09.

    accuracy_m: radius, more than 0. observed_at, sent_at: by the phone's clock, when it was there and when this frame
    is sent; with both a clock that is wrong does no harm. With an `id` the position gets a result; without one only a
    position that is refused does, and the first that shows a wrong clock.
    """

    type: Literal["position"] = "position"
    lon: float
    lat: float
    datum: Annotated[str, Field(max_length=32)]
    accuracy_m: Annotated[float, Field(le=100_000)]
    observed_at: AwareDatetime
    sent_at: AwareDatetime | None = None
    id: FrameId | None = None


class Duty(Frame):
    """On or off duty: who is off is never rung."""

    type: Literal["duty"] = "duty"
    id: FrameId
    on: bool


class TestAlarmSeen(Frame):
    """The test alarm `test_id` has rung and is on the screen."""

    __test__ = False

    type: Literal["test_alarm_seen"] = "test_alarm_seen"
    id: FrameId
    test_id: Annotated[str, Field(min_length=1, max_length=64)]


class Heartbeat(Frame):
    """Sent by both sides; whoever hears nothing for two heartbeats may hang up."""

    type: Literal["heartbeat"] = "heartbeat"


class Ping(Frame):
    """Is anybody there? Answered at once by a result: a browser cannot see the protocol's own pings, and between two
    heartbeats a phone on the way to a patient would not know that its line is gone."""

    type: Literal["ping"] = "ping"
    id: FrameId


class FrameStub(Frame):
    """Just the id of a frame whose rest could not be read."""

    id: FrameId | None = None


ClientFrame = Annotated[
    Ack | AlertAnswer | Position | Duty | TestAlarmSeen | Heartbeat | Ping, Field(discriminator="type")
]
CLIENT_FRAME: TypeAdapter[ClientFrame] = TypeAdapter(ClientFrame, config=ConfigDict(hide_input_in_errors=True))


# What the service sends.


class Welcome(Frame):
    """`last_seq` is the newest durable frame of this recipient: a phone that holds it has missed nothing."""

    type: Literal["welcome"] = "welcome"
    recipient: str
    last_seq: int
    heartbeat_s: float
    now: AwareDatetime


class Result(Frame):
    """The answer to the frame `re`. Where `ok` is false nothing has changed; `code` and `message` say why.

    clock_off_s: seconds by which the phone's clock is ahead of the service's, negative where it is behind; null where
    it is right, or nothing is known of it.
    """

    type: Literal["result"] = "result"
    re: str | None
    ok: bool
    code: str = "ok"
    message: str = ""
    clock_off_s: float | None = None


class RouteStepFrame(Frame, Unshown):
    """One stretch of the way, along one street or over one kind of ground."""

    kind: str
    street: str
    length_m: float
    walk_time_s: float


class RouteFrame(Frame, Unshown):
    """`shortened`: the end of the way is left out, because the exact place is told only after acceptance."""

    lonlat: tuple[LonLat, ...]
    length_m: float
    steps: tuple[RouteStepFrame, ...] = ()
    shortened: bool = False
    straight_line: bool = False


class AedFrame(Frame):
    """The AED to fetch. `walk_time_s` is the way to it."""

    aed_id: str
    lon: float
    lat: float
    name: str
    location_text: str
    floor: str
    walk_time_s: float


class AedAccessFrame(Frame, Unshown):
    """How to get at the AED in its cabinet, told only to whoever has accepted to fetch it."""

    entrance: str | None
    lock: str | None
    code: str | None
    keeper_phone: str | None
    deputy_phone: str | None
    emergency_phone: str | None


class AreaFrame(Frame, Unshown):
    """A circle that holds the patient without telling where in it."""

    lon: float
    lat: float
    radius_m: float


class PatientFrame(Frame, Unshown):
    """Where the patient is, as exactly as 120 knows; WGS-84."""

    lon: float
    lat: float
    accuracy_m: float | None
    address: str
    floor: str
    note: str


class Alert(Frame):
    """Ring. `walk_time_s` is the whole way to the patient's side, by way of the AED where the role is fetch_aed."""

    type: Literal["alert"] = "alert"
    seq: int
    at: AwareDatetime
    alert_id: str
    incident_id: str
    role: Literal["direct", "fetch_aed"]
    walk_time_s: float
    straight_line: bool
    answer_by: AwareDatetime
    area: AreaFrame | None
    aed: AedFrame | None
    route: RouteFrame | None


class Assignment(Frame):
    """The whole of what an accepted responder needs; sent again when the patient's place changes."""

    type: Literal["assignment"] = "assignment"
    seq: int
    at: AwareDatetime
    alert_id: str
    incident_id: str
    reason: Literal["accepted", "patient_moved"]
    role: Literal["direct", "fetch_aed"]
    walk_time_s: float
    straight_line: bool
    patient: PatientFrame | None
    aed: AedFrame | None
    aed_access: AedAccessFrame | None
    route: RouteFrame | None


class AlertEnded(Frame):
    """Stop ringing or turn back; `return_aed` where the responder carries one."""

    type: Literal["alert_ended"] = "alert_ended"
    seq: int
    at: AwareDatetime
    alert_id: str
    incident_id: str
    reason: str
    return_aed: bool = False


class IncidentChanged(Frame):
    """What happened to an incident, for the dispatchers: the journal's events by name, without personal data."""

    type: Literal["incident_changed"] = "incident_changed"
    seq: int
    at: AwareDatetime
    incident_id: str
    status: str
    attention: str | None
    events: tuple[dict[str, object], ...]


class ResponderPosition(Frame, Unshown):
    """Where somebody on the way is now, for the dispatchers; WGS-84."""

    type: Literal["responder_position"] = "responder_position"
    incident_id: str
    alert_id: str
    lon: float
    lat: float
    observed_at: AwareDatetime


class TestAlarm(Frame):
    """Ring as for an alarm, to see that one would arrive: the volunteer has asked for it. `at` is real time."""

    __test__ = False

    type: Literal["test_alarm"] = "test_alarm"
    test_id: str
    at: AwareDatetime


class Reconnect(Frame):
    """The service ends, most likely to start again: connect anew after so many seconds; 1012 follows."""

    type: Literal["reconnect"] = "reconnect"
    after_s: Annotated[float, Field(ge=0)]


ServerFrame = Annotated[
    Welcome
    | Result
    | Heartbeat
    | Alert
    | Assignment
    | AlertEnded
    | TestAlarm
    | IncidentChanged
    | ResponderPosition
    | Reconnect,
    Field(discriminator="type"),
]
SERVER_FRAME: TypeAdapter[ServerFrame] = TypeAdapter(ServerFrame)
