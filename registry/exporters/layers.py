"""Exports for geographic information systems: GeoPackage and GeoParquet, points in WGS-84."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from registry.exporters.columns import Column, ExportedAed
from registry.exporters.guarding import guarded

LAYER = "aeds"


def write_geopackage(path: Path, rows: Sequence[ExportedAed], columns: Sequence[Column]) -> None:
    """One layer of points."""
    _frame(rows, columns).to_file(path, layer=LAYER, driver="GPKG", engine="pyogrio", geometry_type="Point")


def write_geoparquet(path: Path, rows: Sequence[ExportedAed], columns: Sequence[Column]) -> None:
    """GeoParquet 1.1 with the box of its points."""
    _frame(rows, columns).to_parquet(path, index=False, schema_version="1.1.0")


def _frame(rows: Sequence[ExportedAed], columns: Sequence[Column]) -> Any:
    # A second of start-up that no other command needs.
    import geopandas  # noqa: PLC0415
    import pandas  # noqa: PLC0415

    told = {
        column.name: pandas.array([guarded(column.text(row), formulas=False) or None for row in rows], dtype="string")
        for column in columns
    }
    points = geopandas.points_from_xy([row.aed.lon for row in rows], [row.aed.lat for row in rows], crs="EPSG:4326")
    return geopandas.GeoDataFrame(told, geometry=points)
