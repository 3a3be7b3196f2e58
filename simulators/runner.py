"""One run: phones connect, 120 replays its scenario, and what happened is measured."""

import asyncio
import hashlib
import resource
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from simulators.cad import QUIET_S, AlreadyReplayed, Cad
from simulators.ledger import Ledger
from simulators.pacing import Pacer
from simulators.phones import IDLE_REPORT_S, PhoneBank, PhoneOwner
from simulators.reach import wgs84, within_reach
from simulators.report import Json, Recorded, Run, faults, measure
from simulators.scenario import Scenario, ScenarioMessage
from simulators.service import ClockBusy, Service
from simulators.sim_clock import SimClock
from simulators.volunteer import Behaviour

CONNECT_LIMIT_S = 60.0
SETTLE_LIMIT_S = 5.0
"""Real seconds to wait, after the last message, for alerts that are still under way."""
RETURN_S = 3_600.0
"""Simulated seconds after the last message for AEDs to hang in their places again."""
START_LEAD_S = 30.0
LEAD_REAL_S = 0.3
LEAD_NEAR_REAL_S = 0.1
LEAD_PER_PHONE_REAL_S = 0.0005
"""After a skip every phone tells its position at once; the service gets this time for it, lest it count as latency."""

Watch = Callable[[Ledger, SimClock], Awaitable[None]]


class PhonesNotConnected(RuntimeError):
    """Not every phone was welcomed in time: is the service overloaded? See its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to replay. `run` sets the references of a second replay on the same database apart.

    idle_report_s: simulated seconds between two positions of a phone at rest. report_near_only: after a skip only
    those tell theirs whom the next call could reach; a phone at rest is at home, which the service knows anyway.
    fastest: the clock's speed follows the machine up to this; without it the clock is left as it is.
    """

    scenario: Scenario
    owners: Sequence[PhoneOwner]
    seed: int
    behaviour: Behaviour = field(default_factory=Behaviour)
    report_every_s: float = 20.0
    idle_report_s: float = IDLE_REPORT_S
    report_near_only: bool = False
    fastest: float | None = None
    run: str = ""


async def replay(service: Service, plan: Plan, *, watch: Watch, stop: asyncio.Event | None = None) -> Json:
    """Run the plan against the service and measure, all of it or until `stop`; `watch` is cancelled at the end.

    Raises:
        PhonesNotConnected, ServiceUnreachable, ServiceRefused, PhonesRefused, AlreadyReplayed
    """
    stop = stop or asyncio.Event()
    # Under a reference whose call is over another call would be rung for, so this is asked before anything is sent.
    if {message.cad_ref + plan.run for message in plan.scenario.messages} & await service.read_references():
        raise AlreadyReplayed(AlreadyReplayed.__doc__)
    state, read_at = await service.get_clock()
    clock = SimClock(state, read_at=read_at, real=time.perf_counter)
    ledger = Ledger()
    owners = within_reach(plan.owners, plan.scenario)
    bank = await _phones(service, plan, owners, clock, ledger)
    pacer = Pacer(service, clock, ledger, plan.behaviour, fastest=plan.fastest) if plan.fastest else None
    cad = _cad(service, plan, bank, clock, ledger, pacer=pacer)
    recorded: list[Recorded] = []

    async def whole() -> None:
        await _connect(bank)
        await cad.replay()
        await _let_everyone_finish(service, clock, bank)

    async def story() -> None:
        is_whole = await _until_stopped(whole(), stop)
        if not is_whole:
            ledger.forget_calls_under_way()
        rung = set(ledger.rung)
        recorded.extend(await _read_back(service, ledger, {owner.rescuer_id for owner in owners}))
        if not is_whole:
            # Open incidents ring on: what rang after the service's record was read is not in it.
            told = {alert.alert_id for one in recorded for alert in one.view.alerts}
            ledger.rung = [one for one in ledger.rung if one in rung or one.alert_id in told]

    await _until_done(story(), beside=(bank.run(), watch(ledger, clock)))
    rescuers = frozenset(owner.rescuer_id for owner in owners)
    measured = measure(Run(ledger=ledger, recorded=recorded, rescuers=rescuers))
    return {
        "seed": plan.seed,
        "speed": clock.speed,
        "speeds": {"slowest": min(pacer.speeds), "fastest": max(pacer.speeds)} if pacer and pacer.speeds else None,
        "interrupted": stop.is_set(),
        "calls_planned": sum(1 for _ in plan.scenario.calls()),
        "scenario": plan.scenario.head.model_dump(mode="json"),
        "replayed_from": cad.base.isoformat(),
        "volunteers": {"could_be_sent": len(plan.owners), "connected": len(owners)},
        "inputs_sha256": _fingerprint(plan.scenario, owners),
        "behaviour": plan.behaviour.parameters(),
        **measured,
        "faults": faults(measured),
    }


