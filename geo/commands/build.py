"""`rescue-circle geo build`: a walk network from an OSM extract or a layer of road lines."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from geo.commands.shared import BadUsage, DatumOption, must_exist, progress_bar, told_to_the_user
from geo.places.datum import Datum, parse_datum
from geo.streets.layer_encoding import UnknownEncoding
from geo.streets.lines import LinesWithoutCrs, UnreadableLines, WrongCrs, build_from_lines
from geo.streets.network_builder import DEFAULT_SNAP_LIMIT_M, BuildSummary, EmptyNetwork
from geo.streets.osm import UnreadableExtract, build_from_osm
from geo.streets.walk_network import WalkNetwork

_USER_ERRORS = (EmptyNetwork, LinesWithoutCrs, UnknownEncoding, UnreadableExtract, UnreadableLines, WrongCrs)


def build(
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="CITY.net", help="The network file to write.")],
    extract: Annotated[Path | None, typer.Argument(metavar="[EXTRACT.osm.pbf]", help="An OSM extract.")] = None,
    lines: Annotated[Path | None, typer.Option(metavar="ROADS.zip", help="A layer of road lines instead.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the network; the file's name without it.")] = None,
    snap_limit_m: Annotated[
        float, typer.Option(min=1.0, help="How far from a street a place may lie.")
    ] = DEFAULT_SNAP_LIMIT_M,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day on which works with dates are looked at; today without it."),
    ] = None,
    layer: Annotated[str | None, typer.Option(help="With --lines: the layer, where there are several.")] = None,
    where: Annotated[
        str | None, typer.Option(help="With --lines: SQL condition, such as \"MTFCC <> 'S1100'\".")
    ] = None,
    crs: Annotated[
        str | None, typer.Option(help="With --lines: the reference system, where the file is wrong.")
    ] = None,
    datum: DatumOption = Datum.WGS84.value,
    street_column: Annotated[str | None, typer.Option(help="With --lines: the column of street names.")] = None,
    encoding: Annotated[
        str | None, typer.Option(help="With --lines: what the letters are written in, such as gb18030.")
    ] = None,
) -> None:
    """Build a pedestrian network from an OSM extract or a layer of road lines."""
    with told_to_the_user(*_USER_ERRORS):
        measured_in = parse_datum(datum)
        if (extract is None) == (lines is None):
            raise BadUsage("give either an OSM extract or --lines ROADS")
        if extract is not None and (
            layer or where or crs or street_column or encoding or measured_in is not Datum.WGS84
        ):
            raise BadUsage(
                "--layer, --where, --crs, --datum, --street-column and --encoding go with --lines; OSM needs none"
            )
        with progress_bar() as progress:
            if extract is not None:
                must_exist(extract)
                network, summary = build_from_osm(
                    extract,
                    name=name,
                    snap_limit_m=snap_limit_m,
                    on=(on or datetime.now(UTC).astimezone()).date(),
                    progress=progress,
                )
            elif lines is not None:
                must_exist(lines)
                network, summary = build_from_lines(
                    lines,
                    name=name,
                    layer=layer,
                    where=where,
                    crs=crs,
                    datum=measured_in,
                    street_column=street_column,
                    encoding=encoding,
                    snap_limit_m=snap_limit_m,
                    progress=progress,
                )
            progress("writing", 0, None)
            network.save(output)
    _print_summary(network, summary, output)


def _print_summary(network: WalkNetwork, summary: BuildSummary, output: Path) -> None:
    table = Table(title=f"{network.name}: {output}", show_header=False, title_justify="left")
    table.add_row("nodes", f"{summary.nodes:,}")
    table.add_row("edges", f"{summary.edges:,}")
    table.add_row("streets", f"{summary.length_km:,.1f} km")
    table.add_row("islands kept", f"{summary.islands:,} ({summary.islands_km:,.1f} km)")
    table.add_row("fragments left out", f"{summary.fragments:,} ({summary.fragments_km:,.1f} km)")
    if summary.opened:
        table.add_row("one-way without a way back, opened", f"{summary.opened:,}")
    if summary.with_hours:
        table.add_row("open at certain hours only", f"{summary.with_hours:,} ({summary.with_hours_km:,.1f} km)")
    for reason, count in summary.left_out.items():
        table.add_row(f"left out: {reason}", f"{count:,}")
    for note, count in summary.notes.items():
        table.add_row(note, f"{count:,}")
    table.add_row("source", network.source)
    table.add_row("attribution", network.attribution)
    Console(highlight=False, markup=False).print(table)
