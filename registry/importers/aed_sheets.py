"""The AEDs of a file's sheets: each sheet's columns understood, its rows at their places; sheets without any are passed
over and named."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from geo.places.datum import Datum
from registry.importers.aed_sources import RawAed, aeds_of_sheet
from registry.importers.columns import MissingColumns
from registry.importers.meanings.osm_tags import understood_tags
from registry.importers.meanings.understanding import (
    NOTHING_SAID,
    Meanings,
    Understanding,
    check_options,
    understand,
)
from registry.importers.positions.options import PositionOptions
from registry.importers.positions.placing import place_rows
from registry.importers.reading.geometry import ForeignDatum
from registry.importers.reading.sheet import MAPPED_BY_OSM, Sheet
from registry.importers.told_positions import position_columns_of


@dataclass(slots=True, kw_only=True)
class AedSheets:
    """raw: rows of all sheets, to be gone through once: each is made when it is asked for, since it is several times as
    large as what it is made of. notes: what was found out about them. tables: what the columns of each mean."""

    raw: Iterable[RawAed] = ()
    notes: list[str] = field(default_factory=list)
    tables: list[Understanding] = field(default_factory=list)


def read_aed_sheets(sheets: Sequence[Sheet], options: PositionOptions, meanings: Meanings = NOTHING_SAID) -> AedSheets:
    """What the sheets hold.

    Raises:
        MissingColumns: no sheet has positions. ForeignDatum: OSM's datum is fixed.
        ColumnNotUnderstood, BadProfile, UnknownDatumOfFile, UnknownReference, OutsideArea
    """
    found = AedSheets()
    refused: list[MissingColumns] = []
    for sheet in sheets:
        _refuse_foreign_datum(sheet, options)
    filled = [sheet for sheet in sheets if sheet.rows]
    if filled:
        check_options([header for sheet in filled for header in sheet.headers], meanings, filled[0].file)
    for sheet in filled:
        try:
            _add_sheet(found, sheet, options, meanings, is_only=len(sheets) == 1)
        except MissingColumns as error:
            refused.append(error)
            found.notes.append(f"{sheet.name} was passed over: it has no positions")
    if refused and len(refused) == len(filled):
        raise refused[0]
    return found


def _add_sheet(found: AedSheets, sheet: Sheet, options: PositionOptions, meanings: Meanings, *, is_only: bool) -> None:
    """Places first: a sheet without any is not one of AEDs, whatever its columns are."""
    understanding = _understood(sheet, meanings)
    placed = place_rows(sheet, options, position_columns_of(sheet, understanding))
    understanding = understanding.with_positions(placed.columns)
    if not meanings.waves_through:
        understanding.refuse_unread(sheet.name)
    found.notes += [f"{sheet.table}: {note}" if sheet.table else note for note in (*sheet.notes, *placed.notes)]
    raw = (_of_sheet(aed, sheet, is_only=is_only) for aed in aeds_of_sheet(sheet, placed.places, understanding))
    found.raw = chain(found.raw, raw)
    found.tables.append(understanding)


def _understood(sheet: Sheet, meanings: Meanings) -> Understanding:
    cells = [row.cells for row in sheet.rows]
    if sheet.file_format in MAPPED_BY_OSM:
        return understood_tags(cells)
    only_looks = replace(meanings, waves_through=True)
    return understand(sheet.headers, cells, only_looks, has_header=sheet.has_header, file=sheet.name)


def _of_sheet(aed: RawAed, sheet: Sheet, *, is_only: bool) -> RawAed:
    """Of several sheets each counts its rows, and often its ids, for itself."""
    if is_only:
        return aed
    ref = f"{sheet.table}/{aed.ref}" if aed.ref else ""
    return replace(aed, where=f"{sheet.table}, {aed.where}", ref=ref)


def _refuse_foreign_datum(sheet: Sheet, options: PositionOptions) -> None:
    if sheet.file_format in MAPPED_BY_OSM and options.datum not in {None, Datum.WGS84}:
        raise ForeignDatum(f"{sheet.file} is OpenStreetMap data, which is WGS-84 by definition: drop --datum")
