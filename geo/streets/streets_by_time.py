"""The streets as they are open at a time: by night a park's paths are private ground."""

from datetime import UTC, datetime, timedelta, tzinfo

import numpy as np

from geo.streets.opening import is_open, next_change
from geo.streets.walk_network import WalkNetwork

# Hours are looked at anew at least so often, whatever they say: clocks are set to summer time in between.
_LOOK = timedelta(hours=1)
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


class StreetsByTime:
    """A network, and what of it is open now; asking costs nothing as long as nothing opens or shuts.

    zone: the one whose clocks the hours are read by. May be asked from several threads.
    """

    def __init__(self, network: WalkNetwork, zone: tzinfo) -> None:
        self._network = network
        self._zone = zone
        self._hours = network.hours
        self._held = (network, _LONG_AGO, _LONG_AGO)

    def at(self, now: datetime) -> WalkNetwork:
        """The network with what is open at an aware time: same nodes, edges and numbers, other `node_zone`."""
        if not self._hours:
            return self._network
        network, since, until = self._held
        if not since <= now < until:
            network, until = self._look(now)
            self._held = (network, now, until)
        return network

    def _look(self, now: datetime) -> tuple[WalkNetwork, datetime]:
        local = now.astimezone(self._zone)
        opened = np.array([is_open(hours, local) for hours in self._hours], np.bool_)
        changes = [change - local for hours in self._hours if (change := next_change(hours, local)) is not None]
        return self._network.with_open(opened), now + min([_LOOK, *changes])
