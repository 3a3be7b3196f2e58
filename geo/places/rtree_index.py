"""What is registered, found by radius, by box and by nearness: an R-tree (package `rtree`) of where everything stood
when it was built, and the compiled grid of what has changed since.

The tree is asked in the metres of a plane for more than can be meant, then the distance on the ellipsoid decides, so
that the answers are those of a look at every point. Moving a point inside a tree costs half a millisecond and the
library is not thread-safe, not even for readers: what changes leaves the tree for the grid at once, and a tree built by
another thread takes the place of the old one whole.
"""

import math
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rtree.index import Index, Property

from geo.places.geodesic import geodesic_m
from geo.places.projection import LocalPlane
from geo.places.rtree_kernels import FAR, IN_GRID, IN_TREE, NOWHERE, PLACE, within_box, within_radius
from geo.places.spatial_index import DuplicateKey, PointIndex, WrongThread

Int64s = NDArray[np.int64]
Float64s = NDArray[np.float64]

NEAREST_WITHIN_M = 40_000.0
"""Farther than this nothing is near anybody who walks; up to it the tree and the plane answer."""

_LEAF_CAPACITY, _BRANCH_CAPACITY = 24, 16
"""Points to a leaf and children to a branch. A question for a walk's radius finds dozens of a city's points: with the
library's own 100 and 100 it takes a quarter longer (measured with 8 to 100 of each among 40,000 points)."""

_FIRST_CAPACITY = 64
_FIRST_LOOK_M = 500.0

# Where the plane is good enough to ask the tree: so near its centre line that a circle of 40 km around the one who asks
# holds no point that the second limits would leave to the look at every point.
_ASKS_DEGREES, _ASKS_LATITUDE = 3.0, 70.0
_HOLDS_DEGREES, _HOLDS_LATITUDE = 5.0, 75.0

# A transverse Mercator stretches by 1 + x² / 2R² at x from its centre line (Snyder, PP 1395, p. 61), and never shrinks.
# R: the least radius of curvature of the ellipsoid. The rest is room for the series that the plane is computed by.
_LEAST_RADIUS_M = 6_335_000.0
_STRETCH_ROOM, _ROUNDING, _ROUNDING_M = 1.1, 1e-6, 0.01

_STEP_DEGREES = 0.125
_BULGE_M = 25.0
"""A side of a box is bent in the plane: between corners of its outline a step apart by less than this."""

_METRES_A_DEGREE = 110_500.0
"""Less than a degree of latitude or, times its cosine, of longitude measures anywhere."""


class Rebuild:
    """A tree of everything where it was when the rebuild began. `build` may run in any thread, once."""

    def __init__(self, keys: Int64s, x_m: Float64s, y_m: Float64s) -> None:
        self.keys = keys
        self._x_m, self._y_m = x_m, y_m
        self._tree: Index | None = None

    def build(self) -> None:
        """Build the tree; most of the time other threads may run."""
        corners = np.column_stack((self._x_m, self._y_m))
        # The library knows no tree of nothing.
        self._tree = Index((self.keys, corners, corners), properties=_shape()) if self.keys.size else None

    def take_tree(self) -> Index | None:
        """The tree, None where there is nothing in it; this object has it no longer."""
        tree, self._tree = self._tree, None
        return tree


