"""Incidents appended to a real journal, as the engine appends them."""

from datetime import UTC, datetime

from dispatch.core import commands as cmd
from dispatch.core import events as ev
from dispatch.core.candidates import Candidates
from dispatch.core.decisions import decide, wanted_search
from dispatch.core.events import DEFAULT_INTEGRATION
from dispatch.core.evolving import evolve
from dispatch.core.incident import Incident
from dispatch.core.matching import Place
from dispatch.core.policy import Policy
from dispatch.journal.journal import Journal
from dispatch.records import Appended, CallRecord, Details, InboxRow

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
POLICY = Policy()
DETAILS = Details(place=Place(lon=113.665, lat=34.757), accuracy_m=12.0, address="中原路1号", floor="5", note="狗")


def record(message_id: str) -> CallRecord:
    return CallRecord(
        message_id=message_id,
        integration=DEFAULT_INTEGRATION,
        received_at=NOON,
        type="call.created",
        attention=None,
        detail="",
        body=b'{"a": 1}',
    )


def report(incident_id: str, cad_ref: str | None = None) -> cmd.ReportCall:
    return cmd.ReportCall(
        incident_id=incident_id, cad_ref=cad_ref or incident_id, reported_at=NOON, created=True, has_location=True
    )


def decided(before: Incident | None, command: cmd.Command, around: Candidates | None = None) -> Appended:
    """What the engine would append for `command`, with the search that follows it."""
    events: list[ev.Event] = []
    after = before

    def go_on(following: cmd.Command) -> None:
        nonlocal after
        for event in decide(after, following, NOON, POLICY):
            events.append(event)
            after = evolve(after, event, NOON)

    go_on(command)
    assert after is not None
    if around is not None and wanted_search(after, NOON, POLICY):
        go_on(cmd.OfferCandidates(candidates=around))
    return Appended(before=before, after=after, events=tuple(events), at=NOON)


async def append(
    journal: Journal, before: Incident | None, command: cmd.Command, around: Candidates | None = None
) -> tuple[Incident, list[InboxRow]]:
    change = decided(before, command, around)
    return change.after, await journal.append(change)


def answer(incident: Incident, rescuer_id: str, word: cmd.Answer) -> cmd.AnswerAlert:
    alert_id = next(alert.alert_id for alert in incident.alerts.values() if alert.rescuer_id == rescuer_id)
    return cmd.AnswerAlert(alert_id=alert_id, rescuer_id=rescuer_id, answer=word)
