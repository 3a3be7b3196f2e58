"""Every row of a sheet on the ground: WGS-84 degrees, or the reason why not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.places.datum import Datum, convert, in_mainland_china
from registry.importers.columns import MissingColumns, UnknownDatumOfFile
from registry.importers.files import ImportRefused
from registry.importers.positions.area import NEAR_M, country_at, country_name, distances_m, home_of, region_box
from registry.importers.positions.checked import checked_degrees
from registry.importers.positions.datum_agreement import (
    FoundDatum,
    by_districts,
    by_named_column,
    by_second_pair,
    by_streets,
)
from registry.importers.positions.numbers_of_rows import Numbers, numbers_of, numbers_of_shapes
from registry.importers.positions.options import PositionOptions
from registry.importers.positions.position_columns import PositionColumns, are_degrees, find_position_columns
from registry.importers.positions.reference_of import in_degrees
from registry.importers.reading.sheet import MAPPED_BY_OSM, Sheet
from registry.importers.report import Rejected

Floats = NDArray[np.float64]
Place = tuple[float, float] | Rejected

# So many rows that are only right the other way round make the columns swapped, and not the rows.
_SWAPPED_SHARE = 0.8


class OutsideArea(ImportRefused):
    """No row lies where the list is said to belong."""

    code = "outside_area"


@dataclass(frozen=True, slots=True)
class Placed:
    """The place of every row, the headers that told it, and what was found out."""

    places: list[Place]
    columns: tuple[str, ...]
    notes: tuple[str, ...]


def place_rows(sheet: Sheet, options: PositionOptions, known: Sequence[PositionColumns] | None = None) -> Placed:
    """Where each row is. known: the columns that may tell it, in place of those that look so.

    Raises:
        MissingColumns: nothing in the sheet is a position.
        UnknownDatumOfFile: it is in mainland China, and neither says its datum nor lets it be found.
        UnknownReference: it is in metres of a system that is not named nor told by the area.
        OutsideArea: no row lies where the list belongs.
    """
    columns, others = _columns(sheet, options, known)
    numbers = (
        numbers_of_shapes(sheet)
        if columns is None
        else numbers_of(sheet, columns, area=options.area, country=options.country)
    )
    notes: list[str] = []
    if columns is not None and not columns.is_named:
        notes.append(f"positions are taken from {columns.shown}, by what stands in it")
    numbers, is_measured = in_degrees(sheet, numbers, options, notes)
    problems = _impossible(numbers)
    if sheet.file_format not in MAPPED_BY_OSM:
        # Mappers see on the map where they put an object.
        _turn_if_swapped(numbers, problems, columns, options, notes)
        _refuse_strays(numbers, problems, sheet, options)
    stated = options.datum or sheet.datum or (columns.datum if columns else None)
    datum = (
        Datum.WGS84
        if is_measured
        else stated or _find_datum(sheet, numbers, problems, others, options=options, notes=notes)
    )
    places = _places(numbers, problems, datum)
    used = () if columns is None else (columns.lon,) if columns.lat is None else (columns.lon, columns.lat)
    return Placed(places, used, tuple(notes))


def _columns(
    sheet: Sheet, options: PositionOptions, known: Sequence[PositionColumns] | None
) -> tuple[PositionColumns | None, list[PositionColumns]]:
    """The columns to read, None for the format's own shapes; and further ones of the same rows."""
    if sheet.has_geometry and not known:
        return None, []
    found = find_position_columns(sheet) if known is None else list(known)
    if not found:
        raise MissingColumns(
            f"{sheet.name} has no longitude and latitude columns (found: {', '.join(sheet.headers)}); name them "
            'lon and lat, or say which they are: --map "COLUMN=lon" --map "COLUMN=lat", or --map "COLUMN=position" '
            "where one holds both"
        )
    # Lists that give metres beside degrees mean the same places; which system the metres are in need not be known.
    found.sort(key=lambda columns: are_degrees(sheet, columns) == (options.epsg is not None))
    if options.datum is None:
        return found[0], found[1:]
    fits = [columns for columns in found if columns.datum is options.datum] or [
        columns for columns in found if columns.datum is None
    ]
    if not fits:
        names = ", ".join(str(columns.datum) for columns in found)
        raise UnknownDatumOfFile(
            f"{sheet.name}: its headers say {names}, --datum says {options.datum}; drop --datum or correct it"
        )
    return fits[0], [columns for columns in found if columns is not fits[0]]


def _impossible(numbers: Numbers) -> list[Rejected | None]:
    problems = list(numbers.problems)
    for row, (x, y) in enumerate(zip(numbers.x, numbers.y, strict=True)):
        if problems[row] is None:
            try:
                checked_degrees(float(x), float(y))
            except Rejected as error:
                problems[row] = error
    return problems


def _good(problems: Sequence[Rejected | None]) -> NDArray[np.bool_]:
    return np.array([problem is None for problem in problems], bool)