class RTreeIndex:
    """Points under integer keys from 0 on, in degrees. The thread that first uses it after a load owns it."""

    def __init__(self, plane: LocalPlane) -> None:
        self._owner: int | None = None
        self._plane = plane
        self._places = _nowhere(_FIRST_CAPACITY)
        self._tree: Index | None = None
        self._grid = PointIndex(plane)
        self._rebuild: Rebuild | None = None
        self._changed_since: set[int] = set()
        self._has_changed = False

    def __len__(self) -> int:
        return int(np.count_nonzero(self._places["where"]))

    @property
    def has_changed(self) -> bool:
        """Whether the tree differs from where everything is: then it holds places of what has moved or is gone."""
        return self._has_changed

    @property
    def tree_size(self) -> int:
        """How many points the tree holds, those included that have moved or are gone."""
        return 0 if self._tree is None else len(self._tree)

    def load(self, keys: NDArray[Any], lon: NDArray[Any], lat: NDArray[Any], *, plane: LocalPlane) -> None:
        """Forget everything and take these (n,) points, on another plane from now on; the tree is built before this
        returns.

        Raises:
            DuplicateKey: a key comes twice.
        """
        keys = np.asarray(keys, np.int64)
        ascending = np.sort(keys)
        if (twice := ascending[1:][ascending[1:] == ascending[:-1]]).size:
            raise DuplicateKey(int(twice[0]))
        self._plane, self._owner = plane, None
        self._places = _nowhere(max(_FIRST_CAPACITY, int(ascending[-1]) + 1 if keys.size else 0))
        self._put(keys, np.asarray(lon, np.float64), np.asarray(lat, np.float64))
        rebuild = self.begin_rebuild()
        rebuild.build()
        self.adopt(rebuild)
        self._owner = None

    def move(self, key: int, lon: float, lat: float) -> None:
        """Put a point, known or new, at this place."""
        self._claim()
        if key >= self._places.size:
            self._places = np.concatenate((self._places, _nowhere(2 * key - self._places.size)))
        self._put(np.array([key]), np.array([lon]), np.array([lat]))
        if self._places[key]["where"] == IN_GRID:
            self._grid.move(key, lon, lat)
        else:
            self._grid.remove(key)
        self._note(key)

    def remove(self, key: int) -> None:
        """Take a point out; an unknown key changes nothing."""
        self._claim()
        if key < self._places.size and self._places[key]["where"] != NOWHERE:
            self._places[key] = _nowhere(1)[0]
            self._grid.remove(key)
            self._note(key)

    def near(self, lon: float, lat: float, radius_m: float) -> Int64s:
        """Keys of the points within `radius_m` of this place on the ellipsoid, the rim included; ascending."""
        self._claim()
        if not _may_ask(self._plane, lon, lat) or radius_m > NEAREST_WITHIN_M:
            return self._near_anywhere(lon, lat, radius_m)
        x_m, y_m = self._plane.to_plane(lon, lat)
        inner_m = max(radius_m * (1.0 - _ROUNDING) - _ROUNDING_M, 0.0)
        outer_m = radius_m * self._stretch(x_m, radius_m) + _ROUNDING_M
        standing = self._standing(x_m - outer_m, y_m - outer_m, x_m + outer_m, y_m + outer_m)
        moved = self._grid.near(lon, lat, outer_m) if len(self._grid) else _NONE
        out = np.empty(standing.size + moved.size, np.int64)
        found, on_rim = within_radius(self._places, standing, moved, x_m, y_m, inner_m, outer_m, out)
        if not on_rim:
            return out[:found]
        rim = out[out.size - on_rim :]
        return np.sort(np.concatenate((out[:found], rim[self._metres_to(rim, lon, lat) <= radius_m])))

    def within(self, west: float, south: float, east: float, north: float) -> Int64s:
        """Keys of the points in a box of degrees, its rim included; ascending."""
        self._claim()
        outline = _outline(self._plane, west, south, east, north)
        if outline is None:
            lon, lat = self._places["lon"], self._places["lat"]
            return np.flatnonzero((west <= lon) & (lon <= east) & (south <= lat) & (lat <= north))
        standing = self._standing(*outline)
        moved = self._changed_keys()
        out = np.empty(standing.size + moved.size, np.int64)
        box = west, south, east, north
        found = within_box(self._places, IN_TREE, standing, *box, out)
        found += within_box(self._places, IN_GRID, moved, *box, out[found:])
        return np.sort(out[:found])

    def nearest(self, lon: float, lat: float, count: int) -> tuple[Int64s, Float64s]:
        """Keys of the `count` points nearest to this place, and of all as far as the last, with their metres on the
        ellipsoid; no farther than `NEAREST_WITHIN_M`. By metres, then by key."""
        self._claim()
        if count <= 0:
            return _NONE, np.empty(0)
        keys = self.near(lon, lat, self._find_enough_m(lon, lat, count))
        far_m = self._metres_to(keys, lon, lat)
        order = np.lexsort((keys, far_m))
        keys, far_m = keys[order], far_m[order]
        if keys.size > count:
            last = int(np.searchsorted(far_m, far_m[count - 1], side="right"))
            keys, far_m = keys[:last], far_m[:last]
        return keys, far_m

    def begin_rebuild(self) -> Rebuild:
        """What is to be built beside this index, which goes on meanwhile; then `adopt` it. Only the last one counts."""
        self._claim()
        self._changed_since = set()
        where = self._places["where"]
        keys = np.flatnonzero((where == IN_TREE) | (where == IN_GRID))
        self._rebuild = Rebuild(keys, self._places["x"][keys], self._places["y"][keys])
        return self._rebuild

    def adopt(self, rebuild: Rebuild) -> None:
        """Take the tree that was built; what changed meanwhile stays in the grid, and is all that does. One that began
        before a load changes nothing."""
        self._claim()
        if rebuild is not self._rebuild:
            return
        changed = np.array(sorted(self._changed_since), np.int64)
        where = self._places["where"]
        now = where[changed]
        where[rebuild.keys] = IN_TREE
        where[changed] = now
        self._tree = rebuild.take_tree()
        self._grid = PointIndex(self._plane)
        moved = changed[now == IN_GRID]
        self._grid.load(moved, self._places["lon"][moved], self._places["lat"][moved])
        self._rebuild, self._changed_since, self._has_changed = None, set(), changed.size > 0

    def _put(self, keys: Int64s, lon: Float64s, lat: Float64s) -> None:
        x_m, y_m = self._plane.to_plane(lon, lat)
        for name, column in (("lon", lon), ("lat", lat), ("x", x_m), ("y", y_m)):
            self._places[name][keys] = column
        self._places["where"][keys] = np.where(_holds(self._plane, lon, lat), IN_GRID, FAR)

    def _note(self, key: int) -> None:
        self._has_changed = True
        if self._rebuild is not None:
            self._changed_since.add(key)

    def _standing(self, left_m: float, low_m: float, right_m: float, high_m: float) -> Int64s:
        """Keys that the tree names in a box of the plane."""
        if self._tree is None:
            return _NONE
        # Id by id, and yet in half the time of the library's query for many boxes, which asks anew for each answer that
        # it has no room for.
        return np.fromiter(self._tree.intersection((left_m, low_m, right_m, high_m)), np.int64)

    def _changed_keys(self) -> Int64s:
        return np.flatnonzero(self._places["where"] == IN_GRID) if len(self._grid) else _NONE

    def _near_anywhere(self, lon: float, lat: float, radius_m: float) -> Int64s:
        """By a look at every point: for places and radii that the plane is not made for."""
        reach = 1.01 * radius_m / _METRES_A_DEGREE
        places = self._places
        is_near = (places["where"] != NOWHERE) & (np.abs(places["lat"] - lat) <= reach)
        highest = abs(lat) + reach
        if highest < 89.0:
            is_near &= np.abs(_turn(places["lon"] - lon)) <= reach / math.cos(math.radians(highest))
        keys = np.flatnonzero(is_near)
        return keys[self._metres_to(keys, lon, lat) <= radius_m]

    def _find_enough_m(self, lon: float, lat: float, count: int) -> float:
        """A radius, metres, within which there are `count` points, or all that count as near."""
        radius_m = _FIRST_LOOK_M
        if self._tree is not None and _may_ask(self._plane, lon, lat):
            x_m, y_m = self._plane.to_plane(lon, lat)
            here = np.array([[x_m, y_m]])
            named = self._places[self._tree.nearest_v(here, here, num_results=count)[0]]  # type: ignore[no-untyped-call]
            standing = named[named["where"] == IN_TREE]
            if standing.size >= count:
                # Farther in the plane than on the ground, so that none of them is left out.
                radius_m = float(np.hypot(standing["x"] - x_m, standing["y"] - y_m).max()) + _ROUNDING_M
        while radius_m < NEAREST_WITHIN_M and self.near(lon, lat, radius_m).size < count:
            radius_m *= 2.0
        return min(radius_m, NEAREST_WITHIN_M)

    def _metres_to(self, keys: Int64s, lon: float, lat: float) -> Float64s:
        return geodesic_m(lon, lat, self._places["lon"][keys], self._places["lat"][keys])

    def _stretch(self, x_m: float, radius_m: float) -> float:
        """How many metres of the plane a metre on the ground is at the most, anywhere on the way."""
        farthest = (abs(x_m) + 1.1 * radius_m) / _LEAST_RADIUS_M
        return 1.0 + _STRETCH_ROOM * farthest * farthest / 2.0 + _ROUNDING

    def _claim(self) -> None:
        thread = threading.get_ident()
        if self._owner is None:
            self._owner = thread
        elif self._owner != thread:
            raise WrongThread


