"""Which reported places can be meant, and what is wrong with those that cannot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.contracts.webhook import CallLocation
from dispatch.core.matching import Place
from dispatch.incidents.service_area import MARGIN_DEG, BadLocation, ServiceArea, around, get_place
from geo.places.datum import Datum, convert

AREA = ServiceArea(min_lon=113.4, min_lat=34.5, max_lon=114.0, max_lat=35.0)


def located(lon: float, lat: float, datum: str | None = "wgs84") -> CallLocation:
    return CallLocation(lon=lon, lat=lat, datum=datum)


@pytest.mark.parametrize(
    ("location", "code"),
    [
        (located(113.6, 34.7, None), "no_datum"),
        (located(113.6, 34.7, ""), "no_datum"),
        (located(113.6, 34.7, "mars"), "unknown_datum"),
        (located(0, 0), "zero_coordinates"),
        (located(0.0, 34.7), "zero_coordinates"),
        (located(113.6, 0.0), "zero_coordinates"),
        (located(34.7, 113.6), "swapped_coordinates"),
        (located(34.7, 113.6, "gcj02"), "swapped_coordinates"),
        (located(200, 100), "bad_coordinates"),
        (located(113.6, -500), "bad_coordinates"),
        (located(2.35, 48.85), "outside_service_area"),
        (located(-113.6, 34.7), "outside_service_area"),
        (located(113.6, -34.7), "outside_service_area"),
    ],
)
def test_a_place_that_cannot_be_meant_is_refused_with_its_reason(location: CallLocation, code: str) -> None:
    with pytest.raises(BadLocation) as refused:
        get_place(location, AREA)

    assert refused.value.code == code
    assert str(refused.value)


def test_without_an_area_any_place_on_earth_can_be_meant() -> None:
    assert get_place(located(2.35, 48.85), None) == Place(lon=2.35, lat=48.85)


def test_the_prime_meridian_is_a_place_where_the_service_is_there() -> None:
    greenwich = ServiceArea(min_lon=-0.2, min_lat=51.4, max_lon=0.2, max_lat=51.6)

    assert get_place(located(0.0, 51.5), greenwich) == Place(lon=0.0, lat=51.5)


@pytest.mark.parametrize("datum", ["CGCS2000", "EPSG:4490"])
def test_chinas_own_datum_is_taken_as_wgs84(datum: str) -> None:
    assert get_place(located(113.6, 34.7, datum), AREA) == Place(lon=113.6, lat=34.7)


def test_where_both_orders_lie_in_the_area_the_place_is_taken_as_written() -> None:
    square = ServiceArea(min_lon=30.0, min_lat=30.0, max_lon=60.0, max_lat=60.0)

    assert get_place(located(40, 50), square) == Place(lon=40, lat=50)


def test_a_swap_within_the_ranges_of_both_is_seen_by_the_area() -> None:
    europe = ServiceArea(min_lon=2.0, min_lat=48.0, max_lon=3.0, max_lat=49.0)

    with pytest.raises(BadLocation) as refused:
        get_place(located(48.5, 2.5), europe)

    assert refused.value.code == "swapped_coordinates"


@pytest.mark.parametrize(("east", "north"), [(1, 0), (-1, 0), (0, 1), (0, -1)])
def test_the_area_of_a_network_reaches_its_margin_beyond_it_and_no_farther(east: int, north: int) -> None:
    half_lon, half_lat = 0.2, 0.15
    area = around((113.7 - half_lon, 34.75 - half_lat, 113.7 + half_lon, 34.75 + half_lat))

    def beyond(deg: float) -> Place:
        return Place(lon=113.7 + east * (half_lon + deg), lat=34.75 + north * (half_lat + deg))

    assert beyond(MARGIN_DEG - 1e-6) in area
    assert beyond(MARGIN_DEG + 1e-6) not in area


@given(st.floats(AREA.min_lon, AREA.max_lon), st.sampled_from([Datum.GCJ02, Datum.BD09]))
def test_at_the_edge_the_area_counts_in_wgs84_whatever_the_datum_reported(lon: float, datum: Datum) -> None:
    inside = convert(lon, AREA.max_lat - 1e-4, source=Datum.WGS84, target=datum)
    outside = convert(lon, AREA.max_lat + 1e-4, source=Datum.WGS84, target=datum)
    if not AREA.min_lon + 1e-6 < lon < AREA.max_lon - 1e-6:
        return

    place = get_place(located(*inside, datum), AREA)
    with pytest.raises(BadLocation) as refused:
        get_place(located(*outside, datum), AREA)

    assert (place.lon, place.lat) == pytest.approx((lon, AREA.max_lat - 1e-4), abs=1e-6)
    assert refused.value.code == "outside_service_area"
