"""A day's calls brought together for somebody who watches."""

import itertools
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np

from geo.places.datum import Datum
from geo.places.geodesic import geodesic_m
from simulators.call_generator import Places, generate_scenario
from simulators.gathering import EVERY, FARTHEST_M, NEAREST_M, gather
from simulators.phones import PhoneOwner
from simulators.reach import wgs84
from simulators.scenario import Scenario

PLACES = Places(
    lon=np.linspace(113.5, 113.8, 40),
    lat=np.linspace(34.6, 34.9, 40),
    weight=np.ones(40),
    name="test",
    datum=Datum.GCJ02,
)


def a_day(calls: int = 10) -> Scenario:
    return generate_scenario(PLACES, calls=calls, seed=5, day=date(2025, 6, 11), time_zone=ZoneInfo("Asia/Shanghai"))


OWNERS = [PhoneOwner(rescuer_id=f"r{number}", home=(113.65 + number * 1e-5, 34.75)) for number in range(30)]


def test_calls_come_one_after_the_other_and_each_keeps_its_own_story() -> None:
    day = a_day()
    gathered, _ = gather(day, OWNERS, gap_s=90.0, seed=1)
    offsets = [call.offset_s for call in gathered.calls()]

    assert {round(later - earlier, 3) for earlier, later in itertools.pairwise(offsets)} == {90.0}
    assert {message.id for message in gathered.messages} == {message.id for message in day.messages}
    for call in day.calls():
        before = [m.offset_s - call.offset_s for m in day.messages if m.cad_ref == call.cad_ref]
        began = next(m.offset_s for m in gathered.calls() if m.cad_ref == call.cad_ref)
        after = [m.offset_s - began for m in gathered.messages if m.cad_ref == call.cad_ref]
        assert np.allclose(before, after, atol=0.01)


def test_one_in_three_calls_is_within_a_short_walk_of_where_the_watcher_stands() -> None:
    gathered, stand = gather(a_day(), OWNERS, gap_s=90.0, seed=1)
    far_m = []
    for call in gathered.calls():
        place = wgs84(call.location)
        assert place is not None
        far_m.append(geodesic_m(*stand, *place))

    near = far_m[::EVERY]
    assert all(NEAREST_M - 2 <= metres <= FARTHEST_M + 2 for metres in near)
    assert min(metres for index, metres in enumerate(far_m) if index % EVERY) > FARTHEST_M


def test_the_same_seed_gathers_the_same_calls() -> None:
    one, two = (gather(a_day(), OWNERS, gap_s=60.0, seed=4)[0] for _ in range(2))

    assert one.dump() == two.dump()


def test_the_watcher_stands_at_the_call_with_most_volunteers_around() -> None:
    day = a_day()
    places = [wgs84(call.location) for call in day.calls()]
    home = places[4]
    assert home is not None
    owners = [PhoneOwner(rescuer_id=f"r{number}", home=home) for number in range(5)]

    assert gather(day, owners, gap_s=60.0, seed=1)[1] == home