def allow_many_sockets() -> None:
    """Raise this process's limit of open files, which its children inherit, to what the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _fingerprint(scenario: Scenario, owners: Sequence[PhoneOwner]) -> str:
    """Two runs with the same seed and the same fingerprint had the same calls, phones, decisions and speeds."""
    text = scenario.dump() + "".join(f"{owner.rescuer_id} {owner.home}\n" for owner in owners)
    return hashlib.sha256(text.encode()).hexdigest()


async def _phones(
    service: Service, plan: Plan, owners: Sequence[PhoneOwner], clock: SimClock, ledger: Ledger
) -> PhoneBank:
    return PhoneBank(
        url=service.stream_url,
        owners=owners,
        tokens=await service.issue_tokens([owner.rescuer_id for owner in owners]),
        clock=clock,
        ledger=ledger,
        behaviour=plan.behaviour,
        seed=plan.seed,
        report_every_s=plan.report_every_s,
        idle_report_s=plan.idle_report_s,
    )


def _cad(service: Service, plan: Plan, bank: PhoneBank, clock: SimClock, ledger: Ledger, *, pacer: Pacer | None) -> Cad:
    async def report_positions(message: ScenarioMessage) -> None:
        await bank.report_positions(wgs84(message.location) if plan.report_near_only else None)

    async def between_calls() -> None:
        if pacer is not None:
            await pacer.set_speed()

    everybody_s = max(LEAD_REAL_S, LEAD_PER_PHONE_REAL_S * len(bank.phones))
    return Cad(
        scenario=plan.scenario,
        base=_base(plan.scenario.head.start, clock),
        service=service,
        clock=clock,
        ledger=ledger,
        on_skip=report_positions,
        between_calls=between_calls,
        lead_real_s=LEAD_NEAR_REAL_S if plan.report_near_only else everybody_s,
        run=plan.run,
    )


def _base(start: datetime, clock: SimClock) -> datetime:
    """The scenario's own start; on a clock that is real or past it, a little after now."""
    if clock.simulated and clock.now() < start:
        return start
    return clock.now() + timedelta(seconds=START_LEAD_S)


async def _connect(bank: PhoneBank) -> None:
    try:
        async with asyncio.timeout(CONNECT_LIMIT_S):
            await bank.all_connected()
    except TimeoutError as error:
        missing = sum(not phone.line.connected.is_set() for phone in bank.phones)
        raise PhonesNotConnected(f"{missing} of {len(bank.phones)} phones: {PhonesNotConnected.__doc__}") from error


async def _let_everyone_finish(service: Service, clock: SimClock, bank: PhoneBank) -> None:
    """Time to say done and to bring AEDs back; on a clock that cannot skip, only the first."""
    await clock.sleep_until(clock.now() + timedelta(seconds=QUIET_S))
    if clock.simulated:
        with suppress(ClockBusy):
            state, read_at = await service.advance(clock.now() + timedelta(seconds=RETURN_S))
            clock.follow(state, read_at=read_at)
    await bank.come_to_rest(limit_s=SETTLE_LIMIT_S)


async def _read_back(service: Service, ledger: Ledger, rescuers: set[str]) -> list[Recorded]:
    """The service's own record of every call's incident; waits for alerts that have not rung yet."""
    incident_ids = sorted({sent.incident_id for sent in ledger.sent if sent.incident_id is not None})
    deadline = time.perf_counter() + SETTLE_LIMIT_S
    while True:
        recorded = [
            Recorded(view=view, timeline=await service.get_timeline(incident_id))
            for incident_id in incident_ids
            if (view := await service.find_incident(incident_id)) is not None
        ]
        sent = {alert.alert_id for one in recorded for alert in one.view.alerts if alert.rescuer_id in rescuers}
        if sent <= {rung.alert_id for rung in ledger.rung} or time.perf_counter() > deadline:
            return recorded
        await asyncio.sleep(0.2)


async def _until_stopped(work: Coroutine[Any, Any, None], stop: asyncio.Event) -> bool:
    """Whether the work came to its end before somebody wanted it to stop; then it is cancelled."""
    working, waiting = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
            return True
        return False
    finally:
        for task in (working, waiting):
            task.cancel()
        await asyncio.gather(working, waiting, return_exceptions=True)


async def _until_done(story: Awaitable[None], *, beside: Sequence[Awaitable[None]]) -> None:
    """Run the story; whatever runs beside it ends with it, and a failure there ends the story."""
    main = asyncio.ensure_future(story)
    others = [asyncio.ensure_future(one) for one in beside]
    pending: set[asyncio.Future[None]] = {main, *others}
    try:
        while not main.done():
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                one.result()
    finally:
        for one in (main, *others):
            one.cancel()
        await asyncio.gather(main, *others, return_exceptions=True)
