"""Floors as people write them, and the seconds that lie between a street and a floor."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.walking.vertical import (
    CONCOURSE,
    CONCOURSE_S,
    ENTRANCE_S,
    LIFT_S_PER_FLOOR,
    LIFT_WAIT_S,
    PLATFORM,
    PLATFORM_S,
    STAIRS_DOWN_S,
    STAIRS_UP_S,
    Floor,
    added_s,
    aed_added_s,
    aeds_added_s,
    climb_s,
    find_floor,
    inside_s,
)

STREET, SECOND, CELLAR = Floor(storey=0), Floor(storey=1), Floor(storey=-1)


@pytest.mark.parametrize(
    ("text", "storey"),
    [
        ("1F", 0), ("1 F", 0), ("3F", 2), ("F3", 2),
        ("12F", 11), ("２階", 1), ("1階廊下", 0), ("新館9F", 8), ("4階３年生職員室", 3),
        ("2楼", 1), ("十二楼", 11),
        ("二十三层", 22), ("二层", 1), ("2号楼5层", 4), ("首层", 0),
        ("B1", -1), ("B2F", -2), ("-1", -1), ("-2层", -2), ("负一楼", -1), ("地下一层", -1), ("地下2层", -2),
        ("LG", -1),
        ("2. UG", -2), ("basement", -1),
        ("G/F", 0), ("1/F", 1), ("0", 0), ("1", 1), ("10", 10), ("1;2", 1), ("2.0", 2),
        ("2nd floor", 2), ("3. OG", 3), ("3. Stock, Poststelle (Raum 308)", 3), ("Ebene 2, Bereich N", 2),
        ("Erdgeschoss, rechts", 0), ("Piano terra", 0),
    ],
)  # fmt: skip
def test_a_floor_is_read_as_it_is_written(text: str, storey: int) -> None:
    assert find_floor(text) == Floor(storey=storey)


@pytest.mark.parametrize(
    ("text", "floor"),
    [
        ("站厅层", CONCOURSE),
        ("站厅临近B口车站控制室附近", CONCOURSE),
        ("站台中部无障碍电梯后方", PLATFORM),
        ("1.站厅A端上行扶梯下。 2.上行站台3-2处。", CONCOURSE),
    ],
)
def test_metro_stations_are_known_by_their_halls(text: str, floor: Floor) -> None:
    assert find_floor(text) == floor


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "unknown", "B口", "B座", "Room 308", "12-3", "3号楼", "中原路1号3单元502", "階段踊り場",
        "正面突き当たり階段の左側", "站台门旁", "公交站台旁", "9999楼", "Haupteingang", "L1",
    ],
)  # fmt: skip
def test_what_names_no_floor_is_not_guessed_at(text: str) -> None:
    assert find_floor(text) is None


def test_where_the_ground_floor_is_not_the_first_2f_is_two_up() -> None:
    assert find_floor("2F", ground_is_first=False) == Floor(storey=2)


@given(st.text(max_size=40))
def test_any_text_is_read_or_not_but_never_breaks(text: str) -> None:
    floor = find_floor(text)

    assert floor is None or abs(floor.storey) <= 999


@given(st.integers(1, 99), st.sampled_from(["{}F", "{}楼", "{}层", "{}階", "F{}", "{} F"]))
def test_counted_from_one_every_floor_is_one_higher_than_the_one_below(number: int, form: str) -> None:
    assert find_floor(form.format(number)) == Floor(storey=number - 1)


def test_the_real_stations_signs_agree_with_their_level(shared_data: Path) -> None:
    path = shared_data / "zhengzhou" / "zhengzhou_metro_aed.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = {"concourse": CONCOURSE, "platform": PLATFORM}

    named = [(find_floor(row["location_text"]), expected[row["level"]]) for row in rows if row["level"] in expected]

    assert len(named) == 305
    assert sum(found == told for found, told in named) >= 300


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
