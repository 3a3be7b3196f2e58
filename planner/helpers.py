"""The AEDs and rescuers that a plan reckons with, from a file or from the registry's database."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.places.datum import Datum
from planner.plan_model import Bilingual
from registry.eligibility import Answer, DispatchLimits, is_dispatchable, position_of
from registry.importers.files import ImportRefused
from registry.importers.people.people_file import checked_rescuers
from registry.importers.people.row_reader import PeopleOptions
from registry.importers.people.sheets import people_sheets
from registry.importers.reading.read import read_sheets
from registry.importers.report import Progress
from registry.importers.run import AedFile, ImportOptions, read_aeds
from registry.models import Aed, Rescuer
from registry.records import cabinets_of
from registry.repository import load_aeds, load_rescuers
from registry.storage.database import Database
from registry.storage.migrating import migrate

REGISTRY = "registry"
_FOR_ONE_PLAN = "ids of one plan's people, which nobody keeps"
Result = TypeVar("Result")


@contextmanager
def naming_datum(option: str) -> Iterator[None]:
    """An importer speaks of its own --datum; a plan has one for each of its files."""
    try:
        yield
    except ImportRefused as error:
        raise type(error)(re.sub(r"--datum\b", option, str(error))) from error


class NoAeds(ValueError):
    """There is no AED to reckon with."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Helpers:
    """What a source holds, and what is to be said of it."""

    aeds: tuple[Aed, ...]
    note: Bilingual


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """Where dispatchable rescuers are taken to be, degrees (n,)."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    note: Bilingual


def get_aeds(source: str, *, datum: Datum | None, encoding: str, database: str | None, progress: Progress) -> Helpers:
    """The AEDs of a file that the registry imports, or of the registry.

    Raises:
        NoAeds, ImportRefused, BadDatabaseUrl, DatabaseUnreachable: the message says what to do.
    """
    if source == REGISTRY:
        held = cabinets_of(_from_database(database, load_aeds))
        if not held:
            raise NoAeds(
                "the registry holds no AED: run `rescue-circle registry import FILE` first, or give --aeds FILE"
            )
        note = Bilingual(en=f"AEDs: {len(held)} of the registry", zh=f"AED：登记库中 {len(held)} 台")
        return Helpers(aeds=tuple(held), note=note)
    path = Path(source)
    with naming_datum("--aed-datum"):
        # Whoever plans only looks: a column that would stop an import is named in the notes instead.
        options = ImportOptions(datum=datum, encoding=_encoding_of(encoding), waves_through=True)
        file = read_aeds(path, options, progress=progress)
    if not file.aeds:
        why = "; ".join(f"{remark.where}: {remark.text}" for remark in file.rejected[:3])
        raise NoAeds(f"{path.name} holds no usable row of an AED: {len(file.rejected)} rejected ({why})")
    return Helpers(aeds=tuple(file.aeds), note=_note_on(file, path.name))


def _note_on(file: AedFile, name: str) -> Bilingual:
    """What came of a file, and the columns that were left out because nobody understands them."""
    rejected = len(file.rejected)
    unread = ", ".join(
        column.header for table in file.tables for column in table.not_understood if column.cells.filled and column.risk
    )
    return Bilingual(
        en=f"AEDs: {len(file.aeds)} of {name}"
        + (f"; {rejected} rows were rejected" if rejected else "")
        + (f"; columns left out because they are not understood: {unread}" if unread else ""),
        zh=f"AED：{name} 中 {len(file.aeds)} 台"
        + (f"；{rejected} 行被拒绝" if rejected else "")
        + (f"；看不懂而未采用的列：{unread}" if unread else ""),
    )


def _encoding_of(told: str) -> str | None:
    # What the commands take where nobody names one; a list's own is found.
    return None if told == "utf-8" else told


def get_rescuers(
    source: str,
    *,
    at: datetime,
    time_zone: ZoneInfo,
    datum: Datum | None,
    region: str,
    encoding: str,
    database: str | None,
    progress: Progress,
) -> Standing:
    """Where those stand who may be alerted at `at`: a fresh presence, else at home.

    Raises:
        ImportRefused, BadDatabaseUrl, DatabaseUnreachable: the message says what to do.
    """
    rejected = 0
    if source == REGISTRY:
        people = _from_database(database, load_rescuers)
    else:
        with naming_datum("--rescuer-datum"):
            # No id is kept, so any secret will do for lists that give none.
            options = PeopleOptions(datum=datum, region=region, secret=_FOR_ONE_PLAN)
            sheets = people_sheets(read_sheets(Path(source), _encoding_of(encoding)))
            file = checked_rescuers(sheets, options, progress=progress)
        rejected = len(file.rejected)
        people = [
            Rescuer(
                rescuer_id=draft.rescuer_id,
                certificates=draft.certificates,
                on_duty=draft.on_duty,
                home_lon=draft.home[0] if draft.home else None,
                home_lat=draft.home[1] if draft.home else None,
            )
            for draft in file.people
        ]
    limits = DispatchLimits(time_zone=time_zone)
    ready = [person for person in people if is_dispatchable(person, at, limits).answer is Answer.YES]
    places = [place for person in ready if (place := position_of(person, at, limits)) is not None]
    return Standing(
        lon=np.array([place.lon for place in places], np.float64),
        lat=np.array([place.lat for place in places], np.float64),
        note=Bilingual(
            en=f"rescuers: {len(places)} of {len(people)} are certified, on duty and somewhere known"
            + (f"; {rejected} rows were rejected" if rejected else ""),
            zh=f"救护员：{len(people)} 人中 {len(places)} 人持证、在岗且位置已知"
            + (f"；{rejected} 行被拒绝" if rejected else ""),
        ),
    )


def zone_of(aeds: tuple[Aed, ...]) -> ZoneInfo:
    """The time zone that most of the AEDs are in: a plan's local hours are counted in it."""
    return ZoneInfo(Counter(aed.time_zone for aed in aeds).most_common(1)[0][0])


def _from_database(url: str | None, load: Callable[[AsyncConnection], Coroutine[Any, Any, Result]]) -> Result:
    migrate(url)

    async def run() -> Result:
        database = Database(url)
        try:
            async with database.read() as connection:
                return await load(connection)
        finally:
            await database.close()

    return asyncio.run(run())
