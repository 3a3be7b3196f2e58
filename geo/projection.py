"""A local metric plane for a service area, and exact distances on the ellipsoid."""

import math
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

Floats = NDArray[np.float64]

_GEOD = Geod(ellps="WGS84")
_SEMI_MAJOR_M = 6_378_137.0
_E2 = 0.006_694_379_990_141_317
_E2_PRIME = _E2 / (1.0 - _E2)
# The way back is found by correcting a guess; the error shrinks at least a hundredfold each time.
_INVERSION_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class LocalPlane:
    """Metres east and north of a point: a transverse Mercator projection centred on the service area.

    Distances in the plane are true to 2 in 100,000 within 40 km of the centre line and to 1 in 1,000 within 280 km.

    lon0, lat0: the plane's origin, degrees, WGS-84.
    """

    lon0: float
    lat0: float

    @overload
    def to_plane(self, lon: float, lat: float) -> tuple[float, float]: ...
    @overload
    def to_plane(self, lon: NDArray[Any], lat: NDArray[Any]) -> tuple[Floats, Floats]: ...
    def to_plane(
        self, lon: float | NDArray[Any], lat: float | NDArray[Any]
    ) -> tuple[float, float] | tuple[Floats, Floats]:
        """Metres (x east, y north) of positions in degrees. Floats in, floats out; arrays in, arrays out."""
        if isinstance(lon, float | int) and isinstance(lat, float | int):
            # One position of a phone: numpy takes ten times as long over it as the plain functions.
            return self._forward(float(lon), float(lat), math)
        x, y = self._forward(np.asarray(lon, np.float64), np.asarray(lat, np.float64), np)
        return (float(x), float(y)) if x.ndim == 0 else (x, y)

    @overload
    def to_lonlat(self, x_m: float, y_m: float) -> tuple[float, float]: ...
    @overload
    def to_lonlat(self, x_m: NDArray[Any], y_m: NDArray[Any]) -> tuple[Floats, Floats]: ...
    def to_lonlat(
        self, x_m: float | NDArray[Any], y_m: float | NDArray[Any]
    ) -> tuple[float, float] | tuple[Floats, Floats]:
        """Degrees (lon, lat) of plane metres, the inverse of `to_plane` to a micrometre."""
        x, y = np.asarray(x_m, np.float64), np.asarray(y_m, np.float64)
        lon = np.full(np.broadcast(x, y).shape, self.lon0)
        lat = np.full(lon.shape, self.lat0)
        for _ in range(_INVERSION_ROUNDS):
            there_x, there_y = self._forward(lon, lat, np)
            meridian_m, parallel_m = _radii_m(lat)
            lon = lon + np.degrees((x - there_x) / parallel_m)
            lat = lat + np.degrees((y - there_y) / meridian_m)
        return (float(lon), float(lat)) if lon.ndim == 0 else (lon, lat)

    def _forward(self, lon: Any, lat: Any, m: Any) -> tuple[Any, Any]:
        """`m`: whose sin, cos, sqrt and radians are used, those of numpy for arrays or of math for one place."""
        phi = m.radians(lat)
        sin, cos = m.sin(phi), m.cos(phi)
        tan2 = (sin / cos) ** 2
        c = _E2_PRIME * cos * cos
        normal = _SEMI_MAJOR_M / m.sqrt(1.0 - _E2 * sin * sin)
        a = m.radians((lon - self.lon0 + 180.0) % 360.0 - 180.0) * cos
        a2 = a * a
        x = normal * a * (1.0 + a2 * ((1.0 - tan2 + c) / 6.0 + a2 * (5.0 - 18.0 * tan2 + tan2 * tan2) / 120.0))
        bend = normal * (sin / cos) * a2 * (0.5 + a2 * (5.0 - tan2 + 9.0 * c) / 24.0)
        return x, _meridian_arc_m(phi, m) - _meridian_arc_m(math.radians(self.lat0), math) + bend


@overload
def geodesic_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float: ...
@overload
def geodesic_m(
    lon1: float | NDArray[Any], lat1: float | NDArray[Any], lon2: NDArray[Any], lat2: NDArray[Any]
) -> Floats: ...
@overload
def geodesic_m(lon1: NDArray[Any], lat1: NDArray[Any], lon2: float, lat2: float) -> Floats: ...
def geodesic_m(
    lon1: float | NDArray[Any], lat1: float | NDArray[Any], lon2: float | NDArray[Any], lat2: float | NDArray[Any]
) -> float | Floats:
    """Shortest distance on the WGS-84 ellipsoid, metres, of points in degrees; scalars and arrays broadcast."""
    ends = [np.asarray(end, np.float64) for end in (lon1, lat1, lon2, lat2)]
    shape = np.broadcast(*ends).shape
    a, b, c, d = (np.ascontiguousarray(np.broadcast_to(end, shape)) for end in ends)
    distance_m: Floats = np.asarray(_GEOD.inv(a, b, c, d)[2], np.float64).reshape(shape)
    return distance_m.item() if shape == () else distance_m


def _radii_m(lat: Floats) -> tuple[Floats, Floats]:
    sin = np.sin(np.radians(lat))
    curvature = 1.0 - _E2 * sin * sin
    normal = _SEMI_MAJOR_M / np.sqrt(curvature)
    return normal * (1.0 - _E2) / curvature, normal * np.cos(np.radians(lat))


def _meridian_arc_m(phi: Any, m: Any) -> Any:
    e4, e6 = _E2 * _E2, _E2**3
    arc = (1.0 - _E2 / 4.0 - 3.0 * e4 / 64.0 - 5.0 * e6 / 256.0) * phi
    arc = arc - (3.0 * _E2 / 8.0 + 3.0 * e4 / 32.0 + 45.0 * e6 / 1024.0) * m.sin(2.0 * phi)
    arc = arc + (15.0 * e4 / 256.0 + 45.0 * e6 / 1024.0) * m.sin(4.0 * phi) - 35.0 * e6 / 3072.0 * m.sin(6.0 * phi)
    return _SEMI_MAJOR_M * arc
