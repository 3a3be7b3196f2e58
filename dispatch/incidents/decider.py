"""Decides a command: its own events, then those of the search for rescuers that they call for, in one step."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from dispatch.core import commands as cmd
from dispatch.core import events as ev
from dispatch.core.candidates import Candidates, no_candidates
from dispatch.core.consequences import reserved
from dispatch.core.decisions import decide, wanted_search
from dispatch.core.evolving import evolve_together
from dispatch.core.incident import Incident
from dispatch.core.policy import Policy, Wanted, budgets, reaches_somebody
from dispatch.incidents.live import LiveIncident
from dispatch.incidents.scout import Scout, climb_s
from dispatch.incidents.watch import Watch
from dispatch.records import Details

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What happens, and the incident after it; None where there is none."""

    events: tuple[ev.Event, ...]
    after: Incident | None


class Decider:
    """The pure decisions of the core, given candidates where they ask for some. Changes nothing."""

    def __init__(self, scout: Scout, policy: Policy, watch: Watch, epoch: str = "") -> None:
        self._scout = scout
        self._policy = policy
        self._watch = watch
        self._epoch = epoch

    def decide(
        self, live: LiveIncident | None, command: cmd.Command, details: Details | None, now: datetime
    ) -> Decision:
        """All that `command` leads to: one append, one moment. `details`: where the command puts the patient."""
        incident = live.incident if live else None
        events: list[ev.Event] = []

        def go_on(following: cmd.Command) -> None:
            nonlocal incident
            follow = decide(incident, following, now, self._policy, epoch=self._epoch)
            events.extend(follow)
            incident = evolve_together(incident, follow, now)

        go_on(command)
        moved = any(isinstance(event, ev.LocationSet) for event in events)
        where = details if moved else (live.details if live else None)
        if incident is None or where is None:
            return Decision(events=tuple(events), after=incident)
        if moved and incident.held_alerts:
            go_on(cmd.ReviseWays(ways=self._scout.ways(incident, where)))
        unasked = isinstance(command, cmd.LookAgain)
        wanted = wanted_search(incident, now, self._policy, unasked=unasked)
        if wanted is not None:
            try:
                released = reserved(live.incident) - reserved(incident) if live else frozenset()
                with self._watch.matching():
                    candidates = self._search(where, wanted, now, released)
            except Exception:
                log.exception("matching_failed", incident_id=incident.incident_id)
                go_on(cmd.RaiseAttention(code="matching_failed"))
                candidates = no_candidates()
            go_on(cmd.OfferCandidates(candidates=candidates, unasked=unasked))
        return Decision(events=tuple(events), after=incident)

    def _search(self, patient: Details, wanted: Wanted, now: datetime, released: frozenset[str]) -> Candidates:
        """Who lies within the next wave's budgets, or within the widest where that wave would ring nobody."""
        reach_s = max(budgets(self._policy, wanted.wave, wanted.cap_s))
        search = partial(
            self._scout.candidates,
            patient.place,
            at=now,
            climb_s=climb_s(patient),
            released=released,
            rung=wanted.excluded_rescuers,
        )
        found = search(budget_s=reach_s)
        if reach_s >= wanted.cap_s or wanted.stays or reaches_somebody(self._policy, wanted, found):
            return found
        return search(budget_s=wanted.cap_s)
