"""How far a fast clock has spoilt a run: answers that were meant in time, and those of them that came too late."""

import asyncio
import io
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from dispatch.contracts.api import AlertView, IncidentView
from dispatch.contracts.stream import Alert
from simulators.ledger import CallState, Ledger, Said
from simulators.report import Recorded, Run, measure
from simulators.report_text import print_report
from simulators.response import Response
from simulators.volunteer import Behaviour

START = datetime(2025, 6, 11, 8, tzinfo=UTC)


class StandingClock:
    """Whoever sleeps sleeps for good; `asleep` is set then."""

    def __init__(self) -> None:
        self.asleep = asyncio.Event()

    def now(self) -> datetime:
        return START

    def alarm(self, _until: datetime) -> asyncio.Future[None]:
        self.asleep.set()
        return asyncio.get_running_loop().create_future()


def recorded(**states: str) -> Recorded:
    alerts = tuple(
        AlertView(
            alert_id=alert_id,
            rescuer_id=f"of-{alert_id}",
            role="direct",
            aed_id=None,
            state=state,
            wave=0,
            walk_time_s=100.0,
            straight_line=False,
            alerted_at=START,
        )
        for alert_id, state in states.items()
    )
    view = IncidentView(
        incident_id="i1",
        cad_ref="C-1",
        status="closed",
        attention=None,
        opened_at=START,
        ambulance_eta_at=None,
        location=None,
        alerts=alerts,
    )
    return Recorded(view=view, timeline=())


def said(alert_id: str, kind: str, *, ok: bool = True) -> Said:
    return Said(
        rescuer_id=f"of-{alert_id}",
        alert_id=alert_id,
        incident_id="i1",
        type=kind,
        role="direct",
        has_aed=False,
        at=START,
        ok=ok,
        code="ok" if ok else "too_late",
    )


def answers(ledger: Ledger, record: Recorded) -> Any:
    return measure(Run(ledger=ledger, recorded=[record], rescuers=frozenset()))["answers"]


def test_an_answer_meant_in_time_to_an_alert_that_ran_out_is_too_late() -> None:
    ledger = Ledger(
        meant_in_time={"taken", "refused", "unsaid"},
        said=[said("taken", "accept"), said("refused", "accept", ok=False)],
    )

    told = answers(ledger, recorded(taken="accepted", refused="timed_out", unsaid="timed_out"))

    assert told == {"meant_in_time": 3, "too_late": 2, "share_too_late": 0.6667}


def test_who_was_too_slow_or_no_longer_wanted_is_not_held_against_the_machine() -> None:
    ledger = Ledger(meant_in_time={"taken", "called_off"}, said=[said("taken", "decline")])

    told = answers(ledger, recorded(taken="declined", called_off="stood_down", slow="timed_out"))

    assert told == {"meant_in_time": 1, "too_late": 0, "share_too_late": 0.0}


def test_a_run_without_answers_has_no_share() -> None:
    told = answers(Ledger(), recorded())

    assert told == {"meant_in_time": 0, "too_late": 0, "share_too_late": None}


def played(late: int, of: int) -> Any:
    """A run in which so many answers came too late, with hands and an ambulance at its one call."""
    alerts = {f"a{number}": "timed_out" if number < late else "accepted" for number in range(of)}
    taken = [said(alert_id, "accept") for alert_id, state in alerts.items() if state == "accepted"]
    one = CallState(cad_ref="C-1", at=START, hands_s=200.0, aed_s=230.0, ambulance_s=600.0)
    ledger = Ledger(meant_in_time=set(alerts), said=taken, calls={"C-1": one})
    return measure(Run(ledger=ledger, recorded=[recorded(**alerts)], rescuers=frozenset()))


def shown(report: Any) -> str:
    console = Console(width=200, record=True, file=io.StringIO())
    volunteers = {"connected": 1, "could_be_sent": 1}
    rest = {"volunteers": volunteers, "speed": 300.0, "speeds": None, "interrupted": False, "faults": []}
    print_report(console, {**report, **rest})
    return console.export_text()


def test_outcomes_are_told_where_the_machine_kept_up() -> None:
    report = played(late=3, of=100)

    assert report["withheld"] is None
    assert report["simulated_s"]["first_hands"]["p50"] == 200.0
    assert report["share_within"]["240"] == 1.0
    assert "before the ambulance: 100 % (published: 42-47 %)" in shown(report).replace("100%", "100 %")


def test_outcomes_are_the_machines_and_not_told_where_it_did_not() -> None:
    report = played(late=4, of=100)
    text = shown(report)

    assert "4%" in report["withheld"]
    assert report["simulated_s"]["first_hands"] == {"p50": None, "p90": None, "n": None}
    assert report["simulated_s"]["first_aed"] == {"p50": None, "p90": None, "n": None}
    assert report["simulated_s"]["ambulance"]["p50"] == 600.0
    assert report["share_within"] == {"240": None, "300": None}
    assert report["share_before_ambulance"] is None
    assert "not told: 4%" in text
    assert "published" not in text


def test_one_late_answer_of_a_few_says_nothing() -> None:
    assert played(late=1, of=5)["withheld"] is None


@pytest.mark.parametrize(("late", "is_meant_in_time"), [(0.0, True), (1.0, False)])
async def test_an_answer_is_meant_in_time_where_the_volunteers_own_delay_is(
    late: float, is_meant_in_time: bool
) -> None:
    ledger = Ledger()
    ledger.know_incident("i1", "C-1")
    clock = StandingClock()
    behaviour = Behaviour(seen=1.0, accepted=1.0, declined=0.0, late=late, drops=0.0, answer_spread=0.0)
    play = SimpleNamespace(clock=clock, ledger=ledger, behaviour=behaviour, seed=1, instant_of=lambda at: at)
    alert = Alert(
        seq=1,
        at=START,
        alert_id="a1",
        incident_id="i1",
        role="direct",
        walk_time_s=100.0,
        straight_line=False,
        answer_by=START + timedelta(seconds=30),
        area=None,
        aed=None,
        route=None,
    )
    response = Response(SimpleNamespace(play=play, rescuer_id="r1"), alert, ordinal=0)  # type: ignore[arg-type]

    task = asyncio.create_task(response.run())
    await clock.asleep.wait()
    task.cancel()

    assert ("a1" in ledger.meant_in_time) is is_meant_in_time
