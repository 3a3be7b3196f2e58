"""Which of a phone's positions is believed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.fixes import SHARP_M, TOP_SPEED_M_S, Fate, better_of, judge
from registry.models import Presence

NOON = datetime(2025, 3, 5, 4, tzinfo=UTC)
LON, LAT = 113.66, 34.75
HALF_AN_HOUR = timedelta(seconds=1800)
A_METRE_EAST = 1 / 91_550

positions = st.builds(
    lambda east_m, accuracy_m, second: fix(second, east_m=east_m, accuracy_m=accuracy_m),
    st.integers(0, 20_000),
    st.sampled_from([5.0, 12.0, 80.0, 400.0, 2500.0]),
    st.integers(0, 4000),
)


def fix(second: float, *, east_m: float = 0.0, accuracy_m: float = 8.0) -> Presence:
    return Presence(
        lon=LON + east_m * A_METRE_EAST,
        lat=LAT,
        accuracy_m=accuracy_m,
        observed_at=NOON + timedelta(seconds=second),
    )


def fate_of(new: Presence, held: Presence | None = None, doubted: Presence | None = None) -> Fate:
    return judge(held, new, doubted=doubted, stale_after=HALF_AN_HOUR)


@pytest.mark.parametrize(
    ("new", "fate"),
    [
        (fix(2, accuracy_m=2500), Fate.COARSER),
        (fix(60, accuracy_m=2500), Fate.COARSER),
        (fix(2, accuracy_m=12), Fate.TAKEN),
        (fix(2, east_m=3, accuracy_m=SHARP_M), Fate.TAKEN),
        (fix(20, accuracy_m=60), Fate.COARSER),
        (fix(40, accuracy_m=60), Fate.TAKEN),
        (fix(1790, accuracy_m=2500), Fate.TAKEN),
        (fix(1801, accuracy_m=5000), Fate.TAKEN),
        # Somewhere within 100 m, 900 m away: whoever it is has gone from where they were.
        (fix(60, east_m=900, accuracy_m=100), Fate.TAKEN),
        (fix(1, east_m=12_000), Fate.JUMP),
        (fix(1, east_m=12_000, accuracy_m=2500), Fate.JUMP),
        (fix(300, east_m=12_000), Fate.TAKEN),
        (fix(-1), Fate.LATE),
        (fix(0), Fate.LATE),
    ],
)
def test_a_position_beside_a_fine_one_that_is_held(new: Presence, fate: Fate) -> None:
    assert fate_of(new, fix(0)) is fate


def test_the_first_position_is_taken_whatever_it_is() -> None:
    assert fate_of(fix(0, accuracy_m=2500)) is Fate.TAKEN


def test_a_fine_position_that_comes_after_a_newer_coarse_one_is_used() -> None:
    assert fate_of(fix(-2), fix(0, accuracy_m=2500)) is Fate.TAKEN
    assert fate_of(fix(-2, east_m=12_000), fix(0, accuracy_m=2500)) is Fate.LATE


def test_a_far_place_is_believed_when_it_is_told_again_and_as_exactly() -> None:
    held, first = fix(0), fix(1, east_m=12_000)

    assert fate_of(fix(2, east_m=12_001), held, first) is Fate.JUMP
    assert fate_of(fix(7, east_m=12_006), held, first) is Fate.TAKEN
    assert fate_of(fix(7, east_m=12_006, accuracy_m=2500), held, first) is Fate.JUMP
    assert fate_of(fix(7, east_m=25_000), held, first) is Fate.JUMP


@given(positions, positions)
def test_two_processes_agree_on_the_better_of_two_whichever_they_held_first(a: Presence, b: Presence) -> None:
    if a.observed_at != b.observed_at:
        assert better_of(a, b) is better_of(b, a)


@given(st.lists(positions, min_size=1, max_size=12))
def test_what_is_in_force_is_never_much_vaguer_than_what_was_known_and_never_came_faster_than_a_train(
    told: list[Presence],
) -> None:
    held: Presence | None = None
    for one in sorted(told, key=lambda one: one.observed_at):
        fate = fate_of(one, held)
        if held is not None and one.observed_at - held.observed_at <= HALF_AN_HOUR:
            age_s = (one.observed_at - held.observed_at).total_seconds()
            gap_m = abs(one.lon - held.lon) / A_METRE_EAST - one.accuracy_m - held.accuracy_m
            is_vague = one.accuracy_m > max(SHARP_M, held.accuracy_m + 1.4 * age_s)
            assert not (fate is Fate.TAKEN and is_vague and gap_m <= 0)
            assert not (fate is Fate.TAKEN and gap_m > TOP_SPEED_M_S * max(age_s, 1) + 100)
        held = one if fate is Fate.TAKEN else held


@given(positions)
def test_who_stays_where_they_are_is_never_a_jump(one: Presence) -> None:
    later = fix((one.observed_at - NOON).total_seconds() + 1, east_m=(one.lon - LON) / A_METRE_EAST + 2)
    assert fate_of(later, one) is Fate.TAKEN
