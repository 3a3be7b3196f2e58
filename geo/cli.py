"""The `rescue-circle geo` commands: convert a position, build a network, measure walks over it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from geo.places.datum import Datum, UnknownDatum, convert, parse_datum
from geo.streets.line_network import Progress as ReportProgress
from geo.streets.lines import LinesWithoutCrs, UnreadableLines, WrongCrs, build_from_lines
from geo.streets.network_builder import DEFAULT_SNAP_LIMIT_M, BuildSummary, EmptyNetwork
from geo.streets.network_file import NetworkFileError
from geo.streets.osm import UnreadableExtract, build_from_osm
from geo.streets.pace import PACES, UnknownPace, get_pace
from geo.streets.walk_network import NotOnNetwork, WalkNetwork
from geo.walking.directions import Language, tell_directions
from geo.walking.pairs import UnusablePairs, walk_pairs
from geo.walking.route_output import route_as_json, route_lines
from geo.walking.vertical import find_floor, inside_s
from geo.walking.walk_route import NoRoute, get_route

app = typer.Typer(help="Where things are and how long the walk is.", no_args_is_help=True)

PointText = Annotated[str, typer.Option("--point", metavar="LON,LAT", help="Degrees, longitude first.")]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DatumOption = Annotated[str, typer.Option(help="Datum of the positions: wgs84, gcj02 or bd09.")]

_USER_ERRORS = (
    EmptyNetwork,
    LinesWithoutCrs,
    NetworkFileError,
    NoRoute,
    NotOnNetwork,
    OSError,
    UnknownDatum,
    UnknownPace,
    UnreadableExtract,
    UnreadableLines,
    UnusablePairs,
    WrongCrs,
)


class BadPoint(ValueError):
    """The text is no position."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"{text!r} is no position ({why}): give LON,LAT in degrees, such as 113.65,34.75")


class BadUsage(ValueError):
    """The options do not fit together; the message says which to give."""


@app.command("convert")
def convert_command(
    *,
    point: PointText,
    source: Annotated[str, typer.Option("--from", metavar="DATUM", help="wgs84, gcj02 or bd09.")],
    target: Annotated[str, typer.Option("--to", metavar="DATUM", help="wgs84, gcj02 or bd09.")],
    as_json: JsonFlag = False,
) -> None:
    """Convert a position from one datum to another."""
    with _told_to_the_user():
        place = parse_point(point)
        lon, lat = convert(*place, source=parse_datum(source), target=parse_datum(target))
    typer.echo(json.dumps({"lon": round(lon, 9), "lat": round(lat, 9)}) if as_json else f"{lon:.7f},{lat:.7f}")


@app.command()
def build(
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="CITY.net", help="The network file to write.")],
    extract: Annotated[Path | None, typer.Argument(metavar="[EXTRACT.osm.pbf]", help="An OSM extract.")] = None,
    lines: Annotated[Path | None, typer.Option(metavar="ROADS.zip", help="A layer of road lines instead.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the network; the file's name without it.")] = None,
    snap_limit_m: Annotated[
        float, typer.Option(min=1.0, help="How far from a street a place may lie.")
    ] = DEFAULT_SNAP_LIMIT_M,
    layer: Annotated[str | None, typer.Option(help="With --lines: the layer, where there are several.")] = None,
    where: Annotated[
        str | None, typer.Option(help="With --lines: SQL condition, such as \"MTFCC <> 'S1100'\".")
    ] = None,
    crs: Annotated[
        str | None, typer.Option(help="With --lines: the reference system, where the file is wrong.")
    ] = None,
    datum: DatumOption = Datum.WGS84.value,
    street_column: Annotated[str | None, typer.Option(help="With --lines: the column of street names.")] = None,
) -> None:
    """Build a pedestrian network from an OSM extract or a layer of road lines."""
    with _told_to_the_user():
        measured_in = parse_datum(datum)
        if (extract is None) == (lines is None):
            raise BadUsage("give either an OSM extract or --lines ROADS")
        if extract is not None and (layer or where or crs or street_column or measured_in is not Datum.WGS84):
            raise BadUsage("--layer, --where, --crs, --datum and --street-column go with --lines; OSM needs none")
        with _progress_bar() as progress:
            if extract is not None:
                _must_exist(extract)
                network, summary = build_from_osm(extract, name=name, snap_limit_m=snap_limit_m, progress=progress)
            elif lines is not None:
                _must_exist(lines)
                network, summary = build_from_lines(
                    lines,
                    name=name,
                    layer=layer,
                    where=where,
                    crs=crs,
                    datum=measured_in,
                    street_column=street_column,
                    snap_limit_m=snap_limit_m,
                    progress=progress,
                )
            progress("writing", 0, None)
            network.save(output)
    _print_summary(network, summary, output)


