"""Who may open which stream, what counts on it, and what is told on it: every frame, for every role and for none."""

import json
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any, get_args
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed

from dispatch.access.tokens import Access
from dispatch.api.roles import HEARS, SENDS, STREAMS
from dispatch.contracts import stream as wire
from tests.support.phone import console_of, phone_of, raw_stream
from tests.support.service import Service, call
from tests.support.town import place
from tests.support.waiting import PATIENCE_S


def types(union: Any) -> set[str]:
    """The names of all frames of a union of the contract."""
    members = get_args(get_args(union)[0])
    return {name for member in members for name in get_args(member.model_fields["type"].annotation)}


CLIENT_TYPES = types(wire.ClientFrame) | {"hello"}
SERVER_TYPES = types(wire.ServerFrame)


def frame(kind: str) -> dict[str, Any]:
    """A well-formed frame of this type."""
    lon, lat = place(0, 0)
    fields: dict[str, dict[str, Any]] = {
        "hello": {"token": "forged"},
        "ack": {"seq": 0},
        "heartbeat": {},
        "duty": {"on": True},
        "test_alarm_seen": {"test_id": "nothing"},
        "position": {
            "lon": lon,
            "lat": lat,
            "datum": "wgs84",
            "accuracy_m": 5,
            "observed_at": datetime.now(UTC).isoformat(),
        },
    }
    return {"type": kind, "id": f"the-{kind}", **fields.get(kind, {"alert_id": "nothing-1"})}


async def close_code(service: Service, stream: str, first: str) -> int:
    async with raw_stream(service, stream.rpartition("/")[2]) as socket:
        await socket.send(first)
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
        return closed.value.rcvd.code if closed.value.rcvd else 0


def test_every_frame_of_the_contract_has_its_row() -> None:
    assert set().union(*SENDS.values()) == CLIENT_TYPES
    assert set().union(*HEARS.values()) == SERVER_TYPES
    assert set(SENDS) == set(HEARS) == set(STREAMS.values())


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("role", Access)
async def test_a_stream_opens_for_its_role_alone(standing_service: Service, stream: str, role: Access) -> None:
    hello = json.dumps({"type": "hello", "token": standing_service.token(role, "r06")})

    if role is STREAMS[stream]:
        async with raw_stream(standing_service, stream.rpartition("/")[2]) as socket:
            await socket.send(hello)
            assert json.loads(await socket.recv())["type"] == "welcome"
    else:
        assert await close_code(standing_service, stream, hello) == 4403


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("kind", sorted(CLIENT_TYPES))
async def test_before_a_good_hello_no_frame_counts(standing_service: Service, stream: str, kind: str) -> None:
    assert await close_code(standing_service, stream, json.dumps(frame(kind))) == 4401


@pytest.mark.parametrize("stream", STREAMS)
async def test_an_expired_token_opens_no_stream(standing_service: Service, stream: str) -> None:
    token = standing_service.token(STREAMS[stream], "r06", ttl_s=-1)

    assert await close_code(standing_service, stream, json.dumps({"type": "hello", "token": token})) == 4401


@pytest.mark.parametrize("kind", sorted(CLIENT_TYPES - {"hello", "ack", "heartbeat"}))
async def test_a_frame_counts_only_from_the_role_it_belongs_to(standing_service: Service, kind: str) -> None:
    async with phone_of(standing_service, "r06") as phone, console_of(standing_service) as console:
        await phone.send(frame(kind))
        await console.send(frame(kind))
        from_phone = await phone.expect("result", lambda one: one["re"] == f"the-{kind}")
        from_console = await console.expect("result", lambda one: one["re"] == f"the-{kind}")

    for role, answer in ((Access.VOLUNTEER, from_phone), (Access.DISPATCHER, from_console)):
        assert (answer["code"] != "not_for_dispatchers") is (kind in SENDS[role]), answer
    assert not from_console["ok"]


async def test_a_phone_and_a_console_are_told_only_what_is_theirs(service: Service) -> None:
    async with phone_of(service, "r00") as phone, console_of(service) as console:
        service.post_call(call())
        alert = await phone.expect("alert")
        await phone.ask("accept", alert_id=alert["alert_id"])
        await phone.send(frame("position"))
        await console.expect("responder_position")
        service.post_call(call("call.closed"))
        await phone.expect("alert_ended")
        await console.expect("incident_changed", lambda one: one["status"] == "closed")

    assert {one["type"] for one in phone.frames} <= HEARS[Access.VOLUNTEER]
    assert {one["type"] for one in console.frames} <= HEARS[Access.DISPATCHER]


@pytest.mark.parametrize("headers", [{}, {"upgrade": "websocket"}, {"connection": "keep-alive"}])
@pytest.mark.parametrize("kind", ["volunteer", "dispatcher"])
def test_a_stream_asked_without_its_upgrade_says_what_the_proxy_must_pass_on(
    standing_service: Service, kind: str, headers: dict[str, str]
) -> None:
    address = urlsplit(standing_service.url)
    connection = HTTPConnection(str(address.hostname), address.port, timeout=PATIENCE_S)
    try:
        # Twice on one connection, as a proxy that keeps its connections asks.
        for _ in range(2):
            connection.request("GET", f"/streams/{kind}", headers=headers)
            answer = connection.getresponse()
            told = json.loads(answer.read())

            assert answer.status == 426
            assert (answer.getheader("upgrade"), answer.getheader("connection")) == ("websocket", "Upgrade")
            assert told["code"] == "upgrade_required"
            assert "proxy_set_header Upgrade $http_upgrade" in told["message"]
            assert "代理" in told["message"]
    finally:
        connection.close()
