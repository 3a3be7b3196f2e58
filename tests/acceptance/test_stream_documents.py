"""docs/streams.md tells a phone's developer every frame and every field, and its conversations happen as written."""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter

from dispatch.access.tokens import Access
from dispatch.api.positions import CLOCK_WRONG, KEPT, REFUSED
from dispatch.contracts import stream as wire
from dispatch.contracts.asyncapi import client_frames, server_frames
from dispatch.core import commands as cmd
from dispatch.core.events import Event
from tests.acceptance.test_documents import block
from tests.conftest import PROJECT
from tests.support.field_tables import Mode, described, documented, type_words
from tests.support.phone import Frame, Phone, phone_of, raw_stream
from tests.support.process import ServiceProcess, standing_by
from tests.support.service import Service, call
from tests.support.town import Town, place

DOCUMENT = PROJECT / "docs/streams.md"
PARTS = {
    "RouteFrame": "route",
    "RouteStepFrame": "route step",
    "AedFrame": "aed",
    "AedAccessFrame": "aed access",
    "AreaFrame": "area",
    "PatientFrame": "patient",
}
"""What frames hold, by its model's name, and the section that describes it."""

Told = dict[str, Any]
Happenings = dict[str, Callable[[], Awaitable[None]]]


def types_of(frame: type[BaseModel]) -> tuple[str, ...]:
    return get_args(frame.model_fields["type"].annotation)


def section(frame: type[BaseModel]) -> str:
    return ", ".join(types_of(frame))


def modes() -> Iterator[tuple[type[BaseModel], Mode]]:
    for frame in client_frames():
        yield frame, "validation"
    for frame in server_frames():
        if frame is not wire.Heartbeat:
            yield frame, "serialization"
    for name in PARTS:
        yield getattr(wire, name), "serialization"


@pytest.mark.parametrize(("model", "mode"), list(modes()), ids=lambda one: getattr(one, "__name__", one))
def test_every_field_of_every_frame_is_told_with_its_type(model: type[BaseModel], mode: Mode) -> None:
    heading = PARTS.get(model.__name__) or section(model)

    assert documented(DOCUMENT, heading) == described(model, mode=mode, sections=PARTS, but=["type"])


