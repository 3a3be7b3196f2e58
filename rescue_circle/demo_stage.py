"""What the demo plays on: a city's files, a fresh database with its AEDs and volunteers, a scenario of calls."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from geo.places.datum import Datum
from geo.places.projection import LocalPlane
from geo.streets.osm import build_from_osm
from geo.streets.walk_network import WalkNetwork
from registry.eligibility import get_time_zone, time_zone_at
from registry.importers.files import ImportRefused
from registry.importers.kinds import ImportKind
from registry.importers.report import ImportReport
from registry.importers.run import ImportOptions, import_file
from registry.storage.database import Database
from registry.storage.migrating import migrate
from simulators.call_generator import generate_scenario
from simulators.city import TIME_ZONE
from simulators.city_files import CERTIFIED_IN, write_city
from simulators.people import Shares, Volunteers, make_volunteers, rescuer_id, volunteers_csv
from simulators.phones import PhoneOwner
from simulators.places import network_places
from simulators.scenario import Scenario, save_scenario

OSM_VOLUNTEERS = 2_000
"""Volunteers invented for an extract, m: an extract holds no people."""
HOME_SPREAD_M = 25.0


class ExtractMissing(ValueError):
    """There is no such extract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """summary: label -> text, printed and put into the report. synthetic: what of it is invented."""

    title: str
    network: Path
    database_url: str
    scenario: Scenario
    scenario_file: Path
    owners: list[PhoneOwner]
    time_zone: str
    summary: dict[str, str]
    synthetic: list[str]


def set_default_stage(
    folder: Path, *, seed: int, calls: int, rescuers: int, aeds_per_km2: float, day: date, shown: str
) -> Stage:
    """The synthetic Zhengzhou of this seed. shown: what of it is chosen for showing, in words."""
    files = write_city(folder, seed=seed, volunteers=rescuers, aeds_per_km2=aeds_per_km2)
    scenario = generate_scenario(files.city.places(), calls=calls, seed=seed, day=day, time_zone=ZoneInfo(TIME_ZONE))
    database_url, imported = fill_database(folder, files.aeds, files.rescuers, time_zone=TIME_ZONE)
    return Stage(
        title="synthetic Zhengzhou: invented streets, AEDs, volunteers and calls",
        network=files.network,
        database_url=database_url,
        scenario=scenario,
        scenario_file=_save(scenario, folder),
        owners=owners_of(files.volunteers),
        time_zone=TIME_ZONE,
        summary={**files.summary, "imported": imported, "chosen for showing": shown},
        synthetic=["streets", "AEDs", "volunteers", "calls"],
    )


def set_osm_stage(
    folder: Path, extract: Path, *, seed: int, calls: int, rescuers: int | None, time_zone: str | None, day: date
) -> Stage:
    """The streets and AEDs of a real extract, with invented volunteers and calls.

    Raises:
        ExtractMissing, UnreadableExtract, EmptyNetwork, ImportRefused, UnknownTimeZone
    """
    if not extract.is_file():
        raise ExtractMissing(f"{extract}: no such file; give an OpenStreetMap extract (.osm.pbf, .osm.gz, .osm)")
    zone = get_time_zone(time_zone).key if time_zone else None
    folder.mkdir(parents=True, exist_ok=True)
    network, built = build_from_osm(extract, on=day)
    network_path = folder / f"{extract.name.partition('.')[0]}.net"
    network.save(network_path)
    zone = zone or zone_of(network)
    volunteers = invent_volunteers(network, rescuers or OSM_VOLUNTEERS, seed=seed)
    rescuers_path = folder / f"synthetic-rescuers-{network_path.stem}-seed{seed}.csv"
    rescuers_path.write_text(volunteers_csv(volunteers, certified_in=CERTIFIED_IN), encoding="utf-8")
    scenario = generate_scenario(
        network_places(network, datum=Datum.WGS84), calls=calls, seed=seed, day=day, time_zone=ZoneInfo(zone)
    )
    database_url, imported = fill_database(folder, extract, rescuers_path, time_zone=time_zone)
    return Stage(
        title=f"{network.name}: real streets and AEDs, invented volunteers and calls",
        network=network_path,
        database_url=database_url,
        scenario=scenario,
        scenario_file=_save(scenario, folder),
        owners=owners_of(volunteers),
        time_zone=zone,
        summary={
            "extract": f"{network.source} ({network.attribution})",
            "streets": f"{built.nodes:,} nodes, {built.length_km:,.0f} km",
            "time zone": f"{zone} ({'given' if time_zone else 'in force at the middle of the streets'})",
            "volunteers": volunteers.statement(Shares()),
            "imported": imported,
        },
        synthetic=["volunteers", "calls"],
    )


def fill_database(
    folder: Path,
    aeds: Path,
    rescuers: Path,
    *,
    time_zone: str | None,
    aed_datum: Datum | None = None,
) -> tuple[str, str]:
    """A fresh database with both files imported; its address, and the import in a sentence."""
    file = folder / "demo.sqlite3"
    for suffix in ("", "-wal", "-shm", "-journal"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    url = f"sqlite+aiosqlite:///{file}"
    migrate(url)

    async def work() -> list[ImportReport]:
        database = Database(url)
        now = datetime.now(UTC)
        try:
            aed_options = ImportOptions(kind=ImportKind.AEDS, datum=aed_datum, time_zone=time_zone, source="stage")
            rescuer_options = ImportOptions(kind=ImportKind.RESCUERS, datum=Datum.WGS84, source="stage")
            return [
                await import_file(database, aeds, aed_options, now=now),
                await import_file(database, rescuers, rescuer_options, now=now),
            ]
        finally:
            await database.close()

    reports = asyncio.run(work())
    if reports[1].rejected:
        raise ImportRefused(f"{rescuers.name}: {reports[1].rejected[0].text}")
    return url, "; ".join(f"{r.accepted:,} {r.kind}, {len(r.rejected)} rejected" for r in reports)


def invent_volunteers(network: WalkNetwork, count: int, *, seed: int) -> Volunteers:
    places = network_places(network, datum=Datum.WGS84)
    rng = np.random.default_rng([seed, 6])
    nodes = rng.choice(len(places.lon), size=count, p=places.weight / places.weight.sum())
    plane = LocalPlane(network.plane.lon0, network.plane.lat0)
    x_m, y_m = plane.to_plane(places.lon[nodes], places.lat[nodes])
    scatter_x, scatter_y = rng.normal(0.0, HOME_SPREAD_M, (2, count))
    lon, lat = plane.to_lonlat(x_m + scatter_x, y_m + scatter_y)
    return make_volunteers(lon, lat, Shares(), seed=seed)


def zone_of(network: WalkNetwork) -> str:
    west, south, east, north = network.bounds
    return time_zone_at((west + east) / 2, (south + north) / 2)


def owners_of(volunteers: Volunteers) -> list[PhoneOwner]:
    return [
        PhoneOwner(
            rescuer_id=rescuer_id(index), home=(float(volunteers.home_lon[index]), float(volunteers.home_lat[index]))
        )
        for index in volunteers.dispatchable().tolist()
    ]


def _save(scenario: Scenario, folder: Path) -> Path:
    path = folder / "synthetic-scenario.jsonl"
    save_scenario(scenario, path)
    return path
