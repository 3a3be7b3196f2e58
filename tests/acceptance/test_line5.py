"""京广南路 station, line 5, 19 December 2024: a passenger collapses, and the station's own people save her.

That day is on record; the staff, the minutes and the words here are invented. The station, its three AEDs and where
they hang are real (os-zhengzhou/Zhengzhou-Metro, ISC), in GCJ-02 as published. Nobody has the station's floor plan, so
there is no street network: straight line x detour, and every phone is told so. `docs/line-5.md` is the same story.
"""

import asyncio
import csv
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dispatch.access.tokens import Access
from geo.places.datum import Datum
from registry.importers.run import ImportOptions, import_file
from registry.storage.database import Database
from registry.storage.migrating import migrate
from rescue_circle.served import served
from tests.support.phone import Frame, Phone, console_of, phone_of
from tests.support.service import TOKEN_SECRET, WEBHOOK_SECRET, Service, call
from tests.support.waiting import eventually

STATION = "京广南路"
GCJ02 = (113.656813, 34.720214)
COLLAPSE = datetime.fromisoformat("2024-12-19T08:20:00+08:00")
STAFF = {"guard": 0.00008, "window": 0.00025, "platform": 0.00035, "control": 0.00045}
"""Degrees of longitude east of the station's point: 7 to 41 m, so the guard is the nearest."""


@pytest.fixture
def station(shared_data: Path, tmp_path: Path) -> Iterator[Service]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'line5.sqlite3'}"
    asyncio.run(_fill(url, shared_data / "zhengzhou" / "zhengzhou_metro_aed.csv", _staff(tmp_path / "staff.csv")))
    with _running(url, tmp_path) as service:
        for aed in _aeds(service):
            # The published list has no hours. Line 5's first and last trains are an assumption, told by an officer.
            correction = {"opening_hours": "Mo-Su 06:00-23:00"}
            service.request(
                "PATCH", f"/api/aeds/{aed['aed_id']}", Access.REGISTRY_OFFICER, json=correction
            ).raise_for_status()
        yield service


async def test_the_stations_own_people_bring_hands_and_an_aed_to_the_concourse(station: Service) -> None:
    async with AsyncExitStack() as stack:
        phones = {name: await stack.enter_async_context(phone_of(station, f"staff-{name}")) for name in STAFF}
        console = await stack.enter_async_context(console_of(station))
        for name, phone in phones.items():
            await phone.ask("position", **_position(name))

        answer = await asyncio.to_thread(station.post_call, _collapse())
        alerts = {name: await phone.expect("alert") for name, phone in phones.items()}

        assert answer.json()["code"] == "accepted"
        assert alerts["guard"]["role"] == "direct"
        fetching = {name: alert for name, alert in alerts.items() if alert["role"] == "fetch_aed"}
        assert set(fetching) == {"window", "platform", "control"}
        _assert_straight_lines_are_told(alerts)
        _assert_each_aed_is_told_where_it_hangs(fetching)

        await _hands_come_first(phones["guard"], alerts["guard"])
        on_concourse = next(name for name, alert in fetching.items() if alert["aed"]["floor"] == "concourse")
        await _the_aed_follows(phones[on_concourse], fetching[on_concourse])
        changed = await console.expect("incident_changed", lambda frame: _tells(frame, "ResponderArrived", times=1))
        assert changed["incident_id"] == answer.json()["incident_id"]

        await asyncio.to_thread(station.post_call, call("ambulance.arrived", cad_ref="L5-1"))
        await asyncio.to_thread(station.post_call, call("call.closed", cad_ref="L5-1"))
        for name in ("window", "platform", "control"):
            ended = await phones[name].expect("alert_ended")
            assert ended["return_aed"] is (name == on_concourse)
        result = await phones[on_concourse].ask("done", alert_id=fetching[on_concourse]["alert_id"], aed_returned=True)
        assert result["ok"], result
    incident = eventually(lambda: _closed(station, answer.json()["incident_id"]))
    roles = {alert["rescuer_id"]: alert["role"] for alert in incident["alerts"]}
    assert roles["staff-guard"] == "direct"


def _assert_straight_lines_are_told(alerts: dict[str, Frame]) -> None:
    for alert in alerts.values():
        assert alert["straight_line"] is True
        assert alert["route"]["straight_line"] is True
        assert alert["walk_time_s"] < 240
        # Before acceptance nobody is told the place: only the block.
        assert alert["area"]["radius_m"] >= 100
        assert "patient" not in alert


