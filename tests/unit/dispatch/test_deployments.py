"""Deployments and hours of service, told from what happened."""

from datetime import UTC, datetime, timedelta

from dispatch.core import events as ev
from dispatch.people.deployments import DeploymentEnd, Told, deployments_of, service_of

NOON = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)


def told(incident_id: str, *events: ev.Event, day: int = 0) -> list[Told]:
    """One event every ten minutes."""
    return [(incident_id, event, NOON + timedelta(days=day, minutes=10 * n)) for n, event in enumerate(events)]


STORY = [
    *told("a", ev.AlertAccepted(alert_id="a-1"), ev.AlertAccepted(alert_id="a-2"), ev.ResponderDone(alert_id="a-2")),
    *told(
        "b",
        ev.AlertAccepted(alert_id="b-1"),
        ev.ResponderArrived(alert_id="b-1"),
        ev.ResponderDone(alert_id="b-1"),
        day=1,
    ),
    *told("c", ev.AlertAccepted(alert_id="c-1"), ev.ResponderStoodDown(alert_id="c-1", reason="closed"), day=2),
    *told("d", ev.AlertAccepted(alert_id="d-1"), ev.AssignmentHandedBack(alert_id="d-1"), day=3),
    *told("e", ev.AlertDeclined(alert_id="e-1"), day=4),
]


def test_each_yes_is_a_deployment_with_its_end_and_others_alerts_are_none_of_theirs() -> None:
    found = deployments_of(["a-1", "b-1", "c-1", "d-1", "e-1"], STORY)

    assert [(one.incident_id, one.end, one.service_s) for one in found] == [
        ("d", DeploymentEnd.HANDED_BACK, 0),
        ("c", DeploymentEnd.CALLED_OFF, 600),
        ("b", DeploymentEnd.DONE, 1200),
        ("a", DeploymentEnd.UNDER_WAY, 0),
    ]
    assert [one.arrived_at is not None for one in found] == [False, False, True, False]


def test_service_counts_incidents_that_somebody_went_to_and_not_what_was_handed_back() -> None:
    given = service_of(deployments_of(["b-1", "c-1", "d-1"], STORY))

    assert (given.incidents, given.arrived, given.service) == (2, 1, timedelta(minutes=30))