@app.command()
def walk(
    *,
    network_file: Annotated[Path, typer.Argument(metavar="CITY.net", help="Made by `rescue-circle geo build`.")],
    start: Annotated[str | None, typer.Option("--from", metavar="LON,LAT", help="Where the walk begins.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="LON,LAT", help="Where it ends.")] = None,
    pairs: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Columns from_lon, from_lat, to_lon, to_lat and any others.")
    ] = None,
    pace: Annotated[str, typer.Option(help=f"How somebody walks: {', '.join(PACES)}.")] = "walking",
    speed_m_s: Annotated[float | None, typer.Option(min=0.1, max=15.0, help="Speed, instead of the pace's.")] = None,
    night: Annotated[bool, typer.Option("--night", help="In the dark: slower.")] = False,
    rain: Annotated[bool, typer.Option("--rain", help="In the rain: slower.")] = False,
    place: Annotated[str, typer.Option(help="What stands at the end, for the directions, such as 'entrance B'.")] = "",
    floor: Annotated[str, typer.Option(help="On which floor it is, such as 3F, B1 or 站厅: adds its seconds.")] = "",
    language: Annotated[Language, typer.Option("--lang", help="Of the directions.")] = Language.EN,
    datum: DatumOption = Datum.WGS84.value,
    as_json: JsonFlag = False,
) -> None:
    """Measure one walk and tell the way, or measure every walk of a CSV file.

    The file is written to standard output with length_m and walk_time_s.
    """
    with _told_to_the_user():
        measured_in = parse_datum(datum)
        person = get_pace(pace)
        if speed_m_s is not None:
            person = replace(person, speed_m_s=speed_m_s)
        person = person.slowed(night=night, rain=rain)
        if pairs is not None and start is None and end is None and not as_json:
            _walk_pairs(_load(network_file), pairs, measured_in, person.speed_m_s)
            return
        if start is None or end is None or pairs is not None:
            raise BadUsage("give --from LON,LAT and --to LON,LAT (with --json if you like), or --pairs FILE.csv alone")
        places = [convert(*parse_point(text), source=measured_in, target=Datum.WGS84) for text in (start, end)]
        network = _load(network_file)
        start_snap, end_snap = (network.snap_one(*at) for at in places)
        route = get_route(network, start_snap, end_snap, speed_m_s=person.speed_m_s)
    directions = tell_directions(route, language=language, place=place, floor=floor)
    within_s = inside_s(find_floor(floor)) if floor else 0.0
    if as_json:
        typer.echo(json.dumps(route_as_json(route, directions, inside_s=within_s), ensure_ascii=False))
    else:
        for line in route_lines(route, directions, inside_s=within_s):
            typer.echo(line)


def parse_point(text: str) -> tuple[float, float]:
    """(lon, lat) of "LON,LAT".

    Raises:
        BadPoint: it is none; the message says how to write one.
    """
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        raise BadPoint(text, "not two numbers with a comma between") from None
    if abs(lat) > 90.0 and abs(lon) <= 90.0:
        raise BadPoint(text, "latitude and longitude seem swapped")
    if not (abs(lon) <= 180.0 and abs(lat) <= 90.0):
        raise BadPoint(text, "outside the world")
    return lon, lat


def _load(path: Path) -> WalkNetwork:
    _must_exist(path)
    return WalkNetwork.load(path)


def _must_exist(path: Path) -> None:
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}: check the name")


def _walk_pairs(network: WalkNetwork, path: Path, datum: Datum, speed_m_s: float) -> None:
    _must_exist(path)
    errors = Console(stderr=True, highlight=False, markup=False)
    with _progress_bar() as progress:
        result = walk_pairs(
            network, path, typer.get_text_stream("stdout"), datum=datum, speed_m_s=speed_m_s, progress=progress
        )
    if result.unreachable:
        errors.print(f"{result.unreachable} of {result.pairs} pairs have no way on foot or lie off the network")
    if result.unreadable_lines:
        some = ", ".join(map(str, result.unreadable_lines[:10]))
        errors.print(
            f"{len(result.unreadable_lines)} of {result.pairs} pairs have no readable position, in line {some}"
        )


@contextmanager
def _told_to_the_user() -> Iterator[None]:
    """Errors that the user can mend become one red line and exit code 2."""
    try:
        yield
    except BrokenPipeError:
        # The reader of a pipe has had enough (`| head`); that is no error of the user's.
        raise
    except (*_USER_ERRORS, BadPoint, BadUsage) as error:
        Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(str(error), style="red")
        raise typer.Exit(2) from error


@contextmanager
def _progress_bar() -> Iterator[ReportProgress]:
    """A bar on stderr, a task for each stage."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks = {}

        def report(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield report


def _print_summary(network: WalkNetwork, summary: BuildSummary, output: Path) -> None:
    table = Table(title=f"{network.name}: {output}", show_header=False, title_justify="left")
    table.add_row("nodes", f"{summary.nodes:,}")
    table.add_row("edges", f"{summary.edges:,}")
    table.add_row("streets", f"{summary.length_km:,.1f} km")
    table.add_row("islands kept", f"{summary.islands:,} ({summary.islands_km:,.1f} km)")
    table.add_row("fragments left out", f"{summary.fragments:,} ({summary.fragments_km:,.1f} km)")
    for reason, count in summary.left_out.items():
        table.add_row(f"left out: {reason}", f"{count:,}")
    table.add_row("source", network.source)
    table.add_row("attribution", network.attribution)
    Console(highlight=False, markup=False).print(table)
