"""Generated calls: the same for the same seed, and shaped as the model says."""

from collections import Counter
from datetime import date
from statistics import median
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from dispatch.contracts.webhook import MessageType
from geo.places.datum import Datum, convert
from geo.places.geodesic import geodesic_m
from simulators.call_generator import CALLS_BY_HOUR, CallModel, Places, generate_scenario
from simulators.scenario import ENDING, Scenario

DAY = date(2025, 6, 11)
ZHENGZHOU = ZoneInfo("Asia/Shanghai")


def places(datum: Datum = Datum.GCJ02) -> Places:
    return Places(
        lon=np.array([113.60, 113.65, 113.70]),
        lat=np.array([34.70, 34.75, 34.80]),
        weight=np.array([0.0, 1.0, 3.0]),
        name="three places",
        datum=datum,
    )


def generate(*, calls: int = 400, seed: int = 7, model: CallModel | None = None) -> Scenario:
    return generate_scenario(places(), calls=calls, seed=seed, day=DAY, time_zone=ZHENGZHOU, model=model)


def messages_of(scenario: Scenario) -> dict[str, list[MessageType]]:
    stories: dict[str, list[MessageType]] = {}
    for message in scenario.messages:
        stories.setdefault(message.cad_ref, []).append(message.type)
    return stories


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert generate().dump() == generate().dump()


def test_another_seed_gives_other_calls() -> None:
    assert generate(seed=1).dump() != generate(seed=2).dump()


def test_every_call_begins_once_ends_once_and_keeps_its_order() -> None:
    for story in messages_of(generate()).values():
        assert story[0] is MessageType.CALL_CREATED
        assert story[-1] in ENDING
        assert sum(kind in ENDING for kind in story) == 1
        assert (MessageType.AMBULANCE_ARRIVED in story) == (story[-1] is MessageType.CALL_CLOSED)


def test_calls_follow_the_hours_of_the_day() -> None:
    hours = Counter(int(call.offset_s // 3600) % 24 for call in generate(calls=4_000).calls())
    share_of_morning = sum(hours[hour] for hour in range(7, 12)) / 4_000

    assert share_of_morning == pytest.approx(sum(CALLS_BY_HOUR[7:12]) / sum(CALLS_BY_HOUR), abs=0.03)


def test_the_ambulance_takes_what_the_source_says_in_the_median() -> None:
    scenario = generate(calls=2_000, model=CallModel(cancelled=0.0))
    began = {call.cad_ref: call.offset_s for call in scenario.calls()}
    waits = [m.offset_s - began[m.cad_ref] for m in scenario.messages if m.type is MessageType.AMBULANCE_ARRIVED]

    assert median(waits) == pytest.approx((1.8 + 8.3) * 60, rel=0.05)


def test_places_are_drawn_by_weight_and_told_in_the_datum_that_is_named() -> None:
    calls = [call for call in generate(calls=800, model=CallModel(moved=0.0)).calls() if call.location is not None]
    told = [
        convert(c.location.lon, c.location.lat, source=Datum.GCJ02, target=Datum.WGS84) for c in calls if c.location
    ]
    at_third = sum(geodesic_m(lon, lat, 113.70, 34.80) < 100.0 for lon, lat in told)
    at_second = sum(geodesic_m(lon, lat, 113.65, 34.75) < 100.0 for lon, lat in told)

    assert {call.location.datum for call in calls if call.location} == {"gcj02"}
    assert at_second + at_third == 800
    assert at_third / 800 == pytest.approx(0.75, abs=0.05)


def test_no_eta_lies_before_the_message_that_tells_it() -> None:
    for message in generate().messages:
        if message.ambulance_eta_offset_s is not None:
            assert message.ambulance_eta_offset_s > message.offset_s


def test_a_share_of_calls_is_cancelled_and_never_sees_an_ambulance() -> None:
    stories = messages_of(generate(calls=1_000)).values()
    cancelled = [story for story in stories if story[-1] is MessageType.CALL_CANCELLED]

    assert len(cancelled) / 1_000 == pytest.approx(CallModel().cancelled, abs=0.03)
