"""The report of one run: pure arithmetic over what was sent, what rang, what was said, and what the service recorded.

What each figure means:
  calls.lost            calls without a durable answer (202) or without a visible incident
  alerts.sent           alerts in the service's own incidents, to connected phones
  alerts.delivered      of these, how many rang on the phone; alerts.lost: how many never did
  alerts.unreachable    alerts to phones that were not connected in this run
  alerts.duplicated     the same alert rung as new more than once on a phone
  answers.meant_in_time answers (accept or decline) that volunteers, by their own draws, gave while one was waited for;
                        without those whose alert was over for another reason
  answers.too_late      of these, how many the service did not take because they came too late: at N times speed every
                        millisecond of the machine counts N times
  withheld              why the clinical figures below (all but the ambulance's) are not told, None where they are: more
                        than a few in a hundred answers came too late by the machine, so that they would describe it
                        and not the volunteers
  latency_ms.webhook_to_socket  real milliseconds from just before the first try to send the call's webhook until the
                        alert came out of the phone's socket; every alert of each incident's first search
  simulated_s.first_hands  from the call to the first responder who said arrived, on the service's clock; `n` calls have
                        one; the ambulance's crew does not count
  share_before_ambulance   calls with first hands before the ambulance, of all that an ambulance came to
  share_within.240      calls with first hands within 240 s, of all calls sent
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from dispatch.contracts.api import AlertView, IncidentView, TimelineEntry
from dispatch.contracts.webhook import MessageType
from simulators.ledger import Ledger, Sent

Json = dict[str, object]

MOST_TOO_LATE = 0.03
"""Of the answers given in time: with more of them too late by the machine, outcomes are the machine's (assumption). One
alone says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One incident as the service tells it after the run."""

    view: IncidentView
    timeline: Sequence[TimelineEntry]

    def first_search(self) -> frozenset[str]:
        """Ids of the alerts that the incident's first search sent; empty where it found nobody."""
        searches = 0
        alerts = set()
        for entry in self.timeline:
            searches += entry.type == "SearchMade"
            if searches > 1:
                break
            if entry.type == "RescuerAlerted":
                alerts.add(str(entry.data["alert_id"]))
        return frozenset(alerts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Everything that a report is computed from. `rescuers`: ids of the connected phones."""

    ledger: Ledger
    recorded: Sequence[Recorded]
    rescuers: frozenset[str]


def measure(run: Run) -> Json:
    """The measured part of the report; None where nothing was measured."""
    calls = [sent for sent in run.ledger.sent if sent.type is MessageType.CALL_CREATED]
    incidents = {recorded.view.incident_id for recorded in run.recorded}
    found = [call for call in calls if call.is_durable and call.incident_id in incidents]
    answers = _answers(run)
    withheld = _find_reason_to_withhold(answers)
    return {
        "calls": {
            "sent": len(run.ledger.calls),
            "incidents": len({call.incident_id for call in found}),
            "lost": len(run.ledger.calls) - len(found),
            "messages": len(run.ledger.sent),
            "messages_not_durable": sum(not sent.is_durable for sent in run.ledger.sent),
            "sent_again": sum(sent.attempts - 1 for sent in run.ledger.sent),
        },
        "alerts": _alerts(run),
        "answers": answers,
        "withheld": withheld,
        "latency_ms": {"webhook_to_socket": _latency(run, calls)},
        **(_untold(run.ledger) if withheld else _times(run.ledger)),
        "refused": dict(sorted(run.ledger.refused.items())),
        "phones": dict(sorted(run.ledger.counts.items())),
        "simulator_errors": list(run.ledger.errors),
    }


def _alerts(run: Run) -> Json:
    views = [alert for recorded in run.recorded for alert in recorded.view.alerts]
    sent = [alert for alert in views if alert.rescuer_id in run.rescuers]
    rung = {(rung.rescuer_id, rung.alert_id) for rung in run.ledger.rung}
    delivered = sum((alert.rescuer_id, alert.alert_id) in rung for alert in sent)
    return {
        "sent": len(sent),
        "delivered": delivered,
        "unreachable": len(views) - len(sent),
        "seen": _said(run.ledger, "seen"),
        "accepted": _said(run.ledger, "accept"),
        "declined": _declined(run.ledger),
        "handed_back": _said(run.ledger, "decline") - _declined(run.ledger),
        "timed_out": sum(alert.state == "timed_out" for alert in views),
        "arrived": _said(run.ledger, "arrived"),
        "lost": len(sent) - delivered,
        "duplicated": run.ledger.rung_twice,
        "unknown": len(rung - {(alert.rescuer_id, alert.alert_id) for alert in views}),
        "to_fetch_aed": _with_role(sent, "fetch_aed"),
    }


def _answers(run: Run) -> Json:
    said = run.ledger.said
    taken = {one.alert_id for one in said if one.type in {"accept", "decline"} and one.ok}
    ran_out = {alert.alert_id for one in run.recorded for alert in one.view.alerts if alert.state == "timed_out"}
    meant, late = run.ledger.meant_in_time & (taken | ran_out), run.ledger.meant_in_time & ran_out
    return {
        "meant_in_time": len(meant),
        "too_late": len(late),
        "share_too_late": round(len(late) / len(meant), 4) if meant else None,
    }


def _find_reason_to_withhold(answers: Json) -> str | None:
    share, late = answers["share_too_late"], answers["too_late"]
    if not isinstance(share, float) or share <= MOST_TOO_LATE or late == 1:
        return None
    return (
        f"{share:.0%} of the answers given in time came too late by this machine: play it slower, or where less else "
        "is going on"
    )


def _untold(ledger: Ledger) -> Json:
    """As `_times`, without what the volunteers' answers decide."""
    times = _times(ledger)
    simulated, within = times["simulated_s"], times["share_within"]
    assert isinstance(simulated, dict)  # noqa: S101 - of `_times`' own making
    assert isinstance(within, dict)  # noqa: S101
    return {
        "simulated_s": {name: part if name == "ambulance" else dict.fromkeys(part) for name, part in simulated.items()},
        "share_within": dict.fromkeys(within),
        "share_before_ambulance": None,
    }


def _with_role(alerts: Iterable[AlertView], role: str) -> int:
    return sum(alert.role == role for alert in alerts)


def _said(ledger: Ledger, kind: str) -> int:
    return len({said.alert_id for said in ledger.said if said.type == kind and said.ok})


def _declined(ledger: Ledger) -> int:
    """Alerts declined without having been accepted before."""
    accepted = {said.alert_id for said in ledger.said if said.type == "accept" and said.ok}
    return len({said.alert_id for said in ledger.said if said.type == "decline" and said.ok} - accepted)


def _latency(run: Run, calls: Sequence[Sent]) -> Json:
    began = {call.incident_id: call.began for call in calls}
    first = frozenset(alert_id for recorded in run.recorded for alert_id in recorded.first_search())
    waits = [
        (rung.received - began[rung.incident_id]) * 1000.0
        for rung in run.ledger.rung
        if rung.alert_id in first and rung.incident_id in began
    ]
    return {**percentiles(waits, (50, 90, 99), digits=1), "max": round(max(waits), 1) if waits else None}


def _times(ledger: Ledger) -> Json:
    calls = list(ledger.calls.values())
    hands = [call.hands_s for call in calls if call.hands_s is not None]
    ambulance = [call.ambulance_s for call in calls if call.ambulance_s is not None]
    raced = [call for call in calls if call.ambulance_s is not None]
    before = sum(call.hands_s is not None and call.hands_s < (call.ambulance_s or 0.0) for call in raced)
    return {
        "simulated_s": {
            "first_hands": percentiles(hands, (50, 90)),
            "first_aed": percentiles([call.aed_s for call in calls if call.aed_s is not None], (50, 90)),
            "ambulance": percentiles(ambulance, (50, 90)),
        },
        "share_within": {
            str(limit): round(sum(seconds <= limit for seconds in hands) / len(calls), 4) if calls else None
            for limit in (240, 300)
        },
        "share_before_ambulance": round(before / len(raced), 4) if raced else None,
    }


def percentiles(values: Sequence[float], wanted: Sequence[int], *, digits: int = 0) -> Json:
    """`p50` and so on, by linear interpolation, and `n`; None without values."""
    if not values:
        return {**{f"p{percent}": None for percent in wanted}, "n": 0}
    found = np.percentile(np.array(values), wanted)
    return {
        **{f"p{percent}": round(float(value), digits) for percent, value in zip(wanted, found, strict=True)},
        "n": len(values),
    }


def faults(measured: Json) -> list[str]:
    """What must not happen: every line is a reason for exit code 1."""
    calls, alerts = measured["calls"], measured["alerts"]
    assert isinstance(calls, dict)  # noqa: S101 - of `measure`'s own making
    assert isinstance(alerts, dict)  # noqa: S101
    counted = (
        (calls["lost"], "calls lost"),
        (calls["messages_not_durable"], "messages of 120 without a durable answer"),
        (alerts["lost"], "alerts lost"),
        (alerts["duplicated"], "alerts rung twice"),
        (alerts["unknown"], "alerts rung that the service does not know"),
    )
    errors = measured["simulator_errors"]
    assert isinstance(errors, list)  # noqa: S101
    return [f"{count} {what}" for count, what in counted if count] + [f"simulator fault: {error}" for error in errors]
