"""A folded log keeps what outcomes depend on: the hour, the weekday, and that nobody is wanted in two places."""

import math
from collections import Counter
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from simulators.cad import QUIET_S, waited_s
from simulators.call_log import CallLog, LogColumns, LoggedCall, log_scenario
from simulators.log_folding import APART_M, CLEAR_S, fold_log
from simulators.scenario import load_scenario, save_scenario

ZONE = ZoneInfo("America/New_York")
FIRST = datetime(2017, 1, 2, 9, tzinfo=ZONE)
METRES_PER_DEGREE = 111_320.0


def logged(number: int, at: datetime, *, north_m: float = 0.0, minutes: float = 10.0) -> LoggedCall:
    return LoggedCall(
        call_id=str(number),
        line=number + 2,
        at=at,
        lon=-76.0,
        lat=36.8 + north_m / METRES_PER_DEGREE,
        address="",
        response_s=minutes * 60.0,
        flag="",
        told=str(minutes),
    )


def log_of(*calls: LoggedCall) -> CallLog:
    ordered = sorted(calls, key=lambda call: (call.at, call.line))
    return CallLog(name="log.csv", columns=LogColumns(), calls=tuple(ordered))


def city_log(count: int = 400) -> CallLog:
    """A year of calls along 20 km."""
    rng = np.random.default_rng(1)
    minutes, places = rng.integers(0, 365 * 1440, count), rng.uniform(0, 20_000, count)
    return log_of(
        *(logged(n, FIRST + timedelta(minutes=int(minutes[n])), north_m=float(places[n])) for n in range(count))
    )


def metres_apart(one: LoggedCall, other: LoggedCall) -> float:
    return abs(one.lat - other.lat) * METRES_PER_DEGREE


def test_every_call_keeps_its_weekday_and_time_of_day_and_moves_to_the_past_only() -> None:
    log = city_log()

    folded = fold_log(log, together=8)

    before = {call.call_id: call for call in log.calls}
    assert len(folded.log.calls) == len(before)
    for call in folded.log.calls:
        was = before[call.call_id]
        assert (call.at.weekday(), call.at.time()) == (was.at.weekday(), was.at.time())
        assert call.at <= was.at
        assert (call.lon, call.lat, call.response_s) == (was.lon, was.lat, was.response_s)
    assert list(folded.log.calls) == sorted(folded.log.calls, key=lambda call: call.at)


def test_never_more_calls_go_on_at_once_than_asked() -> None:
    calls = [logged(n, FIRST + timedelta(weeks=n, minutes=n % 3), north_m=5_000.0 * n) for n in range(12)]

    folded = fold_log(log_of(*calls), together=3)

    assert Counter(call.at.date() for call in folded.log.calls) == {
        (FIRST + timedelta(weeks=week)).date(): 3 for week in range(4)
    }


def test_calls_that_were_apart_in_the_log_never_share_a_rescuer_or_an_aed() -> None:
    log = city_log()
    was = {call.call_id: call for call in log.calls}

    def meet(one: LoggedCall, other: LoggedCall) -> bool:
        first, second = sorted((one, other), key=lambda call: call.at)
        clear = first.at.timestamp() + (first.response_s or 0.0) + 90.0 + CLEAR_S
        return metres_apart(one, other) < APART_M and second.at.timestamp() < clear

    met = [(a, b) for a, b in combinations(fold_log(log, together=8).log.calls, 2) if meet(a, b)]

    assert all(meet(was[one.call_id], was[other.call_id]) for one, other in met)


def test_calls_that_met_in_the_log_still_meet() -> None:
    later = FIRST + timedelta(weeks=20)
    meeting = logged(1, later, north_m=8_000), logged(2, later + timedelta(minutes=5), north_m=8_500)

    folded = fold_log(log_of(logged(0, FIRST), *meeting), together=8)

    first, *moved = folded.log.calls
    assert [call.call_id for call in (first, *moved)] == ["0", "1", "2"]
    assert [call.at for call in moved] == [FIRST, FIRST + timedelta(minutes=5)]
    assert (folded.moved, folded.as_one, folded.weeks) == (2, 2, 1)


def test_a_neighbour_waits_for_another_week() -> None:
    calls = [logged(n, FIRST + timedelta(weeks=10 * n), north_m=100.0 * n) for n in range(3)]

    folded = fold_log(log_of(*calls), together=8)

    assert [call.at for call in folded.log.calls] == [FIRST + timedelta(weeks=n) for n in range(3)]
    assert folded.weeks == 3


def test_a_log_in_which_more_go_on_at_once_than_asked_is_left_as_it_is() -> None:
    calls = [logged(n, FIRST, north_m=5_000.0 * n) for n in range(4)]

    assert fold_log(log_of(*calls), together=2).log.calls == log_of(*calls).calls


def test_a_call_in_summer_keeps_its_hour_in_the_file_of_a_log_that_begins_in_winter(tmp_path: Path) -> None:
    summer = datetime(2017, 7, 3, 9, tzinfo=ZONE)
    save_scenario(log_scenario(log_of(logged(0, FIRST), logged(1, summer)), seed=1), tmp_path / "calls.jsonl")

    scenario = load_scenario(tmp_path / "calls.jsonl")

    offset_s = next(message.offset_s for message in scenario.messages if message.cad_ref == "LOG-1")
    assert scenario.head.start + timedelta(seconds=offset_s) == summer


def test_what_a_replay_waits_out_counts_calls_that_overlap_once() -> None:
    overlapping = log_scenario(log_of(logged(0, FIRST), logged(1, FIRST + timedelta(minutes=5))), seed=1)
    apart = log_scenario(log_of(logged(0, FIRST), logged(1, FIRST + timedelta(hours=5))), seed=1)

    call_s = 10 * 60 + 90 + QUIET_S
    assert math.isclose(waited_s(overlapping), call_s + 300)
    assert math.isclose(waited_s(apart), 2 * call_s)
