"""Whom to alert now, in which role, with which AED: the rule, apart from the machinery that carries it out.

Phased alerts with replacement of those who decline or stay silent follow van den Berg 2026 (alert 7, replace
rejects: +10 lives a year against nearest-3, without more fatigue); roles follow HartslagNu and Region der Lebensretter.
"""

from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from dispatch.core.candidates import Candidates
from dispatch.core.events import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The numbers of the rule; seconds throughout.

    alerts: phones that ring or are under way at once (van den Berg 2026: 7).
    fetch_alerts: at most so many of them by way of an AED (Region der Lebensretter: an AED is one of four roles, and
        an answer comes in 35-46 % of alerts, so three are rung for one AED).
    direct_wanted, fetch_wanted: acceptances after which no more are rung in that role.
    hands_wanted: responders at the patient's side that are enough, with an AED or none under way (two-person CPR).
    answer_s: time for an answer before the next is rung (KATRETTER: 30 s; Mobile Retter: 20 s).
    message_answer_s: the same for whom a message or a call has to reach; it holds no place longer than `answer_s`
        (assumption: as long as a gateway takes it for news).
    delivered_within_s: an alert that no phone has after this holds no place: a phone on the line acknowledges in less
        than a second (assumption).
    direct_budget_s: 240 s, the golden four minutes; fetch_budget_s: an AED may take longer (DESIGN, assumption).
    widen_s: added to both budgets by each wave (assumption).
    takeout_s: from standing at the AED to walking on with it in hand (assumption).
    assumed_eta_s: ambulance after the call where 120 names no ETA (10.4 min, PMID 36162614).
    least_budget_s: while no ambulance is there, somebody this near is still rung, even past its ETA.
    longest_budget_s: nobody is rung for a longer walk, however late the ambulance (assumption; bounds the search).
    search_limit_s, open_limit_s: after these the search ends, and a call that 120 never closed is closed.
    overtake_s: how long an update may wait for the call it overtook before a dispatcher must look.
    put_off_s: how long a call beside another one, for which somebody comes, waits for a dispatcher to say whether both
        are one patient (assumption: whoever comes for the first is there for the second as well).
    told_late_s, outbox_s: a call that is told so late comes from a queue, as after an outage; so long it waits for what
        was queued behind it, which may be its end (assumptions).
    decline_rest_s: who has said no is not rung for other calls so soon after (assumption: what keeps somebody from one
        call keeps them from the next).
    rest_s: who has gone to a call is rung again so soon after only where nobody else could be there in the same time
        (KATRETTER leaves them alone for a while; that it is an hour is our assumption).
    lock_out_s: who was with a patient is not rung at all so soon after (a city's rule; none unless it sets one).
    """

    alerts: int = 7
    fetch_alerts: int = 3
    direct_wanted: int = 3
    fetch_wanted: int = 2
    hands_wanted: int = 2
    answer_s: float = 30.0
    message_answer_s: float = 90.0
    delivered_within_s: float = 4.0
    direct_budget_s: float = 240.0
    fetch_budget_s: float = 360.0
    widen_s: float = 120.0
    takeout_s: float = 20.0
    assumed_eta_s: float = 624.0
    least_budget_s: float = 120.0
    longest_budget_s: float = 900.0
    search_limit_s: float = 1800.0
    open_limit_s: float = 7200.0
    overtake_s: float = 10.0
    put_off_s: float = 60.0
    told_late_s: float = 600.0
    outbox_s: float = 2.0
    decline_rest_s: float = 300.0
    rest_s: float = 3600.0
    lock_out_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a search is for: budgets of this wave and the widest allowed, and how many may still be rung.

    hands_first: nobody is ringing or under way straight to the patient yet, so the fastest pair of hands goes there.
    stays: where this wave finds nobody, no wider one is tried.
    """

    wave: int
    cap_s: float
    direct: int
    fetch: int
    total: int
    excluded_rescuers: frozenset[str]
    hands_first: bool = True
    stays: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAlert:
    rescuer_id: str
    role: Role
    aed_id: str | None
    walk_time_s: float
    to_aed_s: float | None
    straight_line: bool
    aed_doubles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The wave that was reached, its budgets, and who is rung."""

    wave: int
    direct_budget_s: float
    fetch_budget_s: float
    alerts: tuple[PlannedAlert, ...]


def budgets(policy: Policy, wave: int, cap_s: float) -> tuple[float, float]:
    """Seconds to the patient's side that wave `wave` allows, direct and by way of an AED, never past `cap_s`."""
    wider = wave * policy.widen_s
    return min(policy.direct_budget_s + wider, cap_s), min(policy.fetch_budget_s + wider, cap_s)


def reaches_somebody(policy: Policy, wanted: Wanted, candidates: Candidates) -> bool:
    """Whether the next wave rings anybody among these: then candidates farther away would change nothing."""
    direct_s, fetch_s = budgets(policy, wanted.wave, wanted.cap_s)
    nobody_yet = wanted.hands_first and min(wanted.direct, wanted.total) > 0 and not wanted.excluded_rescuers
    # The first search of every call: whoever is near enough is rung.
    if nobody_yet and (candidates.direct_s <= direct_s).any():
        return True
    return bool(choose(wanted, candidates, direct_s, fetch_s))


def widest_wave(policy: Policy, cap_s: float) -> int:
    """The wave at which both budgets have reached `cap_s`."""
    narrowest = min(policy.direct_budget_s, policy.fetch_budget_s)
    return max(0, int(np.ceil((cap_s - narrowest) / policy.widen_s)))


def plan_alerts(policy: Policy, wanted: Wanted, candidates: Candidates) -> Plan:
    """The narrowest wave from `wanted.wave` on that finds anybody; an empty one costs no waiting.

    Who is resting is rung by a wave that finds nobody else.
    """
    last = wanted.wave if wanted.stays else max(wanted.wave, widest_wave(policy, wanted.cap_s))
    rested = replace(wanted, excluded_rescuers=wanted.excluded_rescuers | candidates.resting)
    for wave in range(wanted.wave, last + 1):
        direct_s, fetch_s = budgets(policy, wave, wanted.cap_s)
        alerts = choose(rested, candidates, direct_s, fetch_s)
        if not alerts and candidates.resting:
            alerts = choose(wanted, candidates, direct_s, fetch_s)
        if alerts:
            break
    return Plan(wave=wave, direct_budget_s=direct_s, fetch_budget_s=fetch_s, alerts=alerts)


def choose(
    wanted: Wanted, candidates: Candidates, direct_budget_s: float, fetch_budget_s: float
) -> tuple[PlannedAlert, ...]:
    """The fastest pair of hands goes straight, if none does yet; then AEDs, quickest trips first; then more hands.

    Hands come first because about one arrest in twenty in China is shockable (BASIC-OHCA): time to CPR drives more
    survivors than time to shock. No rescuer and no AED appears twice, nor two that may be the same.
    """
    order = _quickest(candidates.direct_s, direct_budget_s)
    # Fetchers may be among the nearest: with so many no place is left empty.
    most = wanted.direct + wanted.fetch + 1
    free = list(islice((i for i in order.tolist() if candidates.rescuer_id[i] not in wanted.excluded_rescuers), most))
    first = free[: min(int(wanted.hands_first), wanted.direct, wanted.total)]
    planned = [_direct(candidates, index) for index in first]
    fetching = _fetchers(wanted, candidates, fetch_budget_s, taken=set(first), count=wanted.total - len(planned))
    planned += fetching
    used = {alert.rescuer_id for alert in planned}
    others = [index for index in free if candidates.rescuer_id[index] not in used]
    more = max(0, min(wanted.direct - len(first), wanted.total - len(planned)))
    return tuple(planned + [_direct(candidates, index) for index in others[:more]])


def _quickest(time_s: NDArray[np.float32], budget_s: float) -> NDArray[np.intp]:
    """Places of those within the budget, quickest first; of equal ones the first."""
    within = np.flatnonzero(time_s <= budget_s)
    return within[np.argsort(time_s[within], kind="stable")]


def _direct(candidates: Candidates, index: int) -> PlannedAlert:
    return PlannedAlert(
        rescuer_id=candidates.rescuer_id[index],
        role=Role.DIRECT,
        aed_id=None,
        walk_time_s=candidates.whole_s(float(candidates.direct_s[index])),
        to_aed_s=None,
        straight_line=bool(candidates.straight_line[index]),
    )


def _fetchers(
    wanted: Wanted, candidates: Candidates, budget_s: float, *, taken: set[int], count: int
) -> list[PlannedAlert]:
    planned: list[PlannedAlert] = []
    used_aeds: set[str] = set()
    limit = min(wanted.fetch, count)
    for trip in _quickest(candidates.trip_s, budget_s):
        if len(planned) >= limit:
            break
        rescuer, aed = int(candidates.trip_rescuer[trip]), int(candidates.trip_aed[trip])
        rescuer_id, aed_id = candidates.rescuer_id[rescuer], candidates.aed_id[aed]
        if rescuer in taken or aed_id in used_aeds or rescuer_id in wanted.excluded_rescuers:
            continue
        doubles = candidates.aed_doubles.get(aed_id, ())
        taken.add(rescuer)
        used_aeds.update((aed_id, *doubles))
        planned.append(
            PlannedAlert(
                rescuer_id=rescuer_id,
                role=Role.FETCH_AED,
                aed_id=aed_id,
                walk_time_s=candidates.whole_s(float(candidates.trip_s[trip])),
                to_aed_s=float(candidates.trip_to_aed_s[trip]),
                straight_line=bool(candidates.trip_straight_line[trip]),
                aed_doubles=tuple(sorted(doubles)),
            )
        )
    return planned
