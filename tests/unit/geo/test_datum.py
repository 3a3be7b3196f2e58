"""Datums: there and back, only in mainland China, and by name."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.places.datum import Datum, UnknownDatum, convert, parse_datum
from geo.places.projection import geodesic_m

CENTIMETRE = 0.01
SHIFTED = st.sampled_from([Datum.GCJ02, Datum.BD09])
# Well inside the outline, clear of the strip along it where two positions shift to the same one.
INLAND_LON, INLAND_LAT = st.floats(100.0, 116.0), st.floats(26.0, 39.0)


@given(lon=INLAND_LON, lat=INLAND_LAT, datum=SHIFTED)
def test_there_and_back_is_the_same_place_to_a_centimetre(lon: float, lat: float, datum: Datum) -> None:
    there = convert(lon, lat, source=Datum.WGS84, target=datum)
    back = convert(*there, source=datum, target=Datum.WGS84)

    assert geodesic_m(lon, lat, *back) < CENTIMETRE
    assert 50.0 < geodesic_m(lon, lat, *there) < 2_000.0


@given(lon=INLAND_LON, lat=INLAND_LAT, source=SHIFTED, target=SHIFTED)
def test_the_two_chinese_datums_convert_into_each_other(lon: float, lat: float, source: Datum, target: Datum) -> None:
    there = convert(lon, lat, source=source, target=target)

    assert geodesic_m(lon, lat, *convert(*there, source=target, target=source)) < CENTIMETRE


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        (9.52, 47.14),
        (-76.04, 36.78),
        (139.69, 35.69),
        (126.98, 37.57),
        (114.17, 22.30),
        (113.575, 22.16),
        (121.5, 25.03),
    ],
    ids=["Vaduz", "Virginia Beach", "Tokyo", "Seoul", "Hong Kong", "Macau", "Taipei"],
)
@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_outside_mainland_china_nothing_changes(lon: float, lat: float, datum: Datum) -> None:
    assert convert(lon, lat, source=Datum.WGS84, target=datum) == (lon, lat)
    assert convert(lon, lat, source=datum, target=Datum.WGS84) == (lon, lat)


@pytest.mark.parametrize(
    ("lon", "lat"),
    [(113.65, 34.75), (114.055, 22.54), (113.555, 22.225), (120.32, 36.055), (110.3, 20.03), (126.53, 45.80)],
    ids=["Zhengzhou", "Shenzhen", "Zhuhai", "a pier in Qingdao", "Haikou", "Harbin"],
)
def test_mainland_cities_are_shifted_up_to_the_coast(lon: float, lat: float) -> None:
    assert geodesic_m(lon, lat, *convert(lon, lat, source=Datum.WGS84, target=Datum.GCJ02)) > 100.0


def test_arrays_convert_as_their_elements_do() -> None:
    lon, lat = np.array([[113.6, 9.5], [114.1, 2.0]]), np.array([[34.7, 47.1], [34.9, 1.0]])

    there = convert(lon, lat, source=Datum.BD09, target=Datum.WGS84)

    assert there[0].shape == lon.shape
    for at in np.ndindex(lon.shape):
        one = convert(float(lon[at]), float(lat[at]), source=Datum.BD09, target=Datum.WGS84)
        assert (there[0][at], there[1][at]) == pytest.approx(one, abs=1e-12)


@pytest.mark.parametrize("text", ["WGS-84", "wgs84", " Wgs_84 "])
def test_a_datum_is_known_however_it_is_written(text: str) -> None:
    assert parse_datum(text) is Datum.WGS84


def test_an_unknown_datum_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownDatum, match="wgs84, gcj02 or bd09"):
        parse_datum("CGCS")
