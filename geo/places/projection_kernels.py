"""The transverse Mercator projection as compiled loops: a call projects some hundred places before a phone may ring.

Series in powers of the angle from the centre line; Snyder, Map Projections: A Working Manual (USGS PP 1395), pp. 60-64.
"""
# ruff: noqa: PLR0917 (numba compiles positional arguments only)

import math
from typing import Any

from numba import float64, njit, types, void

Array = Any

# Named beforehand, so that a call never waits for the compiler; arrays that may only be read are a type of their own.
_GIVEN, _OUT = types.Array(float64, 1, "C", readonly=True), types.Array(float64, 1, "C")
_ALL = void(float64, float64, _GIVEN, _GIVEN, _OUT, _OUT)

_SEMI_MAJOR_M = 6_378_137.0
_E2 = 0.006_694_379_990_141_317
_E2_PRIME = _E2 / (1.0 - _E2)
_E4, _E6 = _E2 * _E2, _E2**3
# The way back is found by correcting a guess; the error shrinks at least a hundredfold each time.
_INVERSION_ROUNDS = 6
_CLOSE_ENOUGH_DEGREES = 1e-12


@njit(cache=True, nogil=True, error_model="numpy")
def meridian_arc_m(phi: float) -> float:
    """From the equator to latitude `phi`, in radians."""
    arc = (1.0 - _E2 / 4.0 - 3.0 * _E4 / 64.0 - 5.0 * _E6 / 256.0) * phi
    arc -= (3.0 * _E2 / 8.0 + 3.0 * _E4 / 32.0 + 45.0 * _E6 / 1024.0) * math.sin(2.0 * phi)
    arc += (15.0 * _E4 / 256.0 + 45.0 * _E6 / 1024.0) * math.sin(4.0 * phi) - 35.0 * _E6 / 3072.0 * math.sin(6.0 * phi)
    return _SEMI_MAJOR_M * arc


@njit(cache=True, nogil=True, error_model="numpy")
def _projected(lon0: float, arc0_m: float, lon: float, lat: float) -> tuple[float, float]:
    phi = math.radians(lat)
    sin, cos = math.sin(phi), math.cos(phi)
    tan2 = (sin / cos) ** 2
    c = _E2_PRIME * cos * cos
    normal = _SEMI_MAJOR_M / math.sqrt(1.0 - _E2 * sin * sin)
    a = math.radians((lon - lon0 + 180.0) % 360.0 - 180.0) * cos
    a2 = a * a
    x = normal * a * (1.0 + a2 * ((1.0 - tan2 + c) / 6.0 + a2 * (5.0 - 18.0 * tan2 + tan2 * tan2) / 120.0))
    bend = normal * (sin / cos) * a2 * (0.5 + a2 * (5.0 - tan2 + 9.0 * c) / 24.0)
    return x, meridian_arc_m(phi) - arc0_m + bend


@njit("UniTuple(f8, 2)(f8, f8, f8, f8)", cache=True, nogil=True, error_model="numpy")
def plane_metres(lon0: float, lat0: float, lon: float, lat: float) -> tuple[float, float]:
    """(x, y) metres east and north of (lon0, lat0) of a place in degrees."""
    return _projected(lon0, meridian_arc_m(math.radians(lat0)), lon, lat)


@njit(_ALL, cache=True, nogil=True, error_model="numpy")
def all_plane_metres(lon0: float, lat0: float, lon: Array, lat: Array, out_x: Array, out_y: Array) -> None:
    """`plane_metres` of (n,) places."""
    arc0_m = meridian_arc_m(math.radians(lat0))
    for index in range(lon.size):
        out_x[index], out_y[index] = _projected(lon0, arc0_m, lon[index], lat[index])


@njit("UniTuple(f8, 2)(f8, f8, f8, f8, f8)", cache=True, nogil=True, error_model="numpy")
def degrees(lon0: float, lat0: float, arc0_m: float, x_m: float, y_m: float) -> tuple[float, float]:
    """(lon, lat) of a place in metres of the plane. arc0_m: `meridian_arc_m` of its origin."""
    lon, lat = lon0, lat0
    for _ in range(_INVERSION_ROUNDS):
        there_x, there_y = _projected(lon0, arc0_m, lon, lat)
        phi = math.radians(lat)
        sin = math.sin(phi)
        curvature = 1.0 - _E2 * sin * sin
        normal = _SEMI_MAJOR_M / math.sqrt(curvature)
        east = math.degrees((x_m - there_x) / (normal * math.cos(phi)))
        north = math.degrees((y_m - there_y) / (normal * (1.0 - _E2) / curvature))
        lon, lat = lon + east, lat + north
        if abs(east) + abs(north) < _CLOSE_ENOUGH_DEGREES:
            break
    return lon, lat


@njit(_ALL, cache=True, nogil=True, error_model="numpy")
def all_degrees(lon0: float, lat0: float, x: Array, y: Array, out_lon: Array, out_lat: Array) -> None:
    """Degrees of (n,) places in metres of the plane."""
    arc0_m = meridian_arc_m(math.radians(lat0))
    for index in range(x.size):
        out_lon[index], out_lat[index] = degrees(lon0, lat0, arc0_m, x[index], y[index])
