"""`rescue-circle siting`: where the next AEDs should stand, or where to recruit, with a proof of how good that is."""

from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from geo.datum import Datum
from geo.pace import DEFAULT_WALK_SPEED_M_S
from geo.siting import DEFAULT_TIME_LIMIT_S
from registry.importers.report import Progress
from registry.models import Aed
from registry.planning import openness
from rescue_circle.planner.command_frame import (
    NETWORK,
    BadQuestion,
    load_network,
    load_outlines,
    parse_instant,
    parse_language,
    place_demand,
    progress_bar,
    title_of,
    told_to_the_user,
)
from rescue_circle.planner.helpers import (
    REGISTRY,
    Helpers,
    NoAeds,
    Standing,
    get_aeds,
    get_rescuers,
    naming_datum,
    zone_of,
)
from rescue_circle.planner.outputs import write_siting
from rescue_circle.planner.plan_model import Aeds, Bilingual, SitingPurpose, SitingResult
from rescue_circle.planner.report_text import amount_with_unit, instant, percent
from rescue_circle.planner.siting_places import read_places, read_stations, spread_places
from rescue_circle.planner.siting_run import Ground, SitingQuestion, run_siting

NONE = "none"
_ROWS_SHOWN = 10
_NO_AEDS = Bilingual(en="no AED stands yet", zh="目前没有 AED")
_NO_RESCUERS = Bilingual(en="no rescuer is reckoned with yet", zh="未计入现有救护员")


