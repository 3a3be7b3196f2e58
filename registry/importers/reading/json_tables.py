"""Tables in JSON of any nesting: GeoJSON, Overpass, Esri's features, lists of objects, columns, objects by key."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from geo.places.datum import Datum
from registry.importers.files import UnreadableFile
from registry.importers.reading.delimited import sheet_of_records
from registry.importers.reading.geometry import Places, degrees_of, places_of, to_degrees
from registry.importers.reading.header_line import is_data
from registry.importers.reading.sheet import FileFormat, Row, Sheet, headers_of

# Deeper than any interface nests its answer.
_MAX_DEPTH = 12
# What interfaces tell of the columns beside the rows.
_ABOUT_COLUMNS = {"fields", "columns", "schema", "links", "_links", "fieldaliases", "facet_groups", "help"}


def sheets_of_json(text: str, *, file: str, encoding: str | None) -> list[Sheet]:
    """Every table of the document.

    Raises:
        UnreadableFile: it is not whole JSON, or holds no list of objects.
        ForeignDatum: it names a coordinate reference system that is not known.
    """
    document = _document(text, file)
    if isinstance(document, dict) and isinstance(document.get("elements"), list):
        return [_overpass(document["elements"], file, encoding)]
    if isinstance(document, dict) and document.get("type") == "Topology":
        raise UnreadableFile(f"{file} is TopoJSON, in which shapes share their edges: export it as GeoJSON")
    if isinstance(document, dict) and document.get("type") == "Feature":
        document = {**document, "features": [document]}
    if isinstance(document, dict) and isinstance(document.get("features"), list):
        return [_features(document, file, encoding)]
    tables = list(_tables(document, "", 0))
    if not tables:
        raise UnreadableFile(f"{file} is JSON without a list of objects: export it as GeoJSON or CSV")
    return [_sheet(rows, file=file, table=path if len(tables) > 1 else "", encoding=encoding) for path, rows in tables]


def flat(record: Mapping[str, Any], before: str = "") -> dict[str, str]:
    """Cells of an object: what is nested under `a.b`, a shape or a list of objects as JSON."""
    cells: dict[str, str] = {}
    for key, value in record.items():
        name = f"{before}{key}"
        if isinstance(value, dict) and "coordinates" not in value:
            cells |= flat(value, f"{name}.")
        elif text := json_text(value):
            cells[name] = text
    return cells


def json_text(value: object) -> str:
    """A value as a cell: nothing for null, words joined for a list of them."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return "; ".join(item.strip() for item in value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return str(value)