def _assert_each_aed_is_told_where_it_hangs(fetching: dict[str, Frame]) -> None:
    told = {(alert["aed"]["floor"], alert["aed"]["location_text"]) for alert in fetching.values()}
    assert told == {
        ("concourse", "站厅临近D口售票机旁"),
        ("concourse", "站厅临近B口售票机旁"),
        ("platform", "站台市第二人民医院方向6-3站台门前方"),
    }
    for alert in fetching.values():
        assert alert["aed"]["name"] == STATION
        # The registry holds WGS-84: 300 to 600 m from the numbers as published.
        assert (alert["aed"]["lon"], alert["aed"]["lat"]) == pytest.approx((113.650736, 34.721383), abs=2e-5)


async def _hands_come_first(guard: Phone, alert: Frame) -> None:
    assert (await guard.ask("accept", alert_id=alert["alert_id"]))["ok"]
    assignment = await guard.expect("assignment")
    assert assignment["patient"]["floor"] == "站厅"
    assert assignment["patient"]["address"] == "京广南路站，5号线，站厅，近D口"
    assert assignment["straight_line"] is True
    assert (await guard.ask("arrived", alert_id=alert["alert_id"]))["ok"]


async def _the_aed_follows(helper: Phone, alert: Frame) -> None:
    for word in ("accept", "aed_collected", "arrived"):
        assert (await helper.ask(word, alert_id=alert["alert_id"]))["ok"], word
    assignment = await helper.expect("assignment")
    assert assignment["aed"]["location_text"] == alert["aed"]["location_text"]


def _tells(frame: Frame, event: str, *, times: int) -> bool:
    return sum(one["type"] == event for one in frame["events"]) >= times


def _closed(station: Service, incident_id: str) -> Any:
    incident = station.get(f"/api/incidents/{incident_id}")
    return incident if incident["status"] == "closed" else None


def _collapse() -> dict[str, Any]:
    location = {
        "lon": GCJ02[0], "lat": GCJ02[1], "datum": "gcj02", "accuracy_m": 50,
        "address": "京广南路站，5号线，站厅，近D口", "floor": "站厅",
    }  # fmt: skip
    return call(cad_ref="L5-1", at=COLLAPSE.astimezone(UTC), location=location)


def _position(name: str) -> dict[str, Any]:
    lon, lat = GCJ02[0] + STAFF[name], GCJ02[1]
    return {"lon": lon, "lat": lat, "datum": "gcj02", "accuracy_m": 30, "observed_at": COLLAPSE.isoformat()}


def _aeds(service: Service) -> list[dict[str, Any]]:
    found = service.get("/api/aeds?bbox=113.6497,34.7203,113.6517,34.7224", Access.REGISTRY_OFFICER)["aeds"]
    return [aed for aed in found if aed["name"] == STATION]


def _staff(path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["id", "name", "phone", "certificate_kind", "valid_from", "valid_until", "on_duty", "home_lon", "home_lat"]
        )
        for number, (name, east) in enumerate(STAFF.items()):
            valid = ("2024-03-01", "2027-02-28")
            place = (GCJ02[0] + east, GCJ02[1])
            writer.writerow(
                [f"staff-{name}", f"站务{number}", f"+86139000001{number:02d}", "红十字救护员", *valid, "yes", *place]
            )
    return path


async def _fill(url: str, aeds: Path, staff: Path) -> None:
    await asyncio.to_thread(migrate, url)
    database = Database(url)
    try:
        for file in (aeds, staff):
            options = ImportOptions(datum=Datum.GCJ02, time_zone="Asia/Shanghai")
            report = await import_file(database, file, options, now=datetime.now(UTC))
            assert not report.rejected, report
    finally:
        await database.close()


@contextmanager
def _running(url: str, folder: Path) -> Iterator[Service]:
    settings = {
        "RESCUE_DATABASE_URL": url,
        "RESCUE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "RESCUE_TOKEN_SECRET": TOKEN_SECRET,
        "RESCUE_CLOCK_START": COLLAPSE.isoformat(),
    }
    with served(settings, log=folder / "service.log") as address:
        yield Service(address)
