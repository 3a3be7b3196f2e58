"""Whatever bytes a file has, it is read or refused with a sentence; nothing else comes of it."""

import json
import zipfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.importers.files import ImportRefused
from registry.importers.positions.options import PositionOptions
from registry.importers.positions.placing import place_rows
from registry.importers.reading.read import read_sheets
from tests.support.sheets import Cells, write_ods, write_xls, write_xlsx

ROWS: Cells = [["id", "name", "lon", "lat"], ["1", "车站", 113.6519, 34.7443], ["2", "市民中心", 113.5571, 34.7502]]
KML = b"<kml><Placemark><name>a</name><Point><coordinates>9.5,47.1</coordinates></Point></Placemark></kml>"
OSM = b"<osm version='0.6'><node id='1' lat='47' lon='9'><tag k='emergency' v='defibrillator'/></node></osm>"


@cache
def whole_files() -> dict[str, bytes]:
    """A small list in each format."""
    point = {"type": "Feature", "properties": {"名称": "a"}, "geometry": {"type": "Point", "coordinates": [9.5, 47.1]}}
    with TemporaryDirectory() as name:
        folder = Path(name)
        frame = geopandas.GeoDataFrame({"名称": ["a"]}, geometry=[shapely.Point(9.5, 47.1)], crs="EPSG:4326")
        frame.to_file(folder / "list.gpkg", driver="GPKG")
        frame.to_file(folder / "list.shp", encoding="utf-8")
        with zipfile.ZipFile(folder / "list.zip", "w") as packed:
            for part in folder.glob("list.[dsp]*"):
                packed.write(part, part.name)
        return {
            "csv": "id;name;lon;lat\n1;车站;113.65;34.74\n".encode("gb18030"),
            "xlsx": write_xlsx(folder / "list.xlsx", {"aeds": ROWS}).read_bytes(),
            "ods": write_ods(folder / "list.ods", ROWS).read_bytes(),
            "xls": write_xls(folder / "list.xls", ROWS).read_bytes(),
            "geojson": json.dumps({"type": "FeatureCollection", "features": [point]}).encode(),
            "kml": KML,
            "osm": OSM,
            "gpkg": (folder / "list.gpkg").read_bytes(),
            "shapefile": (folder / "list.zip").read_bytes(),
        }


def read_or_refuse(folder: Path, content: bytes) -> None:
    path = folder / "list"
    path.write_bytes(content)
    try:
        for sheet in read_sheets(path):
            place_rows(sheet, PositionOptions())
    except ImportRefused as error:
        assert str(error)  # noqa: PT017


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(content=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    read_or_refuse(tmp_path, content)


@pytest.mark.parametrize("name", ["csv", "xlsx", "ods", "xls", "geojson", "kml", "osm", "gpkg", "shapefile"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, name: str, data: st.DataObject) -> None:
    whole = whole_files()[name]
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = data.draw(
        st.one_of(
            st.just(whole[:at]),
            st.binary(min_size=1, max_size=8).map(lambda piece: whole[:at] + piece + whole[at + len(piece) :]),
        )
    )
    read_or_refuse(tmp_path, damaged)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(
    document=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["type", "features", "elements", "geometry", "coordinates", "lon", "a"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_json_of_any_shape_is_read_or_refused(tmp_path: Path, document: object) -> None:
    read_or_refuse(tmp_path, json.dumps(document).encode())
