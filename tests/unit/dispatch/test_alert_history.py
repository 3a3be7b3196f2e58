"""What came of a volunteer's alerts, told from what their inbox holds."""

from datetime import UTC, datetime, timedelta

import pytest

from dispatch.people.alert_history import tell_history
from dispatch.records import InboxRow

BEGIN = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
ALERT, GOING = ("alert", ""), ("assignment", "accepted")


def inbox(alert_id: str, *told: tuple[str, str], from_seq: int = 1) -> list[InboxRow]:
    return [
        InboxRow(
            recipient="rescuer:r00",
            seq=seq,
            kind=kind,
            incident_id="inc",
            alert_id=alert_id,
            at=BEGIN + timedelta(seconds=30 * seq),
            body={"reason": reason},
        )
        for seq, (kind, reason) in enumerate(told, start=from_seq)
    ]


@pytest.mark.parametrize(
    ("told", "outcome", "reason"),
    [
        ([ALERT, ("alert_ended", "timed_out")], "missed", "timed_out"),
        ([ALERT, ("alert_ended", "enough_there")], "ended", "enough_there"),
        ([ALERT, GOING], "accepted", None),
        ([ALERT, ("alert_ended", "timed_out"), GOING], "accepted", None),
        ([ALERT, GOING, ("assignment", "patient_moved")], "accepted", None),
        ([ALERT, GOING, ("alert_ended", "called_off")], "called_off", "called_off"),
        ([ALERT], "declined", None),
    ],
)
def test_an_alert_is_told_by_the_last_that_was_said_of_it(
    told: list[tuple[str, str]], outcome: str, reason: str | None
) -> None:
    (past,) = tell_history(inbox("a1", *told), is_ringing=lambda _row: False)

    assert (past.outcome, past.reason) == (outcome, reason)
    assert (past.ended_at is None) == (reason is None)


def test_what_rings_now_is_not_taken_for_declined_and_the_newest_stands_first() -> None:
    rows = [*inbox("a1", ALERT), *inbox("a2", ALERT, from_seq=2)]

    told = tell_history(rows, is_ringing=lambda row: row.alert_id == "a2")

    assert [(one.alert_id, one.outcome) for one in told] == [("a2", "ringing"), ("a1", "declined")]


def test_what_is_left_of_an_alert_without_its_beginning_is_not_told() -> None:
    assert tell_history(inbox("a1", ("alert_ended", "timed_out")), is_ringing=lambda _row: False) == ()
