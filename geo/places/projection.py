"""A local metric plane for a service area."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from geo.places.projection_kernels import all_degrees, all_plane_metres, plane_metres

Floats = NDArray[np.float64]


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
            x_m, y_m = plane_metres(self.lon0, self.lat0, float(lon), float(lat))
            return x_m, y_m
        return _mapped(all_plane_metres, self, lon, lat)

    @overload
    def to_lonlat(self, x_m: float, y_m: float) -> tuple[float, float]: ...
    @overload
    def to_lonlat(self, x_m: NDArray[Any], y_m: NDArray[Any]) -> tuple[Floats, Floats]: ...
    def to_lonlat(
        self, x_m: float | NDArray[Any], y_m: float | NDArray[Any]
    ) -> tuple[float, float] | tuple[Floats, Floats]:
        """Degrees (lon, lat) of plane metres, the inverse of `to_plane` to a micrometre."""
        return _mapped(all_degrees, self, x_m, y_m)


def _mapped(
    kernel: Callable[..., None], plane: LocalPlane, first: float | NDArray[Any], second: float | NDArray[Any]
) -> tuple[float, float] | tuple[Floats, Floats]:
    a, b = np.broadcast_arrays(np.asarray(first, np.float64), np.asarray(second, np.float64))
    out = np.empty(a.shape), np.empty(a.shape)
    kernel(plane.lon0, plane.lat0, a.ravel(), b.ravel(), *(one.reshape(-1) for one in out))
    return (out[0].item(), out[1].item()) if a.ndim == 0 else out
