"""`rescue-circle coverage`: who has a usable AED within a few minutes, at a time and through the week."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from geo.datum import Datum
from geo.network_file import NetworkFileError
from geo.pace import DEFAULT_WALK_SPEED_M_S
from geo.walk_network import WalkNetwork
from registry.database import BadDatabaseUrl, DatabaseUnreachable
from registry.eligibility import UnknownTimeZone
from registry.importers.files import ImportRefused
from rescue_circle.planner.coverage_run import CoverageQuestion, ForeignAeds, run_coverage
from rescue_circle.planner.demand import (
    PlacedDemand,
    UnusableDemand,
    point_demand,
    population_demand,
    street_demand,
)
from rescue_circle.planner.demand_files import Population, UnusableDemandFile, read_demand
from rescue_circle.planner.districts import Districts, UnusableDistricts, read_districts
from rescue_circle.planner.helpers import REGISTRY, NoAeds, get_aeds, get_rescuers, zone_of
from rescue_circle.planner.outputs import write_coverage
from rescue_circle.planner.plan_model import CoverageResult
from rescue_circle.planner.report import Language
from rescue_circle.planner.report_text import amount_with_unit, instant, percent

NETWORK = "network"
USAGE_ERROR = 2
_USER_ERRORS = (
    BadDatabaseUrl,
    DatabaseUnreachable,
    ForeignAeds,
    ImportRefused,
    NetworkFileError,
    NoAeds,
    OSError,
    UnknownTimeZone,
    UnusableDemand,
    UnusableDemandFile,
    UnusableDistricts,
)
StageProgress = Callable[[str, int, int | None], None]


class BadQuestion(ValueError):
    """The options do not make a question; the message says which to give."""


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
    with _told_to_the_user(), _progress_bar() as progress:
        instant_asked, opens_in = parse_instant(at), parse_language(language)
        streets = _load(network)
        outlines = None
        if districts is not None:
            outlines = read_districts(districts, name_column=district_name, datum=districts_datum)
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
            title=title or (streets.name if streets else districts.stem if districts else Path(demand).stem),
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


def parse_instant(text: str | None) -> datetime:
    """An aware instant; now where there is no text.

    Raises:
        BadQuestion: it is no time, or has no zone.
    """
    if text is None:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadQuestion(f"--at {text!r} is no time: write it like 2025-03-05T03:00+08:00") from None
    if found.tzinfo is None:
        raise BadQuestion(
            f"--at {text} has no time zone, so nobody knows what is open then: write {text}+08:00, or {text}Z for UTC"
        )
    return found


def parse_language(text: str) -> Language:
    """Raises: BadQuestion."""
    if text == "zh":
        return "zh"
    if text == "en":
        return "en"
    raise BadQuestion(f"--language {text}: the report is in zh and en")


def place_demand(
    demand: str,
    network: WalkNetwork | None,
    districts: Districts | None,
    *,
    datum: Datum | None,
    weight_column: str | None,
    encoding: str,
) -> PlacedDemand:
    """What --demand names, on the streets if there are any.

    Raises:
        BadQuestion, UnusableDemand, UnusableDemandFile, UnusableDistricts, ImportRefused
    """
    if demand == NETWORK:
        if network is None:
            raise BadQuestion("without --network CITY.net there are no streets to count: give --demand FILE")
        return street_demand(network)
    found = read_demand(Path(demand), datum=datum, weight_column=weight_column, encoding=encoding)
    if isinstance(found, Population):
        if districts is None:
            raise BadQuestion(f"{demand} counts residents by district: give their outlines with --districts FILE")
        return population_demand(found, districts, network)
    return point_demand(found, network)


def _load(path: Path | None) -> WalkNetwork | None:
    if path is None:
        return None
    if not path.is_file():
        raise BadQuestion(f"there is no file {path}: make it with `rescue-circle geo build`")
    return WalkNetwork.load(path)


@contextmanager
def _told_to_the_user() -> Iterator[None]:
    """Errors that the user can mend become one red line and exit code 2."""
    try:
        yield
    except (*_USER_ERRORS, BadQuestion) as error:
        Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(str(error), style="red")
        raise typer.Exit(USAGE_ERROR) from error


@contextmanager
def _progress_bar() -> Iterator[StageProgress]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("reading", total=None)

        def report(stage: str, done: int, total: int | None) -> None:
            bar.update(task, description=stage, completed=done, total=total)

        yield report


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
