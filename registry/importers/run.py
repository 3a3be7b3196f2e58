"""Imports a file into the registry: what is new, what changed, what was refused; a second time changes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from geo.places.datum import Datum
from geo.streets.network_file import NetworkFileError
from registry.eligibility import get_time_zone
from registry.importers.aed_rows import checked_aeds
from registry.importers.aed_sheets import read_aed_sheets
from registry.importers.aed_sources import RawAed
from registry.importers.aed_store import save_aeds
from registry.importers.device_words import Told
from registry.importers.files import ImportRefused, UnreadableFile
from registry.importers.kinds import ImportKind, get_kind, is_osm, speaks_of_aeds
from registry.importers.known_sources import (
    NameSource,
    UnnamedSource,
    checked_name,
    name_the_first,
    source_of_aeds,
    source_of_people,
)
from registry.importers.meanings.profile import BadProfile, Profile
from registry.importers.meanings.understanding import Meanings, Understanding
from registry.importers.own.reading import OwnRows, find_own, read_own
from registry.importers.own.records import cabinets_of_rows
from registry.importers.own.saving import save_own
from registry.importers.people.already_known import remarks_on_known
from registry.importers.people.people_file import PeopleFile, UnknownRegion, checked_rescuers
from registry.importers.people.row_reader import PeopleOptions
from registry.importers.people.sheets import people_sheets
from registry.importers.positions.area import Box, is_country
from registry.importers.positions.options import PositionOptions
from registry.importers.reading.read import read_sheets
from registry.importers.reading.sheet import Sheet
from registry.importers.report import ImportReport, Progress, Remark, no_progress
from registry.importers.rescuer_store import save_rescuers
from registry.models import Aed
from registry.storage.database import Database

if TYPE_CHECKING:
    from geo.streets.walk_network import WalkNetwork

OSM_SOURCE = "osm"

_FOR_FOREIGN_LISTS = {
    **{name: name for name in ("profile", "region", "epsg", "area", "network")},
    "mapped": "map",
    "ignored": "ignore",
    "time_zone": "time-zone",
    "retire_absent": "retire-absent",
}

PHONE_REGION = "CN"
"""Where phone numbers without a country code belong if nobody says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """How to read a file.

    kind: None guesses where it is evident.
    datum: of the file's coordinates, where neither its format nor its headers say.
    source: names the list that the rows come from, the same every time; default "osm" for OpenStreetMap, else the known
        list that the file is like, else what `name_source` says. Never the file's name.
    retire_absent: what the list does not name any more is not fetched any more.
    time_zone: IANA name for opening hours; default the zone in force where each AED hangs.
    encoding: of the text; None finds it.
    region: country where the list belongs, and of phone numbers without a country code; None takes the country of most
        AEDs, and China for phone numbers.
    epsg: number of the reference system of positions in metres. area: where AEDs belong; rows outside are refused.
    network: file of a walk network, whose streets may tell an unknown datum.
    people_secret: makes ids where a list of people gives none.
    valid_years: for how long a kind of certificate holds, for rows without an end.
    profile: what columns and words of a list of AEDs mean, as its publisher's other lists were read.
    mapped, ignored: what headers mean, as `Field` of AEDs or fields of `RESCUER_COLUMNS` of people; and headers that
        are left out though they look as if they told something. Both count above all that is known or guessed.
    waves_through: no column that is not understood stops anything, for readers that only look.
    """

    kind: ImportKind | None = None
    datum: Datum | None = None
    source: str | None = None
    time_zone: str | None = None
    encoding: str | None = None
    region: str | None = None
    epsg: int | None = None
    area: Box | None = None
    network: Path | None = None
    people_secret: str = field(default="", repr=False)
    valid_years: Mapping[str, int] = field(default_factory=dict)
    profile: Profile | None = None
    mapped: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    waves_through: bool = False
    dry_run: bool = False
    retire_absent: bool = False
    name_source: NameSource = name_the_first


@dataclass(frozen=True, slots=True, kw_only=True)
class AedFile:
    """The AEDs of a file, and what was refused or needs a look. source: "" where neither user nor format names it.

    devices: what it says of their devices, by `source_ref`. notes: what was found out about the file as a whole.
    tables: what the columns of each of its tables mean.
    """

    source: str
    aeds: list[Aed]
    devices: Mapping[str, Told]
    rejected: list[Remark]
    warnings: list[Remark]
    notes: list[str]
    tables: list[Understanding]


