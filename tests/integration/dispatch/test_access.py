"""Who may call what: every endpoint that the service describes, for every role and for none."""

import json
import re
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import httpx
import pytest

from dispatch.access.tokens import Access
from dispatch.api.roles import ENDPOINTS
from dispatch.people.consent import CONSENT_VERSION
from tests.support.plain_http import fetch
from tests.support.service import Service, signed

R, S = Access.REGISTRY_OFFICER, Access.SIMULATOR
LATER = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
NOT_DESCRIBED = {"GET /healthz", "GET /confirm/{code}", "POST /confirm/{code}"}
"""Answered before there is an application that could describe itself, or pages for people."""

WITH_TOKEN = sorted(endpoint for endpoint, rule in ENDPOINTS.items() if not (rule.open or rule.signed))
OPEN = sorted(endpoint for endpoint, rule in ENDPOINTS.items() if rule.open)
SIGNED = sorted(endpoint for endpoint, rule in ENDPOINTS.items() if rule.signed)
BODIES: dict[str, object] = {
    "/api/aeds/doubles/join": {"keep": "nothing", "other": "something"},
    "/api/aeds/doubles/part": {"aed_id": "nothing", "other": "something"},
    "/api/tokens": {"role": "volunteer", "subjects": []},
    "/api/clock/advance": {"to": LATER},
    "/api/clock/speed": {"speed": 2},
    "/api/incidents": {"location": {"lon": 113.66, "lat": 34.75, "datum": "wgs84"}},
    "/api/incidents/{incident_id}/alerts": {"rescuer_id": "r00"},
    "/api/incidents/{incident_id}/location": {"location": {"lon": 113.66, "lat": 34.75, "datum": "wgs84"}},
    "/api/incidents/{incident_id}/join": {"into": "other"},
    "/api/aeds": {"lon": 113.66, "lat": 34.75, "name": "tried", "state": "missing"},
    "/api/aeds/bulk": {"changes": [{"action": "retire", "aed_id": "nothing"}]},
    "/api/aeds/{aed_id}": {"state": "in_service"},
    "/api/aeds/{aed_id}/move": {"lon": 113.66, "lat": 34.75},
    "/api/invitations": {"rescuer_id": "nothing"},
    "/api/me/answers": {"type": "accept", "id": "a", "alert_id": "nothing-1"},
    "/api/me/consent": {"consent_version": CONSENT_VERSION},
    "/api/me/addresses/{channel}": {"address": "somewhere"},
    "/api/me/totp/confirm": {"code": "nothing"},
    "/api/me/push": {"endpoint": "https://push.example/x", "keys": {"p256dh": "A" * 87, "auth": "A" * 22}},
    "/api/aeds/problems/{problem_id}/resolve": {"note": "seen to"},
    "/api/aeds/{aed_id}/problems": {"kind": "locked"},
    "/api/rescuers": {"name": "王二"},
    "/api/rescuers/assign": {"rescuer_ids": ["nothing"], "kind": "crew"},
    "/api/rescuers/{rescuer_id}": {"transport": "walk"},
    "/api/rescuers/{rescuer_id}/pause": {},
    "/api/rescuers/{rescuer_id}/availability": {},
    "/api/rescuers/{rescuer_id}/certificates": {"kind": "BLS", "valid_until": "2030-01-01"},
    "/api/rescuers/{rescuer_id}/certificates/{certificate}/renew": {"kind": "BLS", "valid_until": "2030-01-01"},
    "/api/rescuers/{rescuer_id}/certificates/{certificate}/verify": {},
    "/api/certificates/kinds": {"kinds": []},
    "/api/certificates/sources": {"source": "a list", "trusted": True},
    "/api/organisations": {"name": "郑州地铁"},
    "/api/teams": {"name": "五号线"},
    "/api/registry/places": {"kind": "metro_station", "name": "tried", "lon": 113.66, "lat": 34.75},
    "/api/registry/places/{place_id}": {"address": "nowhere"},
    "/api/registry/places/{place_id}/move": {"lon": 113.66, "lat": 34.75},
    "/api/courses": {
        "title": "救护员培训",
        "starts_at": "2026-05-16T01:00:00Z",
        "ends_at": "2026-05-16T09:00:00Z",
        "capacity": 60,
    },
    "/api/courses/{course_id}": {"title": "复训"},
    "/api/courses/{course_id}/cancel": {},
    "/api/courses/{course_id}/people": {"rescuer_ids": ["nothing"]},
    "/api/courses/{course_id}/results": {"results": [{"rescuer_id": "nothing", "attended": True}]},
    "/api/courses/{course_id}/certificates": {},
    "/api/aeds/{aed_id}/device": {"maker": "nobody"},
    "/api/aeds/{aed_id}/cabinet-code": {"code": "1234"},
    "/api/aeds/{aed_id}/keepers/{role}": {"name": "nobody", "phone": "13812345678"},
    "/api/aeds/{aed_id}/inspections": {"result": "unusable", "note": "wet"},
    "/api/keepers/reminders": {"within_days": 1},
    "/api/keepers/erase": {"phone": "13812345678"},
    "/api/confirmations": {"code": "nothing"},
    "/api/join": {"code": "nothing", "consent_version": CONSENT_VERSION},
    "/api/session": {"name": "nobody", "password": "nothing"},
    "/api/session/provider/code": {"code": "nothing"},
}
QUERIES = {
    "/api/public/aeds": {"west": 113.6, "south": 34.7, "east": 113.7, "north": 34.8},
    "/api/console/place": {"lon": 113.66, "lat": 34.75, "datum": "wgs84"},
    "/api/public/walk": {"from_lon": 113.66, "from_lat": 34.75, "to_aed": "nothing"},
}
ANSWERS = {
    "GET /streams/volunteer": 426,
    "GET /streams/dispatcher": 426,
    "POST /api/join": 404,
    "POST /api/confirmations": 404,
    "GET /confirm/{code}": 404,
    "POST /confirm/{code}": 422,
    "POST /api/session": 401,
    "POST /api/session/renew": 401,
    "GET /api/session/provider/start": 303,
    "GET /api/session/provider/callback": 303,
    "POST /api/session/provider/code": 409,
    "DELETE /api/session": 204,
    "POST /api/aeds/{aed_id}/problems": 404,
    "GET /api/public/walk": 404,
    "GET /tiles/{z}/{x}/{y}.mvt": 422,
}
"""Of open doors to somebody who has nothing to show; of the others it is 200."""


