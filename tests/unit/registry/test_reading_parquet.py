"""Parquet files as data centres hand them out."""

import datetime
import json
from pathlib import Path

import geopandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from registry.importers.files import UnreadableFile
from registry.importers.reading.read import read_sheets


def test_a_plain_table_is_read_cell_by_cell(tmp_path: Path) -> None:
    path = tmp_path / "list.parquet"
    table = {
        "name": ["郑州站", None],
        "lon": [113.65, 113.66],
        "floor": [1.0, None],
        "day": [datetime.date(2025, 3, 1)] * 2,
    }
    pq.write_table(pa.table(table), path)

    (sheet,) = read_sheets(path)

    assert sheet.headers == ("name", "lon", "floor", "day")
    assert [dict(row.cells) for row in sheet.rows] == [
        {"name": "郑州站", "lon": "113.65", "floor": "1", "day": "2025-03-01"},
        {"lon": "113.66", "day": "2025-03-01"},
    ]
    assert not sheet.has_geometry


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:25832"])
def test_points_are_read_in_their_own_reference_system(tmp_path: Path, crs: str) -> None:
    path = tmp_path / "list.parquet"
    points = geopandas.GeoDataFrame({"name": ["a", "b"]}, geometry=[shapely.Point(9.5, 47.1), None], crs="EPSG:4326")
    points.to_crs(crs).to_parquet(path)

    (sheet,) = read_sheets(path)

    assert (sheet.rows[0].lon, sheet.rows[0].lat) == pytest.approx((9.5, 47.1), abs=1e-9)
    assert (sheet.rows[1].lon, sheet.rows[1].lat) == (None, None)


def test_shapes_in_another_form_and_damaged_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.parquet"
    geo = {"primary_column": "geometry", "columns": {"geometry": {"encoding": "point"}}}
    table = pa.table({"geometry": ["x"]}).replace_schema_metadata({"geo": json.dumps(geo)})
    pq.write_table(table, path)
    with pytest.raises(UnreadableFile, match="not as WKB"):
        read_sheets(path)

    pq.write_table(table.replace_schema_metadata({"geo": "{"}), path)
    with pytest.raises(UnreadableFile, match="header is damaged"):
        read_sheets(path)

    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(UnreadableFile, match="no whole Parquet file"):
        read_sheets(path)
