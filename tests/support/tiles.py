"""Vector tiles read back by another library than the one that wrote them."""

import math
from typing import Any

import mapbox_vector_tile
import numpy as np
import shapely
from shapely.geometry import shape

from geo.tiles.tile_grid import EXTENT, TileAddress, to_square


def decoded(tile: bytes) -> dict[str, list[tuple[shapely.Geometry, dict[str, Any]]]]:
    """By layer: geometries in the tile's steps, rows counted from north, and their tags."""
    options = {"y_coord_down": True}
    read = mapbox_vector_tile.decode(tile, default_options=options) if tile else {}
    return {
        name: [(shape(one["geometry"]), one["properties"]) for one in layer["features"]] for name, layer in read.items()
    }


def tile_at(lon: float, lat: float, zoom: int) -> TileAddress:
    x, y = to_square(np.array([lon]), np.array([lat]))
    return TileAddress(zoom, int(x[0] * 2**zoom), int(y[0] * 2**zoom))


def tiles_around(bounds: tuple[float, float, float, float], zoom: int) -> list[TileAddress]:
    """All that a box of degrees touches."""
    west, south, east, north = bounds
    first, last = tile_at(west, north, zoom), tile_at(east, south, zoom)
    return [
        TileAddress(zoom, column, row)
        for column in range(first.column, last.column + 1)
        for row in range(first.row, last.row + 1)
    ]


def in_degrees(geometry: shapely.Geometry, tile: TileAddress) -> shapely.Geometry:
    """What lies in a tile, back on the ground."""
    side = 2.0**tile.zoom

    def back(steps: np.ndarray) -> np.ndarray:
        x = (steps[:, 0] / EXTENT + tile.column) / side
        y = (steps[:, 1] / EXTENT + tile.row) / side
        lat = np.degrees(np.arctan(np.sinh(math.pi * (1.0 - 2.0 * y))))
        return np.column_stack((x * 360.0 - 180.0, lat))

    return shapely.transform(geometry, back)


def step_m(tile: TileAddress, lat: float) -> float:
    return 40_075_016.7 * math.cos(math.radians(lat)) / 2.0**tile.zoom / EXTENT
