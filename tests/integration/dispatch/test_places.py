"""Officers keep stations over HTTP, and districts filter what lies in them."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from dispatch.access.tokens import Access
from geo.places.datum import Datum, convert
from tests.integration.dispatch.test_live_changes import registry
from tests.support.places import feature, write_geojson
from tests.support.service import Service
from tests.support.town import place

pytestmark = pytest.mark.both_databases
R = Access.REGISTRY_OFFICER
PLACES = "/api/registry/places"
NEAR_M, HIGH_M = 30.0, 2_000.0


def square(west_m: float, east_m: float) -> list[list[float]]:
    corners = [(west_m, -HIGH_M), (east_m, -HIGH_M), (east_m, HIGH_M), (west_m, HIGH_M), (west_m, -HIGH_M)]
    return [list(place(*corner)) for corner in corners]


@pytest.fixture
def districts(service: Service, town_database: str, tmp_path: Path) -> Service:
    """West of the town's centre and a little beyond, and east of that with a hole where r03 lives."""
    west = feature({"type": "Polygon", "coordinates": [square(-HIGH_M, NEAR_M)]}, adcode=410103, name="二七区")
    hole = [list(place(x, y)) for x, y in ((210, -30), (270, -30), (270, 30), (210, 30), (210, -30))]
    rings = [square(NEAR_M, HIGH_M), hole]
    east = feature({"type": "MultiPolygon", "coordinates": [rings]}, adcode=410105, name="金水区")
    path = write_geojson(tmp_path / "districts.geojson", west, east)
    registry(town_database, "places", "import", str(path), "--source", "city", "--kind", "district")
    return service


def ask(service: Service, method: str, path: str = "", etag: str = "", **body: Any) -> httpx.Response:
    headers = {"if-match": etag} if etag else {}
    return service.request(method, PLACES + path, R, json=body, headers=headers)


def add(service: Service, **more: Any) -> httpx.Response:
    lon, lat = place(300, 0)
    body = {"kind": "practice_station", "name": "花园路培训站", "lon": lon, "lat": lat, **more}
    return ask(service, "POST", **body)


def listed(service: Service, path: str, **query: Any) -> Any:
    answer = service.request("GET", path, R, params=query)
    assert answer.is_success, answer.text
    return answer.json()


def test_a_station_is_added_where_it_is_meant_and_told_with_its_district(districts: Service) -> None:
    lon, lat = convert(*place(300, 0), source=Datum.WGS84, target=Datum.GCJ02)

    answer = add(districts, lon=lon, lat=lat, datum="gcj02", levels=["2"], phone="0371-65951234", why="opened")

    told = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"{PLACES}/{told['place_id']}")
    assert (told["lon"], told["lat"]) == pytest.approx(place(300, 0), abs=1e-6)
    assert (told["district"], told["levels"], told["area"], told["corrected"]) == ("金水区", ["2楼"], None, [])
    (line,) = listed(districts, "/api/registry/history", kind="place", subject_id=told["place_id"])["changes"]
    assert (line["action"], line["by"], line["why"]) == ("added", "tests", "opened")


def test_two_officers_at_once_lose_nothing(service: Service) -> None:
    added = add(service)
    path, seen = f"/{added.json()['place_id']}", added.headers["etag"]

    first = ask(service, "PATCH", path, seen, address="花园路1号")
    second = ask(service, "POST", f"{path}/retire", seen, why="closed")
    again = ask(service, "POST", f"{path}/retire", first.headers["etag"], why="closed")

    assert (first.status_code, second.status_code, again.status_code) == (200, 412, 200)
    assert second.headers["content-type"] == "application/problem+json"
    assert second.json()["code"] == "place_changed"
    now = service.request("GET", PLACES + path, R)
    assert (now.json()["address"], now.headers["etag"]) == ("花园路1号", again.headers["etag"])
    assert now.json()["retired_at"] is not None


def test_a_station_moves_and_comes_back(service: Service) -> None:
    path = f"/{add(service).json()['place_id']}"
    lon, lat = place(-300, 60)

    moved = ask(service, "POST", f"{path}/move", lon=lon, lat=lat, why="new building")
    ask(service, "POST", f"{path}/retire")
    gone = listed(service, PLACES)["places"]
    back = ask(service, "POST", f"{path}/reinstate")

    assert (moved.json()["lon"], moved.json()["lat"]) == pytest.approx((lon, lat))
    assert gone == []
    assert back.json()["retired_at"] is None


