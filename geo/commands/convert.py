"""`rescue-circle geo convert`: a position from one datum to another."""

import json
from typing import Annotated

import typer

from geo.commands.shared import JsonFlag, PointText, parse_point, told_to_the_user
from geo.places.datum import convert, parse_datum


def convert_command(
    *,
    point: PointText,
    source: Annotated[str, typer.Option("--from", metavar="DATUM", help="wgs84, gcj02 or bd09.")],
    target: Annotated[str, typer.Option("--to", metavar="DATUM", help="wgs84, gcj02 or bd09.")],
    as_json: JsonFlag = False,
) -> None:
    """Convert a position from one datum to another."""
    with told_to_the_user():
        place = parse_point(point)
        lon, lat = convert(*place, source=parse_datum(source), target=parse_datum(target))
    typer.echo(json.dumps({"lon": round(lon, 9), "lat": round(lat, 9)}) if as_json else f"{lon:.7f},{lat:.7f}")
