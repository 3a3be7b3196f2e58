"""Brings numbers to degrees: they are such already, or metres of a reference system that is named or found."""

import numpy as np
from numpy.typing import NDArray

from registry.importers.positions.area import Box, Home, home_of, region_box
from registry.importers.positions.known_streets import street_distances_m
from registry.importers.positions.numbers_of_rows import Numbers
from registry.importers.positions.options import PositionOptions
from registry.importers.positions.projected import (
    Reference,
    UnknownReference,
    apart_m,
    find_reference,
    named_reference,
    to_degrees,
)
from registry.importers.reading.geometry import ForeignDatum
from registry.importers.reading.sheet import Sheet

Floats = NDArray[np.float64]

# Degrees never exceed this; metres of any system do but for a few rows at its origin.
_MAX_DEGREES = 360.0
_STREET_ROWS = 8
_AT_STREET_M = 150.0


def in_degrees(sheet: Sheet, numbers: Numbers, options: PositionOptions, notes: list[str]) -> tuple[Numbers, bool]:
    """The numbers in degrees, and whether they come of a reference system, which fixes their datum.

    Raises:
        UnknownReference, ForeignDatum
    """
    known = np.isfinite(numbers.x) & np.isfinite(numbers.y)
    x, y = numbers.x[known], numbers.y[known]
    are_metres = bool(x.size) and float(np.mean((np.abs(x) > _MAX_DEGREES) | (np.abs(y) > _MAX_DEGREES))) > 0.5
    epsg = options.epsg or numbers.epsg
    if sheet.datum is not None and sheet.has_geometry and options.epsg is not None and not are_metres:
        raise ForeignDatum(f"{sheet.name} names its own reference system: drop --epsg")
    if epsg is None and not are_metres:
        return numbers, False
    if not x.size:
        return numbers, False
    reference = named_reference(epsg, x, y) if epsg is not None else _found(sheet, known, x, y, options)
    lon, lat = np.full(numbers.x.shape, np.nan), np.full(numbers.y.shape, np.nan)
    lon[known], lat[known] = to_degrees(reference, x, y)
    turned = " with the columns the other way round" if reference.is_turned else ""
    if options.epsg is None or turned:
        notes.append(f"its positions are in {reference.shown}{turned}")
    return Numbers(lon, lat, numbers.problems, has_order=True), True


def _found(sheet: Sheet, known: NDArray[np.bool_], x: Floats, y: Floats, options: PositionOptions) -> Reference:
    home, box = _where(options)
    if home is None or box is None:
        raise UnknownReference(
            f"{sheet.name}: its positions are no degrees but metres, such as {x[0]:.0f}, {y[0]:.0f}. Name their "
            "reference system by --epsg, or where they belong by --region or --area, so that it can be found"
        )
    fits = find_reference(x, y, box=box, holds=home.holds, words=" ".join((sheet.file, *sheet.headers)))
    if not fits:
        raise UnknownReference(
            f"{sheet.name}: its positions are metres, such as {x[0]:.0f}, {y[0]:.0f}, of no reference system that puts "
            f"them in {home.shown}: name it by --epsg"
        )
    if len(fits) == 1:
        return fits[0]
    told = _by_streets(sheet, known, x, y, fits=fits, options=options)
    if told is not None:
        return told
    choice = " or ".join(f"--epsg {reference.epsg} ({reference.name})" for reference in fits[:4])
    far = apart_m(fits[0], fits[1], x, y)
    raise UnknownReference(
        f"{sheet.name}: its positions are metres, and several reference systems put them in {home.shown}, {far:,.0f} m "
        f"apart. Say {choice}"
    )


def _where(options: PositionOptions) -> tuple[Home | None, Box | None]:
    """Where the list belongs, and where to look for systems: a named area or country, else the network's bounds."""
    none = np.empty(0)
    if options.area is None and options.country is not None:
        return home_of(none, none, box=None, country=options.country), region_box(options.country)
    bounds = None if options.network is None else Box(*options.network.bounds)
    box = options.area or bounds
    return (None, None) if box is None else (home_of(none, none, box=box, country=None), box)


def _by_streets(
    sheet: Sheet, known: NDArray[np.bool_], x: Floats, y: Floats, *, fits: list[Reference], options: PositionOptions
) -> Reference | None:
    """The one in which rows lie at the streets that their addresses name, where there are streets to try."""
    if options.network is None:
        return None
    texts = [" ".join(row.cells.values()) for row, is_known in zip(sheet.rows, known, strict=True) if is_known]
    far_m = street_distances_m(options.network, texts, [to_degrees(reference, x, y) for reference in fits])
    named = np.isfinite(far_m).all(axis=0)
    if named.sum() < _STREET_ROWS:
        return None
    median_m = np.median(far_m[:, named], axis=1)
    best, second = np.argsort(median_m)[:2]
    is_clear = median_m[best] < _AT_STREET_M and median_m[second] > 2 * median_m[best]
    return fits[int(best)] if is_clear else None
