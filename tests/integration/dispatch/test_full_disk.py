"""A disk takes nothing any more: whoever watches is told before and while calls are refused, and no longer."""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.integration.dispatch.test_observability import figures, log_lines
from tests.support.phone import phone_of
from tests.support.plain_http import fetch
from tests.support.process import ServiceProcess, standing_by
from tests.support.service import call
from tests.support.town import Town
from tests.support.waiting import eventually


@pytest.fixture
def process(town: Town, town_database: str, tmp_path: Path, unused_tcp_port: int) -> Iterator[ServiceProcess]:
    with standing_by(town, town_database, tmp_path / "service.log", unused_tcp_port) as process:
        process.start()
        yield process


@contextmanager
def full_disk(process: ServiceProcess) -> Iterator[None]:
    """No file of the process may grow, its log neither: as on a disk that is full, but for this process alone."""
    soft, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (soft, hard))


def readiness(process: ServiceProcess) -> tuple[int, dict[str, Any]]:
    answer = fetch("GET", f"{process.service.url}/readyz")
    return answer.status_code, answer.json()


async def test_a_service_whose_calls_are_refused_is_not_ready_and_says_why(
    process: ServiceProcess, tmp_path: Path
) -> None:
    async with phone_of(process.service, "r00") as phone:
        before = figures(process.service)
        with full_disk(process):
            refused = await asyncio.to_thread(process.service.post_call, call(cad_ref="ZZ-1"))
            status, ready = await asyncio.to_thread(eventually, lambda: _refusing(process))
            during = figures(process.service)
        await asyncio.to_thread(eventually, lambda: readiness(process)[1]["status"] == "ready")
        taken = await asyncio.to_thread(process.service.post_call, call(cad_ref="ZZ-1"))
        await phone.expect("alert")
        after = figures(process.service)

    assert refused.status_code == 503
    assert (status, ready["status"], ready["database"]) == (503, "refusing", "away")
    assert ready["reason"]
    assert taken.status_code == 202
    told = [one["rescue_calls_refused_now"] for one in (before, during, after)]
    assert told == [0, 1, 0]
    assert [line["event"] for line in log_lines(tmp_path)].count("database_away") <= 1


def _refusing(process: ServiceProcess) -> tuple[int, dict[str, Any]] | None:
    found = readiness(process)
    return found if found[0] == 503 else None
