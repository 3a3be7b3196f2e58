"""What hangs or lies on the fifth floor is farther away than the same street says."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

import numpy as np
import pytest

from dispatch.core.candidates import Candidates
from dispatch.core.matching import Place, Walker, find_candidates, find_way
from dispatch.core.policy import Wanted, choose
from dispatch.incidents.scout import climb_s
from dispatch.records import Details
from geo.streets.walk_network import WalkNetwork
from registry.directory import Directory
from registry.models import Aed, Certificate, Rescuer
from tests.unit.dispatch.test_matching import GRID, place

NOON = datetime(2025, 3, 5, 4, 0, tzinfo=UTC)
WALKER = Walker(takeout_s=20.0)
PATIENT, CABINET, HELPER = place(400.0, 400.0), place(160.0, 400.0), place(80.0, 400.0)


def directory_of(*floors: str) -> Directory:
    aeds = [
        Aed(aed_id=f"a{n}", lon=CABINET.lon, lat=CABINET.lat, time_zone="UTC", opening_hours="24/7", floor=floor)
        for n, floor in enumerate(floors)
    ]
    papers = (Certificate(kind="red_cross", valid_until=date(2030, 1, 1)),)
    helper = Rescuer(
        rescuer_id="r", certificates=papers, on_duty=True, home_lon=HELPER.lon, home_lat=HELPER.lat, last_seen_at=NOON
    )
    return Directory(aeds, [helper], plane=GRID.plane)


def inside_s(directory: Directory, aed_id: str) -> float:
    return directory.aed_inside_s(directory.get_aed(aed_id), *_lonlat(PATIENT))


def _lonlat(where: Place) -> tuple[float, float]:
    return where.lon, where.lat


@pytest.mark.parametrize("network", [GRID, None])
def test_a_trip_by_way_of_a_high_floor_takes_the_stairs_into_account(network: WalkNetwork | None) -> None:
    directory = directory_of("1F", "5F")
    nearby = directory.nearby(PATIENT.lon, PATIENT.lat, radius_m=1_000.0, at=NOON)

    found = find_candidates(network, PATIENT, nearby, budget_s=900.0, walker=WALKER)

    trip_s = {found.aed_id[aed]: float(s) for aed, s in zip(found.trip_aed, found.trip_s, strict=True)}
    higher_s = inside_s(directory, "a1") - inside_s(directory, "a0")
    assert higher_s > 30.0
    assert trip_s["a1"] - trip_s["a0"] == pytest.approx(higher_s, abs=0.01)


def test_a_way_that_is_measured_anew_takes_as_long_as_the_trip_did() -> None:
    directory = directory_of("5F")
    nearby = directory.nearby(PATIENT.lon, PATIENT.lat, radius_m=1_000.0, at=NOON)
    found = find_candidates(GRID, PATIENT, nearby, budget_s=900.0, walker=WALKER)

    way = find_way(
        GRID,
        PATIENT,
        Place(lon=HELPER.lon, lat=HELPER.lat),
        CABINET,
        budget_s=900.0,
        walker=WALKER,
        aed_inside_s=inside_s(directory, "a0"),
    )

    assert way is not None
    assert way.walk_time_s == pytest.approx(float(found.trip_s[0]), abs=0.1)


def test_a_floor_that_is_corrected_counts_at_once() -> None:
    directory = directory_of("5F")
    before_s = inside_s(directory, "a0")
    aed = directory.get_aed("a0")

    directory.take_aed(
        "a0", Aed(aed_id="a0", lon=aed.lon, lat=aed.lat, time_zone="UTC", opening_hours="24/7", floor="1F")
    )

    assert inside_s(directory, "a0") < before_s


def test_who_collapses_in_the_aeds_own_building_waits_for_no_walk_down_to_the_street() -> None:
    directory = directory_of("5F")

    assert directory.aed_inside_s(directory.get_aed("a0"), *_lonlat(place(200.0, 400.0))) == 0.0
    assert directory.aed_inside_s(directory.get_aed("a0"), *_lonlat(PATIENT)) > 0.0


def whole_s(found: Candidates) -> dict[str, float]:
    """By AED, "" for none: seconds to the patient's side of everybody who would be rung."""
    wanted = Wanted(wave=0, cap_s=900.0, direct=1, fetch=1, total=2, excluded_rescuers=frozenset(), hands_first=False)
    rung = [*choose(wanted, found, 0.0, 900.0), *choose(replace(wanted, fetch=0), found, 900.0, 0.0)]
    return {one.aed_id or "": one.walk_time_s for one in rung}


@pytest.mark.parametrize("network", [GRID, None])
def test_a_patient_upstairs_is_reached_later_by_everybody_and_nobody_is_left_out_for_it(
    network: WalkNetwork | None,
) -> None:
    nearby = directory_of("1F").nearby(PATIENT.lon, PATIENT.lat, radius_m=1_000.0, at=NOON)
    search = partial(find_candidates, network, PATIENT, nearby, walker=WALKER)

    on_the_street, upstairs = search(budget_s=900.0), search(budget_s=900.0, climb_s=60.0)
    street_s = float(on_the_street.direct_s[0])

    assert whole_s(upstairs) == pytest.approx({who: s + 60.0 for who, s in whole_s(on_the_street).items()}, abs=0.01)
    assert np.isfinite(search(budget_s=street_s + 1.0, climb_s=60.0).direct_s).all()


def test_who_may_be_in_the_patients_own_building_is_not_sent_down_and_up_again() -> None:
    next_door = place(90.0, 400.0)
    nearby = directory_of().nearby(next_door.lon, next_door.lat, radius_m=1_000.0, at=NOON)

    found = find_candidates(GRID, next_door, nearby, budget_s=900.0, walker=WALKER, climb_s=60.0)

    assert whole_s(found) == {"": pytest.approx(float(found.direct_s[0]))}


def test_a_way_measured_anew_to_a_patient_upstairs_counts_the_climb() -> None:
    ways = [find_way(GRID, PATIENT, HELPER, None, budget_s=900.0, walker=WALKER, climb_s=s) for s in (0.0, 60.0)]

    assert ways[0] is not None
    assert ways[1] is not None
    assert ways[1].walk_time_s == pytest.approx(ways[0].walk_time_s + 60.0)


@pytest.mark.parametrize(
    ("told", "plainly"),
    [
        ("502", "5楼"), ("1803", "18楼"), ("1803室", "18楼"), ("3单元502", "5楼"), ("5", "5楼"), ("５", "5楼"),
        ("L3", "3楼"), ("负一", "B1"), ("地下室", "B1"), ("-1", "B1"), ("UG", "1楼"), ("不详", ""), ("99999", ""),
    ],
)  # fmt: skip
def test_a_floor_is_climbed_to_however_120_tells_it(told: str, plainly: str) -> None:
    def told_s(floor: str) -> float:
        return climb_s(Details(place=PATIENT, floor=floor))

    assert told_s(told) == told_s(plainly)
    assert (told_s(told) > 0.0) is (plainly not in {"", "1楼"})
