"""`rescue-circle coverage`: who has a usable AED within a few minutes, at a time and through the week."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from geo.streets.pace import DEFAULT_WALK_SPEED_M_S
from planner import options
from planner.command_frame import (
    NETWORK,
    StageProgress,
    parse_instant,
    parse_language,
    progress_bar,
    told_to_the_user,
)
from planner.coverage_run import CoverageQuestion, run_coverage
from planner.helpers import REGISTRY, zone_of
from planner.options import CityFiles, HelperSources
from planner.outputs import write_coverage
from planner.plan_model import CoverageResult
from planner.report_text import amount_with_unit, instant, percent

_Aeds = Annotated[
    str, typer.Option(metavar="FILE|registry", help="Any file that `registry import` takes, or the registry.")
]
_At = Annotated[str | None, typer.Option(metavar="TIME", help="With its zone: 2025-03-05T03:00+08:00. Default: now.")]
_Week = Annotated[bool, typer.Option("--week", help="Every hour of the week around --at as well.")]
_Rescuers = Annotated[
    str | None, typer.Option(metavar="FILE|registry", help="Also say who has a rescuer within the minutes.")
]


def coverage(
    *,
    output: options.Output,
    aeds: _Aeds = REGISTRY,
    network: options.Network = None,
    at: _At = None,
    week: _Week = False,
    demand: options.DemandFile = NETWORK,
    districts: options.DistrictsFile = None,
    minutes: options.Minutes = 4.0,
    rescuers: _Rescuers = None,
    speed_m_s: options.WalkSpeed = DEFAULT_WALK_SPEED_M_S,
    title: options.Title = None,
    language: options.OpensIn = "zh",
    aed_datum: options.AedDatum = None,
    demand_datum: options.DemandDatum = None,
    districts_datum: options.DistrictsDatum = None,
    rescuer_datum: options.RescuerDatum = None,
    demand_layer: options.DemandLayer = None,
    districts_layer: options.DistrictsLayer = None,
    weight_column: options.WeightColumn = None,
    unit_column: options.UnitColumn = None,
    district_name: options.DistrictName = None,
    region: options.Region = "CN",
    encoding: options.Encoding = "utf-8",
    database: options.DatabaseUrl = None,
) -> None:
    """Say who has a usable AED within so many minutes, where the gaps are, and what opening hours cost."""
    given = locals()
    with told_to_the_user(), progress_bar() as progress:
        question = CoverageQuestion(minutes=minutes, at=parse_instant(at), week=week, speed_m_s=speed_m_s)
        opens_in = parse_language(language)
        result = _answer(question, CityFiles.of(given), HelperSources.of(given), progress)
        progress("writing maps, tables and the report", 0, None)
        files = write_coverage(result, output, language=opens_in)
    _print_summary(result, output, files)


def _answer(
    question: CoverageQuestion, city_files: CityFiles, sources: HelperSources, progress: StageProgress
) -> CoverageResult:
    """The streets are held in here only: writing needs the memory that they take."""
    city = city_files.read()
    helpers = sources.get_aeds(progress)
    return run_coverage(
        question,
        city=city,
        helpers=helpers,
        rescuers=sources.find_rescuers(question.at, zone_of(helpers.aeds), progress),
        progress=progress,
    )


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
