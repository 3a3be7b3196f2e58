"""The point index against a look at every point, however points move."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.places.projection import LocalPlane
from geo.places.spatial_index import DuplicateKey, PointIndex, WrongThread

PLANE = LocalPlane(113.6, 34.7)
# A coarse raster, so that points coincide and lie on cell borders.
METRE = st.integers(-8, 8).map(lambda step: step * 125.0)
PLACE = st.tuples(METRE, METRE).map(lambda xy: PLANE.to_lonlat(*xy))
KEY = st.integers(-3, 12)
ACTION = st.one_of(
    st.tuples(st.just("move"), KEY, PLACE),
    st.tuples(st.just("remove"), KEY),
    st.tuples(st.just("load"), st.dictionaries(KEY, PLACE)),
)


def index_of(points: dict[int, tuple[float, float]]) -> PointIndex:
    index = PointIndex(PLANE)
    fill(index, points)
    return index


def fill(index: PointIndex, points: dict[int, tuple[float, float]]) -> None:
    places = np.array(list(points.values()), float).reshape(-1, 2)
    index.load(np.array(list(points), np.int64), places[:, 0], places[:, 1])


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
    for action in actions:
        if action[0] == "move":
            index.move(action[1], *action[2])
            truth[action[1]] = action[2]
        elif action[0] == "remove":
            index.remove(action[1])
            truth.pop(action[1], None)
        else:
            fill(index, action[1])
            truth = dict(action[1])

    x, y = PLANE.to_plane(*centre)
    distance_m = {key: np.hypot(*np.subtract(PLANE.to_plane(*place), (x, y))) for key, place in truth.items()}
    found = index.near(*centre, radius_m).tolist()
    assert found == sorted(found)
    assert {key for key, far in distance_m.items() if far <= radius_m - 1e-6} <= set(found)
    assert set(found) <= {key for key, far in distance_m.items() if far <= radius_m + 1e-6}
    assert len(index) == len(truth)
    assert {key for key in range(-3, 13) if key in index} == set(truth)


def test_more_points_in_one_cell_than_an_answer_first_has_room_for_are_all_found() -> None:
    points = {key: PLANE.to_lonlat(float(key % 70), float(key // 70)) for key in range(4_900)}
    index = index_of(points)

    assert index.near(113.6, 34.7, 150.0).tolist() == list(range(4_900))
    assert index.near(113.6, 34.7, 0.5).tolist() == [0]


def test_points_stay_findable_when_more_come_than_there_was_room_for() -> None:
    index = index_of({key: PLANE.to_lonlat(key * 10.0, 0.0) for key in range(900)})
    for key in range(100):
        index.remove(key)
    for key in range(900, 3_000):
        index.move(key, *PLANE.to_lonlat(key * 10.0, 0.0))

    assert len(index) == 2_900
    assert index.near(*PLANE.to_lonlat(1_000.0, 0.0), 25.0).tolist() == [100, 101, 102]
    assert index.near(*PLANE.to_lonlat(29_000.0, 0.0), 15.0).tolist() == [2_899, 2_900, 2_901]
    assert index.near(*PLANE.to_lonlat(15_000.0, 0.0), 1e6).tolist() == list(range(100, 3_000))


def test_a_load_forgets_what_moved_before_it() -> None:
    index = index_of({1: (113.6, 34.7), 2: (113.61, 34.7)})
    index.move(1, 113.62, 34.7)
    index.move(3, 113.62, 34.7)
    index.remove(2)

    fill(index, {1: (113.6, 34.7), 2: (113.61, 34.7)})
    index.move(2, 113.6, 34.7)

    assert len(index) == 2
    assert index.near(113.62, 34.7, 100.0).tolist() == []
    assert index.near(113.6, 34.7, 100.0).tolist() == [1, 2]


def test_one_key_for_two_points_is_refused_and_changes_nothing() -> None:
    index = index_of({1: (113.6, 34.7)})
    with pytest.raises(DuplicateKey, match="key 7"):
        index.load(np.array([7, 8, 7]), np.full(3, 113.6), np.full(3, 34.7))
    assert index.near(113.6, 34.7, 1.0).tolist() == [1]


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
