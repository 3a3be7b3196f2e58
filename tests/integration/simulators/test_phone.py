"""One phone against a service that drops, repeats and forgets frames on purpose."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from websockets.asyncio.server import ServerConnection, serve

from dispatch.contracts.api import ClockState
from dispatch.contracts.stream import Alert, AlertEnded, Frame, Reconnect, Welcome
from simulators.ledger import Ledger
from simulators.phones import PhoneBank, PhoneOwner
from simulators.sim_clock import SimClock
from simulators.volunteer import Behaviour

NOW = datetime(2025, 6, 11, 8, tzinfo=UTC)
SILENT = Behaviour(seen=0.0, accepted=0.0, declined=0.0, drops=0.0)


def alert(seq: int, alert_id: str) -> Alert:
    return Alert(
        seq=seq,
        at=NOW,
        alert_id=alert_id,
        incident_id="i1",
        role="direct",
        walk_time_s=100.0,
        straight_line=False,
        answer_by=NOW,
        area=None,
        aed=None,
        route=None,
    )


def ended(seq: int, alert_id: str) -> AlertEnded:
    return AlertEnded(seq=seq, at=NOW, alert_id=alert_id, incident_id="i1", reason="timed_out")


class Script:
    """Sends one list of frames to each connection in turn, then listens; `heard` is what the phone said."""

    def __init__(self, *connections: Sequence[Frame]) -> None:
        self._connections = list(connections)
        self.heard: list[list[dict[str, object]]] = []
        self.done = asyncio.Event()

    async def __call__(self, socket: ServerConnection) -> None:
        heard: list[dict[str, object]] = [json.loads(await socket.recv())]
        self.heard.append(heard)
        frames = self._connections[len(self.heard) - 1]
        await socket.send(Welcome(recipient="r1", last_seq=9, heartbeat_s=20, now=NOW).model_dump_json())
        for frame in frames:
            await socket.send(frame.model_dump_json())
        acknowledged = 0
        if any(isinstance(frame, Reconnect) for frame in frames):
            await socket.close(1012)
            return
        async for text in socket:
            heard.append(json.loads(text))
            acknowledged += heard[-1]["type"] == "ack"
            if len(self.heard) == len(self._connections) and acknowledged == len({f.seq for f in frames}):  # type: ignore[attr-defined]
                self.done.set()


@asynccontextmanager
async def phone_against(script: Script) -> AsyncIterator[Ledger]:
    ledger = Ledger()
    ledger.know_incident("i1", "C-1")
    clock = SimClock(ClockState(now=NOW, speed=1.0, simulated=True), read_at=0.0, real=lambda: 0.0)
    async with serve(script, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        bank = PhoneBank(
            url=f"ws://127.0.0.1:{port}",
            owners=[PhoneOwner(rescuer_id="r1", home=(9.52, 47.14))],
            tokens={"r1": "token"},
            clock=clock,
            ledger=ledger,
            behaviour=SILENT,
            seed=1,
            report_every_s=20.0,
        )
        running = asyncio.create_task(bank.run())
        try:
            async with asyncio.timeout(20):
                await script.done.wait()
            yield ledger
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def test_every_durable_frame_is_acknowledged() -> None:
    script = Script([alert(1, "a1"), ended(2, "a1")])

    async with phone_against(script):
        acks = [frame["seq"] for frame in script.heard[0] if frame["type"] == "ack"]

    assert script.heard[0][0] == {"type": "hello", "token": "token", "last_seq": 0}
    assert acks == [1, 2]


async def test_a_gap_makes_the_phone_come_back_for_what_it_missed() -> None:
    script = Script([alert(1, "a1"), alert(3, "a3")], [alert(2, "a2"), alert(3, "a3")])

    async with phone_against(script) as ledger:
        rang = [rung.alert_id for rung in ledger.rung]

    assert script.heard[1][0]["last_seq"] == 1
    assert rang == ["a1", "a2", "a3"]
    assert (ledger.counts["gaps"], ledger.rung_twice) == (1, 0)


async def test_a_repeated_frame_rings_once() -> None:
    script = Script([alert(1, "a1"), alert(1, "a1"), ended(2, "a1")])

    async with phone_against(script) as ledger:
        assert [rung.alert_id for rung in ledger.rung] == ["a1"]

    assert (ledger.counts["frames_repeated"], ledger.rung_twice) == (1, 0)


async def test_what_was_sent_before_the_run_began_is_acknowledged_and_does_not_ring() -> None:
    script = Script([alert(1, "old").model_copy(update={"at": NOW - timedelta(hours=1)}), alert(2, "new")])

    async with phone_against(script) as ledger:
        assert [rung.alert_id for rung in ledger.rung] == ["new"]


async def test_the_same_alert_under_a_new_number_counts_as_doubled() -> None:
    script = Script([alert(1, "a1"), alert(2, "a1")])

    async with phone_against(script) as ledger:
        assert ledger.rung_twice == 1
        assert len(ledger.rung) == 1


async def test_a_phone_comes_back_when_the_service_asks_it_to() -> None:
    script = Script([Reconnect(after_s=0.25)], [alert(1, "a1")])

    async with phone_against(script) as ledger:
        assert [rung.alert_id for rung in ledger.rung] == ["a1"]

    assert ledger.counts["handed_over"] == 1
