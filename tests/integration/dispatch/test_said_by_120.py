"""What 120 says in its real habits: references and ids used again, places that get finer or vaguer, clocks that
differ."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.service import Service, call
from tests.support.town import place

pytestmark = pytest.mark.both_databases


def metric(service: Service, name: str) -> float:
    lines = service.request("GET", "/metrics").text.splitlines()
    return float(next(line for line in lines if line.startswith(f"{name} ")).split()[1])


def at(east_m: float, north_m: float = 0.0, **more: Any) -> dict[str, Any]:
    lon, lat = place(east_m, north_m)
    return {"lon": lon, "lat": lat, "datum": "wgs84", **more}


def taken(service: Service, body: dict[str, Any], **options: Any) -> dict[str, Any]:
    answer = service.post_call(body, **options)
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = answer.json()
    return told


def seen(service: Service, incident_id: str) -> dict[str, Any]:
    incident: dict[str, Any] = service.get(f"/api/incidents/{incident_id}")
    return incident


def is_searched_for(service: Service, incident_id: str) -> bool:
    """Whether people were looked for: no phone is on the line in these tests."""
    return any(entry["type"] == "SearchMade" for entry in service.get(f"/api/incidents/{incident_id}/timeline"))


@pytest.mark.parametrize("end", ["call.closed", "call.cancelled"])
def test_a_call_under_a_reference_whose_call_is_over_opens_an_incident_and_rings(service: Service, end: str) -> None:
    first = taken(service, call(cad_ref="0001"))
    taken(service, call(end, cad_ref="0001"))
    second = taken(service, call(cad_ref="0001", location=at(60, 40)))
    late = taken(service, call("call.updated", cad_ref="0001", location=at(62, 40)))

    assert second["incident_id"] != first["incident_id"]
    assert late["incident_id"] == second["incident_id"]
    assert seen(service, first["incident_id"])["status"] == "closed"
    assert is_searched_for(service, second["incident_id"])
    assert second["code"] == "accepted"


def test_a_call_that_its_own_cancellation_overtook_stays_silent(service: Service) -> None:
    now = datetime.now(UTC)
    cancelled = taken(service, call("call.cancelled", cad_ref="0002", at=now - timedelta(seconds=1)))
    created = taken(service, call(cad_ref="0002", at=now - timedelta(seconds=20)))

    assert created["incident_id"] == cancelled["incident_id"]
    assert not is_searched_for(service, created["incident_id"])


def test_news_after_the_end_is_on_the_desk_and_counts_until_a_dispatcher_has_looked(service: Service) -> None:
    first = taken(service, call(cad_ref="0003"))
    taken(service, call("call.closed", cad_ref="0003"))
    quiet = metric(service, "rescue_open_incidents_attention")
    news = taken(service, call("call.updated", cad_ref="0003", location=at(10)))
    asked = metric(service, "rescue_open_incidents_attention")
    service.request("POST", f"/api/incidents/{first['incident_id']}/stand-down")
    answered = metric(service, "rescue_open_incidents_attention")

    assert (news["code"], news["attention"], news["incident_id"]) == (
        "needs_attention",
        "news_after_end",
        first["incident_id"],
    )
    assert (quiet, asked, answered) == (0, 1, 0)


def test_a_second_open_call_far_off_under_one_reference_is_rung_for_and_the_first_goes_on(service: Service) -> None:
    first = taken(service, call(cad_ref="0004", location=at(-300, 0)))
    before = seen(service, first["incident_id"])
    second = taken(service, call(cad_ref="0004", location=at(300, 0)))
    again = taken(service, call(cad_ref="0004", location=at(300, 0)))

    assert (second["code"], second["attention"]) == ("needs_attention", "reference_used_again")
    assert again["incident_id"] == second["incident_id"] != first["incident_id"]
    assert "same reference" in second["detail"]
    assert is_searched_for(service, second["incident_id"])
    assert seen(service, first["incident_id"]) == before


def test_the_next_call_of_a_terminal_that_is_behind_rings_elsewhere_and_is_looked_at_nearby(service: Service) -> None:
    now = datetime.now(UTC)
    first = taken(service, call(cad_ref="0005", location=at(-300, 0), at=now - timedelta(seconds=60)))
    taken(service, call("call.closed", cad_ref="0005", at=now))
    nearby = taken(service, call(cad_ref="0005", location=at(-310, 0), at=now - timedelta(seconds=30)))
    elsewhere = taken(service, call(cad_ref="0005", location=at(300, 0), at=now - timedelta(seconds=20)))

    assert (nearby["incident_id"], nearby["attention"]) == (first["incident_id"], "news_after_end")
    assert elsewhere["incident_id"] != first["incident_id"]
    assert is_searched_for(service, elsewhere["incident_id"])


def test_an_old_message_of_a_call_that_is_over_rings_nobody_though_the_place_has_moved_since(service: Service) -> None:
    now = datetime.now(UTC)
    first = taken(service, call(cad_ref="0006", location=at(-300, 0), at=now - timedelta(seconds=60)))
    taken(service, call("call.updated", cad_ref="0006", location=at(300, 0), at=now - timedelta(seconds=40)))
    taken(service, call("call.closed", cad_ref="0006", at=now))
    again = taken(service, call(cad_ref="0006", location=at(-300, 0), at=now - timedelta(seconds=60)))

    assert (again["incident_id"], again["attention"]) == (first["incident_id"], "news_after_end")


def test_a_used_message_id_with_another_body_is_a_call_and_rings(service: Service) -> None:
    body = call(cad_ref="0005")
    first = taken(service, body, message_id="msg_1")
    repeated = taken(service, body, message_id="msg_1")
    other = taken(service, call(cad_ref="0006", location=at(60, 40)), message_id="msg_1")

    assert (repeated["code"], repeated["incident_id"]) == ("duplicate", first["incident_id"])
    assert (other["code"], other["attention"]) == ("needs_attention", "message_id_used_again")
    assert other["incident_id"] != first["incident_id"]
    assert is_searched_for(service, other["incident_id"])


def test_a_finer_place_sent_alone_keeps_address_floor_note_and_phone(service: Service) -> None:
    words = {"address": "中原路1号", "floor": "5", "note": "门禁 1234"}
    first = taken(service, call(location=at(0, accuracy_m=60, **words), caller_phone="+8613900000000"))
    finer = taken(service, call("call.updated", location=at(20, accuracy_m=6)))
    shown = seen(service, first["incident_id"])

    assert (finer["code"], finer["changed"]) == ("accepted", True)
    assert {name: shown["location"][name] for name in words} == words
    assert shown["caller_phone"] == "+8613900000000"
    assert shown["location"]["accuracy_m"] == 6


def test_words_alone_reach_the_patients_place_and_an_explicit_null_takes_them_back(service: Service) -> None:
    first = taken(service, call(location=at(0, address="中原路1号", floor="5")))
    taken(service, call("call.updated", location={"floor": "6", "address": None}))
    shown = seen(service, first["incident_id"])["location"]

    assert (shown["floor"], shown["address"]) == ("6", "")
    assert (shown["lon"], shown["lat"]) == pytest.approx(place(0, 0))


def test_a_coarse_place_calls_nobody_off_and_asks_for_a_dispatcher(service: Service) -> None:
    first = taken(service, call(location=at(0, accuracy_m=6)))
    before = seen(service, first["incident_id"])
    coarse = taken(service, call("call.updated", location=at(900, accuracy_m=2_500)))
    after = seen(service, first["incident_id"])

    assert (coarse["code"], coarse["attention"]) == ("needs_attention", "vague_place")
    assert after["location"] == before["location"]
    assert after["alerts"] == before["alerts"]


def test_the_correction_of_a_sender_whose_first_clock_was_ahead_is_taken(service: Service) -> None:
    now = datetime.now(UTC)
    first = taken(service, call(at=now + timedelta(minutes=3)))
    corrected = taken(service, call("call.updated", at=now, location=at(30)))

    assert corrected["changed"]
    assert seen(service, first["incident_id"])["location"]["lon"] == pytest.approx(place(30, 0)[0])


def test_a_message_that_changes_nothing_says_so(service: Service) -> None:
    now = datetime.now(UTC)
    taken(service, call(at=now))
    same = taken(service, call("call.updated", at=now))
    older = taken(service, call("call.updated", at=now - timedelta(seconds=30), location=at(40)))

    assert [one["changed"] for one in (same, older)] == [False, False]
    assert "Nothing changed" in older["detail"]


def test_the_answer_tells_what_the_incident_still_needs(service: Service) -> None:
    first = taken(service, call(location=None))
    later = taken(service, call("ambulance.arrived"))

    assert first["attention"] == "location_missing"
    assert (later["code"], later["attention"]) == ("needs_attention", "location_missing")


def test_a_call_of_hours_ago_rings_nobody_by_itself(service: Service) -> None:
    old = taken(service, call(at=datetime.now(UTC) - timedelta(hours=3)))
    shown = seen(service, old["incident_id"])

    assert (old["code"], old["attention"]) == ("needs_attention", "old_call")
    assert not is_searched_for(service, old["incident_id"])
    assert "older than any that is still open" in shown["attention_detail"]


def test_where_nobody_is_near_a_dispatcher_is_asked(service: Service) -> None:
    alone = taken(service, call(location=at(0, 3_000)))
    shown = seen(service, alone["incident_id"])

    assert (shown["status"], shown["attention"]) == ("nobody_available", "nobody_available")
    assert metric(service, "rescue_open_incidents_attention") == 1


def test_what_the_contract_does_not_know_is_shown_at_the_desk_and_stays(service: Service) -> None:
    first = taken(service, call(age=61, determinant="9-E-1"))
    taken(service, call("call.updated", location=at(20), determinant="9-D-1", hazards="dog"))

    assert seen(service, first["incident_id"])["more"] == {"age": "61", "determinant": "9-D-1", "hazards": "dog"}


def test_two_callers_of_one_patient_are_seen_beside_each_other_and_joined_by_one_word(service: Service) -> None:
    """FAULTS A8."""
    first = taken(service, call(cad_ref="0801", location=at(0, 0)))
    second = taken(service, call(cad_ref="0802", location=at(9, 0)))
    beside = seen(service, second["incident_id"])["beside"]
    service.request("POST", f"/api/incidents/{second['incident_id']}/join", json={"into": first["incident_id"]})
    joined, goes_on = seen(service, second["incident_id"]), seen(service, first["incident_id"])
    finer = taken(service, call("call.updated", cad_ref="0802", location=at(4, 3, floor="3楼")))
    ended = taken(service, call("call.cancelled", cad_ref="0801"))
    still = seen(service, first["incident_id"])
    taken(service, call("call.closed", cad_ref="0802"))

    assert (second["code"], second["attention"]) == ("needs_attention", "another_incident_near")
    assert beside["incident_id"] == first["incident_id"]
    assert beside["distance_m"] == pytest.approx(9, abs=0.5)
    assert (joined["status"], joined["closed_reason"], joined["joined_to"]) == (
        "closed",
        "duplicate",
        first["incident_id"],
    )
    assert goes_on["taken_in"] == [second["incident_id"]]
    assert finer["incident_id"] == ended["incident_id"] == first["incident_id"]
    assert still["location"]["floor"] == "3楼"
    assert still["status"] != "closed", "the other caller's call goes on"
    assert seen(service, first["incident_id"])["status"] == "closed"


def test_what_cannot_be_joined_is_refused_with_a_reason(service: Service) -> None:
    one = taken(service, call(cad_ref="0803", location=at(0, 300)))["incident_id"]
    over = taken(service, call(cad_ref="0804", location=at(0, -300)))["incident_id"]
    taken(service, call("call.closed", cad_ref="0804"))

    def join(incident_id: str, into: str) -> tuple[int, str]:
        answer = service.request("POST", f"/api/incidents/{incident_id}/join", json={"into": into})
        return answer.status_code, answer.json()["code"]

    assert join(one, one) == (409, "same_incident")
    assert join(one, over) == (409, "incident_closed")
    assert join(over, one) == (409, "incident_closed")
    assert join(one, "nothing") == (404, "unknown_incident")


def test_two_patients_beside_each_other_are_both_rung_for_when_a_dispatcher_says_so(service: Service) -> None:
    taken(service, call(cad_ref="0805", location=at(200, 200)))
    second = taken(service, call(cad_ref="0806", location=at(205, 200)))["incident_id"]
    answer = service.request("POST", f"/api/incidents/{second}/another-patient")

    assert answer.status_code == 200
    assert (answer.json()["attention"], answer.json()["beside"]) in [(None, None), ("nobody_available", None)]
    assert is_searched_for(service, second)
