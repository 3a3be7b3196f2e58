"""The map of the running service: open to everybody, and without anything personal."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.streets.walk_network import WalkNetwork
from tests.support.plain_http import fetch
from tests.support.process import running
from tests.support.service import Service
from tests.support.tiles import decoded, in_degrees, tile_at
from tests.support.town import CENTRE, Town, place


def tile_path(zoom: int, east_m: float = 0.0, north_m: float = 0.0) -> str:
    tile = tile_at(*place(east_m, north_m), zoom)
    return f"/tiles/{tile.zoom}/{tile.column}/{tile.row}.mvt"


def test_a_page_is_told_where_the_city_is_and_what_to_draw(standing_service: Service) -> None:
    told = fetch("GET", f"{standing_service.url}/api/map").json()

    west, south, east, north = told["bounds"]
    assert west < CENTRE[0] < east
    assert south < CENTRE[1] < north
    assert told["center"] == pytest.approx(CENTRE, abs=1e-4)
    assert (told["kind"], told["datum"], told["districts"]) == ("vector", "wgs84", False)
    assert told["tiles"].startswith("/tiles/{z}/{x}/{y}.mvt?v=")


def test_the_streets_of_a_tile_are_those_of_the_network(standing_service: Service, town: Town) -> None:
    network = WalkNetwork.load(town.network)
    streets = shapely.union_all(
        [
            shapely.LineString(np.column_stack((network.shape_x[a:b], network.shape_y[a:b])))
            for a, b in zip(network.shape_start[:-1], network.shape_start[1:], strict=True)
        ]
    )
    answer = fetch("GET", standing_service.url + tile_path(15))
    lines = [in_degrees(line, tile_at(*CENTRE, 15)) for line, _ in decoded(answer.content)["streets"]]
    shown = shapely.transform(
        shapely.union_all(lines), lambda xy: np.column_stack(network.plane.to_plane(xy[:, 0], xy[:, 1]))
    )

    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert shown.length > 5_000
    assert shown.difference(streets.buffer(2.0)).length == pytest.approx(0.0, abs=1e-6)


def test_a_tile_may_be_kept_and_is_not_sent_twice(standing_service: Service) -> None:
    version = fetch("GET", f"{standing_service.url}/api/map").json()["tiles"].partition("?v=")[2]
    url = standing_service.url + tile_path(14)
    first = fetch("GET", f"{url}?v={version}")
    again = fetch("GET", url, headers={"if-none-match": first.headers["etag"]})

    assert "immutable" in first.headers["cache-control"]
    assert first.headers["content-encoding"] == "gzip"
    assert again.status_code == 304
    assert again.headers["cache-control"] == "public, no-cache"
    assert fetch("GET", url, headers={"accept-encoding": "identity"}).content == first.content


def test_where_there_is_nothing_to_draw_there_is_no_content(standing_service: Service) -> None:
    assert fetch("GET", standing_service.url + tile_path(14, east_m=90_000)).status_code == 204


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tiles/9/417/203.mvt", 404),
        ("/tiles/17/0/0.mvt", 404),
        ("/tiles/10/1024/0.mvt", 404),
        ("/tiles/10/-1/0.mvt", 422),
        ("/tiles/10/x/0.mvt", 422),
    ],
)
def test_there_are_no_other_tiles(standing_service: Service, path: str, status: int) -> None:
    assert fetch("GET", standing_service.url + path).status_code == status


def test_nothing_personal_and_no_aed_is_in_a_tile(standing_service: Service) -> None:
    read = decoded(fetch("GET", standing_service.url + tile_path(16)).content)

    assert list(read) == ["streets"]
    assert {key for _, tags in read["streets"] for key in tags} <= {"kind", "stairs", "name"}


def test_districts_are_drawn_where_there_are_outlines(town: Town, town_database: str, tmp_path: Path) -> None:
    west, south = place(-5_000, -5_000)
    east, north = place(5_000, 5_000)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    outlines = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"name": "测试区"},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        ],
    }
    file = tmp_path / "districts.geojson"
    file.write_text(json.dumps(outlines), encoding="utf-8")
    with running(town, town_database, tmp_path / "service.log", RESCUE_DISTRICTS=str(file)) as service:
        told = fetch("GET", f"{service.url}/api/map").json()
        read = decoded(fetch("GET", service.url + tile_path(12)).content)

    assert told["districts"] is True
    assert [tags for _, tags in read["districts"]] == [{"name": "测试区"}]


def test_a_map_from_elsewhere_is_named_with_its_datum_and_let_through(
    town: Town, town_database: str, tmp_path: Path
) -> None:
    url = "https://tiles.example:8443/{z}/{x}/{y}.png"
    settings = {"RESCUE_TILE_URL": url, "RESCUE_TILE_DATUM": "gcj02"}
    with running(town, town_database, tmp_path / "service.log", **settings) as service:
        told = fetch("GET", f"{service.url}/api/map").json()
        policy = fetch("GET", f"{service.url}/map/").headers["content-security-policy"]

    assert (told["kind"], told["tiles"], told["datum"]) == ("raster", url, "gcj02")
    assert "connect-src 'self' https://tiles.example:8443;" in policy
    assert "img-src 'self' data: blob: https://tiles.example:8443;" in policy
    assert "script-src 'self';" in policy
