"""A registry that changes while the service runs: imports, corrections and erasures by processes beside it."""

from pathlib import Path

import pytest

from dispatch.access.tokens import Access
from tests.support.command import command
from tests.support.phone import phone_of
from tests.support.process import running
from tests.support.service import Service, call
from tests.support.town import Town, place
from tests.support.waiting import eventually

pytestmark = pytest.mark.both_databases
RESCUERS = "id,name,phone,certificate_kind,valid_from,valid_until,on_duty,home_lon,home_lat\n"


def registry(database_url: str, *arguments: str) -> str:
    """The command line, in a process of its own."""
    done = command("registry", *arguments, folder=Path.cwd(), RESCUE_DATABASE_URL=database_url)
    assert done.returncode == 0, done.stderr
    return done.stdout


def aed_of(service: Service, name: str) -> dict[str, object] | None:
    return next((aed for aed in service.get("/api/aeds")["aeds"] if name in aed["location_text"]), None)


async def test_what_is_imported_beside_a_running_service_counts_for_the_next_call(
    service: Service, town_database: str, tmp_path: Path
) -> None:
    people, aeds = tmp_path / "more_rescuers.csv", tmp_path / "more_aeds.csv"
    lon, lat = place(-60, 0)
    people.write_text(
        RESCUERS + f"new,新来的,+8613900000077,红十字救护员,2025-01-01,2030-12-31,yes,{lon},{lat}\n", encoding="utf-8"
    )
    lon, lat = place(-60, 60)
    aeds.write_text(f"id,lon,lat,location_text,opening_hours\n77,{lon},{lat},新装的,24/7\n", encoding="utf-8")

    told = registry(town_database, "import", str(people), "--datum", "wgs84", "--source", "more people")
    registry(town_database, "import", str(aeds), "--datum", "wgs84", "--source", "more", "--time-zone", "Asia/Shanghai")
    eventually(lambda: aed_of(service, "新装的"))
    eventually(lambda: service.request("GET", "/api/rescuers/new/eligibility").is_success)
    async with phone_of(service, "new") as phone:
        incident_id = service.post_call(call()).json()["incident_id"]
        alert = await phone.expect("alert")

    assert "within a second" in told
    assert alert["incident_id"] == incident_id


def test_what_another_process_corrects_is_true_for_the_running_service(
    service: Service, town: Town, town_database: str, tmp_path: Path
) -> None:
    aed = aed_of(service, "一楼大厅服务台")
    assert aed is not None

    with running(town, town_database, tmp_path / "other.log") as other:
        answer = other.request(
            "PATCH", f"/api/aeds/{aed['aed_id']}", Access.REGISTRY_OFFICER, json={"state": "missing"}
        )
        assert answer.status_code == 200
        eventually(lambda: service.get(f"/api/aeds/{aed['aed_id']}")["state"] == "missing")


async def test_who_is_erased_by_command_is_not_alerted_any_more(service: Service, town_database: str) -> None:
    async with phone_of(service, "r00"):
        registry(town_database, "erase", "--rescuer", "r00", "--yes")
        eventually(lambda: service.get("/api/rescuers/r00/eligibility")["reason"] == "erased")
        incident_id = service.post_call(call()).json()["incident_id"]

    alerts = service.get(f"/api/incidents/{incident_id}")["alerts"]
    assert "r00" not in {alert["rescuer_id"] for alert in alerts}
