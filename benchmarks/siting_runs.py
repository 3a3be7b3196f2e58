"""`python -m benchmarks.siting_runs DATA`: the tables of docs/siting.md, from the real data in the folder DATA.

Virginia Beach's recorded arrests (sites chosen by 2017 and 2018, tried on 2019), Zhengzhou's metro AEDs and what 500
more would do, and spopt's own instance of San Francisco.
"""

import argparse
import csv
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from geo.coverage.coverage import reach
from geo.siting.choose import choose_sites
from geo.streets.lines import build_from_lines
from geo.streets.pace import DEFAULT_WALK_SPEED_M_S
from geo.streets.walk_network import WalkNetwork
from planner.demand import PlacedDemand, point_demand, population_demand
from planner.demand_files import DemandPoints, Population, read_demand
from planner.districts import Districts, read_districts
from planner.plan_model import Aeds, Bilingual, DemandKind, SitingPurpose
from planner.siting_places import Places, spread_places
from planner.siting_run import Ground, SitingQuestion, run_siting
from registry.importers.run import ImportOptions, read_aeds
from rescue_circle.log_replay import NOT_FOR_WALKERS

MINUTES = 4.0
COUNTS = (10, 25, 50, 100, 200, 300, 400, 500)
# FIELD: five core districts, 1,035 km2. The zones that lie in them are counted there; 航空港 lies outside.
CORE = ("中原区", "二七区", "管城区", "金水区", "惠济区")
CORE_ZONES = ("经开区", "高新区", "郑东新区")
NOWHERE = np.zeros(0), np.zeros(0)
NO_AEDS = Aeds(
    lon=NOWHERE[0], lat=NOWHERE[0], name=(), is_usable=np.zeros(0, np.bool_), is_unknown=np.zeros(0, np.bool_)
)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.siting_runs", description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--time-limit-s", type=float, default=30.0, help="for each choice")
    chosen = parser.parse_args()
    _virginia_beach(chosen.data / "virginia_beach", chosen.time_limit_s)
    _zhengzhou(chosen.data / "zhengzhou", chosen.time_limit_s)
    _san_francisco(chosen.data / "siting_sf")


def _question(count: int, time_limit_s: float, *, there_and_back: bool) -> SitingQuestion:
    return SitingQuestion(
        title="",
        purpose=SitingPurpose.AEDS,
        count=count,
        minutes=MINUTES,
        there_and_back=there_and_back,
        at=datetime.now(UTC),
        speed_m_s=DEFAULT_WALK_SPEED_M_S,
        time_limit_s=time_limit_s,
    )


