"""Map layers that GDAL reads: shapefiles, GeoPackages with all their layers, FlatGeobuf."""

import codecs
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyogrio.raw
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FieldError

from geo.places.datum import Datum
from geo.streets.layer_encoding import LOSSLESS, has_code_page
from registry.importers.files import UnreadableFile, WrongEncoding
from registry.importers.reading.geometry import places_of_shape, to_degrees
from registry.importers.reading.json_tables import json_text
from registry.importers.reading.sheet import FileFormat, Row, Sheet, headers_of
from registry.importers.reading.text_encoding import find_encoding


def read_layers(path: Path, file: str, encoding: str | None) -> list[Sheet]:
    """A sheet for every layer, also for those without shapes.

    Raises:
        UnreadableFile: the library cannot read it.
        WrongEncoding, UnclearEncoding: a shapefile without .cpg whose letters cannot be told.
        ForeignDatum
    """
    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(path)]
        return [_sheet(path, file, layer, layer if len(layers) > 1 else "", encoding) for layer in layers]
    except LookupError as error:
        raise WrongEncoding(f"{encoding!r} is no known encoding: try utf-8, gb18030 or cp932") from error
    except UnicodeDecodeError as error:
        raise WrongEncoding(
            f"{file}: its letters are not in {encoding or error.encoding}; name another by --encoding"
        ) from error
    except (DataSourceError, DataLayerError, FieldError, shapely.errors.ShapelyError, OSError) as error:
        raise UnreadableFile(f"{file} is no whole map layer ({error}): export it as GeoJSON or GeoPackage") from error


def _sheet(path: Path, file: str, layer: str, table: str, encoding: str | None) -> Sheet:
    told = pyogrio.read_info(path, layer=layer)
    is_shapefile = told["driver"] == "ESRI Shapefile"
    is_guess = is_shapefile and encoding is None and told["encoding"] == LOSSLESS and not has_code_page(path)
    if is_guess:
        encoding = _find_encoding(path, file, layer)
    meta, columns, geometry = _read(path, layer, encoding if is_shapefile else None)
    crs = meta["crs"]
    rows = []
    for number in range(len(columns[0]) if columns else 0 if geometry is None else len(geometry)):
        cells = {
            str(name): text
            for name, column in zip(meta["fields"], columns, strict=True)
            if (text := _text(column[number]))
        }
        shape = None if geometry is None else shapely.from_wkb(geometry[number])
        for part, (lon, lat) in enumerate(to_degrees(places_of_shape(shape), crs, file), start=1):
            where = f"feature {number + 1}" if part == 1 else f"feature {number + 1}, point {part}"
            rows.append(Row(where=where, cells=cells, lon=lon, lat=lat, part=part))
    return Sheet(
        file=file,
        table=table,
        file_format=FileFormat.LAYER,
        headers=tuple(dict.fromkeys((*map(str, meta["fields"]), *headers_of(rows)))),
        rows=rows,
        has_geometry=any(row.lon is not None for row in rows),
        datum=Datum.WGS84 if crs is not None else None,
        encoding=encoding,
        notes=()
        if crs is not None or geometry is None
        else (f"{file} names no coordinate reference system (no .prj)",),
    )


def _read(path: Path, layer: str, encoding: str | None) -> tuple[dict[str, Any], list[Any], Any]:
    """(what the library tells of it, a column of values by field, WKB of the shapes or None)."""
    name = None if encoding is None else codecs.lookup(encoding).name
    meta, _, geometry, columns = pyogrio.raw.read(path, layer=layer, encoding=name)
    return meta, columns, geometry


def _find_encoding(path: Path, file: str, layer: str) -> str:
    """What was read as `LOSSLESS` gives back the bytes, of the columns' names as well."""
    meta, columns, _ = _read(path, layer, LOSSLESS)
    texts = [str(name) for name in meta["fields"]]
    texts += [value for column in columns if column.dtype == object for value in column if isinstance(value, str)]
    return find_encoding("\n".join(texts).encode(LOSSLESS), file).name.removesuffix("-sig")


def _text(value: Any) -> str:
    if isinstance(value, np.datetime64):
        # Down to seconds, and none where the time of day is none.
        return "" if np.isnat(value) else str(value.astype("datetime64[s]")).replace("T", " ").removesuffix(" 00:00:00")
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return "" if value != value else str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)  # noqa: PLR0124 -- NaN
    return json_text(value)
