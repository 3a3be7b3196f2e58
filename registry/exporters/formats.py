"""The formats of an export, and writing one: never half a file under the name that was asked for."""

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

from registry.exporters.columns import COLUMNS, PUBLIC_COLUMNS, Column, ExportedAed
from registry.exporters.geodae import write_geodae
from registry.exporters.layers import write_geopackage, write_geoparquet
from registry.exporters.refused import ExportRefused
from registry.exporters.tables import write_csv, write_geojson, write_xlsx
from registry.storage.private_file import ONLY_OURS


class Format(StrEnum):
    """What an export may be saved as."""

    GEOJSON = "geojson"
    CSV = "csv"
    XLSX = "xlsx"
    GPKG = "gpkg"
    GEOPARQUET = "geoparquet"
    GEODAE = "geodae"


OWN_FORMATS = tuple(chosen for chosen in Format if chosen is not Format.GEODAE)
"""With every column, so that an import gives back all that went out."""


Write = Callable[[Path, Sequence[ExportedAed], Sequence[Column]], None]

_WRITERS: Mapping[Format, Write] = {
    Format.GEOJSON: write_geojson,
    Format.CSV: write_csv,
    Format.XLSX: write_xlsx,
    Format.GPKG: write_geopackage,
    Format.GEOPARQUET: write_geoparquet,
    Format.GEODAE: write_geodae,
}
ENDINGS: Mapping[str, Format] = {
    ".geojson": Format.GEOJSON,
    ".json": Format.GEOJSON,
    ".csv": Format.CSV,
    ".xlsx": Format.XLSX,
    ".gpkg": Format.GPKG,
    ".parquet": Format.GEOPARQUET,
}
MEDIA_TYPES: Mapping[Format, str] = {
    Format.GEOJSON: "application/geo+json",
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.GPKG: "application/geopackage+sqlite3",
    Format.GEOPARQUET: "application/vnd.apache.parquet",
    Format.GEODAE: "application/geo+json",
}


def ending_of(chosen: Format) -> str:
    """How a file of this format is called, such as ".parquet"."""
    return next((ending for ending, one in ENDINGS.items() if one is chosen), ".geodae.geojson")


def format_of(path: Path) -> Format:
    """By the file's name.

    Raises:
        ExportRefused
    """
    found = ENDINGS.get(path.suffix.lower())
    if found is None:
        raise ExportRefused(
            f"{path.name}: its name does not say which format: end it in {', '.join(ENDINGS)}, or say --format"
        )
    return found


def write_export(path: Path, rows: Sequence[ExportedAed], chosen: Format, *, public: bool = False) -> None:
    """Write AEDs into a file, which is there whole or not at all; what was there before is replaced.

    public: only what anybody may see. The file is its owner's alone unless it is public.

    Raises:
        ExportRefused: it cannot be written, or the format cannot hold what is to be written.
    """
    columns = PUBLIC_COLUMNS if public else COLUMNS
    write_whole(path, lambda unfinished: _WRITERS[chosen](unfinished, rows, columns), is_private=not public)


def write_whole(path: Path, write: Callable[[Path], None], *, is_private: bool) -> None:
    """Let `write` fill a file beside `path`, then put it in its place.

    Raises:
        ExportRefused
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".export-", dir=path.parent) as folder:
            # The folder is its owner's alone while the file has not its rights yet.
            unfinished = Path(folder) / path.name
            write(unfinished)
            unfinished.chmod(ONLY_OURS if is_private else 0o644 & ~_umask())
            unfinished.replace(path)
    except OSError as error:
        raise ExportRefused(f"cannot write {path}: {error.strerror or error}") from error


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
