"""The index of what is registered against a look at every point, however points move while a tree is built."""

import threading

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo.places.geodesic import geodesic_m
from geo.places.projection import LocalPlane
from geo.places.rtree_index import NEAREST_WITHIN_M, Rebuild, RTreeIndex
from geo.places.spatial_index import DuplicateKey, WrongThread

LON, LAT = 113.6, 34.7
PLANE = LocalPlane(LON, LAT)
Place = tuple[float, float]
# Coarse, so that points coincide and are equally far; some are where the plane is poor, some where it does not hold.
METRE = st.integers(-8, 8).map(lambda step: step * 125.0)
NEAR_BY = st.tuples(METRE, METRE).map(lambda xy: PLANE.to_lonlat(*xy))
FAR_OUT = st.sampled_from([(116.5, 35.0), (116.59, 35.0), (119.0, 34.7), (-66.4, -34.7), (179.99, 10.0), (0.0, 90.0)])
PLACE = st.one_of(NEAR_BY, NEAR_BY, NEAR_BY, FAR_OUT)
KEY = st.integers(0, 12)
ACTION = st.one_of(
    st.tuples(st.just("move"), KEY, PLACE),
    st.tuples(st.just("remove"), KEY),
    st.tuples(st.just("begin")),
    st.tuples(st.just("adopt")),
    st.tuples(st.just("load"), st.dictionaries(KEY, PLACE)),
)


def index_of(points: dict[int, Place]) -> RTreeIndex:
    index = RTreeIndex(PLANE)
    fill(index, points)
    return index


def fill(index: RTreeIndex, points: dict[int, Place]) -> None:
    places = np.array(list(points.values()), float).reshape(-1, 2)
    index.load(np.array(list(points), np.int64), places[:, 0], places[:, 1], plane=PLANE)


def played(points: dict[int, Place], actions: list[tuple]) -> tuple[RTreeIndex, dict[int, Place]]:
    """The index after these actions, and what it must say."""
    index, truth = index_of(points), dict(points)
    rebuild: Rebuild | None = None
    for action in actions:
        match action:
            case ("move", key, where):
                index.move(key, *where)
                truth[key] = where
            case ("remove", key):
                index.remove(key)
                truth.pop(key, None)
            case ("load", others):
                fill(index, others)
                truth = dict(others)
            case ("begin",):
                rebuild = index.begin_rebuild()
                rebuild.build()
            case ("adopt",) if rebuild is not None:
                index.adopt(rebuild)
                rebuild = None
    return index, truth


def metres(truth: dict[int, Place], centre: Place) -> dict[int, float]:
    return {key: float(geodesic_m(*centre, *where)) for key, where in truth.items()}


@given(
    points=st.dictionaries(KEY, PLACE),
    actions=st.lists(ACTION, max_size=16),
    centre=PLACE,
    radius_m=st.sampled_from([0.0, 60.0, 125.0, 130.0, 400.0, 5_000.0, 45_000.0]),
)
@example(
    points={1: (LON, LAT)},
    actions=[("begin",), ("load", {1: (LON, 34.71)}), ("adopt",)],
    centre=(LON, LAT),
    radius_m=60.0,
)
@settings(deadline=None, max_examples=300)
def test_near_finds_what_a_look_at_every_point_finds(
    points: dict[int, Place], actions: list[tuple], centre: Place, radius_m: float
) -> None:
    index, truth = played(points, actions)

    found = index.near(*centre, radius_m).tolist()

    assert found == sorted(key for key, far in metres(truth, centre).items() if far <= radius_m)
    assert len(index) == len(truth)


@given(
    points=st.dictionaries(KEY, PLACE),
    actions=st.lists(ACTION, max_size=16),
    corners=st.tuples(st.one_of(NEAR_BY, PLACE), st.one_of(NEAR_BY, PLACE)),
)
@settings(deadline=None, max_examples=300)
def test_a_box_holds_what_a_look_at_every_point_finds(
    points: dict[int, Place], actions: list[tuple], corners: tuple[Place, Place]
) -> None:
    index, truth = played(points, actions)
    (west, east), (south, north) = (sorted(axis) for axis in zip(*corners, strict=True))

    found = index.within(west, south, east, north).tolist()

    inside = {key for key, (lon, lat) in truth.items() if west <= lon <= east and south <= lat <= north}
    assert found == sorted(inside)


