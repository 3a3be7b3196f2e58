"""A day's calls brought together into an hour that somebody watches, some of them near where the watcher stands."""

import math
import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dispatch.contracts.webhook import CallLocation
from geo.places.datum import Datum, convert, parse_datum
from geo.places.geodesic import geodesic_m
from simulators.call_generator import METRES_PER_DEGREE
from simulators.phones import PhoneOwner
from simulators.reach import wgs84
from simulators.scenario import Scenario, ScenarioMessage

EVERY = 3
"""One in so many calls is near the watcher."""
NEAREST_M, FARTHEST_M = 25.0, 90.0
AROUND_M = 400.0
MORNING_S = 9.5 * 3600
"""Offices and most AEDs are open."""


def gather(
    scenario: Scenario, owners: Sequence[PhoneOwner], *, gap_s: float, seed: int
) -> tuple[Scenario, tuple[float, float]]:
    """The same calls one every `gap_s` seconds from half past nine on, and where to stand, WGS-84.

    The watcher stands at the call that has most volunteers around it; the first and one in three after it are moved to
    around there.
    """
    rng = random.Random(f"gather/{seed}")
    calls = list(scenario.calls())
    stand = _liveliest(calls, owners)
    shift = {call.cad_ref: MORNING_S + index * gap_s - call.offset_s for index, call in enumerate(calls)}
    near = {call.cad_ref: _around(stand, rng) for call in calls[::EVERY]}
    moved = (_moved(message, shift[message.cad_ref], near.get(message.cad_ref)) for message in scenario.messages)
    return replace(scenario, messages=tuple(sorted(moved, key=lambda message: message.offset_s))), stand


def _liveliest(calls: Sequence[ScenarioMessage], owners: Sequence[PhoneOwner]) -> tuple[float, float]:
    homes = np.array([owner.home for owner in owners], np.float64).reshape(-1, 2)
    places = [place for call in calls if (place := wgs84(call.location)) is not None]
    around = [int((geodesic_m(lon, lat, homes[:, 0], homes[:, 1]) < AROUND_M).sum()) for lon, lat in places]
    return places[int(np.argmax(around))]


def _moved(message: ScenarioMessage, by_s: float, near: tuple[float, float] | None) -> ScenarioMessage:
    eta_s = message.ambulance_eta_offset_s
    location = message.location
    if location is not None and near is not None:
        location = _placed(location, near)
    return message.model_copy(
        update={
            "offset_s": round(message.offset_s + by_s, 3),
            "ambulance_eta_offset_s": None if eta_s is None else round(eta_s + by_s, 3),
            "location": location,
        }
    )


def _placed(location: CallLocation, at: tuple[float, float]) -> CallLocation:
    lon, lat = convert(*at, source=Datum.WGS84, target=parse_datum(location.datum or Datum.WGS84.value))
    return location.model_copy(update={"lon": round(lon, 6), "lat": round(lat, 6)})


def _around(stand: tuple[float, float], rng: random.Random) -> tuple[float, float]:
    lon, lat = stand
    far_m, angle = rng.uniform(NEAREST_M, FARTHEST_M), rng.uniform(0.0, 2.0 * math.pi)
    return (
        lon + far_m * math.sin(angle) / (METRES_PER_DEGREE * math.cos(math.radians(lat))),
        lat + far_m * math.cos(angle) / METRES_PER_DEGREE,
    )
