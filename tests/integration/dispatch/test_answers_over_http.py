"""A phone whose stream is away answers over HTTP: by the same rules, twice as once, and it is told where to go."""

from typing import Any

import httpx
import pytest

from dispatch.access.tokens import Access
from tests.support.phone import phone_of
from tests.support.service import Service, call
from tests.support.waiting import eventually

pytestmark = pytest.mark.both_databases
ADDRESS = "中原路1号3单元502"


def say(service: Service, rescuer_id: str, kind: str, alert_id: str, **more: Any) -> httpx.Response:
    body = {"type": kind, "id": f"{kind}-1", "alert_id": alert_id, **more}
    return service.request_as(service.token(Access.VOLUNTEER, rescuer_id), "POST", "/api/me/answers", json=body)


def state_of(service: Service, incident_id: str, rescuer_id: str) -> str:
    alerts = service.get(f"/api/incidents/{incident_id}")["alerts"]
    return next(str(alert["state"]) for alert in alerts if alert["rescuer_id"] == rescuer_id)


async def rung(service: Service) -> tuple[str, str, int]:
    """A call rings on r00's phone, whose stream is gone then: incident, alert, the alert's number."""
    async with phone_of(service, "r00") as phone:
        incident_id = service.post_call(call()).json()["incident_id"]
        alert = await phone.expect("alert")
    return incident_id, alert["alert_id"], alert["seq"]


async def test_a_yes_without_a_stream_counts_once_and_brings_the_address(service: Service) -> None:
    incident_id, alert_id, seq = await rung(service)

    seen = say(service, "r00", "seen", alert_id)
    first, again = say(service, "r00", "accept", alert_id), say(service, "r00", "accept", alert_id)
    async with phone_of(service, "r00", last_seq=seq) as phone:
        on_the_stream = await phone.expect("assignment")
        late = await phone.ask("accept", alert_id=alert_id)

    assert (seen.status_code, seen.json()) == (200, {"assignment": None})
    assert first.status_code == again.status_code == 200
    assert first.json()["assignment"]["patient"]["address"] == ADDRESS
    assert first.json() == again.json()
    assert first.json()["assignment"] == on_the_stream
    assert late["ok"]
    assert state_of(service, incident_id, "r00") == "accepted"
    assert [frame["type"] for frame in phone.frames if "seq" in frame] == ["assignment"]


async def test_every_step_to_the_end_can_be_said_so(service: Service) -> None:
    incident_id, alert_id, _ = await rung(service)
    states = []
    for kind in ("accept", "arrived", "done"):
        say(service, "r00", kind, alert_id).raise_for_status()
        states.append(state_of(service, incident_id, "r00"))

    assert states[:2] == ["accepted", "arrived"]
    assert states[2] not in {"accepted", "arrived"}


async def test_the_streams_rules_hold(service: Service) -> None:
    _, alert_id, _ = await rung(service)
    early = say(service, "r00", "arrived", alert_id)
    strangers = say(service, "r05", "accept", alert_id)
    say(service, "r00", "decline", alert_id).raise_for_status()
    service.post_call(call("call.closed"))
    over = eventually(lambda: (answer := say(service, "r00", "accept", alert_id)).is_error and answer)
    none = say(service, "r00", "accept", "nothing-1")
    malformed = say(service, "r00", "maybe", alert_id)

    assert [(one.status_code, one.json()["code"]) for one in (early, strangers)] == [
        (409, "accept_first"),
        (409, "not_your_alert"),
    ]
    assert (over.status_code, over.json()["code"]) == (409, "alert_over")
    assert (none.status_code, none.json()["code"]) == (409, "unknown_incident")
    assert (malformed.status_code, malformed.json()["code"]) == (422, "bad_request")


async def test_nobody_is_told_a_place_after_the_end_or_after_their_erasure(service: Service) -> None:
    _, alert_id, _ = await rung(service)
    say(service, "r00", "accept", alert_id).raise_for_status()
    handed_back = say(service, "r00", "decline", alert_id)
    service.request("DELETE", "/api/rescuers/r00/personal-data", Access.REGISTRY_OFFICER).raise_for_status()
    erased = say(service, "r00", "accept", alert_id)

    assert (handed_back.status_code, handed_back.json()) == (200, {"assignment": None})
    assert (erased.status_code, erased.json()["code"]) == (409, "rescuer_erased")
