"""No frame breaks a stream: whatever is sent is answered, or ends its own stream with a documented code."""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from dispatch.access.tokens import Access
from dispatch.contracts import stream as wire
from tests.support.process import running
from tests.support.service import Service, call
from tests.support.town import CENTRE, Town
from tests.support.waiting import PATIENCE_S

BOUNDED = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
PER_CONNECTION = 10
"""After so many lists of frames another connection: what one may say in a second is limited."""
QUIET = (wire.Heartbeat, wire.Ack)
WHO = {"volunteer": (Access.VOLUNTEER, "r03"), "dispatcher": (Access.DISPATCHER, "desk")}

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner)
)
kinds = [
    "ack",
    "seen",
    "accept",
    "decline",
    "aed_collected",
    "arrived",
    "done",
    "position",
    "duty",
    "heartbeat",
    "hello",
]
fields = {
    "id": st.text(min_size=1, max_size=64),
    "alert_id": st.text(min_size=1, max_size=64),
    "seq": st.integers(min_value=0, max_value=2**70),
    "lon": st.floats(-180, 180),
    "lat": st.floats(-90, 90),
    "datum": st.sampled_from(["wgs84", "gcj02", "bd09", "mars"]),
    "accuracy_m": st.floats(0, 1000),
    "observed_at": st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
    "on": st.booleans(),
    "aed_returned": st.booleans(),
    "token": st.text(max_size=40),
    "last_seq": st.integers(min_value=0),
}
shaped = st.fixed_dictionaries({"type": st.sampled_from(kinds)}, optional=fields).map(json.dumps)
bent = st.fixed_dictionaries(
    {"type": st.sampled_from(kinds) | anything}, optional={name: fields[name] | anything for name in fields}
).map(json.dumps)
cut = st.builds(lambda text, at: text[:at] + text[at + 1 :], shaped, st.integers(0, 200))
deep = st.builds(
    lambda opening, depth: opening * depth, st.sampled_from(["[", '{"id":', '{"type":[']), st.integers(1, 1800)
)
long = st.integers(1, 15_000).map(lambda length: json.dumps({"type": "seen", "id": "x", "alert_id": "y" * length}))
too_long = st.integers(17_000, 60_000).map(lambda length: "z" * length)
frames = st.one_of(shaped, bent, cut, deep, long, st.text(max_size=200), st.binary(max_size=200))


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzzed") / "service.log"


@pytest.fixture(scope="module")
def fuzzed(town: Town, filled_database: Path, log: Path) -> Iterator[Service]:
    """A service of these tests' own; in the end no line of its log tells of anything it did not expect."""
    shutil.copy(filled_database, log.parent / "town.sqlite3")
    with running(town, f"sqlite+aiosqlite:///{log.parent / 'town.sqlite3'}", log) as service:
        yield service
    assert '"exception": ' not in log.read_text(encoding="utf-8")


class Line:
    """A stream that is opened anew whenever the service has ended it."""

    def __init__(self, service: Service, kind: str, subject: str = "") -> None:
        self.who = (WHO[kind][0], subject or WHO[kind][1])
        self.service = service
        self.kind = kind
        self.socket: ClientConnection | None = None
        self._open = ExitStack()
        self.codes: set[int] = set()
        self.probes = 0

    def opened(self) -> ClientConnection:
        if self.socket is None:
            self.close()
            url = f"{self.service.websocket_url}/streams/{self.kind}"
            self.socket = self._open.enter_context(connect(url, proxy=None, ping_interval=None))
            self.socket.send(json.dumps({"type": "hello", "token": self.service.token(*self.who)}))
            self.until(lambda frame: frame["type"] == "welcome")
        return self.socket

    def until(self, holds: Any) -> list[dict[str, Any]]:
        """Frames up to the first that `holds`."""
        assert self.socket
        seen = []
        while not seen or not holds(seen[-1]):
            seen.append(json.loads(self.socket.recv(PATIENCE_S)))
        return seen

    def answers(self, sent: list[str | bytes]) -> list[dict[str, Any]] | None:
        """What came back for these frames; None where the service has ended the stream."""
        self.probes += 1
        probe = f"probe {self.probes}"
        if self.probes % PER_CONNECTION == 0:
            self.close()
        try:
            socket = self.opened()
            for frame in sent:
                socket.send(frame)
            socket.send(json.dumps({"type": "probe", "id": probe}))
            return [one for one in self.until(lambda one: one.get("re") == probe)[:-1] if one["type"] == "result"]
        except ConnectionClosed as closed:
            self.socket = None
            self.codes.add(closed.rcvd.code if closed.rcvd else 0)
            return None

    def close(self) -> None:
        self._open.close()
        self.socket = None