async def import_file(
    database: Database, path: Path, options: ImportOptions, *, now: datetime, progress: Progress = no_progress
) -> ImportReport:
    """Import AEDs or rescuers in one transaction; all of it or, on an error, nothing.

    Raises:
        ImportRefused, UnknownTimeZone: the message says what to do.
    """
    if options.source is not None:
        options = replace(options, source=checked_name(options.source))
    read = _read_list(path, options, now.date(), progress)
    if isinstance(read, AedFile):
        return await _save_aeds(database, path, read, options, now=now)
    if isinstance(read, OwnRows):
        return await _save_own(database, path, read, options, now=now)
    return await _save_people(database, path, read, options, now=now)


def read_aeds(
    path: Path, options: ImportOptions, *, today: date | None = None, progress: Progress = no_progress
) -> AedFile:
    """The AEDs of any file that `import_file` takes, without a database.

    `today`: what ended before it is gone; None counts whatever has an end as gone.

    Raises:
        ImportRefused, UnknownTimeZone: the message says what to do.
    """
    sheets = read_sheets(path, options.encoding)
    if (own := find_own(sheets)) is not None:
        return _read_own(own, options)
    return _read_aeds(path, sheets, options, today, progress)


@dataclass(frozen=True, slots=True, kw_only=True)
class _PeopleList:
    """The people of a file. notes: what was found out about the file as a whole."""

    found: PeopleFile
    notes: list[str]


def _read_list(path: Path, options: ImportOptions, today: date, progress: Progress) -> AedFile | OwnRows | _PeopleList:
    """What a file holds. Its sheets are let go here: what is written later is as large as they are."""
    sheets = read_sheets(path, options.encoding)
    if (own := find_own(sheets)) is not None and options.kind is not ImportKind.RESCUERS:
        _refuse_options(path, own, options)
        return read_own(own)
    if (options.kind or get_kind(path, sheets)) is ImportKind.AEDS:
        return _read_aeds(path, sheets, options, today, progress)
    return _read_people(path, sheets, options, progress)


def _read_people(path: Path, sheets: Sequence[Sheet], options: ImportOptions, progress: Progress) -> _PeopleList:
    if options.profile is not None:
        raise BadProfile(f"{path.name} holds people, and profiles tell of lists of AEDs: leave out --profile")
    if options.retire_absent:
        raise ImportRefused(
            f"{path.name} holds people, and nobody is retired for being missing on a list: leave out --retire-absent; "
            "the report names who is missing, to be paused or erased one by one"
        )
    reading = PeopleOptions(
        datum=options.datum,
        region=options.region or PHONE_REGION,
        secret=options.people_secret,
        valid_years=options.valid_years,
        ignored=options.ignored,
        mapped=options.mapped,
    )
    found = None
    if any(sheet.headers for sheet in sheets):
        found = checked_rescuers(people_sheets(sheets), reading, progress=progress)
    if found is None or not (found.people or found.rejected):
        raise UnreadableFile(f"{path.name} holds no {ImportKind.RESCUERS}: is it the right file?")
    return _PeopleList(found=found, notes=[note for sheet in sheets for note in sheet.notes])


async def _save_people(
    database: Database, path: Path, file: _PeopleList, options: ImportOptions, *, now: datetime
) -> ImportReport:
    report = ImportReport(
        file=path.name,
        kind=ImportKind.RESCUERS,
        source=options.source or "",
        dry_run=options.dry_run,
        rejected=file.found.rejected,
        warnings=[*file.found.warnings, *await remarks_on_known(database, file.found.people)],
        notes=file.notes,
    )
    if not report.source:
        async with database.read() as connection:
            ids = [person.rescuer_id for person in file.found.people]
            report.source = await source_of_people(connection, ids, path.name, options.name_source)
    await save_rescuers(database, file.found.people, report, now=now)
    return report


