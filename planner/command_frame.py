"""What the planners' commands share: options read, errors told in one line, progress shown."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from geo.places.datum import Datum
from geo.siting.choose import BadSitingProblem
from geo.streets.network_file import NetworkFileError
from geo.streets.walk_network import WalkNetwork
from planner.coverage_run import ForeignAeds
from planner.demand import (
    PlacedDemand,
    UnusableDemand,
    point_demand,
    population_demand,
    street_demand,
)
from planner.demand_files import Population, UnusableDemandFile, read_demand
from planner.districts import Districts, UnusableDistricts, read_districts
from planner.helpers import NoAeds, naming_datum
from planner.report import Language
from planner.siting_places import UnusablePlaces
from planner.siting_run import NothingToCover
from registry.eligibility import UnknownTimeZone
from registry.importers.files import ImportRefused
from registry.storage.database import BadDatabaseUrl, DatabaseUnreachable

NETWORK = "network"
USAGE_ERROR = 2
_USER_ERRORS = (
    BadDatabaseUrl,
    BadSitingProblem,
    DatabaseUnreachable,
    ForeignAeds,
    ImportRefused,
    NetworkFileError,
    NoAeds,
    NothingToCover,
    OSError,
    UnknownTimeZone,
    UnusableDemand,
    UnusableDemandFile,
    UnusableDistricts,
    UnusablePlaces,
)
StageProgress = Callable[[str, int, int | None], None]


class BadQuestion(ValueError):
    """The options do not make a question; the message says which to give."""


def parse_instant(text: str | None) -> datetime:
    """An aware instant; now where there is no text.

    Raises:
        BadQuestion: it is no time, or has no zone.
    """
    if text is None:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadQuestion(f"--at {text!r} is no time: write it like 2025-03-05T03:00+08:00") from None
    if found.tzinfo is None:
        raise BadQuestion(
            f"--at {text} has no time zone, so nobody knows what is open then: write {text}+08:00, or {text}Z for UTC"
        )
    return found


def parse_language(text: str) -> Language:
    """Raises: BadQuestion."""
    if text == "zh":
        return "zh"
    if text == "en":
        return "en"
    raise BadQuestion(f"--language {text}: the report is in zh and en")


def place_demand(
    demand: str,
    network: WalkNetwork | None,
    districts: Districts | None,
    *,
    datum: Datum | None,
    weight_column: str | None,
    unit_column: str | None,
    layer: str | None,
    encoding: str,
) -> PlacedDemand:
    """What --demand names, on the streets if there are any.

    Raises:
        BadQuestion, UnusableDemand, UnusableDemandFile, UnusableDistricts, ImportRefused
    """
    if demand == NETWORK:
        if network is None:
            raise BadQuestion("without --network CITY.net there are no streets to count: give --demand FILE")
        return street_demand(network)
    with naming_datum("--demand-datum"):
        found = read_demand(
            Path(demand),
            datum=datum,
            weight_column=weight_column,
            unit_column=unit_column,
            layer=layer,
            encoding=encoding,
        )
    if isinstance(found, Population):
        if districts is None:
            raise BadQuestion(f"{demand} counts residents by district: give their outlines with --districts FILE")
        return population_demand(found, districts, network)
    return point_demand(found, network)


def load_network(path: Path | None) -> WalkNetwork | None:
    """The streets; None where none are named.

    Raises:
        BadQuestion, NetworkFileError
    """
    if path is None:
        return None
    if not path.is_file():
        raise BadQuestion(f"there is no file {path}: make it with `rescue-circle geo build`")
    return WalkNetwork.load(path)


def load_outlines(
    path: Path | None, *, name_column: str | None, datum: Datum | None, layer: str | None, encoding: str
) -> Districts | None:
    """The districts; None where none are named.

    Raises:
        UnusableDistricts
    """
    if path is None:
        return None
    return read_districts(path, name_column=name_column, datum=datum, layer=layer, encoding=encoding)


def title_of(given: str | None, network: WalkNetwork | None, districts: Path | None, demand: str) -> str:
    """The report's title: the one that was given, or the name of what it is about."""
    return given or (network.name if network else districts.stem if districts else Path(demand).stem)


@contextmanager
def told_to_the_user() -> Iterator[None]:
    """Errors that the user can mend become one red line and exit code 2."""
    try:
        yield
    except (*_USER_ERRORS, BadQuestion) as error:
        Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(str(error), style="red")
        raise typer.Exit(USAGE_ERROR) from error


@contextmanager
def progress_bar() -> Iterator[StageProgress]:
    """What is being done, on a terminal only."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("reading", total=None)

        def report(stage: str, done: int, total: int | None) -> None:
            bar.update(task, description=stage, completed=done, total=total)

        yield report
