"""`rescue-circle simulate`: replay a scenario of 120 calls, with phones, against a running service."""

import asyncio
import json
import signal
import threading
from collections.abc import Coroutine
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape

from geo.places.datum import UnknownDatum, parse_datum
from geo.streets.network_file import NetworkFileError
from geo.streets.walk_network import WalkNetwork
from simulators.cad import AlreadyReplayed
from simulators.call_generator import generate_scenario
from simulators.live_table import LiveTable
from simulators.phone_line import PhonesRefused
from simulators.places import network_places
from simulators.reach import BadOwners, load_owners
from simulators.report import Json
from simulators.report_text import print_report, wide_console
from simulators.runner import PhonesNotConnected, Plan, allow_many_sockets, replay
from simulators.scenario import BadScenario, Scenario, load_scenario, save_scenario
from simulators.service import BadSecret, Service, ServiceRefused, ServiceUnreachable
from simulators.volunteer import BadBehaviour, Behaviour

DAY = datetime(2025, 6, 11)  # noqa: DTZ001 - a date: typer reads dates as datetimes
"""A Wednesday: offices and schools are open in the daytime."""

INTERRUPTED = 130
USUAL = Behaviour()

app = typer.Typer(help="A 120 system and volunteers' phones that play against the running service.")

RUN_ERRORS = (
    AlreadyReplayed,
    BadBehaviour,
    BadOwners,
    BadScenario,
    BadSecret,
    NetworkFileError,
    PhonesNotConnected,
    PhonesRefused,
    ServiceRefused,
    ServiceUnreachable,
    UnknownDatum,
)


@contextmanager
def plain_errors() -> Any:
    """One red line and exit code 2 instead of a traceback, for what the user can mend."""
    try:
        yield
    except (*RUN_ERRORS, BaseExceptionGroup) as error:
        known = find_known(error)
        if known is None:
            raise
        Console(stderr=True).print(f"[red]{escape(str(known))}[/red]", highlight=False, soft_wrap=True)
        raise typer.Exit(2) from error


def find_known(error: BaseException) -> BaseException | None:
    """The first error of ours, in a group or alone."""
    if isinstance(error, BaseExceptionGroup):
        return next((known for one in error.exceptions if (known := find_known(one)) is not None), None)
    return error if isinstance(error, RUN_ERRORS) else None


def run_replay(work: Coroutine[Any, Any, Json]) -> Json:
    return asyncio.run(work)


@app.command()
def simulate(
    *,
    rescuers: Annotated[
        Path, typer.Option(help="CSV of volunteers: id, home_lon, home_lat (the registry's CSV will do).")
    ],
    secret: Annotated[
        str, typer.Option("--webhook-secret", envvar="RESCUE_WEBHOOK_SECRET", help="Secret that 120 signs with.")
    ],
    token: Annotated[
        str, typer.Option(envvar="RESCUE_SIMULATOR_TOKEN", help="From `rescue-circle token issue --role simulator`.")
    ],
    url: Annotated[str, typer.Option(help="Address of the service.")] = "http://127.0.0.1:8120",
    scenario: Annotated[Path | None, typer.Option(help="Scenario of 120 messages, JSON lines.")] = None,
    generate: Annotated[int | None, typer.Option(min=1, help="Make so many calls instead; needs --network.")] = None,
    network: Annotated[Path | None, typer.Option(help="Walk network from whose nodes --generate draws places.")] = None,
    datum: Annotated[str, typer.Option(help="Datum in which generated calls tell their places.")] = "wgs84",
    time_zone: Annotated[str, typer.Option(help="Time zone of generated calls.")] = "UTC",
    day: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Day of generated calls.")] = DAY,
    save: Annotated[Path | None, typer.Option("--save-scenario", help="Write the generated scenario here.")] = None,
    seed: Annotated[int, typer.Option(help="Same scenario and seed, same calls and same decisions.")] = 1,
    seen: Annotated[float, typer.Option(help="Share of alerts seen (Haskins).")] = USUAL.seen,
    accepted: Annotated[float, typer.Option(help="Share of alerts accepted (Haskins).")] = USUAL.accepted,
    declined: Annotated[float, typer.Option(help="Share of alerts declined (assumption).")] = USUAL.declined,
    late: Annotated[float, typer.Option(help="Share of answers too late (assumption).")] = USUAL.late,
    drops: Annotated[float, typer.Option(help="Share of alerts that break the connection (assumption).")] = USUAL.drops,
    run: Annotated[str, typer.Option(help="Label that sets a second replay on one database apart.")] = "",
    report: Annotated[Path | None, typer.Option(help="Write the report here, as JSON.")] = None,
) -> None:
    """Replay calls through the real webhook while phones ring; exit 0 only if no call and no alert was lost."""
    with plain_errors():
        allow_many_sockets()
        calls = _scenario(scenario, generate, network, datum=datum, time_zone=time_zone, day=day, seed=seed)
        if save is not None:
            save_scenario(calls, save)
        behaviour = Behaviour(seen=seen, accepted=accepted, declined=declined, late=late, drops=drops)
        plan = Plan(scenario=calls, owners=load_owners(rescuers), seed=seed, behaviour=behaviour, run=run)
        result = run_replay(watched_replay(url, token=token, secret=secret, plan=plan, title=calls.head.scenario))
    write_report(result, report)
    end_with(result)


def end_with(result: Json) -> None:
    """Raises: typer.Exit, where something was lost, or where it was broken off: as a shell says of Ctrl-C."""
    if result["faults"]:
        raise typer.Exit(1)
    if result["interrupted"]:
        raise typer.Exit(INTERRUPTED)


async def watched_replay(url: str, *, token: str, secret: str, plan: Plan, title: str) -> Json:
    """Replay with the live table on standard output; the first Ctrl-C breaks it off, what was played is measured."""
    zone = plan.scenario.head.start.tzinfo or UTC
    calls = sum(1 for _ in plan.scenario.calls())
    table = LiveTable(wide_console(), title=title, calls=calls, time_zone=zone)
    stop, loop, pressed = asyncio.Event(), asyncio.get_running_loop(), threading.Event()

    # Python's own handler and not the loop's, which would never hear of a key pressed in the loop's last turn.
    def break_off(_number: int, _frame: object) -> None:
        pressed.set()
        loop.call_soon_threadsafe(stop.set)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, break_off)
    try:
        async with Service(url, token=token, secret=secret) as service:
            report = await replay(service, plan, watch=table.watch, stop=stop)
    finally:
        signal.signal(signal.SIGINT, before)
    return {**report, "interrupted": pressed.is_set()}


def write_report(report: Json, path: Path | None) -> None:
    """Print the report for people, and write it for machines where a path is given."""
    console = wide_console()
    print_report(console, report)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        console.print(f"report: {path}", highlight=False, soft_wrap=True)


def _scenario(
    file: Path | None, calls: int | None, network: Path | None, *, datum: str, time_zone: str, day: datetime, seed: int
) -> Scenario:
    if file is not None and calls is None:
        return load_scenario(file)
    if file is not None or calls is None:
        raise BadScenario("give either --scenario FILE or --generate N")
    if network is None:
        raise BadScenario("--generate needs --network: the walk network that the service was started with")
    try:
        zone = ZoneInfo(time_zone)
    except (KeyError, ValueError, OSError) as error:
        raise BadScenario(f"{time_zone!r} is no time zone: give one like Europe/Vaduz") from error
    places = network_places(WalkNetwork.load(network), datum=parse_datum(datum))
    return generate_scenario(places, calls=calls, seed=seed, day=day.date(), time_zone=zone)
