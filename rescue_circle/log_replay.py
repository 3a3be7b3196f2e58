"""`rescue-circle replay-log`: a city's own call log, all of it, against the real service, and a report."""

import time
from pathlib import Path
from typing import Annotated

import typer

from geo.places.datum import Datum
from rescue_circle.log_stage import LogSource, set_log_stage
from rescue_circle.play import introduce, plain_stage_errors, play
from simulators.cad import waited_s
from simulators.call_log import LONGEST_MIN, LogColumns, UnusableLog
from simulators.cli import end_with, write_report
from simulators.report import Json
from simulators.report_text import wide_console
from simulators.runner import Plan, allow_many_sockets

FOLDER = Path("build/replay-log")
AT_REST_S = 30 * 86_400.0
"""Over years of replay a phone at rest need not repeat that it is at home: those near a call tell theirs before it."""
EXAMPLE = "virginia_beach"
EXAMPLE_LOG, EXAMPLE_ROADS = "ohca.csv", "VB_Roads.zip"
SPEED = 180.0
"""An answer within 30 s has 167 real milliseconds; an alert takes some 15 of them (measured)."""
TOGETHER = 8
NOT_FOR_WALKERS = "MTFCC NOT IN ('S1100', 'S1630')"
"""TIGER's feature classes of limited-access highways and their ramps."""
COLUMNS = LogColumns()


def replay_log(
    *,
    log: Annotated[
        Path | None, typer.Option(help="CSV with a row for each arrest: id, date, lon, lat, response minutes.")
    ] = None,
    roads: Annotated[Path | None, typer.Option(help="Road lines of the city, as for `geo build --lines`.")] = None,
    where: Annotated[str | None, typer.Option(help="With --roads: SQL condition on its columns.")] = None,
    network: Annotated[Path | None, typer.Option(help="A walk network instead of --roads.")] = None,
    data: Annotated[
        Path | None,
        typer.Option(envvar="RESCUE_DATA", help="Without --log: folder with virginia_beach/ohca.csv and its roads."),
    ] = None,
    aeds: Annotated[Path | None, typer.Option(help="Real AEDs, as for `registry import`; else invented.")] = None,
    aed_datum: Annotated[Datum | None, typer.Option(help="Datum of --aeds where the file does not say.")] = None,
    rescuers: Annotated[Path | None, typer.Option(help="Real rescuers, registry CSV, WGS-84; else invented.")] = None,
    calls: Annotated[int | None, typer.Option(min=1, help="A random sample of so many calls; default all.")] = None,
    speed: Annotated[float, typer.Option(min=1.0, max=3_600.0, help="Simulated seconds in a real one.")] = SPEED,
    together: Annotated[
        int,
        typer.Option(min=1, max=100, help="Calls at once, brought together by whole weeks; 1 keeps the log's dates."),
    ] = TOGETHER,
    seed: Annotated[int, typer.Option(min=0, help="Same seed: same times of day, same people, same decisions.")] = 1,
    time_zone: Annotated[str | None, typer.Option(help="Of the log; default the one in force on its streets.")] = None,
    longest_min: Annotated[
        float, typer.Option(min=1.0, help="A first unit later than this is an outlier.")
    ] = LONGEST_MIN,
    id_column: Annotated[str, typer.Option(help="Column of the call's id.")] = COLUMNS.call_id,
    date_column: Annotated[str, typer.Option(help="Column of the date.")] = COLUMNS.date,
    date_format: Annotated[
        str, typer.Option(help="As in strptime; with %H the log's own times are used.")
    ] = COLUMNS.date_format,
    lon_column: Annotated[str, typer.Option(help="Column of the longitude.")] = COLUMNS.lon,
    lat_column: Annotated[str, typer.Option(help="Column of the latitude.")] = COLUMNS.lat,
    datum: Annotated[Datum, typer.Option(help="Datum of the log's coordinates.")] = COLUMNS.datum,
    response_column: Annotated[str, typer.Option(help="Column of the first unit's minutes.")] = COLUMNS.response_min,
    address_column: Annotated[str, typer.Option(help="Column of the address; may be absent.")] = COLUMNS.address,
    report: Annotated[Path, typer.Option(help="Where to write the report, JSON.")] = FOLDER / "report.json",
) -> None:
    """Replay a city's call log against the real service; exit 0 only if no call and no alert was lost or doubled."""
    columns = LogColumns(
        call_id=id_column,
        date=date_column,
        lon=lon_column,
        lat=lat_column,
        response_min=response_column,
        address=address_column,
        date_format=date_format,
        datum=datum,
    )
    with plain_stage_errors():
        if log is None:
            log, roads, where = _example(data, roads, where, network)
        if (roads is None) == (network is None):
            raise UnusableLog("give the streets of the log's city: either --roads ROADS.zip or --network CITY.net")
        source = LogSource(
            log=log,
            columns=columns,
            roads=roads,
            where=where,
            network=network,
            aeds=aeds,
            aed_datum=aed_datum,
            rescuers=rescuers,
            time_zone=time_zone,
            longest_min=longest_min,
        )
        result = _replay(source, calls=calls, together=together, speed=speed, seed=seed)
    write_report(result, report)
    end_with(result)


def _example(
    data: Path | None, roads: Path | None, where: str | None, network: Path | None
) -> tuple[Path, Path | None, str | None]:
    folder = data / EXAMPLE if data else None
    if folder is None or not (folder / EXAMPLE_LOG).is_file():
        raise UnusableLog(f"give --log FILE, or --data FOLDER (RESCUE_DATA) with {EXAMPLE}/{EXAMPLE_LOG} in it")
    if roads is None and network is None:
        return folder / EXAMPLE_LOG, folder / EXAMPLE_ROADS, where or NOT_FOR_WALKERS
    return folder / EXAMPLE_LOG, roads, where


def _replay(source: LogSource, *, calls: int | None, together: int, speed: float, seed: int) -> Json:
    """Set the stage, play, and tell of both."""
    allow_many_sockets()
    console = wide_console()
    began = time.perf_counter()
    with console.status("setting the stage: streets, AEDs, volunteers, calls"):
        staged = set_log_stage(FOLDER, source, seed=seed, calls=calls, together=together)
    stage = staged.stage
    introduce(console, stage, began)
    least_min = waited_s(stage.scenario) / speed / 60
    console.print(f"  the replay takes at least {least_min:.0f} min at {speed:g} times speed", highlight=False)
    set_up_s = round(time.perf_counter() - began, 1)
    plan = Plan(scenario=stage.scenario, owners=stage.owners, seed=seed, idle_report_s=AT_REST_S, report_near_only=True)
    measured, took_s = play(stage, plan, folder=FOLDER, speed=speed)
    console.print(f"{len(staged.log.calls):,} calls replayed in {took_s} s of real time", highlight=False)
    about: Json = {
        "title": stage.title,
        "synthetic": stage.synthetic,
        "city": stage.summary,
        "time_zone": stage.time_zone,
        "log": staged.log.statement(),
        "folding": staged.folded.statement() if staged.folded else None,
        "ambulance": "the first unit's minutes as the log has them",
        "scenario_file": str(stage.scenario_file),
        "set_up_took_s": set_up_s,
        "replay_took_s": took_s,
    }
    return {**about, **measured}