def test_places_are_listed_page_by_page_by_kind_district_and_words(districts: Service) -> None:
    for name in ("花园路培训站", "黄河路培训站", "紫荆山学校"):
        add(districts, name=name, kind="school_station" if "学校" in name else "practice_station")

    first = listed(districts, PLACES, district="410105", kind="practice_station", limit=1)
    rest = listed(districts, PLACES, district="410105", kind="practice_station", limit=1, cursor=first["next"])

    assert {one["name"] for one in (*first["places"], *rest["places"])} == {"花园路培训站", "黄河路培训站"}
    assert rest["next"] is None
    assert [one["name"] for one in listed(districts, PLACES, text="紫荆")["places"]] == ["紫荆山学校"]
    assert len(listed(districts, PLACES, kind=["district", "school_station"])["places"]) == 3
    assert listed(districts, PLACES, district="二七区", kind="practice_station")["places"] == []


def test_an_outline_is_told_with_its_district_alone(districts: Service) -> None:
    lines = listed(districts, PLACES, kind="district")["places"]
    assert not any("area" in one for one in lines)

    east = next(one for one in lines if one["name"] == "金水区")
    area = listed(districts, f"{PLACES}/{east['place_id']}")["area"]

    assert (area["type"], len(area["coordinates"])) == ("Polygon", 2)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"kind": "district"}, 422, "bad_request"),
        ({"lon": 0.0}, 422, "zero_coordinates"),
        ({"lon": 9.5, "lat": 47.1}, 422, "outside_service_area"),
        ({"datum": "mars"}, 422, "bad_request"),
        ({"district_id": "北区"}, 422, "unknown_district"),
        ({"phone": "13812345678"}, 422, "bad_place"),
        ({"name": "  "}, 422, "bad_place"),
        ({"owner": "x"}, 422, "bad_request"),
    ],
)
def test_what_cannot_be_is_refused_with_a_code(
    standing_service: Service, body: dict[str, Any], status: int, code: str
) -> None:
    answer = add(standing_service, **body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_place_that_there_is_not_is_404_and_others_may_only_look(standing_service: Service) -> None:
    assert ask(standing_service, "PATCH", "/nowhere", address="x").json()["code"] == "unknown_place"
    assert ask(standing_service, "PATCH", "/nowhere").status_code == 422
    assert standing_service.request("GET", PLACES, Access.DISPATCHER).is_success
    for access in (Access.DISPATCHER, Access.VOLUNTEER, Access.SIMULATOR):
        assert standing_service.request("POST", f"{PLACES}/nowhere/retire", access).status_code == 403


def test_aeds_are_listed_and_exported_by_district(districts: Service) -> None:
    def told(answer: Any) -> set[str]:
        return {one["properties"]["source_ref"] for one in answer["features"]}

    def aeds(district: str) -> set[str]:
        return {one["source_ref"] for one in listed(districts, "/api/aeds", district=district)["aeds"]}

    assert (aeds("二七区"), aeds("410105")) == ({"aed-night"}, {"aed-open", "aed-unknown"})
    assert told(listed(districts, "/api/registry/export", district="金水区")) == {"aed-open", "aed-unknown"}
    for path in ("/api/aeds", "/api/registry/export", "/api/rescuers"):
        refused = districts.request("GET", path, R, params={"district": "北区"})
        assert refused.status_code == 422
        assert "there are 二七区, 金水区" in refused.json()["message"]


def test_people_are_listed_by_the_district_they_live_in(districts: Service) -> None:
    def people(**query: Any) -> list[str]:
        return [one["rescuer_id"] for one in listed(districts, "/api/rescuers", **query)["rescuers"]]

    lives_east = [f"r{number:02d}" for number in range(12) if number != 3]
    assert people(district="金水区") == lives_east
    assert people(district="金水区", limit=3, after="r01") == ["r02", "r04", "r05"]
    assert people(district="金水区", name="测试7") == ["r07"]
    assert people(district="二七区") == []
    lon, lat = place(-60, 0)
    home = {"home": {"lon": lon, "lat": lat, "datum": "wgs84"}}
    districts.request("PATCH", "/api/rescuers/r05", R, json=home).raise_for_status()
    assert people(district="二七区") == ["r05"]


def test_a_warning_names_the_nearest_practice_station_and_nothing_of_the_home(districts: Service) -> None:
    add(districts, name="学校", kind="school_station", lon=place(60, 0)[0], lat=place(60, 0)[1])
    far, near = add(districts, name="远"), place(60, 620)
    add(districts, name="近", address="黄河路2号", lon=near[0], lat=near[1])
    ask(districts, "PATCH", f"/{far.json()['place_id']}", address="很远")
    lon, lat = place(2_000, 0)
    ask(districts, "POST", f"/{far.json()['place_id']}/move", lon=lon, lat=lat)

    (one,) = (
        one
        for one in listed(districts, "/api/certificates/expiring", within_days=3650)["certificates"]
        if one["rescuer_id"] == "r00"
    )

    station = one["nearest_station"]
    assert (station["name"], station["address"], station["distance_m"]) == ("近", "黄河路2号", 600)
    assert station.keys() == {"place_id", "name", "address", "distance_m"}
    assert str(place(60, 0)[0]) not in json.dumps(one)
