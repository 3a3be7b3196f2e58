"""The synthetic city as files: a walk network, AEDs as GeoJSON, volunteers as CSV, all of them named synthetic."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geo.streets.network_builder import build_network
from geo.streets.network_file import NetworkFileError
from geo.streets.walk_network import EdgeFlag, WalkNetwork
from simulators.city import CITY_NAME, City, aeds_geojson, aeds_of, make_city, volunteers_of
from simulators.districts import OUTLINE_SOURCE, POPULATION_SOURCE
from simulators.people import Shares, Volunteers, volunteers_csv
from simulators.streets import Kind, measure_detour

CERTIFIED_IN = 2024
STREETS_EDITION = 1
"""To be raised with every change of `streets.py` or of the network's format that changes the file."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CityFiles:
    """Where the city lies, and what is in it. `summary`: label -> text, for people and for the report."""

    network: Path
    aeds: Path
    rescuers: Path
    city: City
    volunteers: Volunteers
    summary: dict[str, str]


def write_city(
    folder: Path,
    *,
    seed: int,
    volunteers: int | None = None,
    shares: Shares | None = None,
    aeds_per_km2: float | None = None,
) -> CityFiles:
    """Write the city of this seed below `folder`; a network already there and readable is kept."""
    shares = shares or Shares()
    folder.mkdir(parents=True, exist_ok=True)
    city = make_city(seed=seed)
    network_path = folder / f"synthetic-zhengzhou-seed{seed}.net"
    network = _find_network(network_path, city)
    if network is None:
        network = build_city_network(city)
        network.save(network_path)
    people = volunteers_of(city, count=volunteers, shares=shares)
    aeds = aeds_of(city, per_km2=aeds_per_km2)
    aeds_path = folder / f"synthetic-zhengzhou-seed{seed}-aeds.geojson"
    aeds_path.write_text(aeds_geojson(aeds), encoding="utf-8")
    rescuers_path = folder / f"synthetic-zhengzhou-seed{seed}-rescuers-{len(people)}.csv"
    rescuers_path.write_text(volunteers_csv(people, certified_in=CERTIFIED_IN), encoding="utf-8")
    residents = sum(district.population_10k for district in city.districts)
    detour = measure_detour(city.streets, seed=seed)
    summary = {
        "city": f"{CITY_NAME}, seed {seed}: invented streets, AEDs and people inside real district outlines",
        "outlines": OUTLINE_SOURCE,
        "residents": f"{residents * 10_000:,.0f} in five core districts ({POPULATION_SOURCE}; zones counted by host)",
        "streets": f"{network.node_count:,} nodes, {network.length_km:,.0f} km, route/straight {detour:.2f} (median)",
        "AEDs": f"{len(aeds):,}, {len(aeds) / city.area_km2:.2g} for a square kilometre"
        + (" (metro, and the districts' share of the 500 planned for 2025)" if aeds_per_km2 is None else ""),
        "volunteers": people.statement(shares),
    }
    return CityFiles(
        network=network_path,
        aeds=aeds_path,
        rescuers=rescuers_path,
        city=city,
        volunteers=people,
        summary=summary,
    )


def build_city_network(city: City) -> WalkNetwork:
    streets = city.streets
    network, _ = build_network(
        node_lon=city.lon,
        node_lat=city.lat,
        edge_from=streets.start,
        edge_to=streets.end,
        flags=np.where(streets.kind == Kind.STEPS, int(EdgeFlag.STEPS), 0).astype(np.uint8),
        street=streets.name,
        street_names=streets.names,
        name=CITY_NAME,
        source=_source(city),
        attribution=OUTLINE_SOURCE,
    )
    return network


def _source(city: City) -> str:
    return f"synthetic streets of rescue-circle, seed {city.seed}, edition {STREETS_EDITION}; none of them exists"


def _find_network(path: Path, city: City) -> WalkNetwork | None:
    """The network saved earlier, if it can be read and is of this city."""
    try:
        network = WalkNetwork.load(path)
    except (OSError, NetworkFileError):
        return None
    return network if network.source == _source(city) and network.node_count == len(city.lon) else None