FIRST_CALLER = ip_address("198.18.0.1")


def ask(
    service: Service, endpoint: str, authorization: str | None, *, named: str = "nothing", **headers: str
) -> httpx.Response:
    """Call an endpoint; `named` stands for whatever its path names."""
    method, path = endpoint.split()
    if authorization is not None:
        headers["authorization"] = authorization
    # Each from an address of its own: refused by the hundred from one, the service would soon not even refuse.
    headers["x-forwarded-for"] = str(FIRST_CALLER + list(ENDPOINTS).index(endpoint))
    body = BODIES.get(path) if method != "GET" else None
    url = service.url + re.sub(r"\{\w+\}", named, path)
    return fetch(method, url, headers=headers, json=body, params=QUERIES.get(path))


def test_the_table_has_a_row_for_every_endpoint_and_none_for_what_is_not_there(standing_service: Service) -> None:
    paths = fetch("GET", f"{standing_service.url}/openapi.json").json()["paths"]

    described = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}

    assert described | NOT_DESCRIBED == set(ENDPOINTS)


@pytest.mark.parametrize("endpoint", WITH_TOKEN)
@pytest.mark.parametrize("role", Access)
def test_a_role_may_call_what_the_table_says_and_nothing_else(
    standing_service: Service, endpoint: str, role: Access
) -> None:
    answer = ask(standing_service, endpoint, f"Bearer {standing_service.token(role)}")

    if role in ENDPOINTS[endpoint].roles:
        assert answer.status_code in {200, 201, 204, 404, 409}, answer.text
        if endpoint == "POST /api/aeds":
            standing_service.put_away(answer)
    else:
        assert answer.status_code == 403
        assert answer.json()["code"] == "forbidden"


@pytest.mark.parametrize("endpoint", [one for one in WITH_TOKEN if ENDPOINTS[one].own])
def test_what_a_role_may_for_itself_it_may_not_for_others(standing_service: Service, endpoint: str) -> None:
    for role in ENDPOINTS[endpoint].own:
        token = f"Bearer {standing_service.token(role, 'somebody')}"

        assert ask(standing_service, endpoint, token, named="somebody-else").status_code == 403
        assert ask(standing_service, endpoint, token, named="somebody").status_code in {200, 204, 404}


def test_nobody_but_the_desk_reaches_incidents_and_a_registry_officer_sees_no_patient() -> None:
    desk = {Access.DISPATCHER, Access.ADMIN}
    for endpoint, rule in ENDPOINTS.items():
        if "/incidents" in endpoint:
            assert desk <= rule.roles <= desk | {Access.SIMULATOR}
            assert not rule.own
        if "/incidents" in endpoint and not endpoint.startswith("GET"):
            assert rule.roles == desk


@pytest.mark.parametrize("endpoint", WITH_TOKEN)
def test_without_a_good_token_nothing_is_answered(standing_service: Service, endpoint: str) -> None:
    expired = standing_service.token(Access.ADMIN, ttl_s=-1)

    for authorization in (None, "", "Bearer", "Bearer forged", f"Bearer {expired}", "Basic YTpi"):
        answer = ask(standing_service, endpoint, authorization)
        assert answer.status_code == 401, authorization
        assert answer.json()["code"] == "bad_token"


@pytest.mark.parametrize("endpoint", WITH_TOKEN)
def test_an_integrations_signature_opens_nothing_but_its_webhook(standing_service: Service, endpoint: str) -> None:
    assert ask(standing_service, endpoint, None, **signed(b"")).status_code == 401


@pytest.mark.parametrize("endpoint", SIGNED)
@pytest.mark.parametrize("role", [None, *Access])
def test_a_token_does_not_stand_in_for_a_signature(
    standing_service: Service, endpoint: str, role: Access | None
) -> None:
    token = f"Bearer {standing_service.token(role)}" if role else None

    answer = ask(standing_service, endpoint, token, named="120")

    assert answer.status_code == 401
    assert answer.json()["code"] == "bad_signature"


