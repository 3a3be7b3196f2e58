"""Officers run courses over HTTP, and whoever passes is rung from the next call on, exactly by the register's rules."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from dispatch.access.tokens import Access
from tests.support.plain_http import fetch
from tests.support.service import Service
from tests.support.town import place

pytestmark = pytest.mark.both_databases
R = Access.REGISTRY_OFFICER
BEGAN = datetime.now(UTC) - timedelta(days=40)
EXAM = (BEGAN + timedelta(days=2)).date().isoformat()
KIND = "红十字救护员证"


def ask(service: Service, method: str, path: str, *, etag: str | None = None, **body: Any) -> httpx.Response:
    headers = {"if-match": etag} if etag else {}
    headers["authorization"] = f"Bearer {service.token(R)}"
    return fetch(method, service.url + path, headers=headers, json=body)


def planned(service: Service, *people: str, **fields: Any) -> str:
    """The id of a course that has begun, in which these are enrolled."""
    plan = {"title": "救护员培训", "certificate_kind": KIND, "valid_months": 36, "capacity": 60, "trainer": "赵老师"}
    times = {"starts_at": BEGAN.isoformat(), "ends_at": (BEGAN + timedelta(days=3)).isoformat()}
    added = ask(service, "POST", "/api/courses", **{**plan, **times, **fields})
    assert added.status_code == 201, added.text
    course_id: str = added.json()["course_id"]
    if people:
        enrolled = ask(service, "POST", f"/api/courses/{course_id}/people", rescuer_ids=people)
        assert enrolled.status_code == 200, enrolled.text
    return course_id


def newcomer(service: Service, name: str) -> str:
    lon, lat = place(10, 10)
    home = {"lon": lon, "lat": lat, "datum": "wgs84"}
    rescuer_id: str = ask(service, "POST", "/api/rescuers", name=name, home=home).json()["rescuer_id"]
    return rescuer_id


def passed(rescuer_id: str, **fields: Any) -> dict[str, Any]:
    told = {"attended": True, "attended_h": 12.5, "passed": True, "examined_on": EXAM, "examiner": "钱考官"}
    return {"rescuer_id": rescuer_id, **told, **fields}


def test_whoever_passes_is_dispatchable_from_the_next_call_on(service: Service) -> None:
    one, other = newcomer(service, "孙六"), newcomer(service, "周七")
    course_id = planned(service, one, other)
    results = [passed(one, number="ZZ-1"), passed(other, passed=False)]
    held = ask(service, "POST", f"/api/courses/{course_id}/results", results=results, why="sheet")

    issued = ask(service, "POST", f"/api/courses/{course_id}/certificates", seen=True)
    again = ask(service, "POST", f"/api/courses/{course_id}/certificates", seen=True)

    assert held.json()["state"] == "held"
    assert [(person["rescuer_id"], person["standing"]) for person in issued.json()["issued"]] == [(one, "counts")]
    assert again.json()["issued"] == []
    assert issued.headers["etag"] == again.headers["etag"]
    assert service.get(f"/api/rescuers/{one}/eligibility")["reason"] == "ready_at_home"
    assert service.get(f"/api/rescuers/{other}/eligibility")["reason"] == "no_certificate"
    certificates = service.get(f"/api/rescuers/{one}", R)["certificates"]
    assert [(paper["number"], paper["verified_by"]) for paper in certificates] == [("ZZ-1", "tests")]
    assert service.get(f"/api/rescuers/{one}/deployments", R)["training_h"] == 12.5


def test_every_wrong_result_is_named_and_none_is_written(service: Service) -> None:
    course_id = planned(service, "r00", "r01")
    refused = ask(
        service,
        "POST",
        f"/api/courses/{course_id}/results",
        results=[passed("r00"), passed("r01", attended=False, attended_h=None), passed("r02")],
    )

    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "entries_refused"
    assert [(one["row"], one["rescuer_id"]) for one in refused.json()["rows"]] == [(2, "r01"), (3, "r02")]
    people = service.get(f"/api/courses/{course_id}", R)["people"]
    assert [one["outcome"] for one in people] == ["enrolled", "enrolled"]


def test_a_change_of_what_somebody_else_has_changed_is_refused(service: Service) -> None:
    course_id = planned(service, "r00")
    etag = service.request("GET", f"/api/courses/{course_id}", R).headers["etag"]
    first = ask(service, "PATCH", f"/api/courses/{course_id}", etag=etag, title="复训", organisation_id=None)
    second = ask(service, "PATCH", f"/api/courses/{course_id}", etag=etag, capacity=9)
    cancelled = ask(service, "POST", f"/api/courses/{course_id}/cancel", etag=first.headers["etag"], why="rain")

    assert first.json()["title"] == "复训"
    assert (second.status_code, second.json()["code"]) == (412, "course_changed")
    assert cancelled.json()["state"] == "cancelled"


def test_cancelling_leaves_certificates_and_says_which_stand_in_its_way(service: Service) -> None:
    rescuer_id = newcomer(service, "孙六")
    course_id = planned(service, rescuer_id)
    ask(service, "POST", f"/api/courses/{course_id}/results", results=[passed(rescuer_id)])
    ask(service, "POST", f"/api/courses/{course_id}/certificates", seen=True)

    refused = ask(service, "POST", f"/api/courses/{course_id}/cancel")
    kept = ask(service, "DELETE", f"/api/courses/{course_id}/people/{rescuer_id}")

    assert (refused.status_code, refused.json()["code"]) == (409, "certificates_stand")
    assert f"{rescuer_id} 0" in refused.json()["message"]
    assert (kept.status_code, kept.json()["code"]) == (409, "course_refused")
    assert service.get(f"/api/rescuers/{rescuer_id}/eligibility")["reason"] == "ready_at_home"


def test_courses_are_found_page_by_page_by_officers_alone(service: Service) -> None:
    ids = {planned(service, "r03") for _ in range(3)}
    first = service.get("/api/courses?rescuer_id=r03&limit=2", R)
    rest = service.get(f"/api/courses?rescuer_id=r03&limit=2&after={first['next']}&state=planned", R)
    others = service.get(f"/api/courses?since={(BEGAN + timedelta(days=1)).isoformat().replace('+', '%2B')}", R)
    forbidden = service.request("GET", "/api/courses", Access.DISPATCHER)

    assert {one["course_id"] for one in (*first["courses"], *rest["courses"])} == ids
    assert rest["next"] is None
    assert others["courses"] == []
    assert forbidden.status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "body", "refused"),
    [
        ("GET", "/api/courses/c-none", {}, (404, "unknown_course")),
        ("GET", "/api/courses?after=c-none", {}, (422, "bad_course")),
        ("POST", "/api/courses/c-none/cancel", {}, (404, "unknown_course")),
        ("PATCH", "/api/courses/{course_id}", {"capacity": None}, (422, "bad_request")),
        ("PATCH", "/api/courses/{course_id}", {"valid_months": None}, (422, "bad_course")),
        ("PATCH", "/api/courses/{course_id}", {"organisation_id": "o-none"}, (404, "unknown_group")),
        ("PATCH", "/api/courses/{course_id}", {"starts_at": "0001-01-01T00:00:00+14:00"}, (422, "bad_course")),
        ("POST", "/api/courses/{course_id}/people", {"rescuer_ids": ["nobody"]}, (404, "unknown_rescuer")),
        ("DELETE", "/api/courses/{course_id}/people/nobody", {}, (404, "not_enrolled")),
        ("POST", "/api/courses/{course_id}/certificates", {"rescuer_ids": ["nobody"]}, (404, "not_enrolled")),
        ("PATCH", "/api/courses/{course_id}", {"trainer": "11010519491231002X"}, (422, "identity_card")),
    ],
)
def test_what_is_wrong_is_answered_with_its_code(
    service: Service, method: str, path: str, body: dict[str, Any], refused: tuple[int, str]
) -> None:
    answer = ask(service, method, path.format(course_id=planned(service)), **body)

    assert (answer.status_code, answer.json()["code"]) == refused
    assert "1949" not in answer.text
