"""What a run looks like while it goes on: a live table in a terminal, a line now and then elsewhere."""

import asyncio
import time
from datetime import tzinfo

from rich.console import Console
from rich.live import Live
from rich.table import Table

from simulators.ledger import CallState, Ledger
from simulators.sim_clock import SimClock

ROWS = 14
REDRAW_S = 0.5
LINE_EVERY_S = 5.0
KEEP_STILL_S = 0.15
"""Real seconds after a call was sent in which nothing is drawn: drawing would show in the latency it measures."""


class LiveTable:
    """Watches a run on `console`; times of day are shown in `time_zone`."""

    def __init__(self, console: Console, *, title: str, calls: int, time_zone: tzinfo) -> None:
        self._console = console
        self._title = title
        self._calls = calls
        self._time_zone = time_zone

    async def watch(self, ledger: Ledger, clock: SimClock) -> None:
        """Until cancelled."""
        if not self._console.is_terminal:
            await self._print_lines(ledger, clock)
            return
        with Live(self._table(ledger, clock), console=self._console, auto_refresh=False) as live:
            try:
                while True:
                    await asyncio.sleep(REDRAW_S)
                    if time.perf_counter() - ledger.last_call_at > KEEP_STILL_S:
                        live.update(self._table(ledger, clock), refresh=True)
            finally:
                live.update(self._table(ledger, clock), refresh=True)

    async def _print_lines(self, ledger: Ledger, clock: SimClock) -> None:
        while True:
            await asyncio.sleep(LINE_EVERY_S)
            self._console.print(self._line(ledger, clock), highlight=False)

    def _line(self, ledger: Ledger, clock: SimClock) -> str:
        calls = ledger.calls.values()
        return (
            f"{clock.now().astimezone(self._time_zone):%H:%M} simulated: {len(ledger.calls)} of {self._calls} calls, "
            f"{len(ledger.rung)} phones rang, {sum(call.accepted for call in calls)} accepted, "
            f"{sum(call.arrived for call in calls)} arrived"
        )

    def _table(self, ledger: Ledger, clock: SimClock) -> Table:
        table = Table(title=self._title, caption=self._line(ledger, clock))
        for heading in ("call", "at", "rang", "accepted", "there", "first hands", "first AED", "ambulance", "state"):
            table.add_column(heading, justify="left" if heading in {"call", "state"} else "right")
        rung = ledger.rung_by_call()
        for call in list(ledger.calls.values())[-ROWS:]:
            table.add_row(*self._row(call, rung.get(call.cad_ref, 0)))
        return table

    def _row(self, call: CallState, rung: int) -> tuple[str, ...]:
        return (
            call.cad_ref,
            f"{call.at.astimezone(self._time_zone):%H:%M}",
            str(rung),
            str(call.accepted),
            str(call.arrived),
            minutes(call.hands_s),
            minutes(call.aed_s),
            minutes(call.ambulance_s),
            call.state,
        )


def minutes(seconds: float | None) -> str:
    """As 3:05; a dash where there is none."""
    if seconds is None:
        return "-"
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
