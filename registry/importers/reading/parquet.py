"""Parquet files, with GeoParquet's points where it has them."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from geo.places.datum import Datum
from registry.importers.files import UnreadableFile
from registry.importers.reading.geometry import ForeignDatum, places_of_shape, to_degrees
from registry.importers.reading.json_tables import flat
from registry.importers.reading.limits import MAX_CELLS, MAX_UNPACKED_BYTES, TooLarge
from registry.importers.reading.sheet import FileFormat, Row, Sheet, headers_of

# What a dictionary packs to nothing unpacks a few rows at a time, and is measured before the next.
_ROWS_AT_ONCE = 1_000
_WGS84 = "OGC:CRS84"


def read_parquet(path: Path, file: str) -> Sheet:
    """The file's one table.

    Raises:
        UnreadableFile: it is damaged, or its shapes are in no form that GeoParquet allows.
        TooLarge, ForeignDatum
    """
    try:
        with pq.ParquetFile(path) as opened:
            shapes, crs = _shapes(opened, file)
            rows = list(_rows(opened, shapes, crs, file))
            headers = [name for name in opened.schema_arrow.names if name != shapes]
    except (pa.ArrowException, OSError, shapely.errors.ShapelyError) as error:
        raise UnreadableFile(f"{file} is no whole Parquet file ({error}): export it again") from error
    return Sheet(
        file=file,
        table="",
        file_format=FileFormat.LAYER,
        headers=tuple(dict.fromkeys((*headers, *headers_of(rows)))),
        rows=rows,
        has_geometry=any(row.lon is not None for row in rows),
        datum=Datum.WGS84 if shapes is not None and crs is not None else None,
    )


def _rows(opened: pq.ParquetFile, shapes: str | None, crs: str | None, file: str) -> Iterator[Row]:
    told = opened.metadata
    if told.num_rows * told.num_columns > MAX_CELLS:
        raise TooLarge(f"{file}: {told.num_rows} rows by {told.num_columns} columns is no list")
    size = number = 0
    for batch in opened.iter_batches(batch_size=_ROWS_AT_ONCE, use_threads=False):
        size += batch.nbytes
        if size > MAX_UNPACKED_BYTES:
            raise TooLarge(f"{file} unpacks to more than {MAX_UNPACKED_BYTES / 2**20:.0f} MB: it is not read")
        for record in batch.to_pylist():
            number += 1
            shape = shapely.from_wkb(record.pop(shapes, None)) if shapes else None
            cells = flat({name: _plain(value) for name, value in record.items()})
            for part, (lon, lat) in enumerate(to_degrees(places_of_shape(shape), crs, file), start=1):
                where = f"row {number}" if part == 1 else f"row {number}, point {part}"
                yield Row(where=where, cells=cells, lon=lon, lat=lat, part=part)


def _plain(value: Any) -> Any:
    """A value of JSON's kinds."""
    if isinstance(value, datetime):
        return str(value.replace(microsecond=0)).removesuffix(" 00:00:00")
    if isinstance(value, float):
        return None if value != value else int(value) if value.is_integer() and abs(value) < 1e15 else value  # noqa: PLR0124 -- NaN
    if isinstance(value, bytes | memoryview):
        return None
    return str(value) if isinstance(value, date) else value


def _shapes(opened: pq.ParquetFile, file: str) -> tuple[str | None, str | None]:
    """(the column of shapes, their reference system) as GeoParquet says it; (None, None) where it says nothing."""
    written = (opened.schema_arrow.metadata or {}).get(b"geo")
    if written is None:
        return None, None
    try:
        geo: Mapping[str, Any] = json.loads(written)
        name = str(geo["primary_column"])
        column: Mapping[str, Any] = geo["columns"][name]
        encoding, crs = column["encoding"], column.get("crs", _WGS84)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableFile(f"{file}: its GeoParquet header is damaged ({error!r}): export it again") from error
    if encoding != "WKB" or name not in opened.schema_arrow.names:
        raise UnreadableFile(f"{file} holds its shapes as {encoding}, not as WKB: export it as GeoPackage or GeoJSON")
    if crs is None:
        return name, None
    if not isinstance(crs, str | dict):
        raise ForeignDatum(f"{file} names no reference system that is known: export it in WGS-84 (EPSG:4326)")
    return name, crs if isinstance(crs, str) else json.dumps(crs)