def _virginia_beach(folder: Path, time_limit_s: float) -> None:
    network, _ = build_from_lines(folder / "VB_Roads.zip", where=NOT_FOR_WALKERS)
    with (folder / "ohca.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    fitted = [row for row in rows if not row["date"].endswith("2019")]
    tried = [row for row in rows if row["date"].endswith("2019")]
    ground = Ground(network=network, placed=_calls(fitted, network), districts=None, stations=None)
    later = _calls(tried, network)
    places = spread_places(ground.placed, network)
    print(f"\nVirginia Beach: {len(fitted)} arrests of 2017-2018 to choose by, {len(tried)} of 2019 to try on; "
          f"{len(places):,} places; within {MINUTES:g} minutes, one way")  # fmt: skip
    print("| sites | 2017-2018 | bound | gap | seconds | 2019 |\n|---|---|---|---|---|---|")
    for count in COUNTS:
        question = _question(count, time_limit_s, there_and_back=False)
        found = run_siting(question, ground=ground, places=places, standing=NOWHERE, aeds=NO_AEDS)
        near = _near(network, np.array([(site.lon, site.lat) for site in found.sites]), later)
        print(
            f"| {count} | {found.covered_after:,.0f} ({found.covered_after / len(fitted):.1%}) | "
            f"{found.upper_bound:,.0f} | {found.gap:.2%} | {found.seconds:.1f} | {near} ({near / len(tried):.1%}) |",
            flush=True,
        )


def _calls(rows: list[dict[str, str]], network: WalkNetwork) -> PlacedDemand:
    source = Bilingual(en="recorded arrests", zh="心脏骤停记录")
    points = DemandPoints(
        lon=np.array([float(row["lon"]) for row in rows]),
        lat=np.array([float(row["lat"]) for row in rows]),
        weight=np.ones(len(rows)),
        kind=DemandKind.CALLS,
        source=source,
    )
    return point_demand(points, network)


def _near(network: WalkNetwork, sites: NDArray[np.float64], calls: PlacedDemand) -> int:
    """How many of the calls lie within the minutes of one of the sites."""
    assert calls.snaps is not None
    reached = reach(network, network.snap(sites[:, 0], sites[:, 1]), calls.snaps, limit_s=MINUTES * 60.0)
    return int((np.diff(reached.first) > 0).sum())


def _zhengzhou(folder: Path, time_limit_s: float) -> None:
    everywhere = read_districts(folder / "districts_wgs84_tianditu.geojson")
    population = read_demand(folder / "population_2019.csv", datum=None, weight_column=None)
    assert isinstance(population, Population)
    aeds = read_aeds(folder / "zhengzhou_metro_aed.csv", ImportOptions(datum=None)).aeds
    lon, lat = np.array([aed.lon for aed in aeds]), np.array([aed.lat for aed in aeds])
    core = [index for index, name in enumerate(everywhere.name) if everywhere.find(name) in map(everywhere.find, CORE)]
    districts = Districts(
        name=tuple(everywhere.name[index] for index in core), area=tuple(everywhere.area[index] for index in core)
    )
    kept = [index for index, name in enumerate(population.name)
            if districts.find(name) is not None or name in CORE_ZONES]  # fmt: skip
    people = Population(
        name=tuple(population.name[index] for index in kept),
        residents=tuple(population.residents[index] for index in kept),
        source=population.source,
    )
    placed = population_demand(people, districts, None)
    places = spread_places(placed, None)
    inside = districts.locate(lon, lat) >= 0
    print(f"\nZhengzhou, five core districts: {sum(people.residents):,.0f} residents spread evenly over each district "
          f"(assumption), points {placed.cell_m:.0f} m apart; {inside.sum()} of {len(aeds)} metro AEDs; straight line "
          f"x detour factor; {len(places):,} places")  # fmt: skip
    print("| 4 minutes | AEDs now | now | with 500 more | bound | gap | seconds |\n|---|---|---|---|---|---|---|")
    ground = Ground(network=None, placed=placed, districts=districts, stations=None)
    for there_and_back in (True, False):
        _zhengzhou_row(ground, places, (lon, lat), _question(500, time_limit_s, there_and_back=there_and_back))


def _zhengzhou_row(
    ground: Ground, places: Places, standing: tuple[NDArray[np.float64], NDArray[np.float64]], question: SitingQuestion
) -> None:
    found = run_siting(question, ground=ground, places=places, standing=standing, aeds=NO_AEDS)
    total = found.total
    print(
        f"| {'there and back' if question.there_and_back else 'one way'} | {standing[0].size} | "
        f"{found.covered_before:,.0f} ({found.covered_before / total:.2%}) | "
        f"{found.covered_after:,.0f} ({found.covered_after / total:.2%}) | {found.upper_bound:,.0f} | "
        f"{found.gap:.2%} | {found.seconds:.1f} |",
        flush=True,
    )


def _san_francisco(folder: Path) -> None:
    with (folder / "SF_demand_205_centroid_uniform_weight.csv").open(encoding="utf-8") as file:
        people = {row["NAME"]: float(row["POP2000"]) for row in csv.DictReader(file)}
    with (folder / "SF_network_distance_candidateStore_16_censusTract_205_new.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    tracts, stores = list(people), sorted({row["name"] for row in rows}, key=lambda name: int(name.split("_")[1]))
    weight = np.array(list(people.values()))
    print(
        f"\nSan Francisco, spopt's own instance: {len(stores)} places, {len(tracts)} tracts, {weight.sum():,.0f} people"
    )
    print("| within | sites | covered | bound | proven | stores |\n|---|---|---|---|---|---|")
    for radius_m, count in ((5_000.0, 1), (5_000.0, 2), (5_000.0, 4), (3_000.0, 4), (2_000.0, 4), (2_000.0, 8)):
        covers = np.zeros((len(stores), len(tracts)), np.bool_)
        for row in rows:
            if float(row["distance"]) <= radius_m:
                covers[stores.index(row["name"]), tracts.index(row["DestinationName"])] = True
        found = choose_sites(scipy.sparse.csr_array(covers), weight, count)
        names = ", ".join(stores[site].removeprefix("Store_") for site in sorted(found.sites))
        print(
            f"| {radius_m:,.0f} m | {count} | {found.covered_weight:,.0f} | {found.upper_bound:,.0f} | "
            f"{'yes' if found.is_optimal else 'no'} | {names} |"
        )


if __name__ == "__main__":
    main()
