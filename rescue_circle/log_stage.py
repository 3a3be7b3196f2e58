"""What a call log is replayed on: its city's roads, a fresh database, real or invented AEDs and volunteers."""

import json
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from geo.places.datum import Datum
from geo.streets.lines import build_from_lines
from geo.streets.walk_network import WalkNetwork
from registry.eligibility import get_time_zone
from rescue_circle.demo_stage import Stage, fill_database, invent_volunteers, owners_of, zone_of
from simulators.call_log import CallLog, LogColumns, log_scenario, read_call_log
from simulators.city import DAYTIME_HOURS, OPEN_ALL_DAY, SyntheticAed, aeds_geojson
from simulators.log_folding import FoldedLog, fold_log
from simulators.people import Shares, volunteers_csv
from simulators.phones import PhoneOwner
from simulators.places import built_km2, network_places
from simulators.reach import load_owners
from simulators.scenario import save_scenario

CORE_KM2 = 1_035.0
VOLUNTEERS_PER_KM2 = 40_000 / CORE_KM2
"""As dense as Zhengzhou's nearly 40,000 Red Cross volunteers in its five core districts of 1,035 km2."""
AEDS_PER_KM2 = 500 / CORE_KM2
"""As dense as the 500 AEDs planned for Zhengzhou in 2025 in the same districts."""
ZHENGZHOU_SHARE = "as dense as in Zhengzhou's core"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSource:
    """The log, the roads of its city (a line layer, or a network made by `geo build`), and registries if there are."""

    log: Path
    columns: LogColumns
    roads: Path | None
    where: str | None
    network: Path | None
    aeds: Path | None
    aed_datum: Datum | None
    rescuers: Path | None
    time_zone: str | None
    longest_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStage:
    """log: as it was read; folded: as it is replayed, where its calls are brought together."""

    stage: Stage
    log: CallLog
    folded: FoldedLog | None


def set_log_stage(folder: Path, source: LogSource, *, seed: int, calls: int | None, together: int) -> LogStage:
    """Streets, registry and scenario of a log, with up to `together` calls at once; 1 leaves every call at its time.

    Raises:
        UnusableLog, UnreadableLines, LinesWithoutCrs, EmptyNetwork, NetworkFileError, ImportRefused, BadOwners
    """
    folder.mkdir(parents=True, exist_ok=True)
    network_path, network = _streets(folder, source)
    zone = get_time_zone(source.time_zone).key if source.time_zone else zone_of(network)
    log = read_call_log(source.log, source.columns, time_zone=ZoneInfo(zone), seed=seed, longest_min=source.longest_min)
    if calls is not None:
        log = log.sample(calls, seed=seed)
    folded = fold_log(log, together=together) if together > 1 else None
    replayed = folded.log if folded else log
    scenario = log_scenario(replayed, seed=seed)
    scenario_file = folder / f"{source.log.stem}-scenario.jsonl"
    save_scenario(scenario, scenario_file)
    aeds_path, aeds_told = _aeds(folder, source, network, seed=seed)
    rescuers_path, owners, people_told = _people(folder, source, network, replayed, seed=seed)
    url, imported = fill_database(
        folder, aeds_path, rescuers_path, time_zone=source.time_zone, aed_datum=source.aed_datum
    )
    told = {"time zone": zone, "AEDs": aeds_told, "volunteers": people_told, "imported": imported}
    invented = _invented(source)
    stage = Stage(
        title=f"{source.log.name}: a real call log; invented are {', '.join(invented)}",
        network=network_path,
        database_url=url,
        scenario=scenario,
        scenario_file=scenario_file,
        owners=owners,
        time_zone=zone,
        summary={"streets": _streets_told(network), **told, **_log_told(log, folded)},
        synthetic=invented,
    )
    return LogStage(stage=stage, log=log, folded=folded)


def _invented(source: LogSource) -> list[str]:
    return [
        *([] if source.aeds else ["AEDs"]),
        *([] if source.rescuers else ["volunteers"]),
        *([] if source.columns.has_times else ["times of day"]),
        "volunteers' decisions and speeds",
    ]


