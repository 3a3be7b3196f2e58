"""The clock of a replay runs as fast as leaves volunteers' answers in time, and no faster."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.pacing import LATE_SHARE, SLOWEST, next_speed, share_late, speed_for
from simulators.volunteer import Behaviour, decide

BEHAVIOUR = Behaviour(late=0.0)
LAGS_S = st.lists(st.floats(0.0, 2.0), min_size=1, max_size=30)


def test_the_share_that_is_foreseen_is_that_of_volunteers_who_are_late_by_so_much() -> None:
    speed, lag_s = 100.0, 0.04
    meant_s = [
        decide(BEHAVIOUR, seed=1, rescuer_id=f"r{n}", cad_ref="C", ordinal=0).answer_after_s for n in range(20_000)
    ]
    in_time = [one for one in meant_s if one <= 30.0]
    late = [one for one in in_time if one + speed * lag_s > 30.0]

    assert share_late(speed, [lag_s], BEHAVIOUR) == pytest.approx(len(late) / len(in_time), abs=0.003)


@given(lags_s=LAGS_S, fastest=st.floats(SLOWEST, 3_600.0))
def test_the_speed_leaves_answers_in_time_and_a_greater_one_would_not(lags_s: list[float], fastest: float) -> None:
    speed = speed_for(lags_s, BEHAVIOUR, fastest=fastest)

    assert SLOWEST <= speed <= fastest or speed == pytest.approx(fastest, abs=0.1)
    assert speed <= SLOWEST + 0.1 or share_late(speed - 0.1, lags_s, BEHAVIOUR) <= LATE_SHARE
    assert speed >= fastest - 0.2 or share_late(speed + 0.2, lags_s, BEHAVIOUR) >= LATE_SHARE


def test_a_machine_that_keeps_up_runs_at_full_speed_and_a_slow_one_far_below_it() -> None:
    assert speed_for([0.001], BEHAVIOUR, fastest=300.0) == 300.0
    assert 20 < speed_for([0.05], BEHAVIOUR, fastest=300.0) < 80
    assert speed_for([60.0], BEHAVIOUR, fastest=300.0) == SLOWEST


def test_a_busy_moment_slows_the_clock_at_once_and_a_quiet_one_quickens_it_by_steps() -> None:
    slowed = next_speed(300.0, [0.2], BEHAVIOUR, fastest=300.0)

    assert slowed < 30.0
    assert next_speed(slowed, [0.001] * 5, BEHAVIOUR, fastest=300.0) == slowed
    assert next_speed(slowed, [0.001] * 25, BEHAVIOUR, fastest=300.0) == pytest.approx(2 * slowed)
    assert next_speed(slowed, [], BEHAVIOUR, fastest=300.0) == slowed
