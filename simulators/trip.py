"""A responder's way as a function of time: along the route, a stop at the AED, and what is said on the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geo.places.projection import LocalPlane

LonLat = tuple[float, float]
Word = Literal["position", "aed_collected", "hand_back", "arrived"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trip:
    """One walk to a patient.

    lon, lat: (m,) the way; at_m: (m,) walked metres at each vertex, the first 0; aed_at_m: where the AED hangs on it.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    at_m: NDArray[np.float64]
    aed_at_m: float | None
    started: datetime
    speed_m_s: float
    takeout_s: float

    @property
    def length_m(self) -> float:
        return float(self.at_m[-1])

    def when(self, metres: float) -> datetime:
        """The instant at which so much of the way is done; past the AED it includes taking it out."""
        stop_s = self.takeout_s if self.aed_at_m is not None and metres > self.aed_at_m else 0.0
        return self.started + timedelta(seconds=metres / self.speed_m_s + stop_s)

    def walked_m(self, now: datetime) -> float:
        seconds = max((now - self.started).total_seconds(), 0.0)
        metres = seconds * self.speed_m_s
        if self.aed_at_m is not None and metres > self.aed_at_m:
            metres = max(self.aed_at_m, metres - self.takeout_s * self.speed_m_s)
        return min(metres, self.length_m)

    def position(self, now: datetime) -> LonLat:
        metres = self.walked_m(now)
        return float(np.interp(metres, self.at_m, self.lon)), float(np.interp(metres, self.at_m, self.lat))

    def since_aed_m(self, now: datetime) -> float:
        """Metres back to the AED's place."""
        return max(self.walked_m(now) - (self.aed_at_m or 0.0), 0.0)

    def words(self, *, every_s: float, hands_back_at: float | None) -> list[tuple[datetime, Word]]:
        """What the phone says on the way, in order of time; a volunteer who turns round says nothing after that."""
        arrival = self.when(self.length_m)
        end: tuple[datetime, Word] = (arrival, "arrived")
        if hands_back_at is not None:
            end = (self.when(hands_back_at * self.length_m), "hand_back")
        reports = int((end[0] - self.started).total_seconds() / every_s)
        said: list[tuple[datetime, Word]] = [
            (self.started + timedelta(seconds=every_s * number), "position") for number in range(1, reports + 1)
        ]
        if self.aed_at_m is not None:
            collected = self.started + timedelta(seconds=self.aed_at_m / self.speed_m_s + self.takeout_s)
            said.append((collected, "aed_collected"))
        return [*sorted(word for word in said if word[0] <= end[0]), end]


def plan_trip(
    way: Sequence[LonLat],
    *,
    length_m: float,
    aed: LonLat | None,
    started: datetime,
    speed_m_s: float,
    takeout_s: float,
) -> Trip:
    """A trip along `way`, `length_m` long however coarse its vertices are; `aed` is fetched where the way passes it."""
    lon, lat = (np.array(axis, dtype=np.float64) for axis in zip(*way, strict=True))
    x_m, y_m = LocalPlane(float(lon[0]), float(lat[0])).to_plane(lon, lat)
    drawn_m = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x_m), np.diff(y_m)))])
    at_m = drawn_m * (length_m / drawn_m[-1]) if drawn_m[-1] > 0.0 else drawn_m
    aed_at_m = None
    if aed is not None:
        aed_x, aed_y = LocalPlane(float(lon[0]), float(lat[0])).to_plane(*aed)
        aed_at_m = float(at_m[int(np.argmin(np.hypot(x_m - aed_x, y_m - aed_y)))])
    return Trip(
        lon=lon, lat=lat, at_m=at_m, aed_at_m=aed_at_m, started=started, speed_m_s=speed_m_s, takeout_s=takeout_s
    )
