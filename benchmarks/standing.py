"""What stands still, found by the R-tree and by the grid alone: same points and questions, in turns within one run."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.places.geodesic import geodesic_m
from geo.places.projection import LocalPlane
from geo.places.rtree_index import RTreeIndex
from geo.places.spatial_index import PointIndex

RADIUS_M = 337.0
"""Four minutes at 1.4 m/s, and the metre that a search adds."""
QUESTIONS, SLOW_QUESTIONS, MOVES, BUILDS = 4_000, 400, 2_000, 5
NEAREST = 10
FORGOTTEN_BYTES = 64 << 20
"""Read between two questions, so that the next comes to cold caches as a call does."""

Degrees = NDArray[np.float64]
Ask = Callable[[float, float], Any]
Row = tuple[str, float, str, float, str]


def measure(plane: LocalPlane, places: Degrees, calls: Degrees) -> Iterator[Row]:
    """(what, the tree's, whom against, theirs, unit), medians; places, calls: (2, n) degrees."""
    keys, what = np.arange(places.shape[1]), f"among {places.shape[1]:,} points that stand still"
    tree, grid = RTreeIndex(plane), PointIndex(plane)
    tree_ms, grid_ms = [], []
    for _ in range(BUILDS):
        tree_ms.append(_took_ms(lambda: tree.load(keys, places[0], places[1], plane=plane)))
        grid_ms.append(_took_ms(lambda: grid.load(keys, places[0], places[1])))
    yield f"load, {what}", _median(tree_ms), "the grid alone", _median(grid_ms), "ms"

    def by_tree(lon: float, lat: float) -> object:
        return tree.near(lon, lat, RADIUS_M)

    def by_grid(lon: float, lat: float) -> object:
        return grid.near(lon, lat, RADIUS_M)

    for where, between in (("", None), (", caches cold", _forget)):
        ours, theirs = _in_turns(by_tree, by_grid, calls, between)
        yield f"radius question {what}{where}", ours, "the grid alone", theirs, "us"
    with _Building(tree):
        ours, theirs = _in_turns(by_tree, by_grid, calls, None)
    yield f"radius question {what}, while another thread builds a tree", ours, "the grid alone", theirs, "us"

    def by_looking(lon: float, lat: float) -> object:
        return np.argsort(geodesic_m(lon, lat, places[0], places[1]))[:NEAREST]

    def nearest(lon: float, lat: float) -> object:
        return tree.nearest(lon, lat, NEAREST)

    ours, theirs = _in_turns(nearest, by_looking, calls[:, :20], None, count=60)
    yield f"the {NEAREST} nearest {what}", ours, "a look at every point", theirs, "us"
    ours, theirs = _in_turns(
        lambda lon, lat: tree.move(int(lon * 1e6) % keys.size, lon, lat),
        lambda lon, lat: grid.move(int(lon * 1e6) % keys.size, lon, lat),
        calls,
        None,
        count=MOVES,
    )
    yield f"move {what}", ours, "the grid alone", theirs, "us"


def _in_turns(
    ours: Ask, theirs: Ask, calls: Degrees, between: Callable[[], object] | None, count: int | None = None
) -> tuple[float, float]:
    """Medians in microseconds, one question of each at a time."""
    took: tuple[list[float], list[float]] = [], []
    for number in range(count or (SLOW_QUESTIONS if between else QUESTIONS)):
        lon, lat = calls[:, number % calls.shape[1]].tolist()
        for ask, waits in zip((ours, theirs), took, strict=True):
            if between is not None:
                between()
            waits.append(_took_ms(lambda ask=ask, lon=lon, lat=lat: ask(lon, lat)) * 1_000.0)  # type: ignore[misc]
    return _median(took[0]), _median(took[1])


class _Building:
    """A thread that builds trees of the same points without a pause."""

    def __init__(self, index: RTreeIndex) -> None:
        self._rebuild = index.begin_rebuild()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._build)

    def _build(self) -> None:
        while not self._end.is_set():
            self._rebuild.build()

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()


_waste = np.zeros(FORGOTTEN_BYTES // 8)


def _forget() -> float:
    return float(_waste.sum())


def _took_ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000.0


def _median(values: list[float]) -> float:
    return round(float(np.median(values)), 3)
