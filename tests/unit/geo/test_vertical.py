"""The seconds that lie between a street and a floor."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.walking.floors import CONCOURSE, PLATFORM, Floor
from geo.walking.vertical import (
    CONCOURSE_S,
    ENTRANCE_S,
    LIFT_S_PER_FLOOR,
    LIFT_WAIT_S,
    PLATFORM_S,
    STAIRS_DOWN_S,
    STAIRS_UP_S,
    added_s,
    aed_added_s,
    aeds_added_s,
    climb_s,
    inside_s,
)

STREET, SECOND, CELLAR = Floor(storey=0), Floor(storey=1), Floor(storey=-1)


def test_stairs_up_take_longer_than_down_and_a_lift_is_taken_where_it_is_quicker() -> None:
    assert climb_s(0) == 0.0
    assert climb_s(2) == 2 * STAIRS_UP_S > climb_s(-2) == 2 * STAIRS_DOWN_S
    assert climb_s(20) == LIFT_WAIT_S + 20 * LIFT_S_PER_FLOOR
    assert climb_s(20, lift=False) == 20 * STAIRS_UP_S
    assert climb_s(2, lift=True) == 2 * STAIRS_UP_S
    assert climb_s(1, lift=None) == STAIRS_UP_S


@given(st.integers(0, 120), st.integers(0, 120), st.sampled_from([True, False]))
def test_higher_never_takes_less_and_a_lift_never_more(low: int, high: int, up: bool) -> None:
    low, high = sorted((low, high))
    sign = 1 if up else -1

    assert climb_s(sign * low, lift=True) <= climb_s(sign * high, lift=True)
    assert climb_s(sign * high, lift=True) <= climb_s(sign * high, lift=False)


def test_nothing_is_added_where_nothing_is_known() -> None:
    assert added_s(None, None) == 0.0
    assert inside_s(STREET) == 0.0
    assert inside_s(None, indoor=True) == ENTRANCE_S


def test_the_aed_is_entered_and_left_the_patient_only_entered() -> None:
    assert aed_added_s(SECOND) == 2 * ENTRANCE_S + STAIRS_UP_S + STAIRS_DOWN_S
    assert added_s(SECOND, CELLAR) == aed_added_s(SECOND) + ENTRANCE_S + STAIRS_DOWN_S
    assert added_s(STREET, PLATFORM, aed_indoor=True) == 2 * ENTRANCE_S + CONCOURSE_S + PLATFORM_S


def test_within_one_building_nobody_goes_out_to_the_street_again() -> None:
    assert added_s(CONCOURSE, CONCOURSE, same_building=True) == CONCOURSE_S
    assert added_s(CONCOURSE, PLATFORM, same_building=True) == CONCOURSE_S + PLATFORM_S
    assert added_s(SECOND, STREET, same_building=True) == ENTRANCE_S + STAIRS_UP_S + STAIRS_DOWN_S
    assert added_s(SECOND, SECOND, same_building=True) < added_s(SECOND, SECOND)


def test_an_arrays_rows_use_the_floor_then_the_place() -> None:
    seconds = aeds_added_s(["2F", "", "", ""], ["站厅", "站厅临近D口", "传达室", "传达室"], [None, None, True, None])

    assert seconds.dtype == np.float32
    assert seconds.tolist() == [aed_added_s(SECOND), 2 * CONCOURSE_S, 2 * ENTRANCE_S, 0.0]