async def _save_own(
    database: Database, path: Path, own: OwnRows, options: ImportOptions, *, now: datetime
) -> ImportReport:
    report = ImportReport(
        file=path.name,
        kind=ImportKind.AEDS,
        source=options.source or "",
        dry_run=options.dry_run,
        rejected=own.rejected,
        warnings=own.warnings,
        notes=own.notes,
    )
    await save_own(database, own.rows, report, now=now)
    return report


def _refuse_options(path: Path, sheet: Sheet, options: ImportOptions) -> None:
    """What says how a foreign list is to be read says nothing of an export."""
    given = [option for name, option in _FOR_FOREIGN_LISTS.items() if getattr(options, name)]
    if options.datum not in {None, Datum.WGS84}:
        given.append("datum")
    if "source" in sheet.headers and options.source:
        given.append("source")
    if given:
        raise ImportRefused(
            f"{path.name} is an export of a registry, which says all of this itself: leave out "
            f"{', '.join(f'--{name}' for name in given)}"
        )
    if "source" not in sheet.headers and not options.source:
        raise UnnamedSource(
            f"{path.name} is an export for the public, which does not say which lists its AEDs are from: say with "
            "--source NAME how they are to be called here"
        )


async def _save_aeds(
    database: Database, path: Path, file: AedFile, options: ImportOptions, *, now: datetime
) -> ImportReport:
    source = file.source
    if not source:
        async with database.read() as connection:
            source = await source_of_aeds(connection, file.aeds, path.name, options.name_source)
    report = ImportReport(
        file=path.name,
        kind=ImportKind.AEDS,
        source=source,
        dry_run=options.dry_run,
        rejected=file.rejected,
        warnings=file.warnings,
        notes=file.notes,
        tables=file.tables,
    )
    await save_aeds(database, file.aeds, file.devices, report, now=now, retire_absent=options.retire_absent)
    return report


def _read_aeds(
    path: Path, sheets: Sequence[Sheet], options: ImportOptions, today: date | None, progress: Progress
) -> AedFile:
    source = options.source or (OSM_SOURCE if is_osm(sheets) else "")
    zone = get_time_zone(options.time_zone).key if options.time_zone else None
    read = read_aed_sheets(sheets, _position_options(options), _meanings(options))
    if options.kind is None and not speaks_of_aeds(path, sheets):
        read.notes.append(
            "nothing in it speaks of AEDs: it was taken for a list of them because it has places and no people"
        )
    found = checked_aeds(_counted(read.raw, progress), source=source, time_zone=zone, today=today)
    if not found.aeds and not found.rejected:
        raise UnreadableFile(f"{path.name} holds no {ImportKind.AEDS}: is it the right file?")
    return AedFile(
        source=source,
        aeds=found.aeds,
        devices=found.devices,
        rejected=found.rejected,
        warnings=found.warnings,
        notes=read.notes,
        tables=read.tables,
    )


def _read_own(sheet: Sheet, options: ImportOptions) -> AedFile:
    own, source = read_own(sheet), options.source or ""
    return AedFile(
        source=source,
        aeds=cabinets_of_rows(own.rows, source),
        devices={},
        rejected=own.rejected,
        warnings=own.warnings,
        notes=own.notes,
        tables=[],
    )


def _meanings(options: ImportOptions) -> Meanings:
    return Meanings(
        profile=options.profile or Profile(),
        mapped=options.mapped,
        ignored=options.ignored,
        waves_through=options.waves_through,
    )


def _position_options(options: ImportOptions) -> PositionOptions:
    if options.region is not None and not is_country(options.region):
        raise UnknownRegion(f"{options.region!r} is no country code: use two letters, such as CN")
    return PositionOptions(
        datum=options.datum,
        epsg=options.epsg,
        area=options.area,
        country=options.region,
        network=None if options.network is None else _network(options.network),
    )


def _network(path: Path) -> "WalkNetwork":
    # Streets are for who names them: the compiler of their kernels takes seconds to load.
    from geo.streets.walk_network import WalkNetwork  # noqa: PLC0415

    try:
        return WalkNetwork.load(path)
    except (NetworkFileError, OSError) as error:
        raise UnreadableFile(str(error)) from error


def _counted(rows: Iterable[RawAed], progress: Progress) -> Iterable[RawAed]:
    for done, row in enumerate(rows, start=1):
        progress(done, None)
        yield row
