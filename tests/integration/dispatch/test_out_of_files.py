"""A service that may open nothing more goes on with whom it has, says so once, and takes everybody again afterwards."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.integration.dispatch.test_observability import log_lines
from tests.support.phone import phone_of
from tests.support.plain_http import fetch
from tests.support.ports import HOST
from tests.support.process import ServiceProcess, standing_by
from tests.support.service import call
from tests.support.town import Town
from tests.support.waiting import until

COMERS = 20


@pytest.fixture
def process(town: Town, town_database: str, tmp_path: Path, unused_tcp_port: int) -> Iterator[ServiceProcess]:
    with standing_by(town, town_database, tmp_path / "service.log", unused_tcp_port) as process:
        process.start()
        yield process


@contextmanager
def nothing_more_can_be_opened(process: ServiceProcess) -> Iterator[None]:
    before = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, before)


async def test_it_says_so_once_and_takes_everybody_again(process: ServiceProcess, tmp_path: Path) -> None:
    port = int(process.service.url.rpartition(":")[2])

    def told() -> list[str]:
        return [line["event"] for line in log_lines(tmp_path)]

    async with phone_of(process.service, "r00") as phone:
        process.service.post_call(call(cad_ref="ZZ-1"))
        alert_id = (await phone.expect("alert"))["alert_id"]
        before = len(told())
        with ExitStack() as stack, nothing_more_can_be_opened(process):
            for _ in range(COMERS):
                stack.enter_context(socket.create_connection((HOST, port)))
            await until(lambda: "out_of_files" in told())
            answered = await phone.ask("accept", alert_id=alert_id)
        ready = fetch("GET", f"{process.service.url}/readyz")
        taken = process.service.post_call(call(cad_ref="ZZ-2"))
        during = told()[before:]

    assert answered["ok"]
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    assert taken.status_code == 202
    assert during.count("out_of_files") == 1
    assert "database_away" not in during
    assert len(during) < COMERS


async def test_it_may_open_as_many_as_the_system_allows(process: ServiceProcess) -> None:
    soft, hard = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)

    assert soft == hard
