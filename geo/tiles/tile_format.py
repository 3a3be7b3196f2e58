"""Writes the bytes of Mapbox Vector Tiles 2.1: a few protocol buffer messages, so that no library for them is needed.

Ours, because the Python library at hand (`mapbox-vector-tile`) takes each coordinate through Python; it reads our tiles
in the tests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.tiles.tile_grid import EXTENT

Steps = NDArray[np.int64]
Tags = Mapping[str, str | bool]

_MOVE_TO, _LINE_TO, _CLOSE = 1, 2, 7
_VARINT, _BYTES = 0, 2


class Shape(IntEnum):
    """What the geometries of a layer are; the numbers are the specification's."""

    POINT = 1
    LINE = 2
    POLYGON = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """geometry: points, lines or polygons in steps of the tile; tags: of the same index."""

    name: str
    shape: Shape
    geometry: Sequence[shapely.Geometry]
    tags: Sequence[Tags]


def encode_tile(layers: Sequence[Layer]) -> bytes:
    """A tile of those layers that have something in them; b"" where none has."""
    return b"".join(_field(3, encoded) for layer in layers if (encoded := _encode_layer(layer)))


def _encode_layer(layer: Layer) -> bytes:
    keys: dict[str, int] = {}
    values: dict[str | bool, int] = {}
    features = []
    for geometry, tags in zip(layer.geometry, layer.tags, strict=True):
        commands = _commands(geometry, layer.shape)
        if not commands:
            continue
        numbers = []
        for key, value in tags.items():
            numbers += [keys.setdefault(key, len(keys)), values.setdefault(value, len(values))]
        features.append(
            _field(2, _field(2, _varints(numbers)) + _number(3, layer.shape) + _field(4, _varints(commands)))
        )
    if not features:
        return b""
    head = _number(15, 2) + _field(1, layer.name.encode())
    told = b"".join(_field(3, key.encode()) for key in keys) + b"".join(_field(4, _value(value)) for value in values)
    return head + b"".join(features) + told + _number(5, EXTENT)


def _commands(geometry: shapely.Geometry, shape: Shape) -> list[int]:
    """The pen's way over the geometry, empty where nothing is left of it on the tile's grid."""
    match shape:
        case Shape.POINT:
            x, y = (round(value) for value in (geometry.x, geometry.y))
            return [_command(_MOVE_TO, 1), _zigzag(x), _zigzag(y)]
        case Shape.LINE:
            steps = _on_grid(shapely.get_coordinates(geometry))
            return _path(steps, (0, 0))[0] if len(steps) > 1 else []
        case Shape.POLYGON:
            return _rings(geometry)


def _rings(geometry: shapely.Geometry) -> list[int]:
    # Outer rings have a positive area in the tile's own axes, holes a negative one.
    polygons = shapely.get_parts(shapely.orient_polygons(geometry, exterior_cw=False))
    commands: list[int] = []
    pen = (0, 0)
    for polygon in polygons:
        for ring in shapely.get_rings(polygon):
            steps = _on_grid(shapely.get_coordinates(ring)[:-1])
            if len(steps) < 3:
                continue
            path, pen = _path(steps, pen)
            commands += [*path, _command(_CLOSE, 1)]
    return commands


def _path(steps: Steps, pen: tuple[int, int]) -> tuple[list[int], tuple[int, int]]:
    """A move to the first step and lines to the others, and where the pen is then."""
    moves = np.diff(np.vstack(([pen], steps)), axis=0)
    zigzag = ((moves << 1) ^ (moves >> 63)).ravel().tolist()
    end = (int(steps[-1, 0]), int(steps[-1, 1]))
    return [_command(_MOVE_TO, 1), *zigzag[:2], _command(_LINE_TO, len(steps) - 1), *zigzag[2:]], end


def _on_grid(coordinates: NDArray[np.float64]) -> Steps:
    """Whole steps, without those that do not move."""
    steps = np.rint(coordinates).astype(np.int64)
    moved = np.ones(len(steps), np.bool_)
    moved[1:] = (steps[1:] != steps[:-1]).any(axis=1)
    return steps[moved]


def _command(what: int, count: int) -> int:
    return what | count << 3


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def _value(value: str | bool) -> bytes:
    return _number(7, value) if isinstance(value, bool) else _field(1, value.encode())


def _field(number: int, content: bytes) -> bytes:
    return _varints([number << 3 | _BYTES, len(content)]) + content


def _number(number: int, value: int) -> bytes:
    return _varints([number << 3 | _VARINT, value])


def _varints(values: Sequence[int]) -> bytes:
    written = bytearray()
    for given in values:
        value = given
        while value > 0x7F:
            written.append(value & 0x7F | 0x80)
            value >>= 7
        written.append(value)
    return bytes(written)
