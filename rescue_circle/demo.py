"""`rescue-circle demo`: a city, the real service on a fresh database, two dozen calls, hundreds of phones, a report."""

import time
from pathlib import Path
from typing import Annotated

import typer

from rescue_circle.demo_stage import Stage, set_default_stage, set_osm_stage
from rescue_circle.play import introduce, plain_stage_errors, play
from simulators.call_generator import CallModel
from simulators.callback_ear import listening
from simulators.cli import DAY, write_report
from simulators.report import Json
from simulators.report_text import wide_console
from simulators.runner import Plan, allow_many_sockets

FOLDER = Path("build/demo")


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
    with plain_stage_errors():
        with console.status("setting the stage: streets, AEDs, volunteers, calls"):
            stage = _set_stage(osm, calls=calls, rescuers=rescuers, seed=seed, time_zone=time_zone)
        introduce(console, stage, began)
        result = _play(stage, speed=speed, seed=seed)
    write_report(result, report)
    if result["faults"]:
        raise typer.Exit(1)


def _set_stage(osm: Path | None, *, calls: int, rescuers: int | None, seed: int, time_zone: str | None) -> Stage:
    day = DAY.date()
    if osm is None:
        return set_default_stage(FOLDER, seed=seed, calls=calls, rescuers=rescuers, day=day)
    return set_osm_stage(FOLDER, osm, seed=seed, calls=calls, rescuers=rescuers, time_zone=time_zone, day=day)


def _play(stage: Stage, *, speed: float, seed: int) -> Json:
    """Start the service, replay, end the service; the report."""
    plan = Plan(scenario=stage.scenario, owners=stage.owners, seed=seed)
    with listening() as ear:
        measured, took_s = play(stage, plan, folder=FOLDER, speed=speed, ear=ear)
    about: Json = {
        "title": stage.title,
        "synthetic": stage.synthetic,
        "city": stage.summary,
        "time_zone": stage.time_zone,
        "scenario_file": str(stage.scenario_file),
        "call_model": CallModel().parameters(),
        "replay_took_s": took_s,
    }
    return {**about, **measured}
