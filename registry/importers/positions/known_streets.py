"""How well positions agree with the streets that their addresses name."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

if TYPE_CHECKING:
    from geo.streets.walk_network import WalkNetwork


Floats = NDArray[np.float64]

# Shorter names stand in other words: 东街 in 河东街道.
_MIN_NAME = 3


def street_distances_m(network: "WalkNetwork", texts: Sequence[str], places: Sequence[tuple[Floats, Floats]]) -> Floats:
    """(len(places), n): of each row's place in each of several readings, metres to the street that the row names.

    NaN where the row names none of the network's. Of several names that stand in a text the longest counts.
    """
    lines = _lines_by_name(network)
    by_street: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        named = max((name for name in lines if name in text), key=len, default="")
        if named:
            by_street.setdefault(named, []).append(row)
    found = np.full((len(places), len(texts)), np.nan)
    for number, (lon, lat) in enumerate(places):
        x, y = network.plane.to_plane(lon, lat)
        for name, rows in by_street.items():
            found[number, rows] = shapely.distance(lines[name], shapely.points(x[rows], y[rows]))
    return found


def _lines_by_name(network: "WalkNetwork") -> dict[str, shapely.Geometry]:
    offsets, text = network.street_start, network.street_text
    names = [text[offsets[i] : offsets[i + 1]].tobytes().decode() for i in range(offsets.size - 1)]
    edges_of: dict[int, list[int]] = {}
    for edge, street in enumerate(network.edge_street.tolist()):
        if len(names[street]) >= _MIN_NAME:
            edges_of.setdefault(street, []).append(edge)
    return {
        names[street]: shapely.multilinestrings([_line(network, edge) for edge in edges])
        for street, edges in edges_of.items()
    }


def _line(network: "WalkNetwork", edge: int) -> shapely.Geometry:
    points = slice(network.shape_start[edge], network.shape_start[edge + 1])
    return shapely.linestrings(np.column_stack((network.shape_x[points], network.shape_y[points])).astype(np.float64))
