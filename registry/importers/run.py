"""Imports a file into the registry: what is new, what changed, what was refused; a second time changes nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from geo.places.datum import Datum
from registry.eligibility import get_time_zone
from registry.importers.aed_rows import checked_aeds
from registry.importers.aed_sources import ForeignDatum, RawAed, read_aed_csv, read_geojson, read_osm, read_overpass
from registry.importers.aed_store import save_aeds
from registry.importers.files import FileFormat, ImportRefused, UnreadableFile, find_format, read_csv
from registry.importers.known_sources import NameSource, checked_name, name_the_first, source_of_aeds, source_of_people
from registry.importers.people.already_known import remarks_on_known
from registry.importers.people.columns import looks_like_rescuers
from registry.importers.people.people_file import checked_rescuers
from registry.importers.people.row_reader import PeopleOptions
from registry.importers.people.sheets import read_people_sheets
from registry.importers.report import ImportReport, Progress, Remark, no_progress
from registry.importers.rescuer_store import save_rescuers
from registry.models import Aed
from registry.storage.database import Database

OSM_SOURCE = "osm"


class ImportKind(StrEnum):
    """What a file holds."""

    AEDS = "aeds"
    RESCUERS = "rescuers"


class UnclearKind(ImportRefused):
    """Nothing in the file says whether it holds AEDs or rescuers."""

    code = "unclear_kind"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """How to read a file.

    kind: None guesses where it is evident.
    datum: of the file's coordinates, where neither its format nor its headers say.
    source: names the list that the rows come from, the same every time; default "osm" for OpenStreetMap, else the known
        list that the file is like, else what `name_source` says. Never the file's name.
    retire_absent: what the list does not name any more is not fetched any more.
    time_zone: IANA name for opening hours; default the zone in force where each AED hangs.
    region: country of phone numbers without a country code.
    people_secret: makes ids where a list of people gives none.
    valid_years: for how long a kind of certificate holds, for rows without an end.
    ignored, mapped: headers of a list of people that are left out though they look as if they told something; and what
        others mean, as fields of `RESCUER_COLUMNS`.
    """

    kind: ImportKind | None = None
    datum: Datum | None = None
    source: str | None = None
    time_zone: str | None = None
    encoding: str = "utf-8"
    region: str = "CN"
    people_secret: str = field(default="", repr=False)
    valid_years: Mapping[str, int] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    mapped: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False
    retire_absent: bool = False
    name_source: NameSource = name_the_first


@dataclass(frozen=True, slots=True, kw_only=True)
class AedFile:
    """The AEDs of a file, and what was refused or needs a look. source: "" where neither user nor format names it."""

    source: str
    aeds: list[Aed]
    rejected: list[Remark]
    warnings: list[Remark]


_AED_WORDS = ("aed", "dae", "defib", "除颤")


async def import_file(
    database: Database, path: Path, options: ImportOptions, *, now: datetime, progress: Progress = no_progress
) -> ImportReport:
    """Import AEDs or rescuers in one transaction; all of it or, on an error, nothing.

    Raises:
        ImportRefused, UnknownTimeZone: the message says what to do.
    """
    if options.source is not None:
        options = replace(options, source=checked_name(options.source))
    file_format = find_format(path, options.encoding)
    kind = options.kind or _guessed_kind(path, file_format, options.encoding)
    if kind is ImportKind.AEDS:
        return await _import_aeds(database, path, file_format, options, now=now, progress=progress)
    if file_format is not FileFormat.CSV:
        raise UnreadableFile(f"{path.name}: rescuers are imported from CSV only")
    report = ImportReport(file=path.name, kind=kind, source=options.source or "", dry_run=options.dry_run)
    reading = PeopleOptions(
        datum=options.datum,
        region=options.region,
        secret=options.people_secret,
        valid_years=options.valid_years,
        ignored=options.ignored,
        mapped=options.mapped,
    )
    found = checked_rescuers(read_people_sheets(path, options.encoding), reading, progress=progress)
    report.rejected = found.rejected
    report.warnings = [*found.warnings, *await remarks_on_known(database, found.people)]
    _refuse_empty(report, len(found.people), path)
    if not report.source:
        async with database.read() as connection:
            ids = [person.rescuer_id for person in found.people]
            report.source = await source_of_people(connection, ids, path.name, options.name_source)
    await save_rescuers(database, found.people, report, now=now)
    return report


def read_aeds(path: Path, options: ImportOptions, *, progress: Progress = no_progress) -> AedFile:
    """The AEDs of any file that `import_file` takes, without a database.

    Raises:
        ImportRefused, UnknownTimeZone: the message says what to do.
    """
    return _read_aeds(path, find_format(path, options.encoding), options, progress)


async def _import_aeds(
    database: Database,
    path: Path,
    file_format: FileFormat,
    options: ImportOptions,
    *,
    now: datetime,
    progress: Progress,
) -> ImportReport:
    file = _read_aeds(path, file_format, options, progress)
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
    )
    await save_aeds(database, file.aeds, report, now=now, retire_absent=options.retire_absent)
    return report


def _read_aeds(path: Path, file_format: FileFormat, options: ImportOptions, progress: Progress) -> AedFile:
    source = options.source or (OSM_SOURCE if file_format in {FileFormat.OSM, FileFormat.OVERPASS} else "")
    zone = get_time_zone(options.time_zone).key if options.time_zone else None
    rows = _counted(_aed_rows(path, file_format, options), progress)
    found, rejected, warnings = checked_aeds(rows, source=source, time_zone=zone)
    if not found and not rejected:
        raise UnreadableFile(f"{path.name} holds no {ImportKind.AEDS}: is it the right file?")
    return AedFile(source=source, aeds=found, rejected=rejected, warnings=warnings)


def _aed_rows(path: Path, file_format: FileFormat, options: ImportOptions) -> Iterable[RawAed]:
    if file_format in {FileFormat.OSM, FileFormat.OVERPASS} and options.datum not in {None, Datum.WGS84}:
        raise ForeignDatum(f"{path.name} is OpenStreetMap data, which is WGS-84 by definition: drop --datum")
    if file_format is FileFormat.OSM:
        return read_osm(path)
    if file_format is FileFormat.OVERPASS:
        return read_overpass(path, options.encoding)
    if file_format is FileFormat.GEOJSON:
        return read_geojson(path, options.encoding, options.datum)
    return read_aed_csv(path, options.encoding, options.datum)


def _guessed_kind(path: Path, file_format: FileFormat, encoding: str) -> ImportKind:
    if file_format in {FileFormat.OSM, FileFormat.OVERPASS}:
        return ImportKind.AEDS
    headers: list[str] = []
    if file_format is FileFormat.CSV:
        headers, _ = read_csv(path, encoding)
        if looks_like_rescuers(headers):
            return ImportKind.RESCUERS
    if any(word in text.lower() for text in (path.stem, *headers) for word in _AED_WORDS):
        return ImportKind.AEDS
    raise UnclearKind(f"{path.name}: does it hold AEDs or rescuers? Say --kind aeds or --kind rescuers")


def _counted(rows: Iterable[RawAed], progress: Progress) -> Iterable[RawAed]:
    for done, row in enumerate(rows, start=1):
        progress(done, None)
        yield row


def _refuse_empty(report: ImportReport, taken: int, path: Path) -> None:
    if not taken and not report.rejected:
        raise UnreadableFile(f"{path.name} holds no {report.kind}: is it the right file?")
