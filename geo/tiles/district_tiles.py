"""Outlines of districts as layers of vector tiles, each with the one point where its name is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.tiles.tile_format import Layer, Shape
from geo.tiles.tile_grid import BUFFER, EXTENT, TileAddress, to_square

PLAIN_STEPS = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictSheet:
    """name, outline: of the same index; the outlines on the world's Mercator square. middle: (n,) a point inside."""

    name: tuple[str, ...]
    outline: NDArray[np.object_]
    middle: NDArray[np.object_]

    @classmethod
    def of(cls, names: Sequence[str], outlines: Sequence[shapely.Geometry]) -> Self:
        """outlines: WGS-84 degrees, longitude first."""
        flat = np.array(
            [shapely.transform(one, lambda xy: np.column_stack(to_square(xy[:, 0], xy[:, 1]))) for one in outlines],
            object,
        )
        return cls(name=tuple(names), outline=flat, middle=shapely.point_on_surface(flat))

    def layers(self, tile: TileAddress) -> list[Layer]:
        """The outlines that reach into the tile, and the names whose point lies in it."""
        side = 2.0**tile.zoom
        edge = BUFFER / EXTENT
        box = ((tile.column - edge) / side, (tile.row - edge) / side)
        far = ((tile.column + 1 + edge) / side, (tile.row + 1 + edge) / side)
        cut = shapely.clip_by_rect(self.outline, *box, *far)
        held = np.flatnonzero(~shapely.is_empty(cut) & (shapely.get_dimensions(cut) == 2))
        plain = [shapely.simplify(self._in_steps(one, tile), PLAIN_STEPS) for one in cut[held]]
        x, y = shapely.get_x(self.middle) * side, shapely.get_y(self.middle) * side
        named = np.flatnonzero((np.floor(x) == tile.column) & (np.floor(y) == tile.row))
        return [
            Layer(name="districts", shape=Shape.POLYGON, geometry=plain, tags=[{"name": self.name[i]} for i in held]),
            Layer(
                name="district_names",
                shape=Shape.POINT,
                geometry=[self._in_steps(self.middle[i], tile) for i in named],
                tags=[{"name": self.name[i]} for i in named],
            ),
        ]

    @staticmethod
    def _in_steps(geometry: shapely.Geometry, tile: TileAddress) -> shapely.Geometry:
        side = 2.0**tile.zoom
        corner = np.array([tile.column, tile.row])
        return shapely.transform(geometry, lambda xy: (xy * side - corner) * EXTENT)