def _streets(folder: Path, source: LogSource) -> tuple[Path, WalkNetwork]:
    if source.network is not None:
        return source.network, WalkNetwork.load(source.network)
    assert source.roads is not None  # noqa: S101 - the command asks for one of them
    network, _ = build_from_lines(source.roads, where=source.where)
    path = folder / f"{source.roads.name.partition('.')[0]}.net"
    network.save(path)
    return path, network


def _streets_told(network: WalkNetwork) -> str:
    return (
        f"{network.source}: {network.node_count:,} nodes, {network.length_km:,.0f} km, "
        f"{built_km2(network):,.0f} km2 with streets"
    )


def _aeds(folder: Path, source: LogSource, network: WalkNetwork, *, seed: int) -> tuple[Path, str]:
    if source.aeds is not None:
        return source.aeds, source.aeds.name
    count = max(1, round(AEDS_PER_KM2 * built_km2(network)))
    rng = np.random.default_rng([seed, 7])
    places = network_places(network, datum=Datum.WGS84)
    nodes = rng.choice(len(places.lon), size=count, p=places.weight / places.weight.sum())
    aeds = tuple(_aed(number, float(places.lon[n]), float(places.lat[n]), rng) for number, n in enumerate(nodes, 1))
    path = folder / f"synthetic-aeds-seed{seed}.geojson"
    path.write_text(aeds_geojson(aeds, name=f"synthetic AEDs on {network.name}"), encoding="utf-8")
    share = f"{AEDS_PER_KM2:.2f} on each km2 with streets, {ZHENGZHOU_SHARE} (500 on {CORE_KM2:,.0f} km2)"
    return path, f"{count:,} (synthetic), {share}; {OPEN_ALL_DAY:.0%} open all day (Korea)"


def _aed(number: int, lon: float, lat: float, rng: np.random.Generator) -> SyntheticAed:
    hours = "24/7" if rng.random() < OPEN_ALL_DAY else DAYTIME_HOURS[int(rng.integers(len(DAYTIME_HOURS)))][1]
    return SyntheticAed(
        aed_id=f"sim-aed-{number:04d}",
        lon=round(lon, 6),
        lat=round(lat, 6),
        name=f"synthetic AED {number}",
        location_text="main entrance (synthetic)",
        floor="",
        opening_hours=hours,
    )


def _people(
    folder: Path, source: LogSource, network: WalkNetwork, log: CallLog, *, seed: int
) -> tuple[Path, list[PhoneOwner], str]:
    if source.rescuers is not None:
        owners = load_owners(source.rescuers)
        return source.rescuers, owners, f"{source.rescuers.name}: {len(owners):,} certified and on duty"
    volunteers = invent_volunteers(network, max(1, round(VOLUNTEERS_PER_KM2 * built_km2(network))), seed=seed)
    first, last = log.calls[0].at.year, log.calls[-1].at.year
    path = folder / f"synthetic-rescuers-seed{seed}.csv"
    path.write_text(volunteers_csv(volunteers, certified_in=first, years=last - first + 1), encoding="utf-8")
    share = f"{VOLUNTEERS_PER_KM2:.1f} on each km2 with streets, {ZHENGZHOU_SHARE} (40,000 on {CORE_KM2:,.0f} km2)"
    return path, owners_of(volunteers), f"{volunteers.statement(Shares())}; {share}"


def _log_told(log: CallLog, folded: FoldedLog | None) -> dict[str, str]:
    said = log.statement()
    outliers = said["response_outliers"]
    assert isinstance(outliers, dict)  # noqa: S101 - of the log's own making
    return {
        "call log": f"{said['calls']:,} arrests, {said['from']} to {said['to']}, {len(log.unreadable)} rows unreadable",
        "response minutes": json.dumps(said["response_min"]),
        "outliers": f"{json.dumps(outliers['counts'])}: {outliers['handled']}",
        "times of day": str(said["times_of_day"]),
        "dates": _dates_told(folded) if folded else "as in the log, one call after another",
    }


def _dates_told(folded: FoldedLog) -> str:
    return (
        f"folded: {folded.moved:,} calls moved by whole weeks into the log's first {7 * folded.weeks} days, up to "
        f"{folded.together} at once, none near enough to another to share a rescuer or an AED"
    )
