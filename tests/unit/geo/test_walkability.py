"""Which OSM tags let a walker pass."""

import pytest

from geo.streets.walk_network import EdgeFlag
from geo.streets.walkability import LeftOut, Passage, Wait, Walkable, find_wait, is_for_walkers, judge_point, judge_way


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "residential", "oneway": "yes"},
        {"highway": "footway", "access": "no", "foot": "yes"},
        {"highway": "service", "access": "private", "foot": "designated"},
        {"highway": "trunk", "foot": "yes", "bridge": "yes"},
        {"highway": "trunk"},
        {"highway": "elevator"},
        {"highway": "secondary", "tunnel": "yes", "sidewalk": "both"},
        {"highway": "primary", "tunnel": "yes", "foot": "yes"},
        {"highway": "secondary", "tunnel": "building_passage"},
        {"highway": "residential", "tunnel": "yes"},
        {"highway": "path", "abandoned": "no"},
        {"highway": "steps", "conveying": "yes", "oneway": "no"},
        {"highway": "trunk", "sidewalk": "both"},
        {"highway": "service", "motor_vehicle": "no"},
        {"highway": "steps", "oneway:foot": "no", "conveying": "forward"},
        {"highway": "secondary", "foot": "use_sidepath"},
        {"railway": "platform"},
        {"public_transport": "platform"},
        {"man_made": "pier"},
        {"highway": "residential", "sidewalk": "separate"},
    ],
)
def test_a_walker_may_use_it_both_ways(tags: dict[str, str]) -> None:
    verdict = judge_way(tags)

    assert isinstance(verdict, Walkable)
    assert not verdict.flags & ~EdgeFlag.STEPS


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "motorway"},
        {"highway": "trunk", "bridge": "yes"},
        {"highway": "trunk", "layer": "1"},
        {"highway": "trunk", "expressway": "yes"},
        {"highway": "trunk", "motorroad": "yes"},
        {"highway": "primary", "tunnel": "yes"},
        {"highway": "secondary_link", "tunnel": "yes", "sidewalk": "no"},
        {"highway": "path", "abandoned": "yes"},
        {"highway": "construction", "construction": "footway"},
        {"highway": "trail"},
        {"highway": "crossing"},
        {"highway": "residential", "foot": "no"},
        {"highway": "path", "access": "no"},
        {"highway": "primary", "motorroad": "yes"},
        {"highway": "construction", "foot": "yes"},
        {"highway": "secondary", "tunnel": "yes", "sidewalk": "separate"},
        {"highway": "track", "ice_road": "yes"},
        {"railway": "rail"},
        {"railway": "platform", "layer": "-2"},
        {"railway": "platform", "level": "-1"},
        {"public_transport": "platform", "tunnel": "yes"},
        {"railway": "platform", "foot": "no"},
        {"highway": "unclassified", "winter_road": "yes"},
    ],
)
def test_a_walker_may_not_use_it_and_is_told_why(tags: dict[str, str]) -> None:
    verdict = judge_way(tags)

    assert isinstance(verdict, LeftOut)
    assert verdict.reason


@pytest.mark.parametrize(
    ("tags", "flags"),
    [
        ({"highway": "steps"}, EdgeFlag.STEPS),
        ({"highway": "service", "access": "private"}, EdgeFlag.PRIVATE),
        ({"highway": "footway", "foot": "private"}, EdgeFlag.PRIVATE),
        ({"highway": "footway", "oneway:foot": "yes"}, EdgeFlag.FORWARD_ONLY),
        ({"highway": "footway", "oneway:foot": "-1"}, EdgeFlag.BACKWARD_ONLY),
        ({"highway": "footway", "foot:backward": "no"}, EdgeFlag.FORWARD_ONLY),
        ({"highway": "steps", "conveying": "yes", "oneway": "yes"}, EdgeFlag.STEPS | EdgeFlag.FORWARD_ONLY),
        ({"highway": "steps", "conveying": "yes", "oneway": "-1"}, EdgeFlag.STEPS | EdgeFlag.BACKWARD_ONLY),
        ({"highway": "steps", "incline": "up"}, EdgeFlag.STEPS | EdgeFlag.RISING),
        ({"highway": "steps", "incline": "25%"}, EdgeFlag.STEPS | EdgeFlag.RISING),
        ({"highway": "steps", "incline": "down"}, EdgeFlag.STEPS | EdgeFlag.FALLING),
        ({"highway": "steps", "incline": "-25%"}, EdgeFlag.STEPS | EdgeFlag.FALLING),
        ({"highway": "steps", "incline": "yes"}, EdgeFlag.STEPS),
        ({"highway": "footway", "incline": "up"}, EdgeFlag(0)),
        ({"highway": "service", "access": "customers"}, EdgeFlag(0)),
        ({"highway": "residential", "access": "permit"}, EdgeFlag(0)),
        ({"highway": "path", "foot": "permit"}, EdgeFlag.PRIVATE),
        ({"highway": "service", "foot": "customers"}, EdgeFlag.PRIVATE),
        ({"highway": "corridor", "access": "customers"}, EdgeFlag.PRIVATE),
        ({"highway": "footway", "access": "customers", "indoor": "yes"}, EdgeFlag.PRIVATE),
        ({"highway": "steps", "conveying": "backward"}, EdgeFlag.STEPS | EdgeFlag.BACKWARD_ONLY),
    ],
)
def test_what_is_special_about_a_way_is_kept(tags: dict[str, str], flags: EdgeFlag) -> None:
    assert judge_way(tags) == Walkable(flags=flags, area=False)


