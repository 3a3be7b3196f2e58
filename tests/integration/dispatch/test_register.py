"""Officers run the register of people over HTTP, and the running service rings by it from the next call on."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from dispatch.access.tokens import Access
from tests.integration.dispatch.test_live_changes import registry
from tests.support.phone import phone_of
from tests.support.plain_http import fetch
from tests.support.service import Service, call
from tests.support.town import place
from tests.support.waiting import eventually

pytestmark = pytest.mark.both_databases
R = Access.REGISTRY_OFFICER
LATER = (datetime.now(UTC) + timedelta(days=700)).date().isoformat()
IDENTITY_CARD = "11010519491231002X"


def ask(service: Service, method: str, path: str, *, etag: str | None = None, **body: Any) -> httpx.Response:
    headers = {"if-match": etag} if etag else {}
    headers["authorization"] = f"Bearer {service.token(R)}"
    return fetch(method, service.url + path, headers=headers, json=body)


def get(service: Service, path: str) -> Any:
    return service.get(path, R)


def reasons(service: Service, rescuer_id: str) -> list[str]:
    told: list[str] = get(service, f"/api/rescuers/{rescuer_id}")["reasons"]
    return told


def test_an_officer_enters_a_person_and_verifies_what_they_hold(service: Service) -> None:
    lon, lat = place(10, 10)
    added = ask(
        service,
        "POST",
        "/api/rescuers",
        name="孙六",
        phone="139 0000 7777",
        kind="grid_worker",
        home={"lon": lon, "lat": lat, "datum": "wgs84"},
        why="came to the office",
    )
    assert added.status_code == 201, added.text
    rescuer_id = added.json()["rescuer_id"]
    assert reasons(service, rescuer_id) == ["no_certificate"]

    entered = ask(
        service, "POST", f"/api/rescuers/{rescuer_id}/certificates", kind="BLS", number="B-1", valid_until=LATER
    )
    assert reasons(service, rescuer_id) == ["certificate_unverified"]
    verified = ask(service, "POST", f"/api/rescuers/{rescuer_id}/certificates/0/verify", why="card shown")
    history = get(service, f"/api/rescuers/{rescuer_id}/history")

    assert entered.status_code == 201
    assert verified.json()["dispatchable"]
    assert verified.json()["certificates"][0]["verified_by"] == "tests"
    assert service.get(f"/api/rescuers/{rescuer_id}/eligibility")["reason"] == "ready_at_home"
    assert [one["action"] for one in history["changes"]] == ["certificate verified", "certificate added", "added"]
    assert [one["why"] for one in history["changes"]] == ["card shown", "", "came to the office"]
    assert "孙六" not in str(history)


def test_people_are_found_and_listed_page_by_page(service: Service) -> None:
    first = get(service, "/api/rescuers?limit=2")
    rest = get(service, f"/api/rescuers?limit=500&after={first['next']}")
    ready = get(service, "/api/rescuers?state=ready_at_home&limit=1")
    by_phone = get(service, f"/api/rescuers?phone=%2B{first['rescuers'][0]['phone'][1:]}")

    ids = [one["rescuer_id"] for one in (*first["rescuers"], *rest["rescuers"])]
    assert ids == sorted(ids)
    assert len(first["rescuers"]) == 2
    assert rest["next"] is None
    assert [one["reasons"] for one in ready["rescuers"]] == [["ready_at_home"]]
    assert first["rescuers"][0]["rescuer_id"] in [one["rescuer_id"] for one in by_phone["rescuers"]]


def test_a_change_of_what_somebody_else_has_changed_is_refused(service: Service) -> None:
    seen = service.request("GET", "/api/rescuers/r00", R).headers["etag"]
    first = ask(service, "PATCH", "/api/rescuers/r00", etag=seen, transport="bicycle")
    second = ask(service, "PATCH", "/api/rescuers/r00", etag=seen, name="别人")
    again = ask(service, "PATCH", "/api/rescuers/r00", etag=first.headers["etag"], name="李思", why="a slip")

    assert (first.status_code, second.status_code, again.status_code) == (200, 412, 200)
    assert second.json()["code"] == "person_changed"
    assert get(service, "/api/rescuers/r00")["name"] == "李思"
    assert get(service, "/api/rescuers/r00/history")["changes"][0]["after"] == {"name": "not shown"}


def test_a_pause_and_hours_are_in_force_with_the_answer(service: Service) -> None:
    paused = ask(service, "PUT", "/api/rescuers/r00/pause", until=LATER, why="broken leg")
    assert service.get("/api/rescuers/r00/eligibility")["reason"] == "paused"
    back = ask(service, "DELETE", "/api/rescuers/r00/pause")
    weekday = (datetime.now(UTC) + timedelta(days=3)).strftime("%a")[:2]
    hours = ask(service, "PUT", "/api/rescuers/r00/availability", weekly=f"{weekday} 00:00-24:00")

    assert paused.json()["reasons"] == ["paused"]
    assert back.json()["paused_at"] is None
    assert hours.json()["reasons"] == ["not_available"]


def test_the_city_says_which_lists_it_trusts_and_which_kinds_count(service: Service) -> None:
    (source,) = {one["source"] for one in get(service, "/api/certificates/sources")} - {"*", "registry"}
    doubted = ask(service, "PUT", "/api/certificates/sources", source=source, trusted=False)
    eventually(lambda: reasons(service, "r00") == ["certificate_unverified"])
    ask(service, "PUT", "/api/certificates/sources", source=source, trusted=True)
    kinds = ask(service, "PUT", "/api/certificates/kinds", kinds=["something else"])
    eventually(lambda: reasons(service, "r00") == ["certificate_not_accepted"])
    ask(service, "PUT", "/api/certificates/kinds", kinds=[])
    eventually(lambda: reasons(service, "r00") == ["ready_at_home"])

    assert {one["source"]: one["trusted"] for one in doubted.json()}[source] is False
    assert {one["kind"]: one["accepted"] for one in kinds.json()}["something else"]


def test_what_runs_out_is_renewed_and_no_longer_listed(service: Service) -> None:
    soon = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    ask(service, "POST", "/api/rescuers/r00/certificates", kind="BLS", valid_until=soon, seen=True)
    number = get(service, "/api/rescuers/r00")["certificates"][-1]["certificate"]
    listed = get(service, "/api/certificates/expiring?within_days=30&limit=1")
    too_early = ask(service, "POST", f"/api/rescuers/r00/certificates/{number}/renew", kind="BLS", valid_until=soon)
    renewed = ask(
        service, "POST", f"/api/rescuers/r00/certificates/{number}/renew", kind="BLS", valid_until=LATER, seen=True
    )

    assert [(one["rescuer_id"], one["warning_days"]) for one in listed["certificates"]] == [("r00", 30)]
    assert (too_early.status_code, too_early.json()["code"]) == (409, "no_renewal")
    assert renewed.json()["certificates"][-1]["follows"] == number
    assert "r00" not in {
        one["rescuer_id"] for one in get(service, "/api/certificates/expiring?within_days=30")["certificates"]
    }


def test_people_are_assigned_to_organisations_and_teams(service: Service) -> None:
    metro = ask(service, "POST", "/api/organisations", name="郑州地铁", district="金水区").json()
    team = ask(service, "POST", "/api/teams", name="五号线", organisation_id=metro["organisation_id"]).json()
    twice = ask(service, "POST", "/api/teams", name="五号线")
    key = metro["organisation_id"]
    ask(service, "PATCH", "/api/rescuers/r00", organisation_id=key, team_id=team["team_id"], kind="metro_staff")

    assert [one["rescuer_id"] for one in get(service, f"/api/rescuers?organisation_id={key}")["rescuers"]] == ["r00"]
    assert [one["people"] for one in (*get(service, "/api/organisations"), *get(service, "/api/teams"))] == [1, 1]
    assert (twice.status_code, twice.json()["code"]) == (409, "group_exists")
    assert ask(service, "PATCH", "/api/rescuers/r00", team_id="none").json()["code"] == "unknown_group"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": f"王二 {IDENTITY_CARD}"}, "identity_card"),
        ({"name": "王二", "why": IDENTITY_CARD}, "identity_card"),
        ({"phone": "12"}, "bad_person_field"),
        ({"nmae": "王二"}, "bad_request"),
        ({"kind": None}, "bad_person_field"),
        ({"why": "nothing"}, "bad_request"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_not_repeated(service: Service, body: dict[str, Any], code: str) -> None:
    refused = ask(service, "PATCH", "/api/rescuers/r00", **body)

    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert IDENTITY_CARD not in refused.text


@pytest.mark.parametrize("access", [Access.VOLUNTEER, Access.DISPATCHER, Access.SIMULATOR])
def test_names_and_phones_are_for_officers_alone(service: Service, access: Access) -> None:
    for path in ("/api/rescuers", "/api/rescuers/r00", "/api/rescuers/r00/history", "/api/certificates/expiring"):
        assert service.request("GET", path, access).status_code == 403


def test_many_people_are_assigned_with_one_request_or_one_command(service: Service, town_database: str) -> None:
    two = ask(service, "POST", "/api/rescuers/assign", rescuer_ids=["r00", "r01"], kind="crew")
    unknown = ask(service, "POST", "/api/rescuers/assign", rescuer_ids=["r02", "nobody"], kind="crew")
    nothing = ask(service, "POST", "/api/rescuers/assign", rescuer_ids=["r02"])
    source = get(service, "/api/rescuers/r00")["source"]
    crew = get(service, "/api/rescuers?kind=crew")["rescuers"]
    told = registry(town_database, "rescuers", "assign", "--list", source, "--kind", "grid_worker")
    everybody = get(service, "/api/rescuers?kind=grid_worker&limit=500")["rescuers"]

    assert two.json()["rescuer_ids"] == ["r00", "r01"]
    assert (unknown.status_code, nothing.status_code) == (404, 422)
    assert [one["rescuer_id"] for one in crew] == ["r00", "r01"]
    assert f"{len(everybody)} people of {source} are changed." in told


async def test_incidents_that_somebody_went_to_are_told_with_their_hours(service: Service) -> None:
    async with phone_of(service, "r00") as phone:
        incident_id = service.post_call(call()).json()["incident_id"]
        alert_id = (await phone.expect("alert"))["alert_id"]
        for word in ("accept", "arrived", "done"):
            await phone.ask(word, alert_id=alert_id)
    given = get(service, "/api/rescuers/r00/deployments")
    nothing = get(service, "/api/rescuers/r01/deployments")

    (one,) = given["deployments"]
    assert (given["incidents"], given["arrived"], one["incident_id"], one["end"]) == (1, 1, incident_id, "done")
    assert one["accepted_at"] <= one["arrived_at"] <= one["ended_at"]
    assert (nothing["incidents"], nothing["deployments"]) == (0, [])


def test_what_a_command_changes_beside_the_service_counts_for_the_next_call(
    service: Service, town_database: str, tmp_path: Path
) -> None:
    registry(town_database, "rescuers", "pause", "r00", "--why", "moved away")
    eventually(lambda: reasons(service, "r00") == ["paused"])
    registry(town_database, "rescuers", "resume", "r00")
    eventually(lambda: reasons(service, "r00") == ["ready_at_home"])
