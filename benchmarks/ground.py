"""What is measured on: the synthetic Zhengzhou's streets, phones around a centre or over the city, AEDs, calls."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.places.datum import Datum
from geo.places.projection import LocalPlane
from geo.streets.walk_network import WalkNetwork
from geo.walking.walk_time import walk_times
from registry.importers.kinds import ImportKind
from registry.importers.run import ImportOptions, import_file
from registry.storage.database import Database
from registry.storage.migrating import migrate
from simulators.city import CENTRE, SyntheticAed, aeds_geojson
from simulators.city_files import write_city
from simulators.people import Shares, make_volunteers, rescuer_id, volunteers_csv

SEED = 1
MANY, NEAR_S = 30, 200.0
LonLat = tuple[float, float]
Degrees = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Files for the registry, and the same places for who sends and who compares."""

    network: Path
    aeds: Path
    rescuers: Path
    homes: dict[str, LonLat]
    calls: list[LonLat]


def crowded_ground(folder: Path, *, phones: int, calls: int, radius_m: float = 800.0, aeds: int = 60) -> Ground:
    """Everybody within `radius_m` of the city's centre, calls in the middle of them: twenty are always near."""
    files = write_city(folder, seed=SEED)
    plane = LocalPlane(*CENTRE)
    x_m, y_m = plane.to_plane(files.city.lon, files.city.lat)
    near = np.flatnonzero(np.hypot(x_m, y_m) <= radius_m)
    inner = np.flatnonzero(np.hypot(x_m, y_m) <= radius_m * 0.4)
    rng = np.random.default_rng([SEED, 11])
    at = files.city.lon, files.city.lat
    people, devices = _drawn(rng, at, near, phones), _drawn(rng, at, near, aeds)
    places = _drawn(rng, at, inner, 2 * calls)
    places = places[:, _has_many_near(WalkNetwork.load(files.network), people, places)][:, :calls]
    return _ground(folder, files.network, "crowded", people=people, aeds=devices, calls=places)


def city_ground(folder: Path, *, phones: int, calls: int, aeds: int = 800) -> Ground:
    """People, AEDs and calls by residents over the five core districts."""
    files = write_city(folder, seed=SEED)
    rng = np.random.default_rng([SEED, 12])
    demand = files.city.demand / files.city.demand.sum()
    at = files.city.lon, files.city.lat
    drawn = [rng.choice(len(demand), size=count, p=demand) for count in (phones, aeds, calls)]
    people, devices, places = (_drawn(rng, at, nodes, len(nodes)) for nodes in drawn)
    return _ground(folder, files.network, "city", people=people, aeds=devices, calls=places)


async def fill(url: str, ground: Ground) -> None:
    """The registry's tables with this ground's AEDs and rescuers in them."""
    await asyncio.to_thread(migrate, url)
    database = Database(url)
    try:
        for path, kind in ((ground.aeds, ImportKind.AEDS), (ground.rescuers, ImportKind.RESCUERS)):
            datum = Datum.WGS84 if kind is ImportKind.RESCUERS else None
            report = await import_file(
                database, path, ImportOptions(kind=kind, datum=datum, time_zone="Asia/Shanghai"), now=datetime.now(UTC)
            )
            assert not report.rejected, report.rejected[0]
    finally:
        await database.close()


def _drawn(rng: np.random.Generator, at: tuple[Degrees, Degrees], nodes: NDArray[np.int64], count: int) -> Degrees:
    """(2, count) places within some metres of nodes."""
    chosen = rng.permutation(nodes)[:count] if count <= len(nodes) else rng.choice(nodes, size=count)
    scatter = rng.normal(0.0, 10.0, (2, count)) / 111_320.0
    return np.round(np.stack([at[0][chosen], at[1][chosen]]) + scatter, 6)


def _has_many_near(network: WalkNetwork, people: Degrees, places: Degrees) -> NDArray[np.bool_]:
    """(n,) whether at each place enough are near for all alerts of a call to go out at once, with some to spare."""
    homes = network.snap(people[0], people[1])
    times_s = (
        walk_times(network, network.snap_one(lon, lat), homes, budget_s=NEAR_S, to_start=True)
        for lon, lat in places.T.tolist()
    )
    return np.array([np.isfinite(one).sum() >= MANY for one in times_s])


def _ground(folder: Path, network: Path, name: str, *, people: Degrees, aeds: Degrees, calls: Degrees) -> Ground:
    everybody = make_volunteers(people[0], people[1], Shares(certified=1.0, on_duty=1.0), seed=SEED)
    rescuers = folder / f"{name}-rescuers.csv"
    this_year = datetime.now(UTC).year
    rescuers.write_text(volunteers_csv(everybody, certified_in=this_year, years=2), encoding="utf-8")
    devices = tuple(
        SyntheticAed(
            aed_id=f"bench-{n}", lon=lon, lat=lat, name=f"AED {n}", location_text="一楼大厅入口处（模拟数据）",
            floor="1F", opening_hours="24/7",
        )
        for n, (lon, lat) in enumerate(aeds.T.tolist())
    )  # fmt: skip
    path = folder / f"{name}-aeds.geojson"
    path.write_text(aeds_geojson(devices, name="benchmark"), encoding="utf-8")
    homes = {rescuer_id(n): (lon, lat) for n, (lon, lat) in enumerate(people.T.tolist())}
    return Ground(
        network=network, aeds=path, rescuers=rescuers, homes=homes, calls=[(lon, lat) for lon, lat in calls.T.tolist()]
    )


def call_body(cad_ref: str, place: LonLat, kind: str = "call.created") -> bytes:
    """A message of 120 as it is sent; the floor and the peer get the same bytes."""
    data: dict[str, object] = {"cad_ref": cad_ref}
    if kind == "call.created":
        data["location"] = {
            "lon": place[0], "lat": place[1], "datum": "wgs84", "accuracy_m": 20.0, "address": "中原路1号3单元502",
            "floor": "5F",
        }  # fmt: skip
    return json.dumps({"type": kind, "timestamp": datetime.now(UTC).isoformat(), "data": data}).encode()
