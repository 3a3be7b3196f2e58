"""What came of the alerts that rang for a volunteer, from what they were told: a missed call leaves a trace."""

from collections.abc import Callable, Iterable
from typing import Literal

from dispatch.contracts.people import PastAlert
from dispatch.records import InboxRow

TIMED_OUT = "timed_out"
"""The reason with which an alert ends that nobody answered."""

Outcome = Literal["ringing", "missed", "ended", "declined", "accepted", "called_off"]


def tell_history(rows: Iterable[InboxRow], *, is_ringing: Callable[[InboxRow], bool]) -> tuple[PastAlert, ...]:
    """One entry for each alert of a volunteer's inbox `rows`, in order; the newest first.

    Whoever declines is told nothing more, so an alert that is followed by nothing either rings or was declined:
    `is_ringing` says which.
    """
    by_alert: dict[str | None, list[InboxRow]] = {}
    for row in rows:
        by_alert.setdefault(row.alert_id, []).append(row)
    told = [_past(story, is_ringing) for story in by_alert.values() if story[0].kind == "alert"]
    return tuple(sorted(told, key=lambda one: one.rung_at, reverse=True))


def _past(story: list[InboxRow], is_ringing: Callable[[InboxRow], bool]) -> PastAlert:
    first, last = story[0], story[-1]
    has_ended = last.kind == "alert_ended"
    return PastAlert(
        alert_id=first.alert_id or "",
        rung_at=first.at,
        ended_at=last.at if has_ended else None,
        outcome=_outcome(story, is_ringing),
        reason=last.body["reason"] if has_ended else None,
    )


def _outcome(story: list[InboxRow], is_ringing: Callable[[InboxRow], bool]) -> Outcome:
    went = any(row.kind == "assignment" for row in story)
    match story[-1].kind:
        case "alert":
            return "ringing" if is_ringing(story[0]) else "declined"
        case "assignment":
            return "accepted"
        case _:
            if went:
                return "called_off"
            return "missed" if story[-1].body["reason"] == TIMED_OUT else "ended"
