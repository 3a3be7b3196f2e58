"""A call's way to the phones, and a city's load, of two services that run the same ground."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager

from benchmarks.beside.checkout import Checkout
from benchmarks.beside.ground import Own, fill_by_command, own_files
from benchmarks.beside.rounds import Figures, Measure
from benchmarks.ground import Ground, city_ground, crowded_ground
from benchmarks.latency import Side, percentile
from benchmarks.load import run_load
from benchmarks.servers import BUILD_RUN, durable_cluster, new_database, service

PHONES, ALERTS, LOAD_PHONES = 1_000, 20, 5_000


@asynccontextmanager
async def webhook_to_alert(sides: tuple[Checkout, Checkout], database: str, *, calls: int) -> AsyncIterator[Measure]:
    """p50 and p99 of a turn's `calls` calls; both services run all the time, each with its own thousand phones."""
    ground = crowded_ground(BUILD_RUN.parent, phones=PHONES, calls=200)
    async with AsyncExitStack() as stack:
        cluster = stack.enter_context(durable_cluster()) if database == "PostGIS" else None
        turns: dict[str, _Turns] = {}
        for side in sides:
            own = own_files(side, BUILD_RUN)
            url = new_database(cluster) if cluster else f"sqlite+aiosqlite:///{own.folder / 'calls.sqlite3'}"
            fill_by_command(own, url, aeds=ground.aeds, rescuers=ground.rescuers)
            log = own.folder / f"service-{database}.log"
            server = stack.enter_context(
                service(url, own.network, log, program=side.program, RESCUE_POLICY_ALERTS=str(ALERTS))
            )
            caller = Side(side.name, server, ALERTS, closes=True)
            stack.push_async_callback(caller.leave)
            await caller.gather(list(ground.homes))
            turns[side.name] = _Turns(caller, ground, calls)

        async def measure(side: Checkout) -> Figures:
            return await turns[side.name].take()

        yield measure


class _Turns:
    """One side's turns; the same places in the same order for both."""

    def __init__(self, caller: Side, ground: Ground, calls: int) -> None:
        self._caller, self._ground, self._calls = caller, ground, calls
        self._number = 0

    async def take(self) -> Figures:
        self._caller.waits_ms.clear()
        for _ in range(self._calls):
            place = self._ground.calls[self._number % len(self._ground.calls)]
            self._number += 1
            await self._caller.call(f"beside-{self._number}", place, counted=True)
        waits = self._caller.waits_ms
        return {
            "p50, ms": percentile(waits, 50), "p99, ms": percentile(waits, 99),
            "alerts not rung within 10 s": self._caller.missing,
        }  # fmt: skip


@asynccontextmanager
async def load(sides: tuple[Checkout, Checkout], *, seconds: float) -> AsyncIterator[Measure]:
    """A city's load of `seconds` on a fresh service each turn."""
    ground = city_ground(BUILD_RUN.parent, phones=LOAD_PHONES, calls=1_000)
    owns = {side.name: own_files(side, BUILD_RUN) for side in sides}
    number = 0

    async def measure(side: Checkout) -> Figures:
        nonlocal number
        number += 1
        return await _under_load(owns[side.name], ground, number, seconds)

    yield measure


async def _under_load(own: Own, ground: Ground, number: int, seconds: float) -> Figures:
    file = own.folder / f"load-{number}.sqlite3"
    url = f"sqlite+aiosqlite:///{file}"
    fill_by_command(own, url, aeds=ground.aeds, rescuers=ground.rescuers)
    with ExitStack() as stack:
        log = own.folder / "service-load.log"
        server = stack.enter_context(service(url, own.network, log, program=own.side.program))
        told = await run_load(server, ground, seconds=seconds, plot=own.folder / "memory.png")
    for left in own.folder.glob(f"{file.name}*"):
        left.unlink()
    return {
        "p50, ms": told["p50_ms"], "p99, ms": told["p99_ms"], "alerts lost": told["alerts_lost"],
        "memory, MB": told["memory_mb"]["last"],
    }  # fmt: skip
