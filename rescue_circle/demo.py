"""`rescue-circle demo`: a city, the real service on a fresh database, two dozen calls, hundreds of phones, a report.

In a terminal it is for watching: calls come one soon after the other, slowly enough to follow on the console and to
answer on a volunteer's phone, and the service stays up afterwards.
"""

import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from rescue_circle.demo_stage import Stage, set_default_stage, set_osm_stage
from rescue_circle.demo_viewer import PORT, Viewer, address_of, let_in, settings_for, stay, welcome, write_districts
from rescue_circle.play import Audience, introduce, plain_stage_errors, play
from rescue_circle.served import find_free_port
from simulators.call_generator import CallModel
from simulators.callback_ear import listening
from simulators.cli import DAY, end_with, write_report
from simulators.gathering import gather
from simulators.report import Json
from simulators.report_text import wide_console
from simulators.runner import Plan, allow_many_sockets
from simulators.scenario import save_scenario

FOLDER = Path("build/demo")
SPEED, WATCHED_SPEED = 300.0, 4.0
"""At most; the clock runs slower on a machine on which volunteers' answers would come too late. Watched, a phone rings
for 7 real seconds and a whole rescue takes about 3 minutes."""
CALLS, WATCHED_CALLS = 24, 16
RESCUERS = 40_000
"""Of the synthetic city: as many as Zhengzhou's Red Cross has volunteers, all of them in its five core districts."""
AEDS_PER_KM2 = 10.0
"""Of the synthetic city, so that about half of the calls show both halves of a rescue: 198 for 100,000 residents, where
the national guide asks for 100 (Guo Wei Ban Yi Han (2021) 602). Zhengzhou has fewer."""
AEDS_SHOWN = "198 for 100,000 residents, where the national guide asks for 100"
GAP_S = 90.0
"""Simulated seconds between two calls that are watched."""


def demo(
    *,
    osm: Annotated[
        Path | None, typer.Option(help="A real OpenStreetMap extract instead of the synthetic city.")
    ] = None,
    calls: Annotated[
        int | None,
        typer.Option(min=1, max=1_000, help=f"Calls; default {CALLS} over one day, {WATCHED_CALLS} watched."),
    ] = None,
    rescuers: Annotated[
        int | None, typer.Option(min=1, max=500_000, help="Volunteers; default by the city's size.")
    ] = None,
    aeds_per_km2: Annotated[
        float | None,
        typer.Option(
            min=0.01, max=50.0, help=f"AEDs of the synthetic city; default {AEDS_PER_KM2:g}, a sparse one has 0.6."
        ),
    ] = None,
    speed: Annotated[
        float | None,
        typer.Option(
            min=1.0,
            max=3_600.0,
            help="Simulated seconds in a real one; default what this machine keeps up with, "
            f"at most {SPEED:g}, {WATCHED_SPEED:g} watched.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed: same city, same calls, same decisions.")] = 1,
    time_zone: Annotated[str | None, typer.Option(help="Of the extract; default the one in force there.")] = None,
    report: Annotated[Path, typer.Option(help="Where to write the report, JSON.")] = FOLDER / "report.json",
    watch: Annotated[
        bool | None, typer.Option("--watch/--no-watch", help="For watching in a browser; default in a terminal.")
    ] = None,
    host: Annotated[
        str, typer.Option(help="Watched: address to listen on; 0.0.0.0 lets a phone in the same network in.")
    ] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(min=1, max=65_535, help=f"Watched: default {PORT}, or a free one.")
    ] = None,
) -> None:
    """Replay a day's calls against the real service; exit 0 only if no call and no alert was lost or doubled."""
    if time_zone is not None and osm is None:
        raise typer.BadParameter("the synthetic Zhengzhou has its own; give it together with --osm")
    if aeds_per_km2 is not None and osm is not None:
        raise typer.BadParameter("an extract has its own AEDs; --aeds-per-km2 is for the synthetic city")
    watched = sys.stdout.isatty() if watch is None else watch
    allow_many_sockets()
    console = wide_console()
    began = time.perf_counter()
    fastest = WATCHED_SPEED if watched else SPEED
    told = partial(_report, speed=speed or fastest, fastest=None if speed else fastest, seed=seed, file=report)
    with plain_stage_errors():
        with console.status("setting the stage: streets, AEDs, volunteers, calls"):
            wanted = calls or (WATCHED_CALLS if watched else CALLS)
            if osm is None:
                stage = _set_synthetic_stage(wanted, rescuers, aeds_per_km2, seed=seed)
            else:
                stage = set_osm_stage(
                    FOLDER, osm, seed=seed, calls=wanted, rescuers=rescuers, time_zone=time_zone, day=DAY.date()
                )
            stage, viewer = _for_watching(stage, seed) if watched else (stage, None)
        introduce(console, stage, began)
        result = told(stage, viewer, console, host=host, port=port or find_free_port(PORT))
    if not (watched and result["interrupted"] and not result["faults"]):
        end_with(result)


