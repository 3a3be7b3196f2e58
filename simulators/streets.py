"""Synthetic streets inside an outline: arterials, blocks of local streets, missing links, footways, steps.

Not a copy of any real street. What makes it a fair test is its size and its shape: dense in the middle, sparse at the
rim, and routes 1.3 to 1.6 times as long as the straight line (Karlsson 2021 found 1.4-1.6 in real cities).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

Inside = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.bool_]]

ARTERIAL_EVERY = 8
"""Every eighth line of the lattice is an arterial: about half a kilometre apart."""
FIRST_SPACING_M = 64.0
URBAN_RADIUS_M = 9_000.0
"""Density falls to 1/e at this distance from the centre, m."""


class Kind(IntEnum):
    ARTERIAL = 0
    LOCAL = 1
    FOOTWAY = 2
    STEPS = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Streets:
    """One connected street graph in plane metres.

    x_m, y_m: (n,) nodes; urban: (n,) 0 (rim) to 1 (centre), how densely people live there.
    start, end: (m,) node of each edge's ends; kind: (m,) `Kind`; name: (m,) index into `names`.
    """

    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    urban: NDArray[np.float64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    kind: NDArray[np.uint8]
    name: NDArray[np.int64]
    names: tuple[str, ...]

    def length_m(self) -> NDArray[np.float64]:
        return np.hypot(self.x_m[self.start] - self.x_m[self.end], self.y_m[self.start] - self.y_m[self.end])


def lay_streets(inside: Inside, *, half_width_m: float, half_height_m: float, seed: int, min_nodes: int) -> Streets:
    """Streets around (0, 0) wherever `inside(x_m, y_m)` holds, finer and finer until there are `min_nodes` nodes."""
    spacing_m = FIRST_SPACING_M
    while True:
        streets = _largest_component(_lattice(inside, half_width_m, half_height_m, spacing_m, seed))
        if len(streets.x_m) >= min_nodes:
            return streets
        spacing_m *= 0.96


def _lattice(inside: Inside, half_width_m: float, half_height_m: float, spacing_m: float, seed: int) -> Streets:
    rng = np.random.default_rng([seed, 1])
    columns, rows = (2 * int(np.ceil(half / spacing_m)) + 1 for half in (half_width_m, half_height_m))
    x, y = _bent_lattice(rng, columns, rows, spacing_m)
    urban = _urban(rng, x, y)
    present = inside(x.ravel(), y.ravel()).reshape(rows, columns)
    across = _lines(rng, urban, along=1)  # (rows, columns): the edge from each node to its neighbour in the east
    up = _lines(rng, urban, along=0)  # ... to its neighbour in the north
    across[:, :-1] &= present[:, :-1] & present[:, 1:]
    up[:-1, :] &= present[:-1, :] & present[1:, :]
    across[:, -1], up[-1, :] = False, False
    node = np.arange(rows * columns).reshape(rows, columns)
    row_kind, column_kind = (
        np.where(np.arange(n) % ARTERIAL_EVERY == 0, Kind.ARTERIAL, Kind.LOCAL) for n in (rows, columns)
    )
    row_of, column_of = np.indices((rows, columns))
    diagonal = _diagonals(rng, across, up, urban)
    parts = [
        (node[across], node[across] + 1, row_kind[row_of[across]], row_of[across]),
        (node[up], node[up] + columns, column_kind[column_of[up]], rows + column_of[up]),
        (
            node[diagonal],
            node[diagonal] + columns + 1,
            np.full(diagonal.sum(), Kind.FOOTWAY),
            np.full(diagonal.sum(), rows + columns),
        ),
    ]
    start, end, kind, name = (np.concatenate(part) for part in zip(*parts, strict=True))
    stairs = (kind == Kind.LOCAL) & (rng.random(len(kind)) < 0.004)
    return Streets(
        x_m=x.ravel(),
        y_m=y.ravel(),
        urban=urban.ravel(),
        start=start,
        end=end,
        kind=np.where(stairs, Kind.STEPS, kind).astype(np.uint8),
        name=name,
        names=(*_names("路", "巷", rows), *_names("街", "里", columns), "模拟步道"),
    )


def _bent_lattice(
    rng: np.random.Generator, columns: int, rows: int, spacing_m: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Node coordinates (rows, columns): lines not quite evenly apart, long bends, and a jitter at each node."""
    along_x = (np.arange(columns) - columns // 2 + rng.normal(0.0, 0.12, columns)) * spacing_m
    along_y = (np.arange(rows) - rows // 2 + rng.normal(0.0, 0.12, rows)) * spacing_m
    x, y = np.meshgrid(along_x, along_y)
    phases = rng.uniform(0.0, 2 * np.pi, 4)
    bend_x = 90.0 * np.sin(y / 1_300.0 + phases[0]) + 60.0 * np.sin((x + y) / 2_100.0 + phases[1])
    bend_y = 90.0 * np.sin(x / 1_500.0 + phases[2]) + 60.0 * np.sin((x - y) / 1_900.0 + phases[3])
    jitter = rng.normal(0.0, 0.10 * spacing_m, (2, rows, columns))
    return x + bend_x + jitter[0], y + bend_y + jitter[1]


def _urban(rng: np.random.Generator, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Falls from the centre outwards, with neighbourhoods that differ block by block."""
    rows, columns = x.shape
    block = rng.uniform(0.6, 1.4, (rows // ARTERIAL_EVERY + 1, columns // ARTERIAL_EVERY + 1))
    by_node = block[np.ix_(np.arange(rows) // ARTERIAL_EVERY, np.arange(columns) // ARTERIAL_EVERY)]
    urban: NDArray[np.float64] = np.clip(np.exp(-np.hypot(x, y) / URBAN_RADIUS_M) * by_node, 0.03, 1.0)
    return urban


def _lines(rng: np.random.Generator, urban: NDArray[np.float64], *, along: int) -> NDArray[np.bool_]:
    """Which edges of one direction exist: all of an arterial; of a block's local streets more where it is urban."""
    rows, columns = urban.shape
    block_of = np.arange(urban.shape[along]) // ARTERIAL_EVERY
    line_of = np.arange(urban.shape[1 - along])
    whole = rng.random((len(line_of), block_of[-1] + 1))  # one draw for each local street in each block
    draw = whole[np.ix_(line_of, block_of)] if along == 1 else whole[np.ix_(line_of, block_of)].T
    kept = (draw < 0.60 + 0.34 * urban) & (rng.random((rows, columns)) > 0.23)
    arterial = line_of % ARTERIAL_EVERY == 0
    kept[arterial if along == 1 else (slice(None), arterial)] = True
    return kept


def _diagonals(
    rng: np.random.Generator, across: NDArray[np.bool_], up: NDArray[np.bool_], urban: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Footways through the middle of whole cells, here and there."""
    whole = np.zeros_like(across)
    whole[:-1, :-1] = across[:-1, :-1] & across[1:, :-1] & up[:-1, :-1] & up[:-1, 1:]
    kept: NDArray[np.bool_] = whole & (rng.random(across.shape) < 0.01 + 0.02 * urban)
    return kept


def _names(arterial: str, local: str, lines: int) -> list[str]:
    return [f"模拟{line}号{arterial if line % ARTERIAL_EVERY == 0 else local}" for line in range(lines)]


def _largest_component(streets: Streets) -> Streets:
    nodes = len(streets.x_m)
    graph = csr_array((np.ones(len(streets.start)), (streets.start, streets.end)), shape=(nodes, nodes))
    _, component = connected_components(graph, directed=False)
    kept = component == np.bincount(component).argmax()
    new_number = np.cumsum(kept) - 1
    edges = kept[streets.start]
    return Streets(
        x_m=streets.x_m[kept],
        y_m=streets.y_m[kept],
        urban=streets.urban[kept],
        start=new_number[streets.start[edges]],
        end=new_number[streets.end[edges]],
        kind=streets.kind[edges],
        name=streets.name[edges],
        names=streets.names,
    )


def measure_detour(streets: Streets, *, seed: int, starts: int = 40, radius_m: float = 1_000.0) -> float:
    """Median of route length / straight line, over random pairs 200 m to `radius_m` apart, weighted by `urban`."""
    rng = np.random.default_rng([seed, 2])
    nodes = len(streets.x_m)
    graph = csr_array((streets.length_m(), (streets.start, streets.end)), shape=(nodes, nodes))
    ratios = []
    for start in rng.choice(nodes, size=starts, p=streets.urban / streets.urban.sum()):
        straight_m = np.hypot(streets.x_m - streets.x_m[start], streets.y_m - streets.y_m[start])
        near = np.flatnonzero((straight_m > 200.0) & (straight_m < radius_m))
        route_m = dijkstra(graph, directed=False, indices=start, limit=4 * radius_m)
        chosen = rng.choice(near, size=min(50, len(near)), replace=False)
        ratios.append(route_m[chosen] / straight_m[chosen])
    return float(np.median(np.concatenate(ratios)))
