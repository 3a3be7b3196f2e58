"""The way to PostgreSQL goes dead without a word in mid-call: nobody waits for it, and everything lands afterwards."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.dead_network import DeadNetwork, dead_network
from tests.support.phone import Phone, phone_of
from tests.support.plain_http import fetch
from tests.support.ports import free_port
from tests.support.postgres import Cluster
from tests.support.process import standing_by
from tests.support.service import Service, call
from tests.support.town import Town
from tests.support.waiting import eventually

pytestmark = [pytest.mark.both_databases, pytest.mark.only_postgis]


@contextmanager
def service_over(network: DeadNetwork, cluster: Cluster, town: Town, url: str, log: Path) -> Iterator[Service]:
    there = url.replace(f":{cluster.port}/", f":{network.port}/")
    with standing_by(town, there, log, free_port()) as process:
        process.start()
        yield process.service


@asynccontextmanager
async def responder(
    service: Service, rescuer_id: str, cad_ref: str, *, north_m: float = 0.0
) -> AsyncIterator[tuple[Phone, str, str]]:
    """A volunteer who has accepted a call, with the ids of incident and alert."""
    # The call comes before the phone: whoever comes to the line rings at once for a call without helpers.
    taken = await asyncio.to_thread(service.post_call, call(cad_ref=cad_ref, north_m=north_m))
    async with phone_of(service, rescuer_id) as phone:
        alert = await phone.expect("alert")
        assert (await phone.ask("accept", alert_id=alert["alert_id"]))["ok"]
        await phone.expect("assignment")
        yield phone, taken.json()["incident_id"], alert["alert_id"]


# How much of what the service says gets through before the line goes dead: nothing, or a part of a transaction, whose
# locks the server then holds for a client that it never hears of again.
@pytest.mark.parametrize(("forgets", "after"), [(False, 0), (True, 0), (True, 3), (True, 8)])
async def test_calls_and_answers_go_on_and_all_of_it_lands_once(
    town: Town, town_database: str, postgres_cluster: Cluster, tmp_path: Path, *, forgets: bool, after: int
) -> None:
    with (
        dead_network(postgres_cluster.port, forgets=forgets) as network,
        service_over(network, postgres_cluster, town, town_database, tmp_path / "service.log") as service,
    ):
        async with responder(service, "r00", "ZZ-1") as (r00, first, first_alert):
            network.leave(after=after)
            assert (await r00.ask("arrived", alert_id=first_alert))["ok"]
            async with responder(service, "r01", "ZZ-2", north_m=60.0) as (r01, second, second_alert):
                assert (await r01.ask("arrived", alert_id=second_alert))["ok"]
                await asyncio.to_thread(eventually, lambda: readiness(service)["database"] == "away")
                network.come_back()
                await asyncio.to_thread(eventually, lambda: readiness(service)["status"] == "ready")
            end = await asyncio.to_thread(service.post_call, call("call.closed", cad_ref="ZZ-1"))

        assert end.json()["incident_id"] == first
        assert readiness(service)["set_aside"] == 0
        for incident_id, alert_id in ((first, first_alert), (second, second_alert)):
            happened = service.get(f"/api/incidents/{incident_id}/timeline")
            assert [one["seq"] for one in happened] == list(range(1, len(happened) + 1))
            of_alert = [one["type"] for one in happened if one["data"].get("alert_id") == alert_id]
            assert of_alert[:3] == ["RescuerAlerted", "AlertAccepted", "ResponderArrived"]
            assert max(Counter(of_alert).values()) == 1


def readiness(service: Service) -> dict[str, Any]:
    answer = fetch("GET", f"{service.url}/readyz")
    answer.raise_for_status()
    body: dict[str, Any] = answer.json()
    return body