@pytest.mark.parametrize(
    ("tags", "wait"),
    [
        ({"highway": "traffic_signals"}, Wait(signal=True, who_crosses=False)),
        (
            {"highway": "traffic_signals", "traffic_signals:direction": "forward"},
            Wait(signal=True, who_crosses=False, share=0.5),
        ),
        ({"highway": "crossing", "crossing": "traffic_signals"}, Wait(signal=True, who_crosses=True)),
        ({"highway": "crossing", "crossing:signals": "yes"}, Wait(signal=True, who_crosses=True)),
        ({"highway": "crossing", "crossing": "uncontrolled"}, Wait(signal=False, who_crosses=True)),
        ({"highway": "crossing"}, Wait(signal=False, who_crosses=True)),
        ({"highway": "elevator"}, Wait(signal=False, who_crosses=False, lift=True)),
        ({"highway": "crossing", "crossing": "no"}, None),
        ({"barrier": "gate"}, None),
        ({}, None),
    ],
)
def test_signals_and_crossings_cost_a_wait(tags: dict[str, str], wait: Wait | None) -> None:
    assert find_wait(tags) == wait


def test_a_footway_is_for_walkers_and_a_street_is_not() -> None:
    assert is_for_walkers({"highway": "footway"})
    assert not is_for_walkers({"highway": "residential"})
    assert not is_for_walkers({})


def test_a_square_may_be_crossed() -> None:
    assert judge_way({"highway": "pedestrian", "area": "yes"}) == Walkable(flags=EdgeFlag(0), area=True)
    assert judge_way({"highway": "pedestrian"}, multipolygon=True) == Walkable(flags=EdgeFlag(0), area=True)


@pytest.mark.parametrize(
    ("tags", "passage"),
    [
        ({"barrier": "gate"}, Passage.FREE),
        ({"barrier": "gate", "access": "private"}, Passage.PRIVATE),
        ({"barrier": "gate", "foot": "private"}, Passage.PRIVATE),
        ({"barrier": "gate", "access": "residents", "locked": "yes"}, Passage.PRIVATE),
        ({"barrier": "gate", "access": "private", "foot": "yes"}, Passage.FREE),
        ({"barrier": "lift_gate", "access": "private"}, Passage.FREE),
        ({"barrier": "bollard", "foot": "private"}, Passage.PRIVATE),
        ({"barrier": "gate", "access": "customers"}, Passage.FREE),
        ({"barrier": "gate", "access": "no"}, Passage.SHUT),
        ({"barrier": "gate", "access": "no", "foot": "yes"}, Passage.FREE),
        ({"barrier": "bollard", "foot": "no"}, Passage.SHUT),
        ({"barrier": "bollard", "access": "no"}, Passage.FREE),
        ({"barrier": "lift_gate", "access": "no"}, Passage.FREE),
        ({"barrier": "lift_gate", "access": "military"}, Passage.SHUT),
        ({"barrier": "gate", "locked": "yes"}, Passage.SHUT),
        ({"barrier": "gate", "locked": "yes", "access": "yes"}, Passage.FREE),
        ({"barrier": "gate", "foot": "permit"}, Passage.PRIVATE),
        ({"barrier": "turnstile"}, Passage.PRIVATE),
        ({"barrier": "full-height_turnstile", "access": "customers"}, Passage.PRIVATE),
        ({"barrier": "turnstile", "foot": "yes"}, Passage.FREE),
        ({"barrier": "turnstile", "access": "no"}, Passage.SHUT),
        ({"barrier": "wall"}, Passage.SHUT),
        ({"barrier": "wall", "access": "private"}, Passage.SHUT),
        ({"barrier": "wall", "foot": "yes"}, Passage.FREE),
        ({"highway": "crossing"}, Passage.FREE),
    ],
)
def test_a_barrier_stops_walkers_only_if_it_is_closed_to_them(tags: dict[str, str], passage: Passage) -> None:
    assert judge_point(tags) is passage
