"""Who can be at the patient's side: the same as asking for every walk one by one."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.core.candidates import Candidates
from dispatch.core.matching import MAX_AEDS, Place, Walker, find_candidates, find_way
from geo.places.geodesic import geodesic_m
from geo.places.projection import LocalPlane
from geo.streets.network_builder import build_network
from geo.streets.walk_network import NotOnNetwork, WalkNetwork
from geo.walking.walk_time import DETOUR_FACTOR, walk_times
from registry.snapshot import Nearby

PLANE = LocalPlane(113.665, 34.757)
SIDE, BLOCK_M = 7, 80.0
WALKER = Walker(speed_m_s=1.4, takeout_s=20.0)
Metres = tuple[float, float]


def place(east_m: float, north_m: float) -> Place:
    lon, lat = PLANE.to_lonlat(east_m, north_m)
    return Place(lon=float(lon), lat=float(lat))


def grid(yard_m: tuple[Metres, ...] = ()) -> WalkNetwork:
    """Streets of 7 x 7 crossings from the plane's origin to the north-east.

    yard_m: the corners of a path that no street meets.
    """
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    x, y = (axis.ravel() * BLOCK_M for axis in np.meshgrid(np.arange(SIDE), np.arange(SIDE)))
    x, y = (np.append(axis, [corner[way] for corner in yard_m]) for way, axis in enumerate((x, y)))
    lon, lat = PLANE.to_lonlat(x, y)
    corners = SIDE * SIDE + np.arange(len(yard_m))
    network, _ = build_network(
        node_lon=lon,
        node_lat=lat,
        edge_from=np.concatenate([number[:, :-1].ravel(), number[:-1].ravel(), corners[:-1]]),
        edge_to=np.concatenate([number[:, 1:].ravel(), number[1:].ravel(), corners[1:]]),
        name="test",
        min_island_m=100.0,
    )
    return network


GRID = grid()
# A closed-in yard south of the streets, its fence 60 m from the southernmost of them.
YARD_M = -60.0
YARD = grid(yard_m=((0.0, YARD_M), (0.0, -200.0), (240.0, -200.0), (240.0, YARD_M), (40.0, YARD_M)))
EDGE_M = (SIDE - 1) * BLOCK_M
OFF = EDGE_M + 4 * GRID.snap_limit_m
on_street = st.tuples(st.floats(0, EDGE_M), st.integers(0, SIDE - 1).map(lambda row: row * BLOCK_M))
off_street = st.tuples(st.floats(OFF, OFF + 200), st.floats(0, EDGE_M))
in_yard = st.tuples(st.floats(0, 240), st.just(-200.0) | st.just(YARD_M))
anywhere = on_street | on_street.map(lambda at: (at[1], at[0])) | off_street | in_yard
networks = st.sampled_from([GRID, YARD, None])


def nearby(rescuers: list[Metres], aeds: list[Metres]) -> Nearby:
    people, things = [place(*one) for one in rescuers], [place(*one) for one in aeds]
    return Nearby(
        at=datetime(2026, 1, 5, tzinfo=UTC),
        rescuer_id=tuple(f"r{number}" for number in range(len(people))),
        rescuer_lon=np.array([one.lon for one in people], float),
        rescuer_lat=np.array([one.lat for one in people], float),
        rescuer_at_home=np.zeros(len(people), np.bool_),
        aed_id=tuple(f"aed{number}" for number in range(len(things))),
        aed_lon=np.array([one.lon for one in things], float),
        aed_lat=np.array([one.lat for one in things], float),
        aed_hours_unknown=np.zeros(len(things), np.bool_),
    )


def is_on(network: WalkNetwork, at: Place) -> bool:
    try:
        network.snap_one(at.lon, at.lat)
    except NotOnNetwork:
        return False
    return True


def straight_s(a: Place, b: Place) -> float:
    return geodesic_m(a.lon, a.lat, b.lon, b.lat) * DETOUR_FACTOR / WALKER.speed_m_s


def street_s(network: WalkNetwork, a: Place, b: Place) -> float:
    """Seconds from a to b over the streets, asked for one at a time; inf where one of them is off the network."""
    if not (is_on(network, a) and is_on(network, b)):
        return np.inf
    end = network.snap(np.array([b.lon]), np.array([b.lat]))
    return float(walk_times(network, network.snap_one(a.lon, a.lat), end, budget_s=1e6, speed_m_s=1.4)[0])


def expected_leg_s(network: WalkNetwork | None, a: Place, b: Place) -> float:
    by_street_s = np.inf if network is None else street_s(network, a, b)
    return by_street_s if np.isfinite(by_street_s) else straight_s(a, b)


def expected_trip_s(network: WalkNetwork | None, patient: Place, rescuer: Place, aed: Place) -> tuple[float, float]:
    to_aed_s = expected_leg_s(network, rescuer, aed)
    return to_aed_s, to_aed_s + WALKER.takeout_s + expected_leg_s(network, aed, patient)


def trips_of(found: Candidates) -> dict[tuple[int, int], tuple[float, float]]:
    return {
        (int(rescuer), int(aed)): (float(to_aed_s), float(trip_s))
        for rescuer, aed, to_aed_s, trip_s in zip(
            found.trip_rescuer, found.trip_aed, found.trip_to_aed_s, found.trip_s, strict=True
        )
    }


@settings(deadline=None)
@given(networks, anywhere, st.lists(anywhere, max_size=6), st.lists(anywhere, max_size=4), st.floats(30, 900))
def test_candidates_are_those_whom_every_single_walk_would_find(
    network: WalkNetwork | None, at: Metres, rescuers: list[Metres], aeds: list[Metres], budget_s: float
) -> None:
    patient = place(*at)

    found = find_candidates(network, patient, nearby(rescuers, aeds), budget_s=budget_s, walker=WALKER)

    trips = trips_of(found)
    for number, rescuer in enumerate(place(*one) for one in rescuers):
        direct_s = expected_leg_s(network, rescuer, patient)
        if abs(direct_s - budget_s) > 0.01:
            expected = direct_s if direct_s <= budget_s else np.inf
            assert float(found.direct_s[number]) == pytest.approx(expected, abs=0.05, rel=1e-4)
        for aed_number, aed in enumerate(place(*one) for one in aeds):
            expected_s = expected_trip_s(network, patient, rescuer, aed)
            got = trips.get((number, aed_number))
            if expected_s[1] <= budget_s - 0.05:
                assert got == pytest.approx(expected_s, abs=0.05, rel=1e-4)
            elif expected_s[1] > budget_s + 0.05:
                assert got is None


@settings(deadline=None)
@given(networks, anywhere, st.lists(anywhere, max_size=6), st.lists(anywhere, max_size=4), st.floats(0, 900))
def test_nobody_is_found_beyond_the_budget(
    network: WalkNetwork | None, at: Metres, rescuers: list[Metres], aeds: list[Metres], budget_s: float
) -> None:
    found = find_candidates(network, place(*at), nearby(rescuers, aeds), budget_s=budget_s, walker=WALKER)

    finite = found.direct_s[np.isfinite(found.direct_s)]
    assert (finite <= budget_s + 1e-3).all()
    assert (found.trip_s <= budget_s + 1e-3).all()
    assert (found.trip_to_aed_s + WALKER.takeout_s <= found.trip_s + 1e-3).all()
    assert len(found.rescuer_id) == len(found.direct_s) == len(found.straight_line) == len(rescuers)


@settings(deadline=None)
@given(networks, anywhere, anywhere, st.none() | anywhere)
def test_one_persons_way_takes_as_long_as_among_all_candidates(
    network: WalkNetwork | None, at: Metres, rescuer: Metres, aed: Metres | None
) -> None:
    patient, budget_s = place(*at), 5_000.0
    found = find_candidates(network, patient, nearby([rescuer], [aed] if aed else []), budget_s=budget_s, walker=WALKER)

    way = find_way(network, patient, place(*rescuer), place(*aed) if aed else None, budget_s=budget_s, walker=WALKER)

    assert way is not None
    if aed is None:
        assert way.to_aed_s is None
        assert way.walk_time_s == pytest.approx(float(found.direct_s[0]), abs=0.05, rel=1e-4)
        assert way.straight_line == bool(found.straight_line[0])
    else:
        assert (way.to_aed_s, way.walk_time_s) == pytest.approx(trips_of(found)[0, 0], abs=0.05, rel=1e-4)
        assert way.straight_line == bool(found.trip_straight_line[0])


def test_a_patient_off_the_network_is_reached_in_straight_lines_and_said_so() -> None:
    found = find_candidates(GRID, place(OFF, 0), nearby([(EDGE_M, 0)], []), budget_s=900, walker=WALKER)

    assert found.straight_line.tolist() == [True]
    assert float(found.direct_s[0]) == pytest.approx((OFF - EDGE_M) * DETOUR_FACTOR / 1.4, rel=1e-3)


def test_a_rescuer_off_the_network_is_reckoned_straight_and_the_others_by_street() -> None:
    found = find_candidates(GRID, place(EDGE_M, 0), nearby([(OFF, 0), (0, 0)], []), budget_s=900, walker=WALKER)

    assert found.straight_line.tolist() == [True, False]
    assert found.direct_s.tolist() == pytest.approx([(OFF - EDGE_M) * DETOUR_FACTOR / 1.4, EDGE_M / 1.4], rel=1e-3)


def test_an_aed_off_the_network_is_fetched_in_straight_lines_and_said_so() -> None:
    found = find_candidates(GRID, place(0, 0), nearby([(80, 0)], [(OFF, 0), (160, 0)]), budget_s=9_000, walker=WALKER)

    assert found.trip_aed.tolist() == [1, 0]
    assert found.trip_straight_line.tolist() == [False, True]


@pytest.mark.parametrize(
    ("patient", "straight_line"),
    [((120, -195), [True, True, False]), ((120, 0), [False, False, True])],
    ids=["patient inside", "patient on the street"],
)
def test_a_closed_in_area_hides_nobody_at_its_gate_on_its_street_or_inside(
    patient: Metres, straight_line: list[bool]
) -> None:
    at_the_gate, on_the_street, inside = (120, -10), (240, 0), (10, -195)

    found = find_candidates(
        YARD, place(*patient), nearby([at_the_gate, on_the_street, inside], [(0, 0)]), budget_s=900, walker=WALKER
    )

    assert found.straight_line.tolist() == straight_line
    assert np.isfinite(found.direct_s).all()
    assert sorted(found.trip_rescuer.tolist()) == [0, 1, 2]
    for direct_s, rescuer, straight in zip(
        found.direct_s, (at_the_gate, on_the_street, inside), straight_line, strict=True
    ):
        if straight:
            assert float(direct_s) == pytest.approx(straight_s(place(*rescuer), place(*patient)), rel=1e-4)


def test_walking_round_the_block_counts_and_not_the_crow() -> None:
    found = find_candidates(GRID, place(80, 80), nearby([(0, 0)], []), budget_s=900, walker=WALKER)

    assert float(found.direct_s[0]) == pytest.approx(160 / 1.4, rel=1e-3)


@pytest.mark.parametrize("network", [GRID, None], ids=["streets", "straight"])
def test_only_the_aeds_nearest_to_the_patient_are_tried(network: WalkNetwork | None) -> None:
    aeds = [(20.0 * number, 0.0) for number in range(MAX_AEDS + 4)][::-1]

    found = find_candidates(network, place(0, 0), nearby([(0, 0)], aeds), budget_s=5_000, walker=WALKER)

    assert sorted(found.trip_aed.tolist()) == list(range(4, MAX_AEDS + 4))


@pytest.mark.parametrize("network", [GRID, None], ids=["streets", "straight"])
def test_where_nobody_is_near_nobody_is_found(network: WalkNetwork | None) -> None:
    found = find_candidates(network, place(0, 0), nearby([], []), budget_s=900, walker=WALKER)

    assert found.rescuer_id == ()
    assert found.direct_s.size == found.trip_s.size == 0


@pytest.mark.parametrize("network", [GRID, None], ids=["streets", "straight"])
def test_a_way_beyond_the_budget_is_none(network: WalkNetwork | None) -> None:
    assert find_way(network, place(0, 0), place(EDGE_M, EDGE_M), None, budget_s=60, walker=WALKER) is None
