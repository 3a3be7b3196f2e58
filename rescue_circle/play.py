"""Plays a stage: the real service on the stage's database, a replay against it, and what was measured."""

import asyncio
import base64
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape

from dispatch.access.tokens import Access, Identity, TokenSigner
from geo.streets.lines import LinesWithoutCrs, UnreadableLines, WrongCrs
from geo.streets.network_builder import EmptyNetwork
from geo.streets.osm import UnreadableExtract
from registry.eligibility import UnknownTimeZone
from registry.importers.files import ImportRefused
from rescue_circle.demo_stage import ExtractMissing, Stage
from rescue_circle.served import ServiceNotReady, served
from simulators.call_log import UnusableLog
from simulators.callback_ear import CallbackEar
from simulators.cli import find_known, watched_replay
from simulators.districts import OutlinesMissing
from simulators.report import Json
from simulators.runner import Plan

SETUP_REAL_S = 120.0
"""The service's clock starts so many real seconds before the scenario: it has to start, and phones to connect."""
TOKEN_TTL_S = 24 * 3600.0
STAGE_ERRORS = (
    EmptyNetwork,
    ExtractMissing,
    ImportRefused,
    LinesWithoutCrs,
    OutlinesMissing,
    ServiceNotReady,
    UnknownTimeZone,
    UnreadableExtract,
    UnreadableLines,
    UnusableLog,
    WrongCrs,
)


def _heard(ear: CallbackEar, *, broken_off: bool) -> Json:
    """What 120 was told. Of a replay that was broken off the service goes on telling; nobody waits for that."""
    try:
        return {"callbacks": ear.heard() if broken_off else ear.wait_until_quiet()}
    except KeyboardInterrupt:
        return {"callbacks": ear.heard(), "interrupted": True}


@contextmanager
def plain_stage_errors() -> Iterator[None]:
    """One red line and exit code 2 for what the user can mend, in setting the stage and in the replay."""
    try:
        yield
    except (Exception, BaseExceptionGroup) as error:
        known = error if isinstance(error, STAGE_ERRORS) else find_known(error)
        if known is None:
            raise
        Console(stderr=True).print(f"[red]{escape(str(known))}[/red]", highlight=False, soft_wrap=True)
        raise typer.Exit(2) from error


def introduce(console: Console, stage: Stage, began: float) -> None:
    """Print what the stage is made of; `began` is a reading of `time.perf_counter`."""
    console.print(f"[bold]{stage.title}[/bold]")
    for label, text in stage.summary.items():
        console.print(f"  {label}: {text}", highlight=False)
    console.print(f"  set up in {time.perf_counter() - began:.1f} s", highlight=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Somebody who watches. host, port: where they open the service, which gets these settings beside its own.

    before: called when the service is ready. after: called with what was measured, the replay's real seconds and 120's
    secret while the service still runs; not where the replay was broken off.
    """

    host: str
    port: int
    settings: Mapping[str, str]
    before: Callable[[], None]
    after: Callable[[Json, float, str], None]


def play(
    stage: Stage,
    plan: Plan,
    *,
    folder: Path,
    speed: float,
    ear: CallbackEar | None = None,
    audience: Audience | None = None,
) -> tuple[Json, float]:
    """Start the service, replay, end the service: what was measured, and the replay's real seconds.

    ear: the 120 system's own end of the callbacks; without it nobody is called back.
    """
    webhook_secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    token_secret = secrets.token_urlsafe(48)
    starts_at = stage.scenario.head.start - timedelta(seconds=SETUP_REAL_S * speed)
    settings = {
        "RESCUE_DATABASE_URL": stage.database_url,
        "RESCUE_NETWORK": str(stage.network),
        "RESCUE_WEBHOOK_SECRET": webhook_secret,
        "RESCUE_TOKEN_SECRET": token_secret,
        "RESCUE_CLOCK_START": starts_at.isoformat(),
        "RESCUE_CLOCK_SPEED": str(speed),
        "RESCUE_TIME_ZONE": stage.time_zone,
        **(ear.settings if ear else {}),
        **(audience.settings if audience else {}),
    }
    token, _ = TokenSigner(token_secret).issue(Identity(subject="demo", access=Access.SIMULATOR), ttl_s=TOKEN_TTL_S)
    where: dict[str, Any] = {"host": audience.host, "port": audience.port} if audience else {}
    with served(settings, log=folder / "service.log", **where) as url:
        if audience:
            audience.before()
        began = time.perf_counter()
        measured = asyncio.run(watched_replay(url, token=token, secret=webhook_secret, plan=plan, title=stage.title))
        took_s = round(time.perf_counter() - began, 1)
        if ear:
            measured |= _heard(ear, broken_off=bool(measured["interrupted"]))
        if audience and not measured["interrupted"]:
            audience.after(measured, took_s, webhook_secret)
        return measured, took_s
