"""What the commands of geo have in common: options, positions as text, errors told in a line, a progress bar."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from geo.places.datum import UnknownDatum
from geo.streets.progress import Progress as ReportProgress

PointText = Annotated[str, typer.Option("--point", metavar="LON,LAT", help="Degrees, longitude first.")]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DatumOption = Annotated[str, typer.Option(help="Datum of the positions: wgs84 (CGCS2000 too), gcj02 or bd09.")]


class BadPoint(ValueError):
    """The text is no position."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"{text!r} is no position ({why}): give LON,LAT in degrees, such as 113.65,34.75")


class BadUsage(ValueError):
    """The options do not fit together; the message says which to give."""


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


def must_exist(path: Path) -> None:
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}: check the name")


@contextmanager
def told_to_the_user(*errors: type[Exception]) -> Iterator[None]:
    """These, and what is wrong with what was given, are for the user to mend: one red line and exit code 2."""
    known: tuple[type[Exception], ...] = (*errors, BadPoint, BadUsage, UnknownDatum, OSError)
    try:
        yield
    except BrokenPipeError:
        # The reader of a pipe has had enough (`| head`); that is no error of the user's.
        raise
    except known as error:
        Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(str(error), style="red")
        raise typer.Exit(2) from error


@contextmanager
def progress_bar() -> Iterator[ReportProgress]:
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
