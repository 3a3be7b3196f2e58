"""The squares of web maps: zoom, column and row on the spherical Mercator square that all web maps share."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EXTENT = 4096
"""Steps along a tile's side, as the vector tile specification proposes."""
BUFFER = 64
"""Steps that a tile's lines go on beyond its edge, so that those of neighbours join without a seam."""


@dataclass(frozen=True, slots=True)
class TileAddress:
    """Columns count from west, rows from north."""

    zoom: int
    column: int
    row: int

    @property
    def exists(self) -> bool:
        return self.zoom >= 0 and 0 <= self.column < 2**self.zoom and 0 <= self.row < 2**self.zoom

    def bounds(self, *, buffered: bool = False) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        edge = BUFFER / EXTENT if buffered else 0.0
        west, north = self._lonlat(self.column - edge, self.row - edge)
        east, south = self._lonlat(self.column + 1 + edge, self.row + 1 + edge)
        return west, south, east, north

    def to_steps(self, lon: Floats, lat: Floats) -> Floats:
        """(n, 2) steps east and south of the tile's north-west corner."""
        x, y = to_square(lon, lat)
        side = 2.0**self.zoom
        return np.column_stack(((x * side - self.column) * EXTENT, (y * side - self.row) * EXTENT))

    def _lonlat(self, column: float, row: float) -> tuple[float, float]:
        side = 2.0**self.zoom
        lon = column / side * 360.0 - 180.0
        return lon, math.degrees(math.atan(math.sinh(math.pi * (1.0 - 2.0 * row / side))))


def to_square(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Places on the world's Mercator square, 0 to 1 from west to east and from north to south."""
    return (lon + 180.0) / 360.0, (1.0 - np.arcsinh(np.tan(np.radians(lat))) / math.pi) / 2.0
