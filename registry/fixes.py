"""Which of a phone's positions to believe: a newer one is not always better, and some cannot be."""

from datetime import timedelta
from enum import StrEnum

from geo.places.geodesic import geodesic_m
from registry.models import Presence

SHARP_M = 30.0
"""So good a fix tells the building: a newer one of these counts, however good the last was (assumption)."""

DRIFT_M_S = 1.4
"""How fast the place of an older fix grows vague: as fast as somebody walks."""

TOP_SPEED_M_S = 100.0
"""Nobody with a phone on the line is faster: trains run at 350 km/h, which is 97 m/s."""

AGREE_S = 5.0
"""Two fixes of one far place count from so long apart: one wild measurement is often told twice in a moment."""


class Fate(StrEnum):
    """What becomes of a position that a phone tells."""

    TAKEN = "taken"
    LATE = "late"
    COARSER = "coarser"
    JUMP = "jump"
    GONE = "gone"


def judge(held: Presence | None, fix: Presence, *, doubted: Presence | None, stale_after: timedelta) -> Fate:
    """What becomes of `fix` where `held` is the position in force.

    doubted: the first of the fixes since `held` that were a JUMP. stale_after: a held one older than that says nothing.
    """
    if held is None or fix.observed_at - held.observed_at > stale_after:
        return Fate.TAKEN
    if fix.observed_at <= held.observed_at:
        same_moment = fix.observed_at == held.observed_at
        return Fate.LATE if same_moment or is_jump(held, fix) or outdoes(held, fix) else Fate.TAKEN
    if is_jump(fix, held):
        confirmed = doubted is not None and _confirms(fix, doubted) and fix.accuracy_m <= _known_to_m(held, fix)
        return Fate.TAKEN if confirmed else Fate.JUMP
    return Fate.TAKEN if outdoes(fix, held) else Fate.COARSER


def better_of(a: Presence | None, b: Presence | None) -> Presence | None:
    """Of two positions that were both believed, as by two processes, the one that counts."""
    if a is None or b is None:
        return a or b
    earlier, later = sorted((a, b), key=lambda one: one.observed_at)
    return later if is_jump(later, earlier) or outdoes(later, earlier) else earlier


def outdoes(later: Presence, earlier: Presence) -> bool:
    """Whether `later` says more of where the phone is than `earlier` still does: it is as good as the earlier one is by
    then, or the phone has left the earlier place."""
    if later.accuracy_m <= _known_to_m(earlier, later):
        return True
    return _gap_m(later, earlier) > DRIFT_M_S * _age_s(later, earlier)


def is_jump(later: Presence, earlier: Presence) -> bool:
    """Whether nobody can have come from the one to the other in the time between."""
    return _gap_m(later, earlier) > TOP_SPEED_M_S * max(_age_s(later, earlier), 1.0)


def follows(fix: Presence, doubted: Presence) -> bool:
    """Whether `fix` may be of the same stay as the doubted one before it."""
    return fix.observed_at > doubted.observed_at and not is_jump(fix, doubted)


def _confirms(fix: Presence, doubted: Presence) -> bool:
    return follows(fix, doubted) and _age_s(fix, doubted) >= AGREE_S


def _known_to_m(earlier: Presence, later: Presence) -> float:
    """How well the earlier fix still tells the place at the time of the later; never better than to the building."""
    return max(SHARP_M, earlier.accuracy_m + DRIFT_M_S * _age_s(later, earlier))


def _gap_m(a: Presence, b: Presence) -> float:
    """Metres at least between the two, each somewhere within its own accuracy."""
    return float(geodesic_m(a.lon, a.lat, b.lon, b.lat)) - a.accuracy_m - b.accuracy_m


def _age_s(later: Presence, earlier: Presence) -> float:
    return (later.observed_at - earlier.observed_at).total_seconds()
