"""Lines across pedestrian areas: a walker crosses a square, and does not follow its rim."""

import numpy as np
import shapely
from numpy.typing import NDArray

Float64s = NDArray[np.float64]

# All pairs of so many points are tried; of a larger area only its entrances, and at most so many of them.
_MOST_POINTS = 90
# A line may graze the rim by this much, degrees (a few centimetres): outlines are not drawn finer.
_TOLERANCE_DEG = 4e-7


def lines_across(
    rings: list[Float64s], entrance: list[NDArray[np.bool_]], inside: Float64s | None = None
) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Straight lines from edge to edge of an area, inside it all the way.

    rings: (k, 2) closed rings in degrees, the outer one first, then holes. entrance: (k,) for each ring, whether
    another street meets the point. inside: (k, 2) points of streets drawn across the area without meeting its rim; one
    steps from them onto it anywhere. Lines join entrances, those points, and the corners around which a walker has to
    bend. Returns pairs of (ring, point), a point inside having the number after the last ring's.
    """
    area = shapely.Polygon(rings[0], rings[1:])
    if not area.is_valid or area.is_empty:
        return []
    points = [(ring, at) for ring in range(len(rings)) for at in range(len(rings[ring]) - 1)]
    doors = [(ring, at) for ring, at in points if entrance[ring][at]]
    if inside is not None and len(inside):
        doors += [(len(rings), int(at)) for at in np.flatnonzero(shapely.contains_xy(area, inside))]
        rings = [*rings, inside]
    bends = [(ring, at) for ring, at in points if not entrance[ring][at] and _bends_inwards(rings, ring, at)]
    chosen = (doors + bends if len(doors) + len(bends) <= _MOST_POINTS else doors)[:_MOST_POINTS]
    if len(doors) < 2:
        return []
    xy = np.array([rings[ring][at] for ring, at in chosen])
    first, second = np.triu_indices(len(chosen), k=1)
    lines = shapely.linestrings(np.stack((xy[first], xy[second]), axis=1))
    roomy = shapely.buffer(area, _TOLERANCE_DEG)
    shapely.prepare(roomy)
    # A line along the rim is there already as the rim.
    inside = shapely.covers(roomy, lines) & ~shapely.covers(shapely.buffer(area.boundary, _TOLERANCE_DEG), lines)
    return [(chosen[a], chosen[b]) for a, b in zip(first[inside], second[inside], strict=True)]


def _bends_inwards(rings: list[Float64s], ring: int, at: int) -> bool:
    """Whether a shortest path may bend at this corner: the area's inner angle is over 180 degrees."""
    line = rings[ring]
    before, here, after = line[at - 1 if at else len(line) - 2], line[at], line[at + 1]
    turn = (here[0] - before[0]) * (after[1] - here[1]) - (here[1] - before[1]) * (after[0] - here[0])
    counter_clockwise = shapely.is_ccw(shapely.linearrings(line))
    outward = turn < 0 if counter_clockwise else turn > 0
    return bool(outward if ring == 0 else not outward and turn != 0)
