"""`rescue-circle siting`: where the next AEDs should stand, or where to recruit, with a proof of how good that is."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from geo.places.datum import Datum
from geo.siting.choose import DEFAULT_TIME_LIMIT_S
from geo.streets.pace import DEFAULT_WALK_SPEED_M_S
from planner import options
from planner.command_frame import (
    NETWORK,
    BadQuestion,
    StageProgress,
    parse_instant,
    parse_language,
    progress_bar,
    told_to_the_user,
)
from planner.helpers import REGISTRY, Helpers, NoAeds, zone_of
from planner.options import CityFiles, HelperSources, PlaceFiles
from planner.outputs import write_siting
from planner.plan_model import Aeds, Bilingual, SitingPurpose, SitingResult
from planner.report_text import amount_with_unit, instant, percent, share_text
from planner.siting_run import Floats, Ground, SitingQuestion, run_siting
from registry.models import Aed
from registry.planning import openness

NONE = "none"
_ROWS_SHOWN = 10
_NO_AEDS = Bilingual(en="no AED stands yet", zh="目前没有 AED")
_NO_RESCUERS = Bilingual(en="no rescuer is reckoned with yet", zh="未计入现有救护员")

_Count = Annotated[int, typer.Option("--count", "-k", help="How many to add.")]
_Aeds = Annotated[str, typer.Option(metavar="FILE|registry|none", help="AEDs that stand already; they are kept.")]
_Candidates = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Places to choose from; along the streets without.")
]
_OneWay = Annotated[bool, typer.Option("--one-way", help="The minutes are for one way only.")]
_At = Annotated[
    str | None, typer.Option(metavar="TIME", help="When standing AEDs must be open, with its zone. Default: now.")
]
_CountUnknown = Annotated[
    bool, typer.Option("--count-unknown", help="Standing AEDs of unknown hours cover too; else they never do.")
]
_Recruit = Annotated[
    bool, typer.Option("--recruit", help="Find neighbourhoods to recruit rescuers in instead (one way).")
]
_Rescuers = Annotated[
    str | None, typer.Option(metavar="FILE|registry", help="With --recruit: those who are there already.")
]
_Stations = Annotated[Path | None, typer.Option(metavar="FILE", help="With --recruit: practice stations.")]
_TimeLimit = Annotated[float, typer.Option(min=0.1, help="Seconds to search; earlier once the optimum is proven.")]
_CandidateDatum = Annotated[Datum | None, options.datum_option("Of --candidates, likewise.")]
_StationDatum = Annotated[Datum | None, options.datum_option("Of --stations, likewise.")]
_CandidateLayer = Annotated[str | None, typer.Option(metavar="NAME", help="Of --candidates, where it holds several.")]
_StationLayer = Annotated[str | None, typer.Option(metavar="NAME", help="Of --stations, where it holds several.")]
_TimeZone = Annotated[str, typer.Option(envvar="RESCUE_TIME_ZONE", help="Of the plan, where no AED names one.")]


def siting(
    *,
    output: options.Output,
    count: _Count = 10,
    aeds: _Aeds = REGISTRY,
    network: options.Network = None,
    demand: options.DemandFile = NETWORK,
    districts: options.DistrictsFile = None,
    candidates: _Candidates = None,
    minutes: options.Minutes = 4.0,
    one_way: _OneWay = False,
    at: _At = None,
    count_unknown: _CountUnknown = False,
    recruit: _Recruit = False,
    rescuers: _Rescuers = None,
    stations: _Stations = None,
    time_limit_s: _TimeLimit = DEFAULT_TIME_LIMIT_S,
    speed_m_s: options.WalkSpeed = DEFAULT_WALK_SPEED_M_S,
    title: options.Title = None,
    language: options.OpensIn = "zh",
    aed_datum: options.AedDatum = None,
    demand_datum: options.DemandDatum = None,
    candidate_datum: _CandidateDatum = None,
    station_datum: _StationDatum = None,
    rescuer_datum: options.RescuerDatum = None,
    districts_datum: options.DistrictsDatum = None,
    demand_layer: options.DemandLayer = None,
    districts_layer: options.DistrictsLayer = None,
    candidate_layer: _CandidateLayer = None,
    station_layer: _StationLayer = None,
    weight_column: options.WeightColumn = None,
    unit_column: options.UnitColumn = None,
    district_name: options.DistrictName = None,
    region: options.Region = "CN",
    time_zone: _TimeZone = "Asia/Shanghai",
    encoding: options.Encoding = "utf-8",
    database: options.DatabaseUrl = None,
) -> None:
    """Choose the sites that cover the most demand not yet covered, and prove how good the choice is."""
    given = locals()
    _run(_Wishes.of(given), CityFiles.of(given), PlaceFiles.of(given), HelperSources.of(given))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wishes(options.Options):
    """What is to be placed, and by which rules."""

    output: Path
    count: int
    minutes: float
    one_way: bool
    at: str | None
    count_unknown: bool
    recruit: bool
    time_limit_s: float
    speed_m_s: float
    language: str
    time_zone: str

    def question(self, title: str, at: datetime) -> SitingQuestion:
        return SitingQuestion(
            title=title,
            purpose=SitingPurpose.RESCUERS if self.recruit else SitingPurpose.AEDS,
            count=self.count,
            minutes=self.minutes,
            there_and_back=not (self.one_way or self.recruit),
            at=at,
            speed_m_s=self.speed_m_s,
            time_limit_s=self.time_limit_s,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Standing:
    """What covers somebody already, in degrees; all AEDs there are, for the map; the zone that hours are told in."""

    lon: Floats
    lat: Floats
    aeds: Aeds
    zone: ZoneInfo
    notes: tuple[Bilingual, ...]


def _run(wishes: _Wishes, city_files: CityFiles, place_files: PlaceFiles, sources: HelperSources) -> None:
    with told_to_the_user(), progress_bar() as progress:
        if (sources.rescuers or place_files.stations) and not wishes.recruit:
            raise BadQuestion("--rescuers and --stations go with --recruit")
        at, opens_in, zone = parse_instant(wishes.at), parse_language(wishes.language), _zone(wishes.time_zone)
        city = city_files.read()
        places = place_files.read_candidates(city)
        if wishes.recruit:
            standing = _standing_rescuers(sources, at, zone, progress)
        else:
            standing = _standing_aeds(sources, at, zone, progress, count_unknown=wishes.count_unknown)
        stations = place_files.find_stations(city)
        result = run_siting(
            wishes.question(city.title, at.astimezone(standing.zone)),
            ground=Ground(network=city.network, placed=city.placed, districts=city.districts, stations=stations),
            places=places,
            standing=(standing.lon, standing.lat),
            aeds=standing.aeds,
            notes=standing.notes,
            progress=progress,
        )
        progress("writing maps, tables and the report", 0, None)
        files = write_siting(result, wishes.output, language=opens_in)
    _print_summary(result, wishes.output, files)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadQuestion(f"--time-zone {name} is not known: give one like Asia/Shanghai") from None


def _standing_rescuers(sources: HelperSources, at: datetime, zone: ZoneInfo, progress: StageProgress) -> _Standing:
    known, held = _known((), at), sources.find_rescuers(at, zone, progress)
    if held is None:
        return _Standing(lon=known.lon, lat=known.lat, aeds=known, zone=zone, notes=(_NO_RESCUERS,))
    return _Standing(lon=held.lon, lat=held.lat, aeds=known, zone=zone, notes=(held.note,))


def _standing_aeds(
    sources: HelperSources, at: datetime, zone: ZoneInfo, progress: StageProgress, *, count_unknown: bool
) -> _Standing:
    helpers = _aeds(sources, progress)
    known = _known(helpers.aeds, at)
    counts = known.is_usable | known.is_unknown if count_unknown else known.is_usable
    return _Standing(
        lon=known.lon[counts],
        lat=known.lat[counts],
        aeds=known,
        zone=zone_of(helpers.aeds) if helpers.aeds else zone,
        notes=(helpers.note, *_hours_note(known, count_unknown)),
    )


def _aeds(sources: HelperSources, progress: StageProgress) -> Helpers:
    """What stands already; an empty registry is no error, since the first AEDs have to be put somewhere too."""
    if sources.aeds == NONE:
        return Helpers(aeds=(), note=_NO_AEDS)
    try:
        return sources.get_aeds(progress)
    except NoAeds:
        if sources.aeds != REGISTRY:
            raise
        return Helpers(aeds=(), note=_NO_AEDS)


def _known(aeds: tuple[Aed, ...], at: datetime) -> Aeds:
    table = openness(aeds, [at])
    return Aeds(
        lon=np.array([aed.lon for aed in aeds], np.float64),
        lat=np.array([aed.lat for aed in aeds], np.float64),
        name=tuple(aed.name or aed.location_text or aed.source_ref for aed in aeds),
        is_usable=table.usable[:, 0],
        is_unknown=table.unknown[:, 0],
    )


def _hours_note(known: Aeds, count_unknown: bool) -> tuple[Bilingual, ...]:
    unknown = int(known.is_unknown.sum())
    if not unknown:
        return ()
    if count_unknown:
        return (
            Bilingual(
                en=f"{unknown} AEDs of unknown hours or access count as standing (assumption, as asked)",
                zh=f"{unknown} 台 AED 的开放时间或取用权限不明，按可用计算（按要求假设）",
            ),
        )
    return (
        Bilingual(
            en=f"{unknown} AEDs of unknown hours or access count as covering nobody; --count-unknown counts them",
            zh=f"{unknown} 台 AED 的开放时间或取用权限不明，按不可用计算（可用 --count-unknown 计入）",
        ),
    )


def _print_summary(result: SitingResult, folder: Path, files: list[Path]) -> None:
    unit, total = result.demand.kind, result.total
    table = Table(title=f"{result.title}, {instant(result.at).en}", show_header=False, title_justify="left")
    way = "there and back" if result.is_there_and_back else "one way"
    table.add_row("demand", amount_with_unit(total, unit).en, "")
    rows = (
        (f"covered before, {result.minutes:g} min {way}", result.covered_before),
        (f"covered with {len(result.sites)} more of {result.candidates:,} places", result.covered_after),
        ("no choice covers more than", result.upper_bound),
    )
    for name, value in rows:
        table.add_row(name, amount_with_unit(value, unit).en, percent(value, total))
    if result.idle_sites:
        table.add_row("sites that add something", f"{len(result.sites) - result.idle_sites} of {len(result.sites)}", "")
    table.add_row("gap, proven", f"{share_text(100.0 * result.gap, 3)}%", f"{result.seconds:.1f} s")
    out = Console(highlight=False, markup=False, soft_wrap=True)
    out.print(table)
    for site in result.sites[:_ROWS_SHOWN]:
        where = ", ".join(part for part in (site.ref, site.name, site.street, site.district) if part)
        out.print(f"{site.rank}. {site.lon:.5f},{site.lat:.5f} {where + ': ' if where else ''}{site.why.en}")
    for note in result.notes:
        out.print(f"- {note.en}")
    out.print(f"{len(files)} files in {folder}: " + ", ".join(path.name for path in files))
