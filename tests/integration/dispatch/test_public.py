"""What anybody may ask: AEDs that can be taken now, the walk to one, and telling that one is not as it should be."""

import json
import time

import httpx
import pytest

from dispatch.access.tokens import Access
from dispatch.operations.limits import OPEN_DOORS
from geo.places.datum import Datum, convert
from geo.places.geodesic import geodesic_m
from tests.support.browser_like import Browser
from tests.support.service import Service
from tests.support.town import CENTRE, place

BOX = {"west": CENTRE[0] - 0.02, "south": CENTRE[1] - 0.02, "east": CENTRE[0] + 0.02, "north": CENTRE[1] + 0.02}
R = Access.REGISTRY_OFFICER


def ask(service: Service, path: str, **query: object) -> httpx.Response:
    return Browser(service.url).request("GET", f"/api/public/{path}", params=query)


def aed_named(service: Service, words: str) -> str:
    """The id of the AED whose place is described so."""
    found = ask(service, "aeds", **BOX).json()["aeds"]
    [aed_id] = [aed["aed_id"] for aed in found if aed["location_text"] == words]
    return str(aed_id)


def test_anybody_sees_which_aeds_can_be_taken_now_and_nothing_of_people(standing_service: Service) -> None:
    answer = ask(standing_service, "aeds", **BOX)

    usable = {aed["location_text"]: (aed["usable"], aed["reasons"]) for aed in answer.json()["aeds"]}
    assert usable["一楼大厅服务台"] == ("yes", ["open"])
    assert usable["开放时间不详"] == ("unknown", ["hours_unknown"])
    assert answer.json()["complete"]
    assert "source" not in answer.text
    assert "r00" not in answer.text


@pytest.mark.parametrize(
    "change", [{"east": 115.0}, {"north": 36.0}, {"west": 114.0}, {"south": "nan"}, {"south": 91}, {"north": None}]
)
def test_a_box_that_is_none_or_too_large_is_refused(standing_service: Service, change: dict[str, object]) -> None:
    query = {key: value for key, value in {**BOX, **change}.items() if value is not None}

    assert ask(standing_service, "aeds", **query).status_code == 422


def near(lon: float, lat: float) -> str:
    return f"{lon:.6f},{lat:.6f}"


def test_the_nearest_come_however_far_by_distance_and_with_it(standing_service: Service) -> None:
    lon, lat = place(-30_000, 60)
    told = ask(standing_service, "aeds", near=near(lon, lat), k=2).json()

    assert [aed["distance_m"] for aed in told["aeds"]] == sorted(aed["distance_m"] for aed in told["aeds"])
    assert len(told["aeds"]) == 2
    for aed in told["aeds"]:
        assert aed["distance_m"] == pytest.approx(geodesic_m(lon, lat, aed["lon"], aed["lat"]), abs=0.2)
    assert not told["complete"]


def test_of_the_nearest_those_alone_that_can_be_taken_now_are_told_when_asked_for(standing_service: Service) -> None:
    everything = ask(standing_service, "aeds", near=near(*place(0, 0)), k=100).json()
    usable = ask(standing_service, "aeds", near=near(*place(0, 0)), k=1, usable=True).json()["aeds"]

    assert everything["complete"]
    assert {aed["usable"] for aed in everything["aeds"]} > {"yes"}
    assert usable == [aed for aed in everything["aeds"] if aed["usable"] == "yes"][:1]


def test_beyond_forty_kilometres_nothing_is_near(standing_service: Service) -> None:
    told = ask(standing_service, "aeds", near=near(*place(-45_000, 0))).json()

    assert (told["aeds"], told["complete"]) == ([], True)


@pytest.mark.parametrize("datum", ["CGCS2000", "EPSG:4490"])
def test_chinas_own_datum_is_taken_as_wgs84(standing_service: Service, datum: str) -> None:
    told = [ask(standing_service, "aeds", near=near(*place(500, 0)), k=1, **named) for named in ({}, {"datum": datum})]
    assert told[0].json()["aeds"] == told[1].json()["aeds"]


def test_a_place_in_a_chinese_datum_is_the_same_place(standing_service: Service) -> None:
    shifted = convert(*place(500, 0), source=Datum.WGS84, target=Datum.GCJ02)
    told = ask(standing_service, "aeds", near=near(*shifted), k=1, datum="gcj02").json()["aeds"]
    there = ask(standing_service, "aeds", near=near(*place(500, 0)), k=1).json()["aeds"]

    assert told[0]["distance_m"] == pytest.approx(there[0]["distance_m"], abs=1.0)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {**BOX, "near": "113.6,34.7"},
        {"near": "113.6,34.7", "west": 113.0},
        {"near": "113.6"},
        {"near": "34.7,113.6"},
        {"near": "nan,34.7"},
        {"near": "113.6,34.7,1"},
        {"near": "113.6,34.7", "k": 0},
        {"near": "113.6,34.7", "k": 101},
    ],
)
def test_a_question_that_names_no_place_is_refused_with_how_to_ask(
    standing_service: Service, query: dict[str, object]
) -> None:
    answer = ask(standing_service, "aeds", **query)

    assert answer.status_code == 422
    assert answer.json()["message"]