@pytest.mark.parametrize("kind", list(WHO))
def test_every_frame_is_answered_or_ends_its_own_stream_with_a_known_code(fuzzed: Service, kind: str) -> None:
    line, bystander = Line(fuzzed, kind), Line(fuzzed, "volunteer", "r00")
    bystander.opened()
    answered = 0

    @given(sent=st.lists(frames, min_size=1, max_size=8))
    @BOUNDED
    def send(sent: list[str | bytes]) -> None:
        nonlocal answered
        answers = line.answers(sent)
        if answers is not None:
            answered += 1
            assert len(answers) >= sum(map(_wants_answer, sent))
            assert all(one["ok"] or one["code"] for one in answers)

    send()
    line.close()
    incident_id = fuzzed.post_call(call(cad_ref=f"after {kind}")).json()["incident_id"]
    rung = bystander.until(lambda frame: frame.get("incident_id") == incident_id)[-1]
    bystander.close()
    fuzzed.request("POST", f"/api/incidents/{incident_id}/stand-down").raise_for_status()

    assert rung["type"] == "alert"
    assert answered > 50
    assert line.codes <= set(wire.CLOSE_CODES)


@pytest.mark.parametrize("kind", list(WHO))
def test_a_frame_that_is_too_long_ends_the_stream_with_its_code(fuzzed: Service, kind: str) -> None:
    line = Line(fuzzed, kind)

    @given(frame=too_long)
    @settings(BOUNDED, max_examples=10)
    def send(frame: str) -> None:
        assert line.answers([frame]) is None

    send()

    assert line.codes == {1009}


def test_whatever_comes_first_opens_no_stream(fuzzed: Service) -> None:
    codes = set()

    @given(first=frames | too_long)
    @BOUNDED
    def send(first: str | bytes) -> None:
        with connect(f"{fuzzed.websocket_url}/streams/volunteer", proxy=None, ping_interval=None) as socket:
            # The stream may end while the frame is still on its way.
            with suppress(ConnectionClosed):
                socket.send(first)
            with pytest.raises(ConnectionClosed) as closed:
                socket.recv(PATIENCE_S)
            codes.add(closed.value.rcvd.code if closed.value.rcvd else 0)

    send()

    assert codes <= {4401, 1009}


def test_an_answer_that_was_taken_is_not_undone_by_what_follows(fuzzed: Service) -> None:
    line = Line(fuzzed, "volunteer")
    line.opened()
    lon, lat = CENTRE
    position = {"lon": lon, "lat": lat, "datum": "wgs84", "accuracy_m": 5, "observed_at": datetime.now(UTC).isoformat()}
    line.answers(
        [
            json.dumps({"type": "position", "id": "here", **position}),
            json.dumps({"type": "duty", "id": "d", "on": True}),
        ]
    )
    incident_id = fuzzed.post_call(call(cad_ref="kept")).json()["incident_id"]
    alert = line.until(lambda frame: frame.get("incident_id") == incident_id)[-1]
    line.answers([json.dumps({"type": "accept", "id": "a", "alert_id": alert["alert_id"]})])

    @given(sent=st.lists(frames, min_size=1, max_size=8))
    @settings(BOUNDED, max_examples=20)
    def send(sent: list[str | bytes]) -> None:
        line.answers(sent)

    send()
    line.close()
    alerts = {one["alert_id"]: one["state"] for one in fuzzed.get(f"/api/incidents/{incident_id}")["alerts"]}

    assert alerts[alert["alert_id"]] == "accepted"


def _wants_answer(frame: str | bytes) -> bool:
    """Every frame does but the quiet ones; a position without an id is answered only where it is refused."""
    try:
        read = wire.CLIENT_FRAME.validate_json(frame)
    except (ValidationError, UnicodeEncodeError):
        return True
    return isinstance(frame, bytes) or not (isinstance(read, QUIET) or getattr(read, "id", None) is None)
