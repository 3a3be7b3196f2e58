"""Which points lie within a radius: an R-tree built in bulk, and a small grid of what moved since.

Moving a point inside an R-tree costs half a millisecond and building one of 50,000 anew 31 ms, so a moved point leaves
the tree for the grid until a tree built beside it takes its place. The tree's library is not thread-safe, not even for
readers: one index belongs to the thread that first uses it after a load.
"""

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.moved_points import MovedPoints
from geo.point_tree import PointTree
from geo.projection import LocalPlane

Int64s = NDArray[np.int64]
Float64s = NDArray[np.float64]


class DuplicateKey(ValueError):
    """Two points were loaded under one key; the tree would keep both for ever."""

    def __init__(self, key: int) -> None:
        super().__init__(f"key {key} names two points: load each once")


class WrongThread(RuntimeError):
    """An index was used from a second thread, which would crash the process."""

    def __init__(self) -> None:
        super().__init__("this index belongs to another thread: give each thread an index of its own")


class Rebuild:
    """A tree of everything where it was when the rebuild began. `build` may run in any thread, once."""

    def __init__(self, keys: Int64s, x_m: Float64s, y_m: Float64s) -> None:
        self._points = keys, x_m, y_m
        self.tree: PointTree | None = None

    def build(self) -> None:
        """Build the tree; most of the time other threads may run."""
        keys, x_m, y_m = self._points
        order = np.argsort(keys)
        self.tree = PointTree(keys[order], x_m[order], y_m[order])


class PointIndex:
    """Points under integer keys, found by radius in the metres of one plane."""

    def __init__(self, plane: LocalPlane) -> None:
        self.plane = plane
        self._owner: int | None = None
        self._changed_since: set[int] | None = None
        self._take(PointTree(np.empty(0, np.int64), np.empty(0), np.empty(0)))

    def __len__(self) -> int:
        return self._standing + len(self._moved)

    def __contains__(self, key: int) -> bool:
        return key in self._moved or self._find_standing(key) is not None

    @property
    def moved_count(self) -> int:
        """How many points stand outside the tree because they moved since it was built; a rebuild takes them in."""
        return len(self._moved)

    def load(self, keys: NDArray[Any], lon: NDArray[Any], lat: NDArray[Any]) -> None:
        """Forget everything and take these (n,) points, in degrees.

        Raises:
            DuplicateKey: a key comes twice.
        """
        keys = np.asarray(keys, np.int64)
        x, y = self.plane.to_plane(np.asarray(lon, np.float64), np.asarray(lat, np.float64))
        unique, first = np.unique(keys, return_index=True)
        if unique.size < keys.size:
            raise DuplicateKey(int(np.delete(keys, first)[0]))
        self._owner = None
        self._take(PointTree(unique, x[first], y[first]))

    def move(self, key: int, lon: float, lat: float) -> None:
        """Put a point, known or new, at this place in degrees."""
        self._claim()
        self._strike(key)
        self._moved.put(key, *self.plane.to_plane(lon, lat))

    def remove(self, key: int) -> None:
        """Take a point out; an unknown key changes nothing."""
        self._claim()
        self._strike(key)
        self._moved.discard(key)

    def near(self, lon: float, lat: float, radius_m: float) -> Int64s:
        """Keys of the points within `radius_m` of this place, in plane metres, the rim included; ascending."""
        self._claim()
        x, y = self.plane.to_plane(lon, lat)
        places = self._tree.near(x, y, radius_m)
        standing = self._tree.keys[places[self._stands[places]]]
        return np.sort(np.concatenate((standing, self._moved.near(x, y, radius_m))))

    def rebuild(self) -> None:
        """Build the tree anew with everything where it is now."""
        rebuild = self.begin_rebuild()
        rebuild.build()
        self.adopt(rebuild)

    def begin_rebuild(self) -> Rebuild:
        """What is to be built beside this index, which goes on meanwhile; then `adopt` it. One at a time."""
        self._claim()
        self._changed_since = set()
        keys, x, y = self._moved.table()
        stays, tree = self._stands, self._tree
        return Rebuild(
            np.concatenate((tree.keys[stays], keys)),
            np.concatenate((tree.x_m[stays], x)),
            np.concatenate((tree.y_m[stays], y)),
        )

    def adopt(self, rebuild: Rebuild) -> None:
        """Take the tree that was built; what changed meanwhile stays as it is now, and is all the work there is."""
        self._claim()
        changed, moved = self._changed_since, self._moved
        if rebuild.tree is None or changed is None:
            raise ValueError("only what began with `begin_rebuild` and was built can be adopted, and once")
        self._take(rebuild.tree)
        for key in changed:
            self._strike(key)
            place = moved.find(key)
            if place is not None:
                self._moved.put(key, *place)

    def _take(self, tree: PointTree) -> None:
        self._tree = tree
        # What moved is struck out here, never in the tree.
        self._stands = np.ones(tree.keys.size, np.bool_)
        self._standing = tree.keys.size
        self._moved = MovedPoints()
        self._changed_since = None

    def _strike(self, key: int) -> None:
        if self._changed_since is not None:
            self._changed_since.add(key)
        place = self._find_standing(key)
        if place is not None:
            self._stands[place] = False
            self._standing -= 1

    def _find_standing(self, key: int) -> int | None:
        place = self._tree.find_place(key)
        return place if place is not None and self._stands[place] else None

    def _claim(self) -> None:
        thread = threading.get_ident()
        if self._owner is None:
            self._owner = thread
        elif self._owner != thread:
            raise WrongThread