def _set_synthetic_stage(calls: int, rescuers: int | None, aeds_per_km2: float | None, *, seed: int) -> Stage:
    density, people = aeds_per_km2 or AEDS_PER_KM2, rescuers or RESCUERS
    shown = [
        f"{density:g} AEDs for a square kilometre"
        + (f" ({AEDS_SHOWN}; Zhengzhou has fewer)" if aeds_per_km2 is None else ""),
        f"{people:,} volunteers in the five core districts"
        + (" (all of Zhengzhou's Red Cross)" if rescuers is None else ""),
    ]
    return set_default_stage(
        FOLDER,
        seed=seed,
        calls=calls,
        rescuers=people,
        aeds_per_km2=density,
        day=DAY.date(),
        shown="; ".join(shown),
    )


def _for_watching(stage: Stage, seed: int) -> tuple[Stage, Viewer]:
    scenario, stand = gather(stage.scenario, stage.owners, gap_s=GAP_S, seed=seed)
    save_scenario(scenario, stage.scenario_file)
    return replace(stage, scenario=scenario), let_in(stage.database_url, FOLDER, stand)


def _report(
    stage: Stage,
    viewer: Viewer | None,
    console: Console,
    *,
    speed: float,
    fastest: float | None,
    seed: int,
    file: Path,
    host: str,
    port: int,
) -> Json:
    """Start the service, replay, report, end the service; somebody who watches decides when."""
    plan = Plan(scenario=stage.scenario, owners=stage.owners, seed=seed, fastest=fastest)
    results: list[Json] = []

    def tell(measured: Json, took_s: float) -> None:
        results.append({**_about(stage, took_s), **measured})
        write_report(results[0], file)

    def stay_up(measured: Json, took_s: float, webhook_secret: str) -> None:
        tell(measured, took_s)
        assert viewer is not None  # noqa: S101 - there is an audience
        stay(console, address, viewer, webhook_secret=webhook_secret)

    address = address_of(host, port)
    audience = None
    if viewer is not None:
        districts = write_districts(FOLDER) if "streets" in stage.synthetic else None
        audience = Audience(
            host=host,
            port=port,
            settings=settings_for(address, districts),
            before=lambda: welcome(console, viewer, address, host=host),
            after=stay_up,
        )
    with listening() as ear:
        measured, took_s = play(stage, plan, folder=FOLDER, speed=speed, ear=ear, audience=audience)
    if not results:
        tell(measured, took_s)
    return results[0]


def _about(stage: Stage, took_s: float) -> Json:
    return {
        "title": stage.title,
        "synthetic": stage.synthetic,
        "city": stage.summary,
        "time_zone": stage.time_zone,
        "scenario_file": str(stage.scenario_file),
        "call_model": CallModel().parameters(),
        "replay_took_s": took_s,
    }
