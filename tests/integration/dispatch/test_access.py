"""Who may call what: every endpoint that the service describes, for every role."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from dispatch.tokens import Access
from tests.support.service import Service

V, D, R, A, S = Access.VOLUNTEER, Access.DISPATCHER, Access.REGISTRY_OFFICER, Access.ADMIN, Access.SIMULATOR
EVERYONE = frozenset(Access)
LATER = (datetime.now(UTC) + timedelta(hours=1)).isoformat()

ALLOWED: dict[tuple[str, str], frozenset[Access]] = {
    ("GET", "/api/incidents"): frozenset({D, S, A}),
    ("GET", "/api/incidents/{incident_id}"): frozenset({D, S, A}),
    ("GET", "/api/incidents/{incident_id}/timeline"): frozenset({D, S, A}),
    ("POST", "/api/incidents/{incident_id}/location"): frozenset({D, A}),
    ("POST", "/api/incidents/{incident_id}/stand-down"): frozenset({D, A}),
    ("POST", "/api/aeds/{aed_id}/returned"): frozenset({D, R, A}),
    ("GET", "/api/callbacks"): frozenset({D, A}),
    ("POST", "/api/callbacks/{callback_id}/retry"): frozenset({D, A}),
    ("POST", "/api/tokens"): frozenset({R, S, A}),
    ("POST", "/api/tokens/renew"): frozenset({V, D, A}),
    ("GET", "/api/clock"): EVERYONE,
    ("POST", "/api/clock/advance"): frozenset({S, A}),
    ("GET", "/api/aeds"): frozenset({V, D, R, A}),
    ("GET", "/api/aeds/{aed_id}"): frozenset({V, D, R, A}),
    ("PATCH", "/api/aeds/{aed_id}"): frozenset({R, A}),
    ("GET", "/api/rescuers/{rescuer_id}/eligibility"): frozenset({D, R, A}),
    ("DELETE", "/api/rescuers/{rescuer_id}/personal-data"): frozenset({R, A}),
}
OPEN = {("GET", "/readyz"), ("GET", "/metrics")}
SIGNED = {("POST", "/webhooks/120")}
BODIES: dict[str, object] = {
    "/api/tokens": {"role": "volunteer", "subjects": []},
    "/api/clock/advance": {"to": LATER},
    "/api/incidents/{incident_id}/location": {"location": {"lon": 113.66, "lat": 34.75, "datum": "wgs84"}},
    "/api/aeds/{aed_id}": {"state": "in_service"},
}


def ask(service: Service, method: str, path: str, authorization: str | None) -> httpx.Response:
    url = service.url
    for name in ("incident_id", "aed_id", "rescuer_id", "callback_id"):
        path_filled = path.replace(f"{{{name}}}", "nothing")
        if path_filled != path:
            break
    headers = {} if authorization is None else {"authorization": authorization}
    body = BODIES.get(path) if method != "GET" else None
    return httpx.request(method, url + path_filled, headers=headers, json=body, trust_env=False, timeout=30)


def test_every_endpoint_is_in_this_table(standing_service: Service) -> None:
    paths = httpx.get(f"{standing_service.url}/openapi.json", trust_env=False).json()["paths"]

    described = {(method.upper(), path) for path, methods in paths.items() for method in methods}

    assert described == set(ALLOWED) | OPEN | SIGNED


@pytest.mark.parametrize(("method", "path"), [pytest.param(*one, id=" ".join(one)) for one in ALLOWED])
@pytest.mark.parametrize("role", Access)
def test_a_role_may_call_what_the_table_says_and_nothing_else(
    standing_service: Service, method: str, path: str, role: Access
) -> None:
    answer = ask(standing_service, method, path, f"Bearer {standing_service.token(role)}")

    if role in ALLOWED[method, path]:
        assert answer.status_code in {200, 204, 404, 409}, answer.text
    else:
        assert answer.status_code == 403
        assert answer.json()["code"] == "forbidden"


@pytest.mark.parametrize(("method", "path"), [pytest.param(*one, id=" ".join(one)) for one in ALLOWED])
def test_without_a_good_token_nothing_is_answered(standing_service: Service, method: str, path: str) -> None:
    expired = standing_service.token(Access.ADMIN, ttl_s=-1)

    for authorization in (None, "", "Bearer", "Bearer forged", f"Bearer {expired}", "Basic YTpi"):
        answer = ask(standing_service, method, path, authorization)
        assert answer.status_code == 401, authorization
        assert answer.json()["code"] == "bad_token"


@pytest.mark.parametrize(("method", "path"), sorted(OPEN))
def test_health_and_counts_need_no_token_and_tell_nothing_personal(
    standing_service: Service, method: str, path: str
) -> None:
    answer = ask(standing_service, method, path, None)

    assert answer.status_code == 200
    assert "r00" not in answer.text


@pytest.mark.parametrize("path", ["/api/nothing", "/", "/api/incidents/a/b/c"])
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
        identity = standing_service.signer.check(issued["token"])
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
    old = standing_service.token(Access.VOLUNTEER, "r00", ttl_s=60)

    answer = httpx.post(
        f"{standing_service.url}/api/tokens/renew", headers={"authorization": f"Bearer {old}"}, trust_env=False
    ).json()

    identity = standing_service.signer.check(answer["token"])
    assert (identity.subject, identity.access) == ("r00", Access.VOLUNTEER)
    assert datetime.fromisoformat(answer["expires_at"]) > datetime.now(UTC) + timedelta(hours=1)


def test_who_is_not_in_the_registry_renews_nothing(standing_service: Service) -> None:
    answer = standing_service.request("POST", "/api/tokens/renew", Access.VOLUNTEER)

    assert answer.status_code == 404


def test_an_erased_volunteer_renews_nothing(service: Service) -> None:
    token = service.token(Access.VOLUNTEER, "r03")
    service.request("DELETE", "/api/rescuers/r03/personal-data", Access.REGISTRY_OFFICER).raise_for_status()

    answer = httpx.post(
        f"{service.url}/api/tokens/renew", headers={"authorization": f"Bearer {token}"}, trust_env=False
    )

    assert answer.status_code == 403


@pytest.mark.parametrize("raw", [b"", b"{", b"null", b"\xff", json.dumps({"location": None}).encode()])
def test_a_location_that_cannot_be_read_is_refused(standing_service: Service, raw: bytes) -> None:
    answer = standing_service.request("POST", "/api/incidents/nothing/location", content=raw)

    assert answer.status_code == 422
    assert answer.json()["code"] == "bad_request"
