"""Why things happened, told afterwards from the events alone: why this person was rung, why was looked again.

Codes and numbers, which a console puts into words of its own language. Nothing here is stored: the journal says it all.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from dispatch.core import events as ev
from dispatch.core.events import Role
from dispatch.core.evolving import evolve
from dispatch.core.incident import Incident

FIRST_SEARCH = "first_search"
SOMEBODY_CAME = "somebody_came"
"""Somebody came within reach, or was free again, and nothing else had happened."""

_TRIGGERS: tuple[tuple[type[ev.Event], str], ...] = (
    (ev.SearchTakenUp, "taken_up"),
    (ev.LocationSet, "place_changed"),
    (ev.AmbulanceEtaSet, "ambulance_eta_changed"),
    (ev.AlertDeclined, "somebody_declined"),
    (ev.AssignmentHandedBack, "somebody_handed_back"),
    (ev.AlertTimedOut, "somebody_stayed_silent"),
    (ev.AlertOutwaited, "somebody_stayed_silent"),
    (ev.AlertUndelivered, "somebody_was_not_reached"),
    (ev.AlertWithdrawn, "somebody_was_called_off"),
    (ev.ResponderStoodDown, "somebody_was_called_off"),
    (ev.WaveEnded, "wave_ended"),
)
"""What may have set off a search; where several have, the first of this list says most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an event of the machine happened.

    code, of a search: `first_search`, or what has changed since the last one. Of an alert: `fastest_hands` (nobody was
        on the way straight to the patient yet, and this is the quickest), `quickest_aed`, `more_hands`; `by_hand`
        where a dispatcher chose.
    rank, of: the rank-th quickest of so many rung in this role in this search. budget_s: who walks longer was not rung.
    """

    code: str
    rank: int | None = None
    of: int | None = None
    budget_s: float | None = None


def explain(events: Iterable[tuple[ev.Event, datetime]]) -> list[Reason | None]:
    """For each event of one incident's whole history, in order, its reason; None where it speaks for itself."""
    history = list(events)
    reasons: list[Reason | None] = [None] * len(history)
    incident: Incident | None = None
    since: list[ev.Event] = []
    for index, (event, at) in enumerate(history):
        if isinstance(event, ev.SearchMade) and incident is not None:
            reasons[index] = Reason(code=_trigger(since))
            for place, reason in _rung(incident, event, history[index + 1 : index + 1 + event.alerted]):
                reasons[index + 1 + place] = reason
            since = []
        elif isinstance(event, ev.RescuerAlerted) and event.by_hand:
            reasons[index] = Reason(code="by_hand")
        since.append(event)
        incident = evolve(incident, event, at)
    return reasons


def _trigger(since: Iterable[ev.Event]) -> str:
    seen = {type(event) for event in since}
    if ev.IncidentOpened in seen:
        return FIRST_SEARCH
    return next((code for kind, code in _TRIGGERS if kind in seen), SOMEBODY_CAME)


def _rung(
    before: Incident, search: ev.SearchMade, following: Iterable[tuple[ev.Event, datetime]]
) -> Iterator[tuple[int, Reason]]:
    """The alerts of one search, by their place behind it. The order in which they were planned is that of `policy`."""
    alerts = [(place, event) for place, (event, _) in enumerate(following) if isinstance(event, ev.RescuerAlerted)]
    hands_first = all(alert.role is Role.FETCH_AED for alert in before.held_alerts if alert.holds_place)
    in_role = {role: sorted(alert.walk_time_s for _, alert in alerts if alert.role is role) for role in Role}
    for place, alert in alerts:
        times_s = in_role[alert.role]
        rank = times_s.index(alert.walk_time_s) + 1
        fetches = alert.role is Role.FETCH_AED
        hands = "fastest_hands" if hands_first and rank == 1 else "more_hands"
        yield (
            place,
            Reason(
                code="quickest_aed" if fetches else hands,
                rank=rank,
                of=len(times_s),
                budget_s=search.fetch_budget_s if fetches else search.direct_budget_s,
            ),
        )
