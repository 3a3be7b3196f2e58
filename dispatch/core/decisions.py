"""What follows from a command: `decide(incident, command, now, policy) -> events`, and nothing else.

A command that changes nothing returns no events; one that may not be, by a person, raises `Refused` with a code
that goes back to the phone, or to the console of a dispatcher who takes over.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from dispatch.core import commands as cmd
from dispatch.core import events as ev
from dispatch.core.answers import decide_answer
from dispatch.core.evolving import evolve
from dispatch.core.incident import Alert, AlertStatus, Incident, alert_id_of
from dispatch.core.joining import decide_joining, end_one, ends_one_of_several, take_up
from dispatch.core.policy import Plan, Policy, Wanted, plan_alerts
from dispatch.core.refusals import Refused
from dispatch.core.reporting import NOBODY, opening, report_call
from dispatch.core.standing_down import call_off_everyone, call_off_those_on_the_way, hands_are_enough, is_aed_there
from dispatch.core.taking_over import decide_taking_over


def decide(
    incident: Incident | None, command: cmd.Command, now: datetime, policy: Policy, *, epoch: str = ""
) -> tuple[ev.Event, ...]:
    """The events that `command` makes of `incident` (None: not yet opened) at `now`.

    epoch: part of the ids of new alerts, so that none is given anew after the journal came back from a backup.

    Raises:
        Refused: a person's word that cannot count; the incident stays as it is.
    """
    match command:
        case cmd.ReportCall():
            return tuple(report_call(incident, command, now, policy))
        case cmd.EndCall():
            return tuple(_end(incident, command))
        case cmd.ReportAmbulance():
            return (*opening(incident, command), *_ambulance_arrived(incident))
    if incident is None:
        raise Refused("unknown_incident", "There is no such incident.")
    match command:
        case cmd.OfferCandidates():
            return tuple(_offer(incident, command, now, policy, epoch=epoch))
        case cmd.ReviseWays():
            return tuple(_revise(incident, command))
        case cmd.AnswerAlert() | cmd.ConfirmAedReturned():
            return decide_answer(incident, command, now, policy)
        case cmd.AddRescuer() | cmd.CallOff():
            return decide_taking_over(incident, command, now, policy, epoch=epoch)
        case cmd.ReachDeadline():
            return tuple(_reach_deadline(incident, command, now, policy))
        case cmd.RaiseAttention() if incident.attention != command.code:
            return (ev.AttentionRaised(code=command.code),)
        case cmd.RaiseAttention() | cmd.LookAgain():
            return ()
        case cmd.TakeUpSearch() | cmd.TakeIn() | cmd.JoinTo():
            return tuple(decide_joining(incident, command))


def wanted_search(incident: Incident, now: datetime, policy: Policy, *, unasked: bool = False) -> Wanted | None:
    """What to look for now, or None where nobody more is wanted or nothing has changed since the last look.

    unasked: nothing of the incident's own has changed. Then who is farther off than its wave reaches has to wait for
    the next one, unless nobody comes at all.
    """
    over = incident.closed or incident.ambulance_arrived or incident.search_ended
    if over or not incident.located or not (incident.search_due or unasked):
        return None
    if incident.put_off_until and now < incident.put_off_until:
        return None
    held = [alert for alert in incident.held_alerts if alert.holds_place]
    under_way = [alert for alert in held if alert.status is not AlertStatus.ARRIVED]
    engaged = [alert for alert in held if alert.status is not AlertStatus.RINGING]
    fetching = [alert for alert in held if alert.role is ev.Role.FETCH_AED]
    total = policy.alerts - len(under_way)
    direct_engaged = sum(alert.role is ev.Role.DIRECT for alert in engaged)
    direct = 0 if direct_engaged >= policy.direct_wanted or hands_are_enough(incident, policy) else total
    fetch_engaged = len(engaged) - direct_engaged
    fetch = 0 if fetch_engaged >= policy.fetch_wanted or is_aed_there(incident) else policy.fetch_alerts - len(fetching)
    if total <= 0 or (direct <= 0 and fetch <= 0):
        return None
    return Wanted(
        wave=incident.wave,
        cap_s=_cap_s(incident, now, policy),
        direct=max(0, direct),
        fetch=max(0, fetch),
        total=total,
        excluded_rescuers=frozenset(alert.rescuer_id for alert in incident.alerts.values()),
        # Who has handed back or declined a fetch is to be replaced by another who fetches.
        hands_first=len(fetching) == len(held),
        stays=unasked and bool(held),
    )


def next_deadline(incident: Incident, policy: Policy) -> datetime | None:
    """When time alone will next change this incident; None once it is closed."""
    if incident.closed:
        return None
    due = [incident.opened_at + timedelta(seconds=policy.open_limit_s)]
    ringing = [alert for alert in incident.alerts.values() if alert.status is AlertStatus.RINGING]
    due += [alert.answer_by if alert.gave_place else _place_until(alert, policy) for alert in ringing]
    if incident.next_search_at:
        due.append(incident.next_search_at)
    if incident.put_off_until:
        due.append(incident.put_off_until)
    if _waits_for_its_call(incident):
        due.append(incident.opened_at + timedelta(seconds=policy.overtake_s))
    if _searches(incident):
        due.append(incident.opened_at + timedelta(seconds=policy.search_limit_s))
    return min(due)


def _place_until(alert: Alert, policy: Policy) -> datetime:
    return min(alert.answer_by, alert.alerted_at + timedelta(seconds=policy.answer_s))


def _cap_s(incident: Incident, now: datetime, policy: Policy) -> float:
    eta_at = incident.ambulance_eta_at or incident.opened_at + timedelta(seconds=policy.assumed_eta_s)
    return min(max((eta_at - now).total_seconds(), policy.least_budget_s), policy.longest_budget_s)


def _waits_for_its_call(incident: Incident) -> bool:
    return not (incident.call_confirmed or incident.located or incident.attention or incident.ambulance_arrived)


def _searches(incident: Incident) -> bool:
    return incident.located and not (incident.search_ended or incident.ambulance_arrived)


def _end(incident: Incident | None, command: cmd.EndCall) -> Iterator[ev.Event]:
    if incident and not incident.closed and ends_one_of_several(incident, command):
        yield from end_one(incident, command)
        return
    yield from opening(incident, command)
    yield from _end_call(incident, command.reason, command.reported_at)


def _end_call(incident: Incident | None, reason: str, reported_at: datetime) -> Iterator[ev.Event]:
    if incident and incident.closed:
        # Said again, by 120 or a dispatcher, it answers what came after the end.
        if incident.attention:
            yield ev.AttentionCleared()
        return
    if incident:
        yield from call_off_everyone(incident, reason)
        if incident.attention:
            yield ev.AttentionCleared()
    yield ev.IncidentClosed(reason=reason, reported_at=reported_at)


def _ambulance_arrived(incident: Incident | None) -> Iterator[ev.Event]:
    if incident and (incident.ambulance_arrived or incident.closed):
        return
    yield ev.AmbulanceArrived()
    if incident:
        if incident.attention == NOBODY:
            yield ev.AttentionCleared()
        yield from call_off_those_on_the_way(incident, "ambulance_there")


def _offer(
    incident: Incident, offer: cmd.OfferCandidates, now: datetime, policy: Policy, *, epoch: str
) -> Iterator[ev.Event]:
    wanted = wanted_search(incident, now, policy, unasked=offer.unasked)
    if wanted is None:
        return
    plan = plan_alerts(policy, wanted, offer.candidates)
    if offer.unasked and not plan.alerts:
        return
    if not plan.alerts and not any(alert.holds_place for alert in incident.held_alerts):
        yield from _nobody_available(incident)
        # Whoever stayed silent may not have heard it.
        others = wanted.excluded_rescuers - _silent(incident)
        plan = plan_alerts(policy, replace(wanted, excluded_rescuers=others), offer.candidates)
    answer_by = now + timedelta(seconds=policy.answer_s)
    # Whoever comes between two waves must not put off the next.
    next_at = min(answer_by, incident.next_search_at or answer_by) if offer.unasked else answer_by
    yield ev.SearchMade(
        wave=plan.wave,
        direct_budget_s=plan.direct_budget_s,
        fetch_budget_s=plan.fetch_budget_s,
        alerted=len(plan.alerts),
        next_at=next_at,
    )
    yield from _alerts(incident, plan, _answer_by(offer.candidates.slow, now, policy), epoch)


def _nobody_available(incident: Incident) -> Iterator[ev.Event]:
    if not incident.nobody_available:
        yield ev.NobodyAvailable()
    if incident.attention is None:
        yield ev.AttentionRaised(code=NOBODY)


def _silent(incident: Incident) -> frozenset[str]:
    """Who was rung once and has not answered."""
    rung = Counter(alert.rescuer_id for alert in incident.alerts.values())
    silent = (alert.rescuer_id for alert in incident.alerts.values() if alert.status is AlertStatus.TIMED_OUT)
    return frozenset(rescuer_id for rescuer_id in silent if rung[rescuer_id] == 1)


def _answer_by(slow: frozenset[str], now: datetime, policy: Policy) -> Callable[[str], datetime]:
    """By rescuer: until when an answer is waited for."""
    soon, late = (now + timedelta(seconds=waited_s) for waited_s in (policy.answer_s, policy.message_answer_s))
    return lambda rescuer_id: late if rescuer_id in slow else soon


def _alerts(incident: Incident, plan: Plan, answer_by: Callable[[str], datetime], epoch: str) -> Iterator[ev.Event]:
    for number, planned in enumerate(plan.alerts, start=len(incident.alerts) + 1):
        yield ev.RescuerAlerted(
            alert_id=alert_id_of(incident.incident_id, number, epoch),
            rescuer_id=planned.rescuer_id,
            role=planned.role,
            aed_id=planned.aed_id,
            walk_time_s=round(planned.walk_time_s, 1),
            to_aed_s=None if planned.to_aed_s is None else round(planned.to_aed_s, 1),
            straight_line=planned.straight_line,
            wave=plan.wave,
            answer_by=answer_by(planned.rescuer_id),
            aed_doubles=planned.aed_doubles,
        )


def _revise(incident: Incident, command: cmd.ReviseWays) -> Iterator[ev.Event]:
    for alert in incident.held_alerts:
        if alert.alert_id not in command.ways or alert.status is AlertStatus.ARRIVED:
            continue
        way = command.ways[alert.alert_id]
        if way is not None:
            yield ev.WalkTimeRevised(
                alert_id=alert.alert_id,
                walk_time_s=round(way.walk_time_s, 1),
                to_aed_s=None if way.to_aed_s is None else round(way.to_aed_s, 1),
                straight_line=way.straight_line,
            )
        elif alert.status is AlertStatus.RINGING and not alert.by_hand:
            yield ev.AlertWithdrawn(alert_id=alert.alert_id, reason="patient_moved")


def _reach_deadline(
    incident: Incident, reached: cmd.ReachDeadline, now: datetime, policy: Policy
) -> Iterator[ev.Event]:
    if incident.closed:
        return
    if now >= incident.opened_at + timedelta(seconds=policy.open_limit_s):
        yield from _end_call(incident, "expired", now)
        return
    for alert in incident.alerts.values():
        if alert.status is AlertStatus.RINGING and alert.answer_by <= now:
            event = ev.AlertTimedOut(alert_id=alert.alert_id)
            yield event
            incident = evolve(incident, event, now)
    for alert in incident.alerts.values():
        if alert.status is AlertStatus.RINGING and alert.alert_id in reached.undelivered and not alert.gave_place:
            yield ev.AlertUndelivered(alert_id=alert.alert_id)
        elif alert.status is AlertStatus.RINGING and not alert.gave_place and _place_until(alert, policy) <= now:
            yield ev.AlertOutwaited(alert_id=alert.alert_id)
    if _waits_for_its_call(incident) and now >= incident.opened_at + timedelta(seconds=policy.overtake_s):
        yield ev.AttentionRaised(code="call_missing")
    if incident.put_off_until and (reached.neighbour_over or now >= incident.put_off_until):
        why = "waited" if incident.beside is None else "other_over" if reached.neighbour_over else "nobody_said"
        yield from take_up(incident, why)
    if _searches(incident) and now >= incident.opened_at + timedelta(seconds=policy.search_limit_s):
        yield ev.SearchEnded(reason="time_over" if incident.held_alerts else "nobody_left")
    elif incident.next_search_at and incident.next_search_at <= now:
        yield ev.WaveEnded(wave=incident.wave)
