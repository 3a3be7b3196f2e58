"""120 against a service that fails on purpose: every message arrives in the end, under its one id."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from standardwebhooks import Webhook

from dispatch.contracts.api import ClockState
from simulators.cad import Cad
from simulators.ledger import Ledger
from simulators.scenario import Scenario
from simulators.service import Service
from simulators.sim_clock import SimClock
from tests.integration.simulators.conftest import SECRET, START, two_calls
from tests.support.waiting import turns

ACCEPTED = b'{"code": "accepted", "message_id": "m", "incident_id": "i1"}'


class Failing:
    """A peer that answers with the given statuses in turn, and 202 after that; 0 hangs up without a word."""

    def __init__(self, statuses: Sequence[int]) -> None:
        self._statuses = list(statuses)
        self.ids: list[str] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head.split("\r\n")[1:]) if v}
        body = await reader.readexactly(int(headers["content-length"]))
        Webhook(SECRET).verify(body, headers)
        self.ids.append(headers["webhook-id"])
        status = self._statuses.pop(0) if self._statuses else 202
        if status:
            answer = ACCEPTED if status == 202 else b'{"code": "busy", "message": "later"}'
            writer.write(b"HTTP/1.1 %d X\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % (status, len(answer)))
            writer.write(answer)
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def cad_against(peer: Failing) -> AsyncIterator[tuple[Cad, Ledger]]:
    whole = two_calls()
    scenario = Scenario(head=whole.head, messages=whole.messages[:1])
    ledger = Ledger()
    past = ClockState(now=START + timedelta(hours=9), speed=1.0, simulated=False)
    clock = SimClock(past, read_at=time.perf_counter(), real=time.perf_counter)
    server = await asyncio.start_server(peer, "127.0.0.1", 0)
    async with (
        server,
        Service(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", token="", secret=SECRET) as service,
    ):
        yield (
            Cad(
                scenario=scenario,
                base=START,
                service=service,
                clock=clock,
                ledger=ledger,
                on_skip=lambda _: turns(),
                lead_real_s=0.0,
            ),
            ledger,
        )


async def test_a_message_is_sent_again_under_the_same_id_until_it_is_durable() -> None:
    peer = Failing([503, 0, 500])

    async with cad_against(peer) as (cad, ledger):
        await cad.replay()

    assert peer.ids == ["msg_C-1_call.created"] * 4
    assert (ledger.sent[0].attempts, ledger.sent[0].code, ledger.sent[0].is_durable) == (4, "accepted", True)


async def test_a_message_that_is_refused_for_good_is_not_sent_again_and_not_durable() -> None:
    peer = Failing([401, 401])

    async with cad_against(peer) as (cad, ledger):
        await cad.replay()

    assert len(peer.ids) == 1
    assert not ledger.sent[0].is_durable
    assert "401 busy: later" in ledger.sent[0].code
