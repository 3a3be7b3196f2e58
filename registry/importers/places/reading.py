"""Reads a list of places: GeoJSON with its outlines whole, and every table that lists are saved as."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import shapely.geometry
from numpy.typing import NDArray

from geo.places.datum import Datum, convert, in_mainland_china
from registry.importers.columns import UnknownDatumOfFile
from registry.importers.files import ImportRefused, UnreadableFile, read_bytes
from registry.importers.places.columns import PlaceField, columns_of
from registry.importers.positions.checked import checked_degrees, number_of_cell
from registry.importers.reading.geometry import ForeignDatum, to_degrees
from registry.importers.reading.json_tables import flat
from registry.importers.reading.limits import refuse_large_text
from registry.importers.reading.read import read_sheets
from registry.importers.reading.sheet import Row, Sheet
from registry.importers.reading.text_encoding import decoded
from registry.importers.report import Rejected

_GEOJSON = frozenset({"FeatureCollection", "Feature"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPlace:
    """A row as it stands in its file. where: "line 12", "feature 3". said: by what the columns mean; empty cells are
    left out. shape: on the ground, WGS-84; None where the row has none, or what is wrong with it."""

    where: str
    said: Mapping[PlaceField, str]
    shape: shapely.Geometry | Rejected | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceList:
    """notes: what was passed over, one sentence each."""

    rows: list[RawPlace]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Feature:
    where: str
    cells: Mapping[str, str]
    shape: shapely.Geometry | Rejected | None


def read_place_list(
    path: Path, *, datum: Datum | None, encoding: str | None, mapped: Mapping[str, PlaceField]
) -> PlaceList:
    """datum: of the positions; None is WGS-84 in GeoJSON, and what the headers say in a table.

    Raises:
        ImportRefused: the file as a whole cannot be read; the message says what to do.
    """
    if not path.is_file():
        raise UnreadableFile(f"there is no file {path}")
    document = _find_geojson(path, encoding)
    if document is not None:
        return _of_geojson(document, path.name, datum, mapped)
    lists = [_of_sheet(sheet, datum, mapped) for sheet in read_sheets(path, encoding) if sheet.rows]
    if not lists:
        raise UnreadableFile(f"{path.name} has no rows")
    return PlaceList(
        rows=[row for one in lists for row in one.rows],
        notes=tuple(dict.fromkeys(note for one in lists for note in one.notes)),
    )


def _find_geojson(path: Path, encoding: str | None) -> dict[str, Any] | None:
    with path.open("rb") as stream:
        start = stream.read(64)
    if start.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")[:1] != b"{":
        return None
    refuse_large_text(path, path.stat().st_size)
    text, _ = decoded(read_bytes(path), path.name, encoding)
    try:
        document = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise UnreadableFile(f"{path.name} is not whole JSON ({error}): download or export it again") from error
    return document if isinstance(document, dict) and document.get("type") in _GEOJSON else None


def _of_geojson(
    document: dict[str, Any], file: str, datum: Datum | None, mapped: Mapping[str, PlaceField]
) -> PlaceList:
    """GeoJSON is WGS-84 by its standard; what Chinese map makers hand out often is not, and does not say so."""
    features = [document] if document["type"] == "Feature" else document.get("features")
    if not isinstance(features, list) or not features:
        raise UnreadableFile(f"{file} has no features")
    crs = _crs_of(document)
    if crs is not None and datum not in {None, Datum.WGS84}:
        raise ForeignDatum(f"{file} names its reference system, {crs}: leave --datum out")
    moved = _mover(crs, file, datum or Datum.WGS84)
    found = []
    for number, feature in enumerate(features, start=1):
        one = feature if isinstance(feature, dict) else {}
        properties = one.get("properties")
        cells = {"id": str(one["id"])} if isinstance(one.get("id"), str | int) else {}
        cells |= flat(properties) if isinstance(properties, dict) else {}
        found.append(_Feature(where=f"feature {number}", cells=cells, shape=_shape(one.get("geometry"), moved)))
    # The shape is the feature's own; a property that is called so is another thing.
    return _understood(found, mapped, leave=(PlaceField.AREA, PlaceField.LON, PlaceField.LAT))


def _of_sheet(sheet: Sheet, datum: Datum | None, mapped: Mapping[str, PlaceField]) -> PlaceList:
    columns, named = columns_of(sheet.headers, mapped)
    datum = datum or named or sheet.datum
    found = [
        _Feature(where=row.where, cells=row.cells, shape=_shape_of_row(row, columns, datum, sheet.name))
        for row in sheet.rows
    ]
    done = _understood(found, mapped, leave=())
    return PlaceList(rows=done.rows, notes=(*sheet.notes, *done.notes))


def _understood(found: list[_Feature], mapped: Mapping[str, PlaceField], *, leave: tuple[PlaceField, ...]) -> PlaceList:
    headers = dict.fromkeys(header for one in found for header in one.cells)
    columns, _ = columns_of(headers, mapped)
    columns = {meaning: header for meaning, header in columns.items() if meaning not in leave}
    rows = [
        RawPlace(
            where=one.where,
            said={meaning: one.cells[header] for meaning, header in columns.items() if one.cells.get(header)},
            shape=one.shape,
        )
        for one in found
    ]
    others = [header for header in headers if header not in columns.values()]
    notes = (f"not read: {', '.join(others)} (--map COLUMN=FIELD says what one means)",) if others else ()
    return PlaceList(rows=rows, notes=notes)


def _shape(geometry: Any, moved: Callable[[NDArray[Any]], NDArray[Any]]) -> shapely.Geometry | Rejected | None:
    if not geometry:
        return None
    try:
        shape = shapely.force_2d(shapely.geometry.shape(geometry))
        return shapely.transform(shape, moved)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, shapely.errors.ShapelyError):
        return Rejected("bad_geometry", "its geometry is no whole GeoJSON geometry")


def _mover(crs: str | None, file: str, datum: Datum) -> Callable[[NDArray[Any]], NDArray[Any]]:
    """Corners, (n, 2), to WGS-84."""

    def moved(corners: NDArray[Any]) -> NDArray[Any]:
        if crs is not None:
            places = to_degrees([(float(x), float(y)) for x, y in corners], crs, file)
            return np.array([(np.nan, np.nan) if lon is None else (lon, lat) for lon, lat in places]).reshape(-1, 2)
        return np.column_stack(convert(corners[:, 0], corners[:, 1], source=datum, target=Datum.WGS84))

    return moved


def _crs_of(document: dict[str, Any]) -> str | None:
    """GeoJSON's old `crs` member; None where it says WGS-84 or nothing."""
    crs = document.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str):
        return None
    try:
        Datum(name)
    except ValueError:
        return name
    return None


