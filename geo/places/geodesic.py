"""Exact distances on the ellipsoid, apart from the plane: whoever only measures need not wait for the compiler of our
kernels."""

from typing import Any, overload

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

Floats = NDArray[np.float64]

_GEOD = Geod(ellps="WGS84")


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
