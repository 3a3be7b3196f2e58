"""What a walker is told: by examples, and what holds for every route."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.streets.network_builder import build_network
from geo.streets.walk_network import EdgeFlag
from geo.walking.directions import Instruction, Language, Turn, spoken_m, tell_directions, turn_between
from geo.walking.walk_route import Route, StepKind, find_route, get_route
from tests.unit.geo.walk_worlds import at, degrees, networks, snaps_on

Places = list[tuple[float, float]]


def route_along(places: Places, streets: list[str], flags: list[EdgeFlag] | None = None) -> Route:
    """The route along a line of streets, each from one place (metres east, north) to the next."""
    lon, lat = degrees(np.array(places, float))
    names = sorted(set(streets) - {""})
    network, _ = build_network(
        node_lon=lon,
        node_lat=lat,
        edge_from=np.arange(len(streets)),
        edge_to=np.arange(1, len(streets) + 1),
        flags=np.array(flags or [EdgeFlag(0)] * len(streets), np.uint8),
        street=np.array([names.index(street) if street else -1 for street in streets]),
        street_names=names,
        min_island_m=0.0,
    )
    return get_route(network, at(network, *places[0]), at(network, *places[-1]))


def texts(told: tuple[Instruction, ...]) -> list[str]:
    return [instruction.text for instruction in told]


def test_a_way_with_a_turn_in_english_and_chinese() -> None:
    route = route_along([(0, 0), (0, 120), (-80, 120)], ["经三路", "纬五路"])

    assert texts(tell_directions(route, place="AED, entrance B", floor="3")) == [
        "Go north along 经三路, 120 m.",
        "Turn left onto 纬五路, 80 m.",
        "You are there: AED, entrance B, floor 3.",
    ]
    assert texts(tell_directions(route, language=Language.ZH, place="B口", floor="3")) == [
        "向北沿经三路走120米。",
        "左转进入纬五路，走80米。",
        "到达：B口，3楼。",
    ]


@pytest.mark.parametrize(
    ("floor", "zh", "en"),
    [
        ("3", "3楼", "floor 3"),
        ("1F", "1楼", "floor 1F"),
        ("B2", "地下2层", "floor B2"),
        ("-1", "地下1层", "floor -1"),
        ("站厅层", "站厅层", "floor 站厅层"),
        ("0", "0", "floor 0"),
    ],
)
def test_a_floor_is_told_as_people_say_it(floor: str, zh: str, en: str) -> None:
    route = route_along([(0, 0), (0, 120)], ["经三路"])

    assert texts(tell_directions(route, language=Language.ZH, floor=floor))[-1] == f"到达：{zh}。"
    assert texts(tell_directions(route, floor=floor))[-1] == f"You are there: {en}."


def test_steps_are_told_with_their_direction_where_it_is_known() -> None:
    flags = [EdgeFlag(0), EdgeFlag.STEPS | EdgeFlag.FALLING, EdgeFlag.STEPS | EdgeFlag.RISING, EdgeFlag.STEPS]
    route = route_along([(0, 0), (100, 0), (120, 0), (150, 0), (190, 0)], ["A", "", "", ""], flags)

    assert texts(tell_directions(route))[1:-1] == [
        "Take the steps down, 20 m.",
        "Take the steps up, 30 m.",
        "Take the steps, 40 m.",
    ]
    assert texts(tell_directions(route, language=Language.ZH))[1:-1] == [
        "下台阶，20米。",
        "上台阶，30米。",
        "走台阶，40米。",
    ]


def test_private_ground_is_told_as_going_in() -> None:
    route = route_along([(0, 0), (0, 100), (60, 100)], ["A", ""], [EdgeFlag(0), EdgeFlag.PRIVATE])

    assert texts(tell_directions(route))[1] == "Turn right and go in over private ground, 60 m."
    assert texts(tell_directions(route, language=Language.ZH))[1] == "右转，进入内部道路走60米。"


def test_the_end_beside_the_street_is_told_by_the_compass() -> None:
    lon, lat = degrees(np.array([(0.0, 0.0), (100.0, 0.0)]))
    network, _ = build_network(
        node_lon=lon, node_lat=lat, edge_from=np.array([0]), edge_to=np.array([1]), min_island_m=0.0
    )
    route = get_route(network, at(network, 0, 0), at(network, 80, 40))

    assert texts(tell_directions(route)) == ["Go east, 80 m.", "Off the street, go north, 40 m.", "You are there."]


def test_a_sharp_bend_of_a_way_without_a_name_is_told_and_one_of_a_named_street_is_not() -> None:
    places = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0)]

    unnamed = tell_directions(route_along(places, ["", ""]))
    named = tell_directions(route_along(places, ["A", "A"]))

    assert texts(unnamed)[:-1] == ["Go east, 100 m.", "Turn left, 100 m."]
    assert texts(named)[:-1] == ["Go east along A, 200 m."]


def test_a_few_metres_across_a_road_are_not_told_apart() -> None:
    route = route_along([(0, 0), (100, 0), (106, 0), (200, 0)], ["A", "B", "A"])

    assert texts(tell_directions(route))[:-1] == ["Go east along A, 200 m."]


def test_a_walk_of_no_length_is_an_arrival() -> None:
    route = route_along([(0, 0), (100, 0)], ["A"])
    nowhere = Route(lon=route.lon[:1], lat=route.lat[:1], length_m=0.0, walk_time_s=0.0, steps=())

    assert texts(tell_directions(nowhere)) == ["You are there."]


@pytest.mark.parametrize(
    ("incoming", "outgoing", "turn"),
    [
        (0, 10, Turn.STRAIGHT),
        (350, 5, Turn.STRAIGHT),
        (0, 30, Turn.SLIGHT_RIGHT),
        (0, 330, Turn.SLIGHT_LEFT),
        (90, 180, Turn.RIGHT),
        (0, 270, Turn.LEFT),
        (10, 160, Turn.SHARP_RIGHT),
        (10, 220, Turn.SHARP_LEFT),
        (45, 225, Turn.BACK),
    ],
)
def test_turns_have_the_names_that_people_use(incoming: float, outgoing: float, turn: Turn) -> None:
    assert turn_between(incoming, outgoing) is turn


MIRRORED = {
    Turn.LEFT: Turn.RIGHT,
    Turn.SLIGHT_LEFT: Turn.SLIGHT_RIGHT,
    Turn.SHARP_LEFT: Turn.SHARP_RIGHT,
    Turn.STRAIGHT: Turn.STRAIGHT,
    Turn.BACK: Turn.BACK,
}


@given(st.floats(0, 360), st.floats(0, 179), st.floats(0, 360))
def test_a_turn_depends_on_the_change_alone_and_is_mirrored_in_a_mirror(
    start: float, change: float, other: float
) -> None:
    edges = (20.0, 45.0, 135.0, 165.0)
    if min(abs(change - edge) for edge in edges) < 1e-6:
        return
    left = turn_between(start, start - change)

    assert MIRRORED[left] is turn_between(start, start + change)
    assert turn_between(other, other - change) is left


@pytest.mark.parametrize(
    ("length_m", "said"), [(3, 0), (9.9, 0), (14, 10), (96, 100), (187, 190), (230, 250), (612, 600), (1_240, 1_200)]
)
def test_distances_are_rounded_as_people_say_them(length_m: float, said: int) -> None:
    assert spoken_m(length_m) == said


@given(st.floats(10, 20_000), st.floats(10, 20_000))
def test_a_longer_way_is_never_told_shorter_and_none_is_far_off(first_m: float, second_m: float) -> None:
    low, high = sorted((first_m, second_m))

    assert spoken_m(low) <= spoken_m(high)
    assert abs(spoken_m(low) - low) <= max(5.0, 0.125 * low)


@given(st.data())
def test_every_route_is_told_whole_and_in_order(data: st.DataObject) -> None:
    network = data.draw(networks())
    places = data.draw(snaps_on(network, min_size=2, max_size=2))
    route = find_route(network, places[0], places[1])
    if route is None:
        return

    told = {language: tell_directions(route, language=language) for language in Language}

    english = told[Language.EN]
    assert [one.turn for one in english] == [one.turn for one in told[Language.ZH]]
    assert english[-1].turn is Turn.ARRIVE
    assert [one.turn for one in english].count(Turn.ARRIVE) == 1
    assert (english[-1].lon, english[-1].lat) == (route.lon[-1], route.lat[-1])
    if len(english) > 1:
        told_m = sum(one.length_m for one in english)
        assert told_m == pytest.approx(sum(step.length_m for step in route.steps), rel=1e-6, abs=1e-6)
        assert sum(one.walk_time_s for one in english) == pytest.approx(
            sum(step.walk_time_s for step in route.steps), rel=1e-6, abs=1e-6
        )
    assert all(math.isfinite(one.lon) and one.text.endswith(".") for one in english)
    assert not any(re.search(r"[a-z]", one.text) for one in told[Language.ZH])
    assert all(one.street in one.text for one in english if one.kind is StepKind.WALK)