def test_every_event_that_consoles_are_told_is_there_with_its_fields() -> None:
    fields: dict[str, set[str]] = {}
    for event in get_args(Event):
        schema = TypeAdapter(event).json_schema(mode="serialization")
        for name, field in schema.get("properties", {}).items():
            fields.setdefault(name, set()).add(type_words(field, schema.get("$defs", {})))
        row = re.search(rf"^\| `{event.__name__}` \| (.+) \|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
        assert row, event.__name__
        assert re.findall(r"`(\w+)`", row[1]) == list(schema.get("properties", ()))

    assert documented(DOCUMENT, "Events") == {name: max(kinds, key=len) for name, kinds in fields.items()}


def result_codes() -> set[str]:
    """Every code that the program can put into a result."""
    files = ["core/answers.py", "api/frame_desk.py", "api/positions.py", "api/streams.py", "operations/limits.py"]
    text = "".join((PROJECT / "dispatch" / file).read_text(encoding="utf-8") for file in files)
    patterns = [r'Refused\(\s*"(\w+)"', r'code="(\w+)"', r'_refusal\(frame\.id, "(\w+)"']
    found = {code for pattern in patterns for code in re.findall(pattern, text)}
    of_positions = {CLOCK_WRONG, *KEPT.values(), *(code for code, _ in REFUSED.values())}
    return found | of_positions | {"unknown_incident"}


def test_every_code_of_a_result_is_told() -> None:
    table = DOCUMENT.read_text(encoding="utf-8").partition("## Result codes")[2].partition("\n## ")[0]

    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == result_codes()


def test_every_reason_for_which_a_dispatcher_calls_somebody_off_and_every_close_code_is_told() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    ended = text.partition("### alert_ended")[2].partition("\n### ")[0]
    closed = text.partition("## Why a stream is closed")[2]

    assert {f"`{reason}`" for reason in cmd.CallOffReason} <= set(re.findall(r"`\w+`", ended))
    assert {int(code) for code in re.findall(r"\b(1\d{3}|4\d{3})\b", closed)} >= set(wire.CLOSE_CODES)


SAME = frozenset({"type", "re", "ok", "code", "message", "role", "reason", "status", "attention", "kind"})
"""What must be word for word as documented; of the rest the shape."""


def compare(said: Any, shown: Any, path: str = "") -> None:
    """That what the service said has the shape of what the document shows."""
    if isinstance(shown, dict):
        assert isinstance(said, dict), path
        assert set(said) == set(shown), path
        for name, value in shown.items():
            if name in SAME:
                assert said[name] == value, f"{path}.{name}"
            compare(said[name], value, f"{path}.{name}")
    elif isinstance(shown, list):
        assert bool(said) == bool(shown), path
        for one, example in zip(said[:1], shown[:1], strict=True):
            compare(one, example, f"{path}[0]")
    elif isinstance(shown, bool) or shown is None:
        assert type(said) is type(shown), path
    elif isinstance(shown, int | float):
        assert isinstance(said, int | float), path
    else:
        assert isinstance(said, str), path


class Conversation:
    """Plays a block of the document against the real service. happenings: what is meanwhile done by others, by the
    first words that tell of it."""

    def __init__(
        self, name: str, socket: Phone, token: str, happenings: dict[str, Callable[[], Awaitable[None]]]
    ) -> None:
        self.steps: list[Told] = json.loads(block("docs/streams.md", name))
        self._phone = socket
        self._happenings = happenings
        self._known: Told = {"token": token}

    async def play(self) -> None:
        for step in self.steps:
            ((who, told),) = step.items()
            if who == "meanwhile":
                await next(do for words, do in self._happenings.items() if told.startswith(words))()
            elif who == "you":
                await self._phone.send(self._filled_in(told))
            else:
                await self._hear(told)

    async def _hear(self, shown: Frame) -> None:
        said = await self._phone.expect(shown["type"], lambda frame: frame.get("re") == shown.get("re"))
        compare(said, shown, shown["type"])
        self._known |= {name: said[name] for name in ("alert_id", "test_id") if name in said}

    def _filled_in(self, frame: Frame) -> Frame:
        """The documented frame with what differs each time."""
        now = datetime.now(UTC).isoformat()
        lon, lat = place(300, 0)
        real = {**self._known, "lon": lon, "lat": lat, "observed_at": now, "sent_at": now}
        return {name: real.get(name, value) for name, value in frame.items()}


@pytest.fixture
def process(town: Town, town_database: str, tmp_path: Path, unused_tcp_port: int) -> Iterator[ServiceProcess]:
    with standing_by(town, town_database, tmp_path / "service.log", unused_tcp_port) as process:
        process.start(RESCUE_HEARTBEAT_S="10")
        yield process


@asynccontextmanager
async def unwelcomed(service: Service, kind: str) -> AsyncIterator[Phone]:
    async with raw_stream(service, kind) as socket:
        yield Phone(socket)


async def test_the_conversation_of_a_volunteers_phone_happens_as_it_is_written(process: ServiceProcess) -> None:
    service = process.service
    token = service.token(Access.VOLUNTEER, "r01")

    async def ask_for_a_test_alarm() -> None:
        service.request_as(token, "POST", "/api/me/test-alarm").raise_for_status()

    async def report() -> None:
        service.post_call(call())

    async def move() -> None:
        lon, lat = place(0, 60)
        location = {"lon": lon, "lat": lat, "datum": "wgs84", "address": "中原路1号5单元502", "floor": "5"}
        service.post_call(call("call.updated", location=location))

    async def close() -> None:
        service.post_call(call("call.closed"))

    async def end() -> None:
        process.tell_to_end()

    happenings = {
        "the volunteer asks": ask_for_a_test_alarm,
        "120 reports": report,
        "120 knows": move,
        "120 closes": close,
        "the service is told": end,
    }
    # Somebody nearer goes straight to the patient, so that this phone is to fetch an AED.
    async with phone_of(service, "r00"), unwelcomed(service, "volunteer") as phone:
        conversation = Conversation("volunteer-stream", phone, token, happenings)
        await conversation.play()
    await process.ended()

    shown = {told["type"] for step in conversation.steps for who, told in step.items() if who != "meanwhile"}
    every = {kind for frame in (*client_frames(), *server_frames()) for kind in types_of(frame)}
    assert shown == every - {"incident_changed", "responder_position"}


async def test_the_conversation_of_a_console_happens_as_it_is_written(process: ServiceProcess) -> None:
    service = process.service
    async with phone_of(service, "r00") as phone, unwelcomed(service, "dispatcher") as console:

        async def report() -> None:
            service.post_call(call())

        async def accept() -> None:
            await phone.ask("accept", alert_id=(await phone.expect("alert"))["alert_id"])

        async def walk() -> None:
            lon, lat = place(50, 0)
            now = datetime.now(UTC).isoformat()
            await phone.ask("position", lon=lon, lat=lat, datum="wgs84", accuracy_m=5, observed_at=now)

        happenings = {"120 reports": report, "a volunteer accepts": accept, "the volunteer walks": walk}
        conversation = Conversation("dispatcher-stream", console, service.token(Access.DISPATCHER), happenings)
        await conversation.play()

    shown = {told["type"] for step in conversation.steps for who, told in step.items() if who != "meanwhile"}
    assert {"incident_changed", "responder_position"} <= shown
