"""Datums: there and back, only in mainland China, and by name."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.places.datum import Datum, UnknownDatum, convert, parse_datum
from geo.places.geodesic import geodesic_m

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
        (114.128, 22.501),
        (113.97, 22.42),
        (113.575, 22.16),
        (121.5, 25.03),
        (118.32, 24.435),
    ],
    ids=[
        "Vaduz",
        "Virginia Beach",
        "Tokyo",
        "Seoul",
        "Hong Kong",
        "Sheung Shui",
        "Tuen Mun",
        "Macao's Taipa",
        "Taipei",
        "Kinmen",
    ],
)
@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_outside_mainland_china_nothing_changes(lon: float, lat: float, datum: Datum) -> None:
    assert convert(lon, lat, source=Datum.WGS84, target=datum) == (lon, lat)
    assert convert(lon, lat, source=datum, target=Datum.WGS84) == (lon, lat)


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        (113.65, 34.75),
        (114.055, 22.54),
        (114.1123, 22.5337),
        (114.1130, 22.5312),
        (114.0650, 22.5180),
        (114.2270, 22.5550),
        (113.91, 22.48),
        (113.555, 22.225),
        (113.5487, 22.2172),
        (118.195, 24.44),
        (120.32, 36.055),
        (110.3, 20.03),
        (126.53, 45.80),
    ],
    ids=[
        "Zhengzhou",
        "Shenzhen",
        "Shenzhen's railway station",
        "Luohu port",
        "Futian port",
        "Shatoujiao",
        "Shekou",
        "Zhuhai",
        "Gongbei port",
        "Xiamen's east coast",
        "a pier in Qingdao",
        "Haikou",
        "Harbin",
    ],
)
@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_mainland_cities_are_shifted_up_to_the_coast_and_the_border(lon: float, lat: float, datum: Datum) -> None:
    there = convert(lon, lat, source=Datum.WGS84, target=datum)

    assert geodesic_m(lon, lat, *there) > 100.0
    assert geodesic_m(lon, lat, *convert(*there, source=datum, target=Datum.WGS84)) < CENTIMETRE


@pytest.mark.parametrize(
    ("lon", "lat"),
    [(114.1133, 22.5281), (114.0653, 22.5146), (113.541, 22.1975)],
    ids=["Lo Wu station", "Lok Ma Chau station", "Macao's Ruins of St. Paul"],
)
def test_hong_kong_and_macao_are_not_shifted_up_to_their_own_edge(lon: float, lat: float) -> None:
    assert convert(lon, lat, source=Datum.WGS84, target=Datum.GCJ02) == (lon, lat)


def test_arrays_convert_as_their_elements_do() -> None:
    lon, lat = np.array([[113.6, 9.5], [114.1, 2.0]]), np.array([[34.7, 47.1], [34.9, 1.0]])

    there = convert(lon, lat, source=Datum.BD09, target=Datum.WGS84)

    assert there[0].shape == lon.shape
    for at in np.ndindex(lon.shape):
        one = convert(float(lon[at]), float(lat[at]), source=Datum.BD09, target=Datum.WGS84)
        assert (there[0][at], there[1][at]) == pytest.approx(one, abs=1e-12)


@pytest.mark.parametrize(
    "text", ["WGS-84", "wgs84", " Wgs_84 ", "CGCS2000", "cgcs-2000", "EPSG:4490", "urn:ogc:def:crs:EPSG::4490"]
)
def test_a_datum_is_known_however_it_is_written(text: str) -> None:
    assert parse_datum(text) is Datum.WGS84


def test_an_unknown_datum_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownDatum, match="wgs84, gcj02 or bd09"):
        parse_datum("Beijing 1954")
