"""The point index against a look at every point, however points move."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.projection import LocalPlane
from geo.spatial_index import DuplicateKey, PointIndex, Rebuild, WrongThread

PLANE = LocalPlane(113.6, 34.7)
# A coarse raster, so that points coincide and lie on cell borders.
METRE = st.integers(-8, 8).map(lambda step: step * 125.0)
PLACE = st.tuples(METRE, METRE).map(lambda xy: PLANE.to_lonlat(*xy))
KEY = st.integers(-3, 12)
ACTION = st.one_of(
    st.tuples(st.just("move"), KEY, PLACE),
    st.tuples(st.just("remove"), KEY),
    st.tuples(st.just("rebuild")),
    st.tuples(st.just("begin")),
    st.tuples(st.just("adopt")),
)


def index_of(points: dict[int, tuple[float, float]]) -> PointIndex:
    index = PointIndex(PLANE)
    places = np.array(list(points.values()), float).reshape(-1, 2)
    index.load(np.array(list(points), np.int64), places[:, 0], places[:, 1])
    return index


@given(
    points=st.dictionaries(KEY, PLACE),
    actions=st.lists(ACTION, max_size=16),
    centre=PLACE,
    radius_m=st.sampled_from([0.0, 60.0, 130.0, 400.0, 5_000.0]),
)
@settings(deadline=None)
def test_near_finds_what_a_look_at_every_point_finds(
    points: dict[int, tuple[float, float]], actions: list[tuple], centre: tuple[float, float], radius_m: float
) -> None:
    index, truth = index_of(points), dict(points)
    beside: Rebuild | None = None
    for action in actions:
        if action[0] == "move":
            index.move(action[1], *action[2])
            truth[action[1]] = action[2]
        elif action[0] == "remove":
            index.remove(action[1])
            truth.pop(action[1], None)
        elif action[0] == "rebuild":
            index.rebuild()
            beside = None
        elif action[0] == "begin":
            beside = index.begin_rebuild()
            beside.build()
        elif beside is not None:
            index.adopt(beside)
            beside = None

    x, y = PLANE.to_plane(*centre)
    distance_m = {key: np.hypot(*np.subtract(PLANE.to_plane(*place), (x, y))) for key, place in truth.items()}
    found = index.near(*centre, radius_m).tolist()
    assert found == sorted(found)
    assert {key for key, far in distance_m.items() if far <= radius_m - 1e-6} <= set(found)
    assert set(found) <= {key for key, far in distance_m.items() if far <= radius_m + 1e-6}
    assert len(index) == len(truth)
    assert all(key in index for key in truth)


def test_a_rebuild_takes_in_what_moved() -> None:
    index = index_of({1: (113.6, 34.7), 2: (113.61, 34.7)})
    index.move(1, 113.62, 34.7)
    assert index.moved_count == 1

    index.rebuild()

    assert index.moved_count == 0
    assert index.near(113.62, 34.7, 10.0).tolist() == [1]


def test_a_tree_built_in_another_thread_takes_over_and_what_moved_meanwhile_stays_where_it_is() -> None:
    index = index_of({1: (113.6, 34.7), 2: (113.61, 34.7), 3: (113.62, 34.7)})
    index.move(1, 113.63, 34.7)
    rebuild = index.begin_rebuild()
    building = threading.Thread(target=rebuild.build)
    building.start()
    index.move(2, 113.64, 34.7)
    index.remove(3)
    building.join()

    index.adopt(rebuild)

    assert (index.moved_count, len(index)) == (1, 2)
    assert index.near(113.63, 34.7, 10.0).tolist() == [1]
    assert index.near(113.64, 34.7, 10.0).tolist() == [2]
    assert index.near(113.61, 34.7, 2_000.0).tolist() == [1]
    with pytest.raises(ValueError, match="once"):
        index.adopt(rebuild)


def test_one_key_for_two_points_is_refused() -> None:
    with pytest.raises(DuplicateKey, match="key 7"):
        PointIndex(PLANE).load(np.array([7, 8, 7]), np.full(3, 113.6), np.full(3, 34.7))


def test_a_second_thread_is_refused_but_may_load_anew() -> None:
    index = index_of({1: (113.6, 34.7)})
    index.near(113.6, 34.7, 10.0)
    outcome: list[object] = []

    def work() -> None:
        try:
            index.near(113.6, 34.7, 10.0)
        except WrongThread as error:
            outcome.append(error)
        index.load(np.array([2]), np.array([113.6]), np.array([34.7]))
        outcome.append(index.near(113.6, 34.7, 10.0).tolist())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert isinstance(outcome[0], WrongThread)
    assert outcome[1] == [2]
