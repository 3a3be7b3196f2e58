"""The registry over HTTP: usability at a time, corrections that count at once, eligibility and erasure."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from sqlalchemy import select, update

from registry.changes import change_feed
from registry.directory import Directory
from registry.follower import Follower
from registry.importers.run import ImportOptions, import_file
from registry.repository import UnknownAed, UnknownRescuer
from registry.routes import build_router
from registry.tables import aeds, rescuer_personal
from tests.support import waiting
from tests.support.overtaken import Overtaken

pytestmark = pytest.mark.both_databases
NOW = datetime(2025, 3, 5, 4, 0, tzinfo=UTC)  # a Wednesday, 12:00 in Zhengzhou
AEDS = (
    "id,name,lon_wgs84,lat_wgs84,opening_hours,location_text\n"
    "1,金水区图书馆,113.68,34.77,Mo-Fr 08:00-17:00,一楼大厅\n"
    "2,二七广场,113.66,34.75,,\n"
)
RESCUERS = (
    "id,name,phone,certificate_kind,certificate_number,valid_from,valid_until,on_duty,home_lon_wgs84,home_lat_wgs84\n"
    "r1,王芳,13812345678,red_cross,RC1,2024-01-01,2027-01-01,yes,113.66,34.75\n"
)


class FixedClock:
    def now(self) -> datetime:
        return NOW


@dataclass
class House:
    database: Overtaken
    directory: Directory
    client: httpx.AsyncClient
    folder: Path

    @property
    def follower(self) -> Follower:
        return Follower(self.database, self.directory, change_feed(self.database))


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    database = Overtaken(database_url)
    for name, text in (("aeds.csv", AEDS), ("rescuers.csv", RESCUERS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        await import_file(database, tmp_path / name, ImportOptions(), now=NOW)
    directory = await Directory.load(database)
    app = FastAPI()
    for unknown in (UnknownAed, UnknownRescuer):
        app.add_exception_handler(unknown, lambda _request, error: JSONResponse(str(error), 404))
    app.include_router(build_router(directory, database, FixedClock()))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield House(database, directory, client, tmp_path)
    await database.close()


async def test_aeds_are_listed_with_their_usability_now_and_at_another_time(house: House) -> None:
    now = (await house.client.get("/api/aeds")).json()
    evening = (await house.client.get("/api/aeds", params={"at": "2025-03-05T20:00:00+08:00"})).json()

    assert now["at"] == "2025-03-05T04:00:00Z"
    assert {aed["name"]: (aed["usable"], aed["reason"]) for aed in now["aeds"]} == {
        "金水区图书馆": ("yes", "open"),
        "二七广场": ("unknown", "hours_unknown"),
    }
    assert {aed["reason"] for aed in evening["aeds"]} == {"closed", "hours_unknown"}


async def test_a_box_leaves_out_what_lies_outside(house: House) -> None:
    found = (await house.client.get("/api/aeds", params={"bbox": "113.67,34.76,113.69,34.78"})).json()["aeds"]
    assert [aed["name"] for aed in found] == ["金水区图书馆"]


@pytest.mark.parametrize("bbox", ["1,2,3", "a,b,c,d", "34.7,113.6,34.8,113.7", "nan,0,1,1", "114,34,113,35"])
async def test_a_box_that_is_none_is_refused(house: House, bbox: str) -> None:
    assert (await house.client.get("/api/aeds", params={"bbox": bbox})).status_code == 422


@pytest.mark.parametrize("at", ["2025-03-05T20:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"])
async def test_a_time_without_a_zone_or_beyond_the_calendar_is_refused(house: House, at: str) -> None:
    aed_id = (await house.client.get("/api/aeds")).json()["aeds"][0]["aed_id"]
    for path in ("/api/aeds", f"/api/aeds/{aed_id}", "/api/rescuers/r1/eligibility"):
        assert (await house.client.get(path, params={"at": at})).status_code == 422
    assert (await house.client.get("/api/aeds", params={"changed_since": at})).status_code == 422


async def test_a_correction_counts_at_once_survives_a_restart_and_is_not_undone_by_an_import(house: House) -> None:
    aed_id = (await house.client.get("/api/aeds")).json()["aeds"][0]["aed_id"]
    library = next(a for a in (await house.client.get("/api/aeds")).json()["aeds"] if a["name"] == "金水区图书馆")
    aed_id = library["aed_id"]

    answer = await house.client.patch(f"/api/aeds/{aed_id}", json={"state": "missing"})

    assert (answer.status_code, answer.json()["usable"], answer.json()["reason"]) == (200, "no", "missing")
    assert house.directory.nearby(library["lon"], library["lat"], radius_m=50, at=NOW).aed_id == ()
    (house.folder / "aeds.csv").write_text(AEDS.replace("一楼大厅", "二楼"), encoding="utf-8")
    report = await import_file(house.database, house.folder / "aeds.csv", ImportOptions(), now=NOW)
    assert (report.changed, report.unchanged) == (1, 1)
    again = (await Directory.load(house.database)).get_aed(aed_id)
    assert (again.state, again.location_text, again.corrected) == ("missing", "二楼", {"state"})


async def test_what_was_read_before_a_correction_does_not_undo_it(house: House) -> None:
    aed_id = (await house.client.get("/api/aeds")).json()["aeds"][0]["aed_id"]

    async def correct() -> None:
        (await house.client.patch(f"/api/aeds/{aed_id}", json={"state": "missing"})).raise_for_status()

    house.database.after_read = correct
    await house.follower.take([aed_id], [])

    assert house.directory.get_aed(aed_id).state == "missing"


async def test_a_correction_does_not_undo_what_another_process_corrected_after_it(house: House) -> None:
    aed_id = (await house.client.get("/api/aeds")).json()["aeds"][0]["aed_id"]
    taken: list[asyncio.Task[None]] = []

    async def correct_elsewhere() -> None:
        async with house.database.write() as connection:
            await connection.execute(update(aeds).where(aeds.c.aed_id == aed_id).values(state="missing"))
        has_read = asyncio.Event()

        async def tell() -> None:
            has_read.set()

        house.database.after_read = tell
        taken.append(asyncio.create_task(house.follower.take([aed_id], [])))
        await has_read.wait()
        await waiting.turns(20)

    house.database.after_write = correct_elsewhere
    (await house.client.patch(f"/api/aeds/{aed_id}", json={"state": "out_of_service"})).raise_for_status()
    await asyncio.gather(*taken)

    assert house.directory.get_aed(aed_id).state == "missing"


@pytest.mark.parametrize(
    "body",
    [{}, {"state": "gone"}, {"state": None}, {"opening_hours": "Mo - Fr 7:00"}, {"colour": "x"}, {"location_text": 5}],
)
async def test_a_correction_that_cannot_be_meant_is_refused(house: House, body: dict[str, object]) -> None:
    aed_id = (await house.client.get("/api/aeds")).json()["aeds"][0]["aed_id"]
    assert (await house.client.patch(f"/api/aeds/{aed_id}", json=body)).status_code == 422
    async with house.database.read() as connection:
        assert not any((await connection.execute(select(aeds.c.corrected))).scalars())


async def test_unknown_ids_are_not_found(house: House) -> None:
    for path in ("/api/aeds/a9", "/api/rescuers/r9/eligibility"):
        assert (await house.client.get(path)).status_code == 404
    assert (await house.client.patch("/api/aeds/a9", json={"state": "missing"})).status_code == 404
    assert (await house.client.delete("/api/rescuers/r9/personal-data")).status_code == 404


async def test_eligibility_tells_the_reason_and_nothing_personal(house: House) -> None:
    answer = await house.client.get("/api/rescuers/r1/eligibility")
    assert answer.json() == {
        "rescuer_id": "r1",
        "at": "2025-03-05T04:00:00Z",
        "dispatchable": "yes",
        "reason": "ready_at_home",
    }
    expired = await house.client.get("/api/rescuers/r1/eligibility", params={"at": "2027-01-02T00:00:00+08:00"})
    assert expired.json()["reason"] == "certificate_expired"


async def test_erased_people_are_out_of_the_live_picture_and_of_the_database(house: House) -> None:
    assert house.directory.nearby(113.66, 34.75, radius_m=50, at=NOW).rescuer_id == ("r1",)

    assert (await house.client.delete("/api/rescuers/r1/personal-data")).status_code == 204

    assert house.directory.nearby(113.66, 34.75, radius_m=50, at=NOW).rescuer_id == ()
    assert (await house.client.get("/api/rescuers/r1/eligibility")).json()["reason"] == "erased"
    async with house.database.read() as connection:
        assert (await connection.execute(select(rescuer_personal))).all() == []
    again = await import_file(house.database, house.folder / "rescuers.csv", ImportOptions(), now=NOW)
    assert [remark.reason for remark in again.rejected] == ["erased"]


async def test_who_is_erased_while_they_become_known_stays_erased(house: House) -> None:
    newcomers = RESCUERS.replace("r1,王芳,13812345678", "r2,李强,13812345679")
    (house.folder / "more.csv").write_text(newcomers, encoding="utf-8")
    await import_file(house.database, house.folder / "more.csv", ImportOptions(source="more"), now=NOW)

    async def erase() -> None:
        (await house.client.delete("/api/rescuers/r2/personal-data")).raise_for_status()

    house.database.after_read = erase
    await house.follower.take([], ["r2"])

    assert house.directory.get_rescuer("r2").erased_at is not None
