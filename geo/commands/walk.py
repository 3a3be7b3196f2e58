"""`rescue-circle geo walk`: one walk and its way in words, or every walk of a CSV file."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from geo.commands.shared import (
    BadUsage,
    DatumOption,
    JsonFlag,
    must_exist,
    parse_point,
    progress_bar,
    told_to_the_user,
)
from geo.places.datum import Datum, convert, parse_datum
from geo.streets.network_file import NetworkFileError
from geo.streets.pace import PACES, UnknownPace, get_pace
from geo.streets.streets_by_time import StreetsByTime
from geo.streets.walk_network import NotOnNetwork, WalkNetwork
from geo.walking.directions import Language, tell_directions
from geo.walking.floors import find_floor
from geo.walking.pairs import UnusablePairs, walk_pairs
from geo.walking.route_output import route_as_json, route_lines
from geo.walking.vertical import inside_s
from geo.walking.walk_route import NoRoute, get_route

_USER_ERRORS = (NetworkFileError, NoRoute, NotOnNetwork, UnknownPace, UnusablePairs)


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
    at: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%dT%H:%M"], help="Local time, for what has hours; all is open without it."),
    ] = None,
    language: Annotated[Language, typer.Option("--lang", help="Of the directions.")] = Language.EN,
    datum: DatumOption = Datum.WGS84.value,
    as_json: JsonFlag = False,
) -> None:
    """Measure one walk and tell the way, or measure every walk of a CSV file.

    The file is written to standard output with length_m and walk_time_s.
    """
    with told_to_the_user(*_USER_ERRORS):
        measured_in = parse_datum(datum)
        person = get_pace(pace)
        if speed_m_s is not None:
            person = replace(person, speed_m_s=speed_m_s)
        person = person.slowed(night=night, rain=rain)
        if pairs is not None and start is None and end is None and not as_json:
            _walk_pairs(_load(network_file, at), pairs, measured_in, person.speed_m_s)
            return
        if start is None or end is None or pairs is not None:
            raise BadUsage("give --from LON,LAT and --to LON,LAT (with --json if you like), or --pairs FILE.csv alone")
        places = [convert(*parse_point(text), source=measured_in, target=Datum.WGS84) for text in (start, end)]
        network = _load(network_file, at)
        start_snap, end_snap = (network.snap_one(*at) for at in places)
        route = get_route(network, start_snap, end_snap, speed_m_s=person.speed_m_s)
    directions = tell_directions(route, language=language, place=place, floor=floor)
    within_s = inside_s(find_floor(floor)) if floor else 0.0
    if as_json:
        typer.echo(json.dumps(route_as_json(route, directions, inside_s=within_s), ensure_ascii=False))
    else:
        for line in route_lines(route, directions, inside_s=within_s):
            typer.echo(line)


def _load(path: Path, at: datetime | None) -> WalkNetwork:
    must_exist(path)
    network = WalkNetwork.load(path)
    return network if at is None else StreetsByTime(network, UTC).at(at.replace(tzinfo=UTC))


def _walk_pairs(network: WalkNetwork, path: Path, datum: Datum, speed_m_s: float) -> None:
    must_exist(path)
    errors = Console(stderr=True, highlight=False, markup=False)
    with progress_bar() as progress:
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
