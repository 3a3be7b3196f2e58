"""A phone that stops reading costs little, is cut, and slows nobody down."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from dispatch import tables as t
from dispatch.core.consequences import DISPATCHERS
from registry.storage.database import Database
from tests.support.deaf import deaf_console_of, deaf_phone_of
from tests.support.phone import console_of, phone_of
from tests.support.process import ServiceProcess, standing_by
from tests.support.service import Service, call
from tests.support.town import Town
from tests.support.waiting import eventually

FRAMES = 2_000
FRAME_BYTES = 2_000
CONSOLES = 20
MAX_PYTHON_BYTES = 1024 * 1024
"""For one connection: its write buffer, a page of frames, and what it takes to make them."""
MAX_KERNEL_BYTES = 256 * 1024
BEHIND_BYTES = 50_000


@pytest.fixture
def process(town: Town, town_database: str, tmp_path: Path, unused_tcp_port: int) -> Iterator[ServiceProcess]:
    with standing_by(town, town_database, tmp_path / "service.log", unused_tcp_port) as process:
        process.start()
        yield process


@dataclass
class Costs:
    """The most that is seen of each: on a busy machine the first phone is cut before the last falls behind."""

    process: ServiceProcess
    resident_bytes: int = 0
    kernel_bytes: int = 0
    _behind: set[int] = field(default_factory=set)

    def look(self) -> int:
        """How many connections have been behind by now."""
        unsent = self.process.unsent_bytes()
        self._behind |= {port for port, count in unsent.items() if count > BEHIND_BYTES}
        self.resident_bytes = max(self.resident_bytes, self.process.resident_bytes())
        self.kernel_bytes = max(self.kernel_bytes, *unsent.values())
        return len(self._behind)


def open_streams(service: Service, kind: str) -> float:
    lines = service.request("GET", "/metrics").text.splitlines()
    values = [line.split()[-1] for line in lines if line.startswith(f'rescue_sockets{{kind="{kind}"}}')]
    return float(values[0]) if values else 0.0


async def leave_frames(database_url: str, count: int) -> None:
    """So many more frames for the dispatchers, as after a week of calls."""
    database = Database(database_url)
    body = {"status": "alerting", "attention": None, "events": [{"type": "x" * FRAME_BYTES}]}
    try:
        async with database.write() as connection:
            incident_id = (await connection.execute(select(t.incidents.c.incident_id))).scalars().first()
            known = select(t.inboxes.c.last_seq).where(t.inboxes.c.recipient == DISPATCHERS)
            last_seq = (await connection.execute(known)).scalar_one()
            row = {"recipient": DISPATCHERS, "kind": "incident_changed", "incident_id": incident_id, "body": body}
            seqs = range(last_seq + 1, last_seq + count + 1)
            rows = [{**row, "alert_id": None, "seq": seq, "at": datetime.now(UTC)} for seq in seqs]
            await connection.execute(t.inbox.insert(), rows)
            newest = update(t.inboxes).where(t.inboxes.c.recipient == DISPATCHERS).values(last_seq=last_seq + count)
            await connection.execute(newest)
    finally:
        await database.close()


async def test_consoles_that_never_read_are_cut_cost_little_and_slow_nobody(
    process: ServiceProcess, town_database: str
) -> None:
    service = process.service
    service.post_call(call(cad_ref="first"))
    await leave_frames(town_database, FRAMES)
    async with phone_of(service, "r11") as phone:
        before = process.resident_bytes()
        with ExitStack() as stack:
            costs, deaf = Costs(process), []
            for _ in range(CONSOLES):
                deaf.append(stack.enter_context(deaf_console_of(service)))
                costs.look()
            await asyncio.to_thread(eventually, lambda: costs.look() == CONSOLES)

            await phone.ask("duty", on=True)
            service.post_call(call(cad_ref="second"))
            alert = await phone.expect("alert")

            await asyncio.to_thread(eventually, lambda: open_streams(service, "dispatcher") == 0)
            for one in deaf:
                with pytest.raises(ConnectionResetError):
                    one.read_to_the_end()
        await asyncio.to_thread(eventually, lambda: max(process.unsent_bytes().values()) < BEHIND_BYTES)

    assert alert["seq"] == 1
    assert costs.resident_bytes - before < CONSOLES * MAX_PYTHON_BYTES
    assert costs.kernel_bytes < MAX_KERNEL_BYTES


async def test_what_a_cut_console_missed_waits_for_it(process: ServiceProcess, town_database: str) -> None:
    service = process.service
    service.post_call(call())
    await leave_frames(town_database, FRAMES)
    with deaf_console_of(service):
        await asyncio.to_thread(eventually, lambda: open_streams(service, "dispatcher") == 1)
        await asyncio.to_thread(eventually, lambda: open_streams(service, "dispatcher") == 0)

    async with console_of(service) as console:
        last = await console.expect("incident_changed", lambda frame: frame["seq"] == FRAMES + 1)

    assert [frame["seq"] for frame in console.frames if "seq" in frame] == list(range(1, last["seq"] + 1))


async def test_a_phone_that_asks_and_never_reads_the_answers_is_cut(process: ServiceProcess) -> None:
    service = process.service
    async with phone_of(service, "r01") as other:
        with deaf_phone_of(service, "r00") as phone:
            await asyncio.to_thread(say_until_cut, phone.say, "no frame " * 1_000)

        service.post_call(call())
        alert = await other.expect("alert")

    assert alert["seq"] == 1
    await asyncio.to_thread(eventually, lambda: open_streams(service, "volunteer") == 0)


async def test_a_phone_that_pings_and_never_reads_the_pongs_is_cut(process: ServiceProcess) -> None:
    service = process.service
    with deaf_phone_of(service, "r00") as phone:
        before = process.resident_bytes()
        await asyncio.to_thread(say_until_cut, lambda _: phone.ping(), "")

    await asyncio.to_thread(eventually, lambda: open_streams(service, "volunteer") == 0)
    assert process.resident_bytes() - before < 8 * MAX_PYTHON_BYTES


def say_until_cut(say: Callable[[str], None], text: str) -> None:
    try:
        while True:
            say(text)
    except (BrokenPipeError, ConnectionResetError):
        pass
