"""Helpers that tell an incident's story in tests: commands in, the incident and its events out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from dispatch.core import commands as cmd
from dispatch.core import events as ev
from dispatch.core.candidates import Candidates, Way
from dispatch.core.decisions import decide, wanted_search
from dispatch.core.evolving import evolve, evolve_together
from dispatch.core.incident import Alert, Incident
from dispatch.core.policy import Policy
from dispatch.event_codec import decode, encode_all, event_type

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
INCIDENT = "inc"
Trip = tuple[str, str, float, float]


def candidates(direct: dict[str, float], trips: Sequence[Trip] = (), *, slow: Collection[str] = ()) -> Candidates:
    """`direct`: seconds to the patient by rescuer. `trips`: rescuer, AED, seconds to the AED, seconds in all.

    slow: whom a message has to reach.
    """
    rescuers = tuple(dict.fromkeys([*direct, *(trip[0] for trip in trips)]))
    aeds = tuple(dict.fromkeys(trip[1] for trip in trips))
    return Candidates(
        rescuer_id=rescuers,
        direct_s=np.array([direct.get(one, np.inf) for one in rescuers], np.float32),
        straight_line=np.zeros(len(rescuers), np.bool_),
        aed_id=aeds,
        trip_rescuer=np.array([rescuers.index(trip[0]) for trip in trips], np.int32),
        trip_aed=np.array([aeds.index(trip[1]) for trip in trips], np.int32),
        trip_to_aed_s=np.array([trip[2] for trip in trips], np.float32),
        trip_s=np.array([trip[3] for trip in trips], np.float32),
        trip_straight_line=np.zeros(len(trips), np.bool_),
        slow=frozenset(slow),
    )


@dataclass
class Story:
    """Plays commands one after the other; a search that the incident wants is answered from `around`."""

    around: Candidates
    policy: Policy = field(default_factory=Policy)
    now: datetime = NOON
    incident: Incident | None = None
    events: list[ev.Event] = field(default_factory=list)

    def tell(self, command: cmd.Command) -> list[ev.Event]:
        new = self._apply(command)
        assert self.incident is not None
        unasked = isinstance(command, cmd.LookAgain)
        if wanted_search(self.incident, self.now, self.policy, unasked=unasked) is not None:
            new += self._apply(cmd.OfferCandidates(candidates=self.around, unasked=unasked))
        return new

    def wait(self, seconds: float, *, gone: Sequence[str] = ()) -> list[ev.Event]:
        """gone: whose phones take no alert."""
        self.now += timedelta(seconds=seconds)
        return self.tell(cmd.ReachDeadline(undelivered=frozenset(self.alert_of(one).alert_id for one in gone)))

    def answer(
        self,
        rescuer_id: str,
        answer: str,
        *,
        aed_returned: bool = False,
        promised: frozenset[str] = frozenset(),
        straight: Way | None = None,
    ) -> list[ev.Event]:
        return self.tell(
            cmd.AnswerAlert(
                alert_id=self.alert_of(rescuer_id).alert_id,
                rescuer_id=rescuer_id,
                answer=cmd.Answer(answer),
                aed_returned=aed_returned,
                promised=promised,
                straight=straight,
            )
        )

    def alert_of(self, rescuer_id: str) -> Alert:
        """The newest of this rescuer."""
        assert self.incident is not None
        return [alert for alert in self.incident.alerts.values() if alert.rescuer_id == rescuer_id][-1]

    @property
    def alerted(self) -> list[str]:
        return [event.rescuer_id for event in self.events if isinstance(event, ev.RescuerAlerted)]

    def _apply(self, command: cmd.Command) -> list[ev.Event]:
        new = list(decide(self.incident, command, self.now, self.policy))
        together = evolve_together(self.incident, new, self.now)
        for event in new:
            self.incident = evolve(self.incident, event, self.now)
        assert together == self.incident
        kept = [
            decode(event_type(event), event.schema_version, body)
            for event, body in zip(new, encode_all(new), strict=True)
        ]
        assert kept == new, "the journal keeps what happened"
        self.events += new
        return new


def call(**changes: object) -> cmd.ReportCall:
    """A `call.created` with a good location."""
    fields: dict[str, object] = {
        "incident_id": INCIDENT,
        "cad_ref": "cad-1",
        "reported_at": NOON,
        "created": True,
        "has_location": True,
    }
    return cmd.ReportCall(**{**fields, **changes})  # type: ignore[arg-type]


def added(rescuer_id: str, **changes: object) -> cmd.AddRescuer:
    """A dispatcher's wish that nothing speaks against."""
    fields: dict[str, object] = {
        "rescuer_id": rescuer_id,
        "role": ev.Role.DIRECT,
        "aed_id": None,
        "way": Way(walk_time_s=100.0, to_aed_s=None, straight_line=False),
    }
    return cmd.AddRescuer(**{**fields, **changes})  # type: ignore[arg-type]


def kinds(events: Sequence[ev.Event]) -> list[str]:
    return [type(event).__name__ for event in events]