def _shape_of_row(
    row: Row, columns: Mapping[PlaceField, str], datum: Datum | None, file: str
) -> shapely.Geometry | Rejected | None:
    cells = {meaning: row.cells.get(header, "") for meaning, header in columns.items()}
    try:
        if text := cells.get(PlaceField.AREA):
            shape = shapely.force_2d(shapely.from_wkt(text))
        elif row.lon is not None and row.lat is not None:
            shape = shapely.Point(checked_degrees(row.lon, row.lat))
        elif cells.get(PlaceField.LON) or cells.get(PlaceField.LAT):
            numbers = number_of_cell(cells.get(PlaceField.LON, ""), cells.get(PlaceField.LAT, ""))
            shape = shapely.Point(checked_degrees(*numbers))
        else:
            return None
    except Rejected as error:
        return error
    except shapely.errors.ShapelyError:
        return Rejected("bad_geometry", "its area is no WKT, such as POLYGON ((113.6 34.7, 113.7 34.7, ...))")
    if datum is None and in_mainland_china(*shapely.get_coordinates(shape).T).any():
        raise UnknownDatumOfFile(
            f"{file} does not say which datum its positions are in: add --datum wgs84, gcj02 (Amap, Tencent) or bd09 "
            "(Baidu); the wrong one is 300 to 600 m off"
        )
    return shapely.transform(shape, _mover(None, file, datum or Datum.WGS84))


class NothingTaken(ImportRefused):
    """No row of the list is a place; the message has the first row's reason."""

    code = "nothing_taken"