@pytest.mark.parametrize("endpoint", OPEN)
def test_what_needs_no_token_tells_nothing_personal(standing_service: Service, endpoint: str) -> None:
    answer = ask(standing_service, endpoint, None)

    assert answer.status_code == ANSWERS.get(endpoint, 200), answer.text
    assert "r00" not in answer.text


@pytest.mark.parametrize("path", ["/api/nothing", "/nothing", "/api/incidents/a/b/c"])
def test_what_is_not_there_is_said_like_every_refusal(standing_service: Service, path: str) -> None:
    answer = standing_service.request("GET", path)

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_a_wrong_method_is_said_like_every_refusal(standing_service: Service) -> None:
    answer = standing_service.request("PUT", "/api/incidents")

    assert answer.status_code == 405
    assert answer.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    ("role", "wanted", "allowed"),
    [
        *((Access.ADMIN, wanted, True) for wanted in Access),
        *((issuer, wanted, wanted is Access.VOLUNTEER) for issuer in (R, S) for wanted in Access),
    ],
)
def test_a_role_issues_tokens_for_no_more_than_it_may(
    standing_service: Service, role: Access, wanted: Access, allowed: bool
) -> None:
    body = {"role": wanted, "subjects": ["r00"], "ttl_s": 60}

    answer = standing_service.request("POST", "/api/tokens", role, json=body)

    if allowed:
        [issued] = answer.json()
        identity = standing_service.signer.check(issued["token"]).identity
        assert (identity.subject, identity.access) == ("r00", wanted)
        assert datetime.fromisoformat(issued["expires_at"]) > datetime.now(UTC)
    else:
        assert answer.status_code == 403


def test_tokens_are_issued_for_registered_volunteers_only_and_all_or_none(standing_service: Service) -> None:
    body = {"role": "volunteer", "subjects": ["r00", "nobody"]}

    answer = standing_service.request("POST", "/api/tokens", Access.ADMIN, json=body)

    assert answer.status_code == 404
    assert answer.json()["code"] == "unknown_rescuer"


@pytest.mark.parametrize(
    "body",
    [
        {"role": "emperor", "subjects": ["r00"]},
        {"role": "volunteer", "subjects": [""]},
        {"role": "volunteer", "subjects": ["r00"], "ttl_s": 0},
        {"role": "volunteer", "subjects": ["r00"], "ttl_s": 1e9},
        {"role": "volunteer"},
        [],
    ],
)
def test_a_request_for_tokens_that_cannot_be_is_refused(standing_service: Service, body: object) -> None:
    answer = standing_service.request("POST", "/api/tokens", Access.ADMIN, json=body)

    assert answer.status_code == 422
    assert answer.json()["code"] == "bad_request"


def test_a_volunteer_renews_a_token_for_himself(standing_service: Service) -> None:
    old = standing_service.token(Access.VOLUNTEER, "r00", ttl_s=7_200)

    answer = fetch(
        "POST", f"{standing_service.url}/api/tokens/renew", headers={"authorization": f"Bearer {old}"}
    ).json()

    identity = standing_service.signer.check(answer["token"]).identity
    assert (identity.subject, identity.access) == ("r00", Access.VOLUNTEER)
    hours = (datetime.fromisoformat(answer["expires_at"]) - datetime.now(UTC)) / timedelta(hours=1)
    assert 1 < hours <= 2, "as long as the one before was issued for"


@pytest.mark.parametrize("role", [Access.ADMIN, R, S])
def test_nobody_issues_a_token_that_outlives_their_own(standing_service: Service, role: Access) -> None:
    body = {"role": "volunteer", "subjects": ["r00"], "ttl_s": 30 * 86_400}
    own = standing_service.token(role, ttl_s=300)

    [issued] = standing_service.request_as(own, "POST", "/api/tokens", json=body).json()

    assert datetime.fromisoformat(issued["expires_at"]) <= datetime.now(UTC) + timedelta(seconds=300)


def test_who_is_not_in_the_registry_renews_nothing(standing_service: Service) -> None:
    answer = standing_service.request("POST", "/api/tokens/renew", Access.VOLUNTEER)

    assert answer.status_code == 404


def test_an_erased_volunteer_renews_nothing(service: Service) -> None:
    token = service.token(Access.VOLUNTEER, "r03")
    service.request("DELETE", "/api/rescuers/r03/personal-data", Access.REGISTRY_OFFICER).raise_for_status()

    answer = fetch("POST", f"{service.url}/api/tokens/renew", headers={"authorization": f"Bearer {token}"})

    assert answer.status_code == 403


@pytest.mark.parametrize("raw", [b"", b"{", b"null", b"\xff", json.dumps({"location": None}).encode()])
def test_a_location_that_cannot_be_read_is_refused(standing_service: Service, raw: bytes) -> None:
    answer = standing_service.request("POST", "/api/incidents/nothing/location", content=raw)

    assert answer.status_code == 422
    assert answer.json()["code"] == "bad_request"
