"""A volunteer's phone as their handling of an alert knows it: a line, a position, and the run that it is part of."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.contracts.stream import Position
from simulators.ledger import Ledger
from simulators.phone_line import Line
from simulators.sim_clock import SimClock
from simulators.trip import LonLat
from simulators.volunteer import Behaviour

ACCURACY_M = 15.0
MACHINE_LAG_S = 1.0
"""Real seconds on the way up to which a frame counts as delivered at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """What all phones of a run share."""

    clock: SimClock
    ledger: Ledger
    behaviour: Behaviour
    seed: int
    report_every_s: float

    def instant_of(self, told_at: datetime) -> datetime:
        """When a frame reached its volunteer, for what the volunteer does next.

        At N times speed the machine's milliseconds would count N times; they are taken for nothing, unless the frame
        waited for a lost connection.
        """
        now = self.clock.now()
        return told_at if (now - told_at).total_seconds() < MACHINE_LAG_S * self.clock.speed else now


class Handset:
    """One volunteer's phone. WGS-84; `engagements` are the alerts accepted and not yet done with."""

    def __init__(self, play: Play, *, rescuer_id: str, home: LonLat, line: Line) -> None:
        self.play = play
        self.rescuer_id = rescuer_id
        self.home = home
        self.position = home
        self.line = line
        self.engagements = 0

    @property
    def is_engaged(self) -> bool:
        return self.engagements > 0

    async def report_position(self) -> None:
        lon, lat = self.position
        self.play.ledger.counts["positions"] += 1
        now = self.play.clock.now()
        await self.line.send(Position(lon=lon, lat=lat, datum="wgs84", accuracy_m=ACCURACY_M, observed_at=now))