def _document(text: str, file: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise UnreadableFile(f"{file} nests too deep for a list") from error
    except json.JSONDecodeError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if error.msg == "Extra data" and len(lines) > 1:
            # One object a line, as sequences of GeoJSON and exports of databases are written.
            try:
                return [json.loads(line.lstrip("\x1e")) for line in lines]
            except (json.JSONDecodeError, RecursionError):
                pass
        raise UnreadableFile(f"{file} is not whole JSON ({error}): download or export it again") from error


def _overpass(elements: list[Any], file: str, encoding: str | None) -> Sheet:
    rows = []
    for element in map(_object, elements):
        tags = _object(element.get("tags"))
        if tags.get("emergency") == "defibrillator":
            at, ref = _object(element.get("center")) or element, f"{element.get('type')}/{element.get('id')}"
            lon, lat = degrees_of(at.get("lon")), degrees_of(at.get("lat"))
            cells = {"@id": ref, **{str(key): json_text(value) for key, value in tags.items()}}
            rows.append(Row(where=ref, cells=cells, lon=lon, lat=lat))
    return Sheet(
        file=file,
        table="",
        file_format=FileFormat.OVERPASS,
        headers=headers_of(rows),
        rows=rows,
        has_geometry=True,
        datum=Datum.WGS84,
        encoding=encoding,
    )


def _features(document: dict[str, Any], file: str, encoding: str | None) -> Sheet:
    """GeoJSON and Esri's JSON; each point of a MultiPoint is a row, what is no point is at its middle."""
    rows, crs = [], _crs_name(document)
    for number, feature in enumerate(map(_object, document["features"]), start=1):
        if isinstance(feature.get("attributes"), dict):
            cells, places = flat(feature["attributes"]), _esri_places(_object(feature.get("geometry")))
        else:
            cells, places = flat(_object(feature.get("properties"))), places_of(feature.get("geometry"))
            if "id" in feature:
                cells["id"] = json_text(feature["id"])
        for part, (lon, lat) in enumerate(to_degrees(places, crs, file), start=1):
            where = f"feature {number}" if part == 1 else f"feature {number}, point {part}"
            rows.append(Row(where=where, cells=cells, lon=lon, lat=lat, part=part))
    return Sheet(
        file=file,
        table="",
        file_format=FileFormat.GEOJSON,
        headers=headers_of(rows),
        rows=rows,
        has_geometry=any(row.lon is not None for row in rows),
        datum=Datum.WGS84,
        encoding=encoding,
    )


def _crs_name(document: dict[str, Any]) -> str | None:
    """GeoJSON's old `crs` member, or Esri's number; None for what GeoJSON fixes, WGS-84."""
    named = _object(_object(document.get("crs")).get("properties")).get("name")
    esri = _object(document.get("spatialReference"))
    number = esri.get("latestWkid") or esri.get("wkid")
    return str(named) if named else f"EPSG:{number}" if number else None


def _esri_places(geometry: dict[str, Any]) -> Places:
    if isinstance(geometry.get("points"), list):
        return [(degrees_of(point[0]), degrees_of(point[1])) for point in geometry["points"] if len(point) >= 2]
    return [(degrees_of(geometry.get("x")), degrees_of(geometry.get("y")))]


def _tables(value: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:
    """(path, table) of every list of objects, list of lists or set of columns; no cell of a table is looked into."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, list):
        if any(isinstance(item, dict) for item in value):
            yield path, [item for item in value if isinstance(item, dict)]
        elif len(value) > 1 and all(isinstance(item, list) for item in value):
            yield path, value
        return
    if not isinstance(value, dict):
        return
    if (rows := _rows_of_columns(value) or _rows_by_key(value)) is not None:
        yield path, rows
        return
    header = _header_beside(value)
    described = [key for key in value if str(key).lower() in _ABOUT_COLUMNS]
    for key, inner in value.items():
        if key in described and len(described) < len(value):
            continue
        below = f"{path}.{key}" if path else str(key)
        for where, rows in _tables(inner, below, depth + 1):
            is_body = header is not None and where == below and all(isinstance(row, list) for row in rows)
            yield where, [header, *rows] if is_body else rows


def _rows_of_columns(value: dict[str, Any]) -> list[dict[str, Any]] | None:
    """{"name": ["a", "b"], "lat": [1, 2]}: equally long columns of plain cells."""
    columns = list(value.values())
    if len(columns) < 2 or not all(isinstance(column, list) and column for column in columns):
        return None
    if len({len(column) for column in columns}) != 1 or any(
        isinstance(c, dict | list) for column in columns for c in column
    ):
        return None
    return [dict(zip(value, cells, strict=True)) for cells in zip(*columns, strict=True)]


def _rows_by_key(value: dict[str, Any]) -> list[dict[str, Any]] | None:
    """{"17": {"name": "a"}, "18": {...}}, objects by their key; or {"name": {"0": "a", "1": "b"}, ...}, columns."""
    inner = list(value.values())
    if len(inner) < 2 or not all(isinstance(item, dict) and item for item in inner):
        return None
    if any(isinstance(cell, dict) and "type" not in cell for item in inner for cell in item.values()):
        return None
    common = set(inner[0]).intersection(*inner[1:])
    if not common:
        return None
    if (
        set(map(len, inner)) == {len(common)}
        and all(key.isdigit() for key in common)
        and not all(map(str.isdigit, value))
    ):
        return [{name: column[key] for name, column in value.items()} for key in inner[0]]
    if not all(map(is_data, value)) and 2 * len(common) < max(map(len, inner)):
        return None
    return [{"@key": key, **item} for key, item in value.items()]


def _header_beside(value: dict[str, Any]) -> list[str] | None:
    """The names that stand beside a list of lists: {"columns": ["name", ...], "data": [[...], ...]}."""
    for inner in value.values():
        if isinstance(inner, list) and inner and all(isinstance(item, str) for item in inner):
            return inner
        if isinstance(inner, list) and inner and all(isinstance(item, dict) and "name" in item for item in inner):
            return [str(item["name"]) for item in inner]
    return None


def _sheet(rows: list[Any], *, file: str, table: str, encoding: str | None) -> Sheet:
    if all(isinstance(row, list) for row in rows):
        records = [(number, [json_text(cell) for cell in row]) for number, row in enumerate(rows, start=1)]
        return sheet_of_records(
            records, file=file, table=table, file_format=FileFormat.JSON, unit="row", encoding=encoding
        )
    found = [Row(where=f"object {number}", cells=flat(row)) for number, row in enumerate(rows, start=1)]
    return Sheet(
        file=file, table=table, file_format=FileFormat.JSON, headers=headers_of(found), rows=found, encoding=encoding
    )


def _object(value: Any) -> dict[str, Any]:
    """`value` where it is a JSON object, else an empty one: a broken feature is rejected for what it lacks."""
    return value if isinstance(value, dict) else {}