@given(points=st.dictionaries(KEY, PLACE), actions=st.lists(ACTION, max_size=16), centre=PLACE, count=st.integers(0, 6))
@settings(deadline=None, max_examples=300)
def test_the_nearest_are_those_of_a_look_at_every_point_with_all_that_are_as_far_as_the_last(
    points: dict[int, Place], actions: list[tuple], centre: Place, count: int
) -> None:
    index, truth = played(points, actions)

    keys, far_m = index.nearest(*centre, count)

    ranked = sorted((far, key) for key, far in metres(truth, centre).items() if far <= NEAREST_WITHIN_M)
    expected = [one for one in ranked if count and one[0] <= ranked[min(count, len(ranked)) - 1][0]]
    assert list(zip(far_m.tolist(), keys.tolist(), strict=True)) == expected


@pytest.mark.parametrize("centre", [(LON, LAT), (116.4, 39.9), (115.9, 20.0), (121.5, 31.2)])
def test_the_rim_is_the_ellipsoids_also_far_from_the_planes_centre(centre: Place) -> None:
    rng = np.random.default_rng(5)
    lon, lat = centre[0] + rng.normal(0.0, 0.02, 4_000), centre[1] + rng.normal(0.0, 0.02, 4_000)
    index = RTreeIndex(PLANE)
    index.load(np.arange(4_000), lon, lat, plane=PLANE)
    far_m = geodesic_m(*centre, lon, lat)

    for key in range(0, 4_000, 100):
        # The radius at which this very point lies on the rim.
        found = index.near(*centre, float(far_m[key]))
        assert found.tolist() == np.flatnonzero(far_m <= far_m[key]).tolist()
        assert index.nearest(*centre, 7)[0].tolist() == np.argsort(far_m, kind="stable")[:7].tolist()


def test_more_points_in_one_place_than_an_answer_first_has_room_for_are_all_found() -> None:
    index = index_of(dict.fromkeys(range(3_000), (LON, LAT)))
    index.move(3_000, LON, LAT)

    assert index.near(LON, LAT, 1.0).tolist() == list(range(3_001))
    assert index.nearest(LON, LAT, 1)[0].tolist() == list(range(3_001))


def test_what_is_gone_leaves_the_tree_when_it_is_built_anew() -> None:
    index = index_of({1: (LON, LAT), 2: (LON, LAT)})
    assert not index.has_changed

    index.remove(1)
    assert (len(index), index.tree_size, index.has_changed) == (1, 2, True)

    rebuild = index.begin_rebuild()
    rebuild.build()
    index.adopt(rebuild)
    assert (len(index), index.tree_size, index.has_changed) == (1, 1, False)

    index.remove(2)
    rebuild = index.begin_rebuild()
    rebuild.build()
    index.adopt(rebuild)
    assert (index.tree_size, index.near(LON, LAT, 10.0).tolist()) == (0, [])


def test_what_changes_while_a_tree_is_built_counts_at_once_and_waits_for_the_next_tree() -> None:
    index = index_of({1: (LON, LAT), 2: (LON, LAT)})
    index.move(1, LON + 0.01, LAT)
    rebuild = index.begin_rebuild()
    index.move(2, LON + 0.01, LAT)
    index.remove(1)
    thread = threading.Thread(target=rebuild.build)
    thread.start()
    thread.join()
    index.adopt(rebuild)

    assert index.near(LON, LAT, 10.0).tolist() == []
    assert index.near(LON + 0.01, LAT, 10.0).tolist() == [2]
    assert index.has_changed


def test_one_key_for_two_points_is_refused_and_changes_nothing() -> None:
    index = index_of({1: (LON, LAT)})
    with pytest.raises(DuplicateKey, match="key 7"):
        index.load(np.array([7, 8, 7]), np.full(3, LON), np.full(3, LAT), plane=PLANE)
    assert index.near(LON, LAT, 1.0).tolist() == [1]


def test_a_second_thread_is_refused_but_may_load_anew() -> None:
    index = index_of({1: (LON, LAT)})
    index.near(LON, LAT, 10.0)
    outcome: list[object] = []

    def work() -> None:
        try:
            index.near(LON, LAT, 10.0)
        except WrongThread as error:
            outcome.append(error)
        fill(index, {2: (LON, LAT)})
        outcome.append(index.near(LON, LAT, 10.0).tolist())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert isinstance(outcome[0], WrongThread)
    assert outcome[1] == [2]
