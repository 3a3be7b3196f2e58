"""The AEDs of a file's sheets: each sheet's rows at their places, sheets without any passed over and named."""

from collections.abc import Sequence
from dataclasses import replace

from geo.places.datum import Datum
from registry.importers.aed_sources import RawAed, aeds_of_sheet
from registry.importers.columns import MissingColumns
from registry.importers.positions.options import PositionOptions
from registry.importers.positions.placing import place_rows
from registry.importers.reading.geometry import ForeignDatum
from registry.importers.reading.sheet import MAPPED_BY_OSM, Sheet


def read_aed_sheets(sheets: Sequence[Sheet], options: PositionOptions) -> tuple[list[RawAed], list[str]]:
    """(rows of all sheets, what was found out about them).

    Raises:
        MissingColumns: no sheet has positions. ForeignDatum: OSM's datum is fixed.
        UnknownDatumOfFile, UnknownReference, OutsideArea
    """
    raw: list[RawAed] = []
    notes: list[str] = []
    refused: list[MissingColumns] = []
    for sheet in sheets:
        _refuse_foreign_datum(sheet, options)
    filled = [sheet for sheet in sheets if sheet.rows]
    for sheet in filled:
        try:
            placed = place_rows(sheet, options)
        except MissingColumns as error:
            refused.append(error)
            notes.append(f"{sheet.name} was passed over: it has no positions")
            continue
        notes += [f"{sheet.table}: {note}" if sheet.table else note for note in (*sheet.notes, *placed.notes)]
        raw += [_of_sheet(aed, sheet, len(sheets)) for aed in aeds_of_sheet(sheet, placed.places)]
    if refused and len(refused) == len(filled):
        raise refused[0]
    return raw, notes


def _of_sheet(aed: RawAed, sheet: Sheet, sheets: int) -> RawAed:
    """Of several sheets each counts its rows, and often its ids, for itself."""
    if sheets == 1:
        return aed
    ref = f"{sheet.table}/{aed.ref}" if aed.ref else ""
    return replace(aed, where=f"{sheet.table}, {aed.where}", ref=ref)


def _refuse_foreign_datum(sheet: Sheet, options: PositionOptions) -> None:
    if sheet.file_format in MAPPED_BY_OSM and options.datum not in {None, Datum.WGS84}:
        raise ForeignDatum(f"{sheet.file} is OpenStreetMap data, which is WGS-84 by definition: drop --datum")
