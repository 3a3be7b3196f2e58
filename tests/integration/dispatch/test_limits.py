"""What is too much is refused in so many words, costs nobody else anything, and no call or answer is lost by it."""

import json
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from dispatch.access.tokens import Access
from dispatch.api.hardening import LARGER_BODIES, MAX_BODY_BYTES
from dispatch.operations.limits import FAILURES, HELLOS, MALFORMED, POSITIONS
from tests.support.phone import Phone, phone_of, raw_stream
from tests.support.plain_http import fetch
from tests.support.process import running
from tests.support.service import WEBHOOK_SECRET, Service, call
from tests.support.town import Town, place
from tests.support.waiting import eventually


def position(number: int, began: datetime) -> str:
    lon, lat = place(0, 0)
    at = (began + timedelta(milliseconds=number)).isoformat()
    return json.dumps(
        {"type": "position", "id": f"p{number}", "lon": lon, "lat": lat, "datum": "wgs84", "accuracy_m": 5}
        | {"observed_at": at}
    )


async def test_a_flood_of_positions_is_cut_short_with_an_answer_and_starves_no_alert(service: Service) -> None:
    flood = POSITIONS.burst * 4
    async with phone_of(service, "r00") as phone:
        service.post_call(call())
        alert = await phone.expect("alert")
        for number in range(flood):
            await phone.send(position(number, datetime.now(UTC)))
        accepted = await phone.ask("accept", alert_id=alert["alert_id"])
        await phone.expect("assignment")

    codes = [frame["code"] for frame in phone.frames if frame["type"] == "result" and frame["re"].startswith("p")]
    assert accepted["ok"]
    assert len(codes) == flood
    assert codes[0] == "ok"
    assert codes.count("too_many_positions") >= flood // 2


async def talk_nonsense(phone: Phone, *, times: int) -> None:
    """Many at a time: one by one, a busy machine might carry them no faster than they are allowed."""
    at_once = 100
    for _ in range(times // at_once):
        for _ in range(at_once):
            await phone.send("nonsense")
        for _ in range(at_once):
            await phone.expect("result")


async def test_whoever_sends_nothing_but_nonsense_is_hung_up_on(service: Service) -> None:
    async with phone_of(service, "r00") as phone:
        with pytest.raises(ConnectionClosed) as closed:
            await talk_nonsense(phone, times=MALFORMED.burst * 2)

    assert closed.value.rcvd
    assert closed.value.rcvd.code == 4429


async def test_a_phone_that_connects_again_and_again_is_told_to_wait_and_others_are_not(service: Service) -> None:
    codes = []
    for _ in range(HELLOS.burst * 2):
        async with raw_stream(service) as phone:
            await phone.send(json.dumps({"type": "hello", "token": service.token(Access.VOLUNTEER, "r00")}))
            try:
                await phone.recv()
            except ConnectionClosed as closed:
                codes.append(closed.rcvd.code if closed.rcvd else 0)
                break
    async with phone_of(service, "r01") as other:
        service.post_call(call())
        await other.expect("alert")

    assert codes == [4429]


async def test_a_frame_larger_than_any_is_not_read(standing_service: Service) -> None:
    async with raw_stream(standing_service) as phone:
        await phone.send("x" * 20_000)
        with pytest.raises(ConnectionClosed) as closed:
            await phone.recv()

    assert closed.value.rcvd
    assert closed.value.rcvd.code == 1009


def sent_again(service: Service, message_id: str) -> dict[str, str] | None:
    """The answer to a message once it is taken."""
    answer = service.post_call(call("call.updated", cad_ref="A"), message_id=message_id)
    assert answer.status_code in {202, 429}, answer.text
    taken: dict[str, str] = answer.json()
    return taken if answer.status_code == 202 else None


def test_a_centre_that_runs_wild_is_told_when_to_send_again_and_loses_no_call(
    town: Town, town_database: str, tmp_path: Path
) -> None:
    file = tmp_path / "integrations.toml"
    file.write_text(f'[120]\nsecrets = ["{WEBHOOK_SECRET}"]\nmessages_per_minute = 60\n')
    settings = {"RESCUE_WEBHOOK_SECRET": "", "RESCUE_INTEGRATIONS": str(file)}
    with running(town, town_database, tmp_path / "service.log", **settings) as service:
        refused = None
        for number in range(200):
            answer = service.post_call(call("call.updated", cad_ref="A"), message_id=f"m{number}")
            if answer.status_code == 429:
                refused, refused_id = answer, f"m{number}"
                break
        assert refused is not None
        forged = service.post_signed(b"{}", {})
        again = eventually(lambda: sent_again(service, refused_id))

    assert refused.json()["code"] == "too_many_messages"
    assert refused.headers["retry-after"] == "1"
    assert forged.status_code == 401
    assert again["code"] != "duplicate"


def test_an_address_that_only_guesses_is_slowed_down_and_a_good_token_from_there_still_counts(
    service: Service,
) -> None:
    guess = {"authorization": "Bearer guess"}
    with httpx.Client(base_url=service.url, trust_env=False) as client:
        answers = [
            client.get("/api/incidents", headers={**guess, "x-forwarded-for": "192.0.2.7"})
            for _ in range(FAILURES.burst * 3)
        ]
        neighbour = client.get("/api/incidents", headers={**guess, "x-forwarded-for": "192.0.2.8"})
        good = {"authorization": f"Bearer {service.token(Access.DISPATCHER)}", "x-forwarded-for": "192.0.2.7"}
        still_counts = client.get("/api/incidents", headers=good)

    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {401, 429}
    assert statuses[: FAILURES.burst] == [401] * FAILURES.burst
    slowed = answers[statuses.index(429)]
    assert slowed.json()["code"] == "too_many_failures"
    assert int(slowed.headers["retry-after"]) >= 1
    assert neighbour.status_code == 401
    assert still_counts.status_code == 200


@pytest.mark.parametrize(("path", "limit"), [("/api/incidents/x/location", MAX_BODY_BYTES), *LARGER_BODIES.items()])
@pytest.mark.parametrize("told", [True, False])
def test_a_body_that_is_too_large_is_refused_whether_or_not_its_length_is_told(
    standing_service: Service, path: str, limit: int, told: bool
) -> None:
    raw = b" " * (limit + 1)
    body = raw if told else iter([raw[: limit // 2], raw[limit // 2 :]])
    headers = {"authorization": f"Bearer {standing_service.token(Access.ADMIN)}"}

    answer = fetch("POST", standing_service.url + path, content=body, headers=headers)

    assert answer.status_code == 413
    assert answer.json()["code"] == "body_too_large"


def test_headers_larger_than_any_are_refused(standing_service: Service) -> None:
    host, port = standing_service.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-long: " + b"x" * 100_000)
        answer = plain.recv(200)

    assert answer.startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("path", ["/api/incidents", "/healthz", "/nothing", "/metrics"])
def test_no_answer_is_kept_by_a_browser_or_taken_for_what_it_is_not(standing_service: Service, path: str) -> None:
    headers = standing_service.request("GET", path).headers

    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers
