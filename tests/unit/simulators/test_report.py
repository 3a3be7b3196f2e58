"""The report's arithmetic, above all what it calls lost and doubled."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

from rich.console import Console

from dispatch.contracts.api import AlertView, IncidentView, TimelineEntry
from dispatch.contracts.webhook import MessageType
from simulators.ledger import CallState, Ledger, Rung, Said, Sent
from simulators.report import Recorded, Run, faults, measure, percentiles
from simulators.report_text import print_report

START = datetime(2025, 6, 11, 8, tzinfo=UTC)


def sent(cad_ref: str, incident_id: str | None, *, code: str = "accepted", began: float = 10.0) -> Sent:
    return Sent(
        message_id=f"m-{cad_ref}",
        cad_ref=cad_ref,
        type=MessageType.CALL_CREATED,
        at=START,
        began=began,
        attempts=1,
        code=code,
        incident_id=incident_id,
    )


def call(cad_ref: str, *, hands_s: float | None = None, ambulance_s: float | None = 600.0) -> CallState:
    return CallState(cad_ref=cad_ref, at=START, hands_s=hands_s, ambulance_s=ambulance_s)


def rung(alert_id: str, *, rescuer_id: str = "r1", received: float = 10.02) -> Rung:
    return Rung(rescuer_id=rescuer_id, alert_id=alert_id, incident_id="i1", role="direct", received=received, at=START)


def said(kind: str, alert_id: str = "a1", *, ok: bool = True) -> Said:
    return Said(
        rescuer_id="r1",
        alert_id=alert_id,
        incident_id="i1",
        type=kind,
        role="direct",
        has_aed=False,
        at=START,
        ok=ok,
        code="ok" if ok else "too_late",
    )


def recorded(*alerts: tuple[str, str], incident_id: str = "i1", searches: int = 1) -> Recorded:
    """An incident with alerts (alert_id, rescuer_id), the last of them found by the last search."""
    views = tuple(
        AlertView(
            alert_id=alert_id,
            rescuer_id=rescuer_id,
            role="direct",
            aed_id=None,
            state="timed_out" if alert_id == "late" else "accepted",
            wave=0,
            walk_time_s=100.0,
            straight_line=False,
            alerted_at=START,
        )
        for alert_id, rescuer_id in alerts
    )
    names = ["SearchMade", *["RescuerAlerted"] * (len(alerts) - searches + 1)]
    names += ["SearchMade", "RescuerAlerted"] * (searches - 1)
    ids = iter(alert_id for alert_id, _ in alerts)
    timeline = [
        TimelineEntry(seq=n, at=START, type=name, data={"alert_id": next(ids)} if name == "RescuerAlerted" else {})
        for n, name in enumerate(names)
    ]
    view = IncidentView(
        incident_id=incident_id,
        cad_ref="C-1",
        status="closed",
        attention=None,
        opened_at=START,
        ambulance_eta_at=None,
        location=None,
        alerts=views,
    )
    return Recorded(view=view, timeline=timeline)


def measured(ledger: Ledger, *incidents: Recorded, rescuers: frozenset[str] = frozenset({"r1", "r2"})) -> Any:
    return measure(Run(ledger=ledger, recorded=incidents, rescuers=rescuers))


def test_a_run_without_loss_has_no_faults() -> None:
    ledger = Ledger(sent=[sent("C-1", "i1")], rung=[rung("a1")], calls={"C-1": call("C-1")})

    result = measured(ledger, recorded(("a1", "r1")))

    assert result["calls"]["sent"] == result["calls"]["incidents"] == 1
    assert result["alerts"]["sent"] == result["alerts"]["delivered"] == 1
    assert faults(result) == []


def test_a_call_without_a_durable_answer_is_lost() -> None:
    ledger = Ledger(sent=[sent("C-1", None, code="503 busy")], calls={"C-1": call("C-1")})

    result = measured(ledger)

    assert result["calls"]["lost"] == 1
    assert faults(result) == ["1 calls lost", "1 messages of 120 without a durable answer"]


def test_a_durable_call_whose_incident_nobody_can_see_is_lost() -> None:
    ledger = Ledger(sent=[sent("C-1", "i1")], calls={"C-1": call("C-1")})

    assert measured(ledger)["calls"]["lost"] == 1


def test_a_call_that_was_never_answered_at_all_is_lost() -> None:
    assert measured(Ledger(calls={"C-1": call("C-1")}))["calls"]["lost"] == 1


def test_an_alert_to_a_connected_phone_that_never_rang_is_lost() -> None:
    ledger = Ledger(sent=[sent("C-1", "i1")], rung=[rung("a1")], calls={"C-1": call("C-1")})

    result = measured(ledger, recorded(("a1", "r1"), ("a2", "r2")))

    assert result["alerts"]["lost"] == 1
    assert faults(result) == ["1 alerts lost"]


def test_an_alert_to_a_phone_that_was_not_connected_is_counted_apart() -> None:
    ledger = Ledger(sent=[sent("C-1", "i1")], rung=[rung("a1")], calls={"C-1": call("C-1")})

    result = measured(ledger, recorded(("a1", "r1"), ("a2", "elsewhere")))

    assert (result["alerts"]["sent"], result["alerts"]["unreachable"], result["alerts"]["lost"]) == (1, 1, 0)


def test_an_alert_rung_again_is_doubled_and_delivered_once() -> None:
    ledger = Ledger(sent=[sent("C-1", "i1")], calls={"C-1": call("C-1")})
    ledger.add_rung(rung("a1"), again=False)
    ledger.add_rung(rung("a1"), again=True)

    result = measured(ledger, recorded(("a1", "r1")))

    assert (result["alerts"]["delivered"], result["alerts"]["duplicated"]) == (1, 1)
    assert faults(result) == ["1 alerts rung twice"]


def test_an_alert_that_the_service_does_not_know_is_a_fault() -> None:
    ledger = Ledger(sent=[sent("C-1", "i1")], rung=[rung("ghost")], calls={"C-1": call("C-1")})

    assert faults(measured(ledger, recorded())) == ["1 alerts rung that the service does not know"]


def test_latency_counts_the_alerts_of_the_first_search_only() -> None:
    ledger = Ledger(
        sent=[sent("C-1", "i1", began=10.0)],
        rung=[rung("a1", received=10.02), rung("late", rescuer_id="r2", received=11.0)],
        calls={"C-1": call("C-1")},
    )

    latency = measured(ledger, recorded(("a1", "r1"), ("late", "r2"), searches=2))["latency_ms"]["webhook_to_socket"]

    assert latency == {"p50": 20.0, "p90": 20.0, "p99": 20.0, "max": 20.0, "n": 1}


def test_answers_that_were_refused_do_not_count() -> None:
    ledger = Ledger(calls={"C-1": call("C-1")})
    for one in (said("accept"), said("accept", "a2", ok=False), said("decline", "a3"), said("decline", "a1")):
        ledger.add_said(one)

    result = measured(ledger)

    assert (result["alerts"]["accepted"], result["alerts"]["declined"], result["alerts"]["handed_back"]) == (1, 1, 1)
    assert result["refused"] == {"accept: too_late": 1}


def test_shares_are_of_all_calls_and_the_race_is_of_those_an_ambulance_came_to() -> None:
    calls = [call("C-1", hands_s=200.0), call("C-2", hands_s=290.0), call("C-3"), call("C-4", ambulance_s=None)]
    result = measured(Ledger(calls={one.cad_ref: one for one in calls}))

    assert result["share_within"] == {"240": 0.25, "300": 0.5}
    assert result["share_before_ambulance"] == round(2 / 3, 4)
    assert result["simulated_s"]["first_hands"] == {"p50": 245.0, "p90": 281.0, "n": 2}


def test_one_missed_call_of_three_hundred_does_not_read_as_all_of_them() -> None:
    calls = [call(f"C-{number}", hands_s=200.0) for number in range(299)] + [call("C-299")]
    console = Console(record=True, width=160, file=StringIO())

    print_report(
        console,
        {
            **measured(Ledger(calls={one.cad_ref: one for one in calls})),
            "volunteers": {"connected": 1, "could_be_sent": 1},
            "interrupted": False,
            "faults": [],
            "speed": 1.0,
            "speeds": None,
        },
    )

    text = console.export_text()
    assert "4 min: 99.7%, 5 min: 99.7% of all calls" in text
    assert "100%" not in text


def test_what_was_not_measured_is_none_and_never_zero() -> None:
    result = measured(Ledger(calls={"C-1": call("C-1", ambulance_s=None)}))

    assert result["simulated_s"]["first_hands"] == {"p50": None, "p90": None, "n": 0}
    assert result["latency_ms"]["webhook_to_socket"]["p99"] is None
    assert result["share_before_ambulance"] is None
    assert percentiles([], (50,)) == {"p50": None, "n": 0}


async def test_the_first_arrival_is_the_calls_first_hands() -> None:
    ledger = Ledger(calls={"C-1": call("C-1")})
    ledger.know_incident("i1", "C-1")
    for seconds, has_aed in ((180, False), (240, True), (300, True)):
        arrived = said("arrived", f"a{seconds}")
        ledger.add_said(
            Said(
                **{name: getattr(arrived, name) for name in Said.__slots__ if name not in {"at", "has_aed"}},
                at=START + timedelta(seconds=seconds),
                has_aed=has_aed,
            )
        )

    assert (ledger.calls["C-1"].hands_s, ledger.calls["C-1"].aed_s, ledger.calls["C-1"].arrived) == (180.0, 240.0, 3)