def _turn_if_swapped(
    numbers: Numbers,
    problems: list[Rejected | None],
    columns: PositionColumns | None,
    options: PositionOptions,
    notes: list[str],
) -> None:
    """Columns that stand under each other's header are read the other way round; `numbers` and `problems` change."""
    good = _good(problems)
    impossible = np.array(
        [problem is not None and problem.reason == "swapped_coordinates" for problem in problems], bool
    )
    mirrored = impossible.copy()
    ambiguous = good & (np.abs(numbers.x) <= 90)
    if ambiguous.any():
        lon, lat = numbers.x[ambiguous], numbers.y[ambiguous]
        around = options.area or (None if options.country is None else region_box(options.country))
        if around is not None:
            mirrored[ambiguous] = ~around.holds(lon, lat) & around.holds(lat, lon)
        else:
            at_sea = np.array([not country_at(x, y) for x, y in zip(lon, lat, strict=True)], bool)
            on_land = np.array([bool(country_at(y, x)) for x, y in zip(lon, lat, strict=True)], bool)
            mirrored[ambiguous] = at_sea & on_land
    if mirrored.sum() < max(_SWAPPED_SHARE * (good | impossible).sum(), 1) or numbers.has_order:
        return
    numbers.x[:], numbers.y[:] = numbers.y.copy(), numbers.x.copy()
    for row in np.flatnonzero(good | impossible):
        try:
            checked_degrees(float(numbers.x[row]), float(numbers.y[row]))
            problems[row] = None
        except Rejected as error:
            problems[row] = error
    where = "the shapes" if columns is None else columns.shown
    notes.append(
        f"longitude and latitude are swapped in {where}: read the other way round ({int(mirrored.sum())} rows)"
    )


def _refuse_strays(numbers: Numbers, problems: list[Rejected | None], sheet: Sheet, options: PositionOptions) -> None:
    """Rows far from where the list belongs get their reason; what is right only the other way round is swapped."""
    good = np.flatnonzero(_good(problems))
    lon, lat = numbers.x[good], numbers.y[good]
    home = home_of(lon, lat, box=options.area, country=options.country)
    if home is None or not good.size:
        return
    inside = home.holds(lon, lat)
    if not inside.any():
        raise OutsideArea(
            f"{sheet.name}: none of its {good.size} positions lies in {home.shown} (the first is {lon[0]:g}, "
            f"{lat[0]:g}): is it the right file, --region or --area?"
        )
    homes = {"to_lon": lon[inside], "to_lat": lat[inside]}
    # A box is an edge; a country's rows may lie a little beyond it.
    stray = ~inside
    if home.box is None and stray.any():
        stray[stray] = distances_m(lon[stray], lat[stray], **homes) > NEAR_M
    for row, x, y in zip(good[stray], lon[stray], lat[stray], strict=True):
        turned = np.array([y]), np.array([x])
        is_swapped = abs(x) <= 90 and bool(home.holds(*turned)[0])
        if not is_swapped and abs(x) <= 90 and home.box is None:
            is_swapped = bool(distances_m(*turned, **homes)[0] < NEAR_M)
        there = country_name(country_at(x, y)) or "the sea"
        problems[row] = (
            Rejected(
                "swapped_coordinates", f"longitude {x:g}, latitude {y:g} is in {there}; swapped, it is in {home.shown}"
            )
            if is_swapped
            else Rejected("outside_area", f"longitude {x:g}, latitude {y:g} is in {there}, outside {home.shown}")
        )


def _find_datum(
    sheet: Sheet,
    numbers: Numbers,
    problems: list[Rejected | None],
    others: list[PositionColumns],
    *,
    options: PositionOptions,
    notes: list[str],
) -> Datum:
    """Outside mainland China all are one; rows within are refused one by one where they are few, the file where not."""
    good = np.flatnonzero(_good(problems))
    inside = np.asarray(in_mainland_china(numbers.x[good], numbers.y[good]))
    if not inside.any():
        return Datum.WGS84
    if inside.sum() < good.size / 2:
        for row in good[inside]:
            problems[row] = Rejected("unknown_datum", "it is in mainland China, where its datum matters: add --datum")
        return Datum.WGS84
    found = _agreed(sheet, numbers, good, others, options)
    if found is None:
        raise UnknownDatumOfFile(
            f"{sheet.name} does not say which datum its coordinates are in, and neither streets (--network), districts "
            "nor a second pair of columns tell it. Add --datum wgs84 (GPS, OpenStreetMap), --datum gcj02 (Amap, "
            "Tencent) or --datum bd09 (Baidu); they differ by up to 600 m"
        )
    notes.append(f"the datum is {found.datum}: {found.because}")
    return found.datum


def _agreed(
    sheet: Sheet, numbers: Numbers, good: NDArray[np.intp], others: list[PositionColumns], options: PositionOptions
) -> FoundDatum | None:
    lon, lat = numbers.x[good], numbers.y[good]
    for columns in others:
        second = numbers_of(sheet, columns, area=options.area, country=options.country)
        told = by_second_pair(lon, lat, second.x[good], second.y[good], shown=columns.shown)
        if told is not None:
            return told
    if (named := by_named_column([sheet.rows[row].cells for row in good])) is not None:
        return named
    texts = [" ".join(sheet.rows[row].cells.values()) for row in good]
    told = None if options.network is None else by_streets(lon, lat, texts, options.network)
    return told or by_districts(lon, lat, texts)


def _places(numbers: Numbers, problems: list[Rejected | None], datum: Datum) -> list[Place]:
    good = np.flatnonzero(_good(problems))
    lon, lat = convert(numbers.x[good], numbers.y[good], source=datum, target=Datum.WGS84)
    places: list[Place] = [problem or (0.0, 0.0) for problem in problems]
    for row, x, y in zip(good.tolist(), lon.tolist(), lat.tolist(), strict=True):
        places[row] = (x, y)
    return places