def test_the_way_to_an_aed_is_told_in_both_languages(standing_service: Service) -> None:
    lon, lat = place(-120, 60)
    aed_id = aed_named(standing_service, "一楼大厅服务台")
    walk = ask(standing_service, "walk", from_lon=lon, from_lat=lat, to_aed=aed_id).json()

    assert walk["length_m"] == pytest.approx(180, abs=2)
    assert walk["walk_time_s"] == pytest.approx(180 / 1.4, abs=2)
    assert not walk["straight_line"]
    assert walk["lonlat"][0] == pytest.approx([lon, lat], abs=1e-4)
    assert "一楼大厅服务台" in walk["steps_zh"][-1]
    assert "floor" in walk["steps_en"][-1].lower() or "一楼大厅服务台" in walk["steps_en"][-1]
    assert len(walk["steps_zh"]) == len(walk["steps_en"]) >= 2


def test_a_phone_with_a_chinese_datum_starts_from_the_same_place(standing_service: Service) -> None:
    lon, lat = place(-120, 60)
    shifted = convert(lon, lat, source=Datum.WGS84, target=Datum.GCJ02)
    aed_id = aed_named(standing_service, "一楼大厅服务台")
    walk = ask(standing_service, "walk", from_lon=shifted[0], from_lat=shifted[1], to_aed=aed_id, datum="gcj02").json()

    assert walk["length_m"] == pytest.approx(180, abs=2)


def test_where_no_street_is_known_a_line_is_told_as_what_it_is(standing_service: Service) -> None:
    lon, lat = place(2500, 0)
    aed_id = aed_named(standing_service, "一楼大厅服务台")
    walk = ask(standing_service, "walk", from_lon=lon, from_lat=lat, to_aed=aed_id).json()

    assert walk["straight_line"]
    assert len(walk["lonlat"]) == 2
    assert "直线" in walk["steps_zh"][0]


def test_a_walk_that_nobody_can_mean_is_refused(standing_service: Service) -> None:
    lon, lat = place(0, 0)
    aed_id = aed_named(standing_service, "一楼大厅服务台")
    far = ask(standing_service, "walk", from_lon=lon + 1, from_lat=lat, to_aed=aed_id)
    unknown = ask(standing_service, "walk", from_lon=lon, from_lat=lat, to_aed="nothing")
    mars = ask(standing_service, "walk", from_lon=lon, from_lat=lat, to_aed=aed_id, datum="mars")

    assert (far.status_code, far.json()["code"]) == (422, "too_far")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_aed")
    assert mars.status_code == 422


@pytest.mark.parametrize(("path", "door"), [("walk", "walk"), ("aeds", "aeds")])
def test_one_address_that_asks_too_much_waits_and_others_do_not(service: Service, path: str, door: str) -> None:
    query = BOX if path == "aeds" else {"from_lon": CENTRE[0], "from_lat": CENTRE[1], "to_aed": "nothing"}

    def answer(address: str) -> httpx.Response:
        return Browser(service.url).request(
            "GET", f"/api/public/{path}", params=query, headers={"x-forwarded-for": address}
        )

    statuses = [answer("192.0.2.7").status_code for _ in range(OPEN_DOORS[door].burst * 2)]
    assert 429 in statuses
    assert answer("192.0.2.8").status_code != 429


def report(service: Service, aed_id: str, **body: str) -> httpx.Response:
    return Browser(service.url).request("POST", f"/api/aeds/{aed_id}/problems", json=body)


@pytest.mark.both_databases
def test_a_problem_is_reported_by_anybody_seen_by_the_desk_and_settled_by_the_registry(service: Service) -> None:
    aed_id = aed_named(service, "一楼大厅服务台")
    first = report(service, aed_id, kind="locked").json()["problem_id"]
    again = report(service, aed_id, kind="locked").json()["problem_id"]
    other = report(service, aed_id, kind="locked", note="  后门锁着 ").json()["problem_id"]
    seen = service.get("/api/aeds/problems?open=true")
    settled = service.request("POST", f"/api/aeds/problems/{first}/resolve", R, json={"note": "钥匙在前台"}).json()
    left = service.get("/api/aeds/problems?open=true", R)
    anew = report(service, aed_id, kind="locked").json()["problem_id"]

    assert first == again
    assert {one["problem_id"]: (one["reports"], one["note"]) for one in seen} == {
        first: (2, ""),
        other: (1, "后门锁着"),
    }
    assert settled["resolution"] == "钥匙在前台"
    assert settled["resolved_at"]
    assert [one["problem_id"] for one in left] == [other]
    assert anew == other
    assert len(service.get("/api/aeds/problems")) == 2


@pytest.mark.both_databases
def test_strangers_fill_no_tables(service: Service) -> None:
    aed_id, door, began_s = aed_named(service, "一楼大厅服务台"), OPEN_DOORS["problem"], time.monotonic()
    statuses = [report(service, aed_id, kind="other", note=f"note {number}").status_code for number in range(30)]
    allowed_meanwhile = int((time.monotonic() - began_s) * door.per_s)
    kept = service.get("/api/aeds/problems")

    assert set(statuses) == {202, 429}
    assert door.burst <= statuses.count(202) <= door.burst + allowed_meanwhile
    assert len(kept) == 10
    assert "192.0.2" not in json.dumps(kept)


def test_a_report_that_makes_no_sense_is_refused(standing_service: Service) -> None:
    aed_id = aed_named(standing_service, "一楼大厅服务台")
    wrong = [
        report(standing_service, aed_id, kind="ugly"),
        report(standing_service, aed_id, kind="other", note="x" * 301),
    ]

    assert [answer.status_code for answer in wrong] == [422, 422]
    assert report(standing_service, "nothing", kind="locked").status_code == 404
    assert standing_service.request("POST", "/api/aeds/problems/nothing/resolve", R, json={}).status_code == 404