def siting(
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for the results.")],
    count: Annotated[int, typer.Option("--count", "-k", help="How many to add.")] = 10,
    aeds: Annotated[
        str, typer.Option(metavar="FILE|registry|none", help="AEDs that stand already; they are kept.")
    ] = REGISTRY,
    network: Annotated[
        Path | None, typer.Option(metavar="CITY.net", help="Streets; without them straight lines x detour factor.")
    ] = None,
    demand: Annotated[
        str,
        typer.Option(
            metavar="FILE|network",
            help="CSV or layer of points or calls, CSV of residents by district, or the streets.",
        ),
    ] = NETWORK,
    districts: Annotated[Path | None, typer.Option(metavar="FILE", help="Outlines, as GeoJSON or the like.")] = None,
    candidates: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Places to choose from; along the streets without.")
    ] = None,
    minutes: Annotated[float, typer.Option(min=0.1, max=120.0, help="For the fetch, there and back.")] = 4.0,
    one_way: Annotated[bool, typer.Option("--one-way", help="The minutes are for one way only.")] = False,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="When standing AEDs must be open, with its zone. Default: now.")
    ] = None,
    count_unknown: Annotated[
        bool, typer.Option("--count-unknown", help="Standing AEDs of unknown hours cover too; else they never do.")
    ] = False,
    recruit: Annotated[
        bool, typer.Option("--recruit", help="Find neighbourhoods to recruit rescuers in instead (one way).")
    ] = False,
    rescuers: Annotated[
        str | None, typer.Option(metavar="FILE|registry", help="With --recruit: those who are there already.")
    ] = None,
    stations: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --recruit: CSV of practice stations.")
    ] = None,
    time_limit_s: Annotated[
        float, typer.Option(min=0.1, help="Seconds to search; earlier once the optimum is proven.")
    ] = DEFAULT_TIME_LIMIT_S,
    speed_m_s: Annotated[float, typer.Option(min=0.1, max=15.0, help="Walking speed.")] = DEFAULT_WALK_SPEED_M_S,
    title: Annotated[
        str | None, typer.Option(help="Of the report; the network's or the districts' name without.")
    ] = None,
    language: Annotated[str, typer.Option(help="The report opens in it: zh or en.")] = "zh",
    aed_datum: Annotated[Datum | None, typer.Option(help="Of --aeds, where the file does not say.")] = None,
    demand_datum: Annotated[Datum | None, typer.Option(help="Of --demand, where the file does not say.")] = None,
    candidate_datum: Annotated[Datum | None, typer.Option(help="Of --candidates, likewise.")] = None,
    station_datum: Annotated[Datum | None, typer.Option(help="Of --stations, likewise.")] = None,
    rescuer_datum: Annotated[Datum | None, typer.Option(help="Of --rescuers, likewise.")] = None,
    districts_datum: Annotated[Datum, typer.Option(help="Of --districts.")] = Datum.WGS84,
    weight_column: Annotated[str | None, typer.Option(help="Of --demand; found by its name without.")] = None,
    district_name: Annotated[str | None, typer.Option(help="Column of names in --districts.")] = None,
    region: Annotated[str, typer.Option(help="Country of phone numbers in --rescuers.")] = "CN",
    time_zone: Annotated[
        str, typer.Option(envvar="RESCUE_TIME_ZONE", help="Of the plan, where no AED names one.")
    ] = "Asia/Shanghai",
    encoding: Annotated[str, typer.Option(help="Text encoding of the files, such as gb18030.")] = "utf-8",
    database: Annotated[
        str | None, typer.Option(metavar="URL", help="Of the registry. Default: RESCUE_DATABASE_URL.")
    ] = None,
) -> None:
    """Choose the sites that cover the most demand not yet covered, and prove how good the choice is."""
    with told_to_the_user(), progress_bar() as progress:
        if (rescuers or stations) and not recruit:
            raise BadQuestion("--rescuers and --stations go with --recruit")
        asked_at, opens_in = parse_instant(at), parse_language(language)
        zone = _zone(time_zone)
        streets = load_network(network)
        outlines = load_outlines(districts, name_column=district_name, datum=districts_datum)
        placed = place_demand(
            demand, streets, outlines, datum=demand_datum, weight_column=weight_column, encoding=encoding
        )
        if candidates is None:
            places = spread_places(placed, streets)
        else:
            with naming_datum("--candidate-datum"):
                places = read_places(candidates, streets, datum=candidate_datum, encoding=encoding)
        if recruit:
            known = _known((), asked_at)
            standing = Standing(lon=known.lon, lat=known.lat, note=_NO_RESCUERS)
            if rescuers is not None:
                standing = get_rescuers(
                    rescuers,
                    at=asked_at,
                    time_zone=zone,
                    datum=rescuer_datum,
                    region=region.upper(),
                    encoding=encoding,
                    database=database,
                    progress=lambda done, of: progress("reading rescuers", done, of),
                )
            notes = [standing.note]
        else:
            helpers = _aeds(
                aeds,
                datum=aed_datum,
                encoding=encoding,
                database=database,
                progress=lambda done, of: progress("reading AEDs", done, of),
            )
            zone = zone_of(helpers.aeds) if helpers.aeds else zone
            known = _known(helpers.aeds, asked_at)
            standing = _covering(known, helpers.note, count_unknown)
            notes = [helpers.note, *_hours_note(known, count_unknown)]
        question = SitingQuestion(
            title=title_of(title, streets, districts, demand),
            purpose=SitingPurpose.RESCUERS if recruit else SitingPurpose.AEDS,
            count=count,
            minutes=minutes,
            there_and_back=not (one_way or recruit),
            at=asked_at.astimezone(zone),
            speed_m_s=speed_m_s,
            time_limit_s=time_limit_s,
        )
        trained_at = None
        if stations is not None:
            with naming_datum("--station-datum"):
                trained_at = read_stations(stations, datum=station_datum, encoding=encoding, near=placed)
        result = run_siting(
            question,
            ground=Ground(network=streets, placed=placed, districts=outlines, stations=trained_at),
            places=places,
            standing=(standing.lon, standing.lat),
            aeds=known,
            notes=tuple(notes),
            progress=progress,
        )
        progress("writing maps, tables and the report", 0, None)
        files = write_siting(result, output, language=opens_in)
    _print_summary(result, output, files)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadQuestion(f"--time-zone {name} is not known: give one like Asia/Shanghai") from None


def _aeds(source: str, *, datum: Datum | None, encoding: str, database: str | None, progress: Progress) -> Helpers:
    """What stands already; an empty registry is no error, since the first AEDs have to be put somewhere too."""
    if source == NONE:
        return Helpers(aeds=(), note=_NO_AEDS)
    try:
        return get_aeds(source, datum=datum, encoding=encoding, database=database, progress=progress)
    except NoAeds:
        if source != REGISTRY:
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


def _covering(known: Aeds, note: Bilingual, count_unknown: bool) -> Standing:
    """Those that cover somebody already."""
    counts = known.is_usable | known.is_unknown if count_unknown else known.is_usable
    return Standing(lon=known.lon[counts], lat=known.lat[counts], note=note)


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
    table.add_row("gap, proven", f"{result.gap:.3%}", f"{result.seconds:.1f} s")
    out = Console(highlight=False, markup=False, soft_wrap=True)
    out.print(table)
    for site in result.sites[:_ROWS_SHOWN]:
        where = ", ".join(part for part in (site.street, site.district) if part)
        out.print(f"{site.rank}. {site.lon:.5f},{site.lat:.5f} {where + ': ' if where else ''}{site.why.en}")
    for note in result.notes:
        out.print(f"- {note.en}")
    out.print(f"{len(files)} files in {folder}: " + ", ".join(path.name for path in files))
