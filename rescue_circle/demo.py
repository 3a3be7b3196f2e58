"""`rescue-circle demo`: a city, the real service on a fresh database, two dozen calls, hundreds of phones, a report."""

import asyncio
import base64
import secrets
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from dispatch.tokens import Access, Identity, TokenSigner
from geo.network_builder import EmptyNetwork
from geo.osm import UnreadableExtract
from registry.eligibility import UnknownTimeZone
from registry.importers.files import ImportRefused
from rescue_circle.demo_stage import ExtractMissing, Stage, set_default_stage, set_osm_stage
from rescue_circle.served import ServiceNotReady, served
from simulators.call_generator import CallModel
from simulators.cli import DAY, find_known, watched_replay, write_report
from simulators.districts import OutlinesMissing
from simulators.report import Json
from simulators.report_text import wide_console
from simulators.runner import Plan, allow_many_sockets

FOLDER = Path("build/demo")
SETUP_REAL_S = 120.0
"""The service's clock starts so many real seconds before the scenario: it has to start, and phones to connect."""
STAGE_ERRORS = (
    EmptyNetwork,
    ExtractMissing,
    ImportRefused,
    OutlinesMissing,
    ServiceNotReady,
    UnknownTimeZone,
    UnreadableExtract,
)


def demo(
    *,
    osm: Annotated[
        Path | None, typer.Option(help="A real OpenStreetMap extract instead of the synthetic city.")
    ] = None,
    calls: Annotated[int, typer.Option(min=1, max=1_000, help="Calls over one day.")] = 24,
    rescuers: Annotated[
        int | None, typer.Option(min=1, max=500_000, help="Volunteers; default by the city's size.")
    ] = None,
    speed: Annotated[float, typer.Option(min=1.0, max=3_600.0, help="Simulated seconds in a real one.")] = 300.0,
    seed: Annotated[int, typer.Option(min=0, help="Same seed: same city, same calls, same decisions.")] = 1,
    time_zone: Annotated[str | None, typer.Option(help="Of the extract; default the one in force there.")] = None,
    report: Annotated[Path, typer.Option(help="Where to write the report, JSON.")] = FOLDER / "report.json",
) -> None:
    """Replay a day's calls against the real service; exit 0 only if no call and no alert was lost or doubled."""
    if time_zone is not None and osm is None:
        raise typer.BadParameter("the synthetic Zhengzhou has its own; give it together with --osm")
    allow_many_sockets()
    console = wide_console()
    began = time.perf_counter()
    try:
        with console.status("setting the stage: streets, AEDs, volunteers, calls"):
            stage = _set_stage(osm, calls=calls, rescuers=rescuers, seed=seed, time_zone=time_zone)
        _introduce(console, stage, began)
        result = _play(stage, speed=speed, seed=seed)
    except (Exception, BaseExceptionGroup) as error:
        known = error if isinstance(error, STAGE_ERRORS) else find_known(error)
        if known is None:
            raise
        Console(stderr=True).print(f"[red]{escape(str(known))}[/red]", highlight=False, soft_wrap=True)
        raise typer.Exit(2) from error
    write_report(result, report)
    if result["faults"]:
        raise typer.Exit(1)


def _set_stage(osm: Path | None, *, calls: int, rescuers: int | None, seed: int, time_zone: str | None) -> Stage:
    day = DAY.date()
    if osm is None:
        return set_default_stage(FOLDER, seed=seed, calls=calls, rescuers=rescuers, day=day)
    return set_osm_stage(FOLDER, osm, seed=seed, calls=calls, rescuers=rescuers, time_zone=time_zone, day=day)


def _introduce(console: Console, stage: Stage, began: float) -> None:
    console.print(f"[bold]{stage.title}[/bold]")
    for label, text in stage.summary.items():
        console.print(f"  {label}: {text}", highlight=False)
    console.print(f"  set up in {time.perf_counter() - began:.1f} s", highlight=False)


def _play(stage: Stage, *, speed: float, seed: int) -> Json:
    """Start the service, replay, end the service; the report."""
    webhook_secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    token_secret = secrets.token_urlsafe(48)
    starts_at: datetime = stage.scenario.head.start - timedelta(seconds=SETUP_REAL_S * speed)
    settings = {
        "RESCUE_DATABASE_URL": stage.database_url,
        "RESCUE_NETWORK": str(stage.network),
        "RESCUE_WEBHOOK_SECRET": webhook_secret,
        "RESCUE_TOKEN_SECRET": token_secret,
        "RESCUE_CLOCK_START": starts_at.isoformat(),
        "RESCUE_CLOCK_SPEED": str(speed),
        "RESCUE_TIME_ZONE": stage.time_zone,
    }
    token, _ = TokenSigner(token_secret).issue(Identity(subject="demo", access=Access.SIMULATOR), ttl_s=12 * 3600)
    plan = Plan(scenario=stage.scenario, owners=stage.owners, seed=seed)
    with served(settings, log=FOLDER / "service.log") as url:
        began = time.perf_counter()
        measured = asyncio.run(watched_replay(url, token=token, secret=webhook_secret, plan=plan, title=stage.title))
        took_s = time.perf_counter() - began
    about: Json = {
        "title": stage.title,
        "synthetic": stage.synthetic,
        "city": stage.summary,
        "time_zone": stage.time_zone,
        "scenario_file": str(stage.scenario_file),
        "call_model": CallModel().parameters(),
        "replay_took_s": round(took_s, 1),
    }
    return {**about, **measured}
