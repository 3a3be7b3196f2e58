"""`rescue-circle coverage`: who has a usable AED within a few minutes, at a time and through the week."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from geo.datum import Datum
from geo.pace import DEFAULT_WALK_SPEED_M_S
from rescue_circle.planner.command_frame import (
    NETWORK,
    load_network,
    load_outlines,
    parse_instant,
    parse_language,
    place_demand,
    progress_bar,
    title_of,
    told_to_the_user,
)
from rescue_circle.planner.coverage_run import CoverageQuestion, run_coverage
from rescue_circle.planner.helpers import REGISTRY, get_aeds, get_rescuers, zone_of
from rescue_circle.planner.outputs import write_coverage
from rescue_circle.planner.plan_model import CoverageResult
from rescue_circle.planner.report_text import amount_with_unit, instant, percent


def coverage(
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for the results.")],
    aeds: Annotated[
        str, typer.Option(metavar="FILE|registry", help="Any file that `registry import` takes, or the registry.")
    ] = REGISTRY,
    network: Annotated[
        Path | None, typer.Option(metavar="CITY.net", help="Streets; without them straight lines x detour factor.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="With its zone: 2025-03-05T03:00+08:00. Default: now.")
    ] = None,
    week: Annotated[bool, typer.Option("--week", help="Every hour of the week around --at as well.")] = False,
    demand: Annotated[
        str,
        typer.Option(
            metavar="FILE|network",
            help="CSV or layer of points or calls, CSV of residents by district, or the streets.",
        ),
    ] = NETWORK,
    districts: Annotated[Path | None, typer.Option(metavar="FILE", help="Outlines, as GeoJSON or the like.")] = None,
    minutes: Annotated[float, typer.Option(min=0.1, max=120.0, help="For the fetch, there and back.")] = 4.0,
    rescuers: Annotated[
        str | None, typer.Option(metavar="FILE|registry", help="Also say who has a rescuer within the minutes.")
    ] = None,
    speed_m_s: Annotated[float, typer.Option(min=0.1, max=15.0, help="Walking speed.")] = DEFAULT_WALK_SPEED_M_S,
    title: Annotated[
        str | None, typer.Option(help="Of the report; the network's or the districts' name without.")
    ] = None,
    language: Annotated[str, typer.Option(help="The report opens in it: zh or en.")] = "zh",
    aed_datum: Annotated[Datum | None, typer.Option(help="Of --aeds, where the file does not say.")] = None,
    demand_datum: Annotated[Datum | None, typer.Option(help="Of --demand, where the file does not say.")] = None,
    districts_datum: Annotated[Datum, typer.Option(help="Of --districts.")] = Datum.WGS84,
    rescuer_datum: Annotated[Datum | None, typer.Option(help="Of --rescuers, where the file does not say.")] = None,
    weight_column: Annotated[str | None, typer.Option(help="Of --demand; found by its name without.")] = None,
    district_name: Annotated[str | None, typer.Option(help="Column of names in --districts.")] = None,
    region: Annotated[str, typer.Option(help="Country of phone numbers in --rescuers.")] = "CN",
    encoding: Annotated[str, typer.Option(help="Text encoding of the files, such as gb18030.")] = "utf-8",
    database: Annotated[
        str | None, typer.Option(metavar="URL", help="Of the registry. Default: RESCUE_DATABASE_URL.")
    ] = None,
) -> None:
    """Say who has a usable AED within so many minutes, where the gaps are, and what opening hours cost."""
    with told_to_the_user(), progress_bar() as progress:
        instant_asked, opens_in = parse_instant(at), parse_language(language)
        streets = load_network(network)
        outlines = load_outlines(districts, name_column=district_name, datum=districts_datum)
        placed = place_demand(
            demand, streets, outlines, datum=demand_datum, weight_column=weight_column, encoding=encoding
        )
        helpers = get_aeds(
            aeds,
            datum=aed_datum,
            encoding=encoding,
            database=database,
            progress=lambda done, of: progress("reading AEDs", done, of),
        )
        standing = None
        if rescuers is not None:
            standing = get_rescuers(
                rescuers,
                at=instant_asked,
                time_zone=zone_of(helpers.aeds),
                datum=rescuer_datum,
                region=region.upper(),
                encoding=encoding,
                database=database,
                progress=lambda done, of: progress("reading rescuers", done, of),
            )
        question = CoverageQuestion(
            title=title_of(title, streets, districts, demand),
            minutes=minutes,
            at=instant_asked,
            week=week,
            speed_m_s=speed_m_s,
        )
        result = run_coverage(
            question,
            network=streets,
            placed=placed,
            helpers=helpers,
            districts=outlines,
            rescuers=standing,
            progress=progress,
        )
        progress("writing maps, tables and the report", 0, None)
        files = write_coverage(result, output, language=opens_in)
    _print_summary(result, output, files)


def _print_summary(result: CoverageResult, folder: Path, files: list[Path]) -> None:
    unit, total = result.demand.kind, result.total
    table = Table(title=f"{result.title}, {instant(result.at).en}", show_header=False, title_justify="left")
    table.add_row("demand", amount_with_unit(total, unit).en, "")
    rows = [
        (f"a usable AED there and back within {result.minutes:g} min", result.covered),
        (f"a usable AED one way within {result.minutes:g} min", result.covered_one_way),
        (f"a rescuer within {result.minutes:g} min", result.with_rescuer),
        ("covered if every AED could always be taken", result.covered_if_always_open),
    ]
    for name, value in rows:
        if value is not None:
            table.add_row(name, amount_with_unit(value, unit).en, percent(value, total))
    aeds = result.aeds
    table.add_row("AEDs", f"{len(aeds.name)}", f"{aeds.is_usable.sum()} usable, {aeds.is_unknown.sum()} unknown")
    if result.by_hour:
        low, high = (pick(row.covered for row in result.by_hour) for pick in (min, max))
        table.add_row("worst and best hour of the week", f"{percent(low, total)} .. {percent(high, total)}", "")
    out = Console(highlight=False, markup=False, soft_wrap=True)
    out.print(table)
    for note in result.notes:
        out.print(f"- {note.en}")
    out.print(f"{len(files)} files in {folder}: " + ", ".join(path.name for path in files))
