"""A day's calls brought together into an hour that somebody watches, some of them near where the watcher stands."""

import math
import random
from dataclasses import replace

from dispatch.contracts.webhook import CallLocation
from geo.datum import Datum, convert, parse_datum
from simulators.call_generator import METRES_PER_DEGREE
from simulators.reach import wgs84
from simulators.scenario import Scenario, ScenarioMessage

EVERY = 3
"""One in so many calls is near the watcher."""
NEAREST_M, FARTHEST_M = 25.0, 90.0
MORNING_S = 9.5 * 3600
"""Offices and most AEDs are open."""


def gather(scenario: Scenario, *, gap_s: float, seed: int) -> tuple[Scenario, tuple[float, float]]:
    """The same calls one every `gap_s` seconds from half past nine on, and where to stand, WGS-84.

    The watcher stands where the first call is; that one and one in three after it are moved to around there.
    """
    rng = random.Random(f"gather/{seed}")
    calls = list(scenario.calls())
    stand = wgs84(calls[0].location)
    assert stand is not None  # noqa: S101 - every generated call has a place
    shift = {call.cad_ref: MORNING_S + index * gap_s - call.offset_s for index, call in enumerate(calls)}
    near = {call.cad_ref: _around(stand, rng) for call in calls[::EVERY]}
    moved = (_moved(message, shift[message.cad_ref], near.get(message.cad_ref)) for message in scenario.messages)
    return replace(scenario, messages=tuple(sorted(moved, key=lambda message: message.offset_s))), stand


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