_NONE: Int64s = np.empty(0, np.int64)


def _shape() -> Property:
    return Property(
        leaf_capacity=_LEAF_CAPACITY,
        index_capacity=_BRANCH_CAPACITY,
        # The library wants it below both.
        near_minimum_overlap_factor=_BRANCH_CAPACITY - 1,
    )


def _nowhere(count: int) -> NDArray[Any]:
    places = np.zeros(count, PLACE)
    for name in ("x", "y", "lon", "lat"):
        places[name] = np.nan
    return places


def _turn(degrees: Float64s) -> Float64s:
    """The same turn between -180 and 180 degrees."""
    return (degrees + 180.0) % 360.0 - 180.0


def _holds(plane: LocalPlane, lon: Float64s, lat: Float64s) -> NDArray[np.bool_]:
    return (np.abs(_turn(lon - plane.lon0)) <= _HOLDS_DEGREES) & (np.abs(lat) <= _HOLDS_LATITUDE)


def _may_ask(plane: LocalPlane, lon: float, lat: float) -> bool:
    return abs((lon - plane.lon0 + 180.0) % 360.0 - 180.0) <= _ASKS_DEGREES and abs(lat) <= _ASKS_LATITUDE


def _outline(
    plane: LocalPlane, west: float, south: float, east: float, north: float
) -> tuple[float, float, float, float] | None:
    """The box of the plane (left, low, right, high) that holds a box of degrees; None where the plane does not hold."""
    corners = [(lon, lat) for lon in (west, east) for lat in (south, north)]
    if east - west > _ASKS_DEGREES or not all(_may_ask(plane, lon, lat) for lon, lat in corners):
        return None
    lons = np.linspace(west, east, math.ceil((east - west) / _STEP_DEGREES) + 1)
    lats = np.linspace(south, north, math.ceil((north - south) / _STEP_DEGREES) + 1)
    lon = np.concatenate((lons, lons, np.full(lats.size, west), np.full(lats.size, east)))
    lat = np.concatenate((np.full(lons.size, south), np.full(lons.size, north), lats, lats))
    x_m, y_m = plane.to_plane(lon, lat)
    return x_m.min() - _BULGE_M, y_m.min() - _BULGE_M, x_m.max() + _BULGE_M, y_m.max() + _BULGE_M
