"""A service that is told to end does end by itself, whatever its database does then."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rescue_circle.ending import FORCED, Ending
from tests.support.dead_network import dead_network
from tests.support.outage import LockedSqlite, given_back
from tests.support.phone import phone_of
from tests.support.ports import free_port
from tests.support.postgres import Cluster
from tests.support.process import ServiceProcess, standing_by
from tests.support.service import call
from tests.support.town import Town
from tests.support.waiting import eventually


@contextmanager
def started(town: Town, url: str, log: Path) -> Iterator[ServiceProcess]:
    with standing_by(town, url, log, free_port()) as process:
        process.start()
        yield process


def told(log: Path, event: str) -> list[dict[str, Any]]:
    lines = log.read_text(encoding="utf-8").splitlines()
    return [line for text in lines if text.startswith("{") and (line := json.loads(text))["event"] == event]


async def test_a_file_that_somebody_holds_does_not_hold_up_the_end(
    town: Town, filled_database: Path, tmp_path: Path
) -> None:
    path, log = tmp_path / "town.sqlite3", tmp_path / "service.log"
    shutil.copy(filled_database, path)
    with given_back(LockedSqlite(path)) as database, started(town, database.url, log) as process:
        async with phone_of(process.service, "r00") as phone:
            database.leave()
            taken = await asyncio.to_thread(process.service.post_call, call())
            await phone.expect("alert")
            process.tell_to_end()
            code = await process.ended()

        assert taken.status_code == 202
        assert code == 0
        assert not told(log, "shutdown_forced")

        database.come_back()
        process.start()
        assert len(process.service.get("/api/incidents?open_only=true")) == 1


@pytest.mark.both_databases
@pytest.mark.only_postgis
async def test_a_server_that_has_gone_silent_does_not_hold_up_the_end(
    town: Town, town_database: str, postgres_cluster: Cluster, tmp_path: Path
) -> None:
    log = tmp_path / "service.log"
    with dead_network(postgres_cluster.port, forgets=True) as network:
        url = town_database.replace(f":{postgres_cluster.port}/", f":{network.port}/")
        with started(town, url, log) as process:
            async with phone_of(process.service, "r00") as phone:
                network.leave(after=5)
                await asyncio.to_thread(process.service.post_call, call())
                await phone.expect("alert")
                process.tell_to_end()
                code = await process.ended()

            assert code == 0
            assert not told(log, "shutdown_forced")

            network.come_back()
            process.start()
            assert len(process.service.get("/api/incidents?open_only=true")) == 1


async def test_a_step_that_hangs_is_left_behind_and_the_next_one_has_its_turn() -> None:
    ending, done = Ending(limit_s=60, leave=lambda _: None), []

    async def last() -> None:
        done.append("last")

    await ending.step("hangs", asyncio.Event().wait(), 0.01)
    await ending.step("fails", asyncio.wait_for(asyncio.Event().wait(), 0), 1)
    await ending.step("last", last(), 1)

    assert done == ["last"]


def test_a_process_that_hangs_in_its_end_is_ended_by_force() -> None:
    codes: list[int] = []
    ending = Ending(limit_s=0.01, leave=codes.append)

    ending.begin()

    eventually(lambda: codes)
    assert codes == [FORCED]
