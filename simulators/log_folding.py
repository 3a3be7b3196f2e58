"""A call log folded onto few weeks: calls that are months apart run at the same time, and the clock can run slowly.

A replay waits out every call. One after another, a long log takes either hours, or a clock so fast that no answer comes
in time. Calls are moved by whole weeks, so that each keeps its weekday and time of day, and with them the opening hours
of its AEDs. None gets a neighbour, in place and time, that could have the same rescuer or AED; calls that are such
neighbours in the log itself are moved as one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from geo.places.projection import LocalPlane
from simulators.call_log import CallLog, lengths_s
from simulators.report import Json

APART_M = 2_600.0
"""Twice the 1,260 m that a walker does in the longest search, 15 minutes at 1.4 m/s, and a little more."""
CLEAR_S = 1_800.0
"""After a call's end the slowest has brought the AED back by then, and where somebody was last seen counts no more."""

Seconds = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldedLog:
    """`log`: the same calls at their new times. moved: calls with another date; as_one: calls moved with neighbours."""

    log: CallLog
    together: int
    weeks: int
    moved: int
    as_one: int

    def statement(self) -> Json:
        """What the report says of it."""
        return {
            "at_most_together": self.together,
            "weeks": self.weeks,
            "calls_moved": self.moved,
            "calls_moved_as_one": self.as_one,
            "how": "calls are moved to earlier dates by whole weeks: each keeps its weekday and time of day; "
            "certificates and seasons count as of the new date. So that none share a rescuer or an AED, of two calls "
            f"less than {APART_M:g} m apart one begins {CLEAR_S / 60:g} min after the end of the other or later; those "
            "that are nearer in the log itself are moved as one",
        }


def fold_log(log: CallLog, *, together: int) -> FoldedLog:
    """Every call in the earliest week in which fewer than `together` others go on; its own week always has room."""
    packing = _Packing(log, together)
    groups = packing.neighbours()
    moves = [0] * len(log.calls)
    for group in groups:
        back = packing.place(group)
        for index in group:
            moves[index] = back
    calls = [replace(call, at=call.at - timedelta(weeks=back)) for call, back in zip(log.calls, moves, strict=True)]
    calls.sort(key=lambda call: (call.at, call.line))
    days = (calls[-1].at.date() - calls[0].at.date()).days
    return FoldedLog(
        log=replace(log, calls=tuple(calls)),
        together=together,
        weeks=days // 7 + 1,
        moved=sum(back > 0 for back in moves),
        as_one=sum(len(group) for group in groups if len(group) > 1),
    )


class _Packing:
    """Where each call is, when it begins and ends, and once it is placed, at which new time."""

    def __init__(self, log: CallLog, together: int) -> None:
        self._calls = log.calls
        self._together = together
        self._length_s = np.array(lengths_s(log))
        plane = LocalPlane(log.calls[0].lon, log.calls[0].lat)
        self._x_m, self._y_m = plane.to_plane(*np.array([(call.lon, call.lat) for call in log.calls]).T)
        # Not placed yet: never goes on.
        self._began = np.full(len(log.calls), np.inf)
        self._ended = np.full(len(log.calls), -np.inf)

    def neighbours(self) -> list[list[int]]:
        """Calls in order of time, those together that come near each other in place and time in the log itself."""
        groups: list[list[int]] = []
        recent: list[list[int]] = []
        for index, call in enumerate(self._calls):
            began = call.at.timestamp()
            recent = [group for group in recent if any(self._clear_at(other) > began for other in group)]
            met = [group for group in recent if self._meets(group, index, began)]
            group = sorted([index, *(other for one in met for other in one)])
            groups = [one for one in groups if one not in met] + [group]
            recent = [one for one in recent if one not in met] + [group]
        return sorted(groups)

    def place(self, group: Sequence[int]) -> int:
        """Place them in the earliest week with room; by how many weeks they moved."""
        own = (self._calls[group[0]].at.date() - self._calls[0].at.date()).days // 7
        for back in range(own, -1, -1):
            began = self._times(group, back)
            if back == 0 or all(self._has_room(*at, len(group)) for at in zip(group, began, strict=True)):
                break
        self._began[group] = began
        self._ended[group] = began + self._length_s[group]
        return back

    def _times(self, group: Sequence[int], back: int) -> Seconds:
        return np.array([(self._calls[index].at - timedelta(weeks=back)).timestamp() for index in group])

    def _has_room(self, index: int, began: float, more: int) -> bool:
        ended = began + self._length_s[index]
        at_once = (self._began < ended) & (self._ended > began)
        soon = (self._began < ended + CLEAR_S) & (self._ended + CLEAR_S > began)
        return int(at_once.sum()) + more <= self._together and not (soon & self._near(index)).any()

    def _near(self, index: int) -> NDArray[np.bool_]:
        near: NDArray[np.bool_] = np.hypot(self._x_m - self._x_m[index], self._y_m - self._y_m[index]) < APART_M
        return near

    def _clear_at(self, index: int) -> float:
        return self._calls[index].at.timestamp() + float(self._length_s[index]) + CLEAR_S

    def _meets(self, group: Sequence[int], index: int, began: float) -> bool:
        near = self._near(index)
        return any(near[other] and self._clear_at(other) > began for other in group)
