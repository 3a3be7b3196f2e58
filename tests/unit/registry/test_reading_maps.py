"""Map formats and JSON: shapes at their place, columns under their own names, every folder and layer."""

import gzip
import json
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely

from geo.places.datum import Datum
from registry.importers.files import UnreadableFile
from registry.importers.reading.geometry import ForeignDatum
from registry.importers.reading.read import read_sheets
from registry.importers.reading.sheet import FileFormat

KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>AED</name>
<Folder><name>金水区</name><Placemark><name>紫荆山站</name><ExtendedData>
<Data name="地址"><value>人民路</value></Data><Data name="电话"><value>0371-60000008</value></Data></ExtendedData>
<Point><coordinates>113.68,34.76,0</coordinates></Point></Placemark></Folder>
<Folder><name>二七区</name><Folder><name>车站</name><Placemark><name>郑州站</name><ExtendedData>
<SchemaData schemaUrl="#s"><SimpleData name="地址">二马路</SimpleData></SchemaData></ExtendedData>
<Polygon><outerBoundaryIs><LinearRing><coordinates>113.64,34.74 113.66,34.74 113.66,34.76 113.64,34.76 113.64,34.74
</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Folder></Folder></Document></kml>"""

GPX = """<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1">
<wpt lat="47.14" lon="9.52"><name>Rathaus</name><desc>EG</desc></wpt><wpt lat="47.15" lon="9.53"/></gpx>"""


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_every_folder_of_a_kml_is_read_and_chinese_names_stay_apart(tmp_path: Path) -> None:
    (sheet,) = read_sheets(written(tmp_path / "list", KML))
    assert sheet.file_format is FileFormat.KML
    assert sheet.datum is Datum.WGS84
    first, second = sheet.rows
    assert first.cells == {"Folder": "金水区", "name": "紫荆山站", "地址": "人民路", "电话": "0371-60000008"}
    assert (first.where, first.lon, first.lat) == ("placemark 1", 113.68, 34.76)
    assert second.cells["Folder"] == "二七区 / 车站"
    assert (second.lon, second.lat) == pytest.approx((113.65, 34.75))


def test_the_table_in_a_balloon_of_a_kml_is_its_columns(tmp_path: Path) -> None:
    balloon = "<![CDATA[<table><tr><td>Adresse</td><td>Rue <b>Neuve</b></td></tr></table>]]>"
    point = "<Point><coordinates>2,48</coordinates></Point>"
    text = f"<kml><Placemark><description>{balloon}</description>{point}</Placemark></kml>"
    (sheet,) = read_sheets(written(tmp_path / "list", text))
    assert sheet.rows[0].cells["Adresse"] == "Rue Neuve"


def test_a_page_that_is_given_out_as_a_spreadsheet_is_read_by_its_table(tmp_path: Path) -> None:
    page = """<html><head><meta charset="euc-kr"><style>td {color: red}</style></head><body><p>목록<table>
        <tr><th>명칭<th>위도<th>경도</tr><tr><td>서울시청<br>로비</td><td>37.5663</td><td>126.9779</td></tr>
        <tr><td>서울역 &amp; 광장</td><td>37.5547</td><td>126.9707</td></tr></table></body></html>"""
    (sheet,) = read_sheets(written(tmp_path / "list.xls", page.encode("cp949")))
    assert sheet.headers == ("명칭", "위도", "경도")
    assert [row.cells["명칭"] for row in sheet.rows] == ["서울시청\n로비", "서울역 & 광장"]


def test_a_gpx_is_read_by_its_waypoints(tmp_path: Path) -> None:
    (sheet,) = read_sheets(written(tmp_path / "list", GPX))
    assert [(row.lon, row.lat) for row in sheet.rows] == [(9.52, 47.14), (9.53, 47.15)]
    assert sheet.rows[0].cells == {"name": "Rathaus", "desc": "EG"}


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        ('<!DOCTYPE a [<!ENTITY b "c">]><kml><Placemark><name>&b;</name></Placemark></kml>', "entities"),
        ("<kml><Document><Placemark>", "not whole XML"),
        ("<kml><Document><NetworkLink/></Document></kml>", "links to a file elsewhere"),
        ("<!DOCTYPE html><html><body><table></table></body></html>", "web page without a table"),
        ("<rss><channel/></rss>", "<rss>"),
        ("<osm version='0.6'><node id='x1' lat='47' lon='9'/></osm>", "whole OSM file"),
        ("<osm version='0.6'><node id='1' lat='47~' lon='9'/></osm>", "whole OSM file"),
        ('{"type": "Topology", "objects": {}}', "TopoJSON"),
        ('{"a": 1}', "list of objects"),
        ('[{"a": 1}', "not whole JSON"),
    ],
)
def test_what_is_no_list_is_refused_with_advice(tmp_path: Path, content: str, advice: str) -> None:
    with pytest.raises(UnreadableFile, match=advice):
        read_sheets(written(tmp_path / "list", content))


def geojson(features: list[dict[str, Any]], **more: Any) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features, **more}, ensure_ascii=False)


def feature(geometry: dict[str, Any] | None, properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties, **more}


def test_features_keep_their_id_and_each_point_of_several_is_a_row(tmp_path: Path) -> None:
    points = {"type": "MultiPoint", "coordinates": [[9.5, 47.1], [9.6, 47.2]]}
    text = geojson([feature(points, {"name": "a", "floor": 2, "open": True, "none": None}, id=7)])
    (sheet,) = read_sheets(written(tmp_path / "list", text))
    assert [(row.where, row.lon, row.part) for row in sheet.rows] == [
        ("feature 1", 9.5, 1),
        ("feature 1, point 2", 9.6, 2),
    ]
    assert sheet.rows[0].cells == {"name": "a", "floor": "2", "open": "true", "id": "7"}


def test_a_projected_geojson_comes_in_degrees_and_an_unknown_system_is_refused(tmp_path: Path) -> None:
    shape = {"type": "Point", "coordinates": [356_600.0, 5_645_400.0]}
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}}
    (sheet,) = read_sheets(written(tmp_path / "list", geojson([feature(shape, {})], crs=crs)))
    assert (sheet.rows[0].lon, sheet.rows[0].lat) == pytest.approx((6.957, 50.942), abs=0.01)
    crs["properties"] = {"name": "EPSG:1"}
    with pytest.raises(ForeignDatum, match="--epsg"):
        read_sheets(written(tmp_path / "list", geojson([feature(shape, {})], crs=crs)))


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4490"])
def test_longitude_comes_first_in_geojson_whatever_its_crs_says_of_axes(tmp_path: Path, name: str) -> None:
    crs = {"type": "name", "properties": {"name": name}}
    shape = {"type": "Point", "coordinates": [113.66, 34.75]}
    (sheet,) = read_sheets(written(tmp_path / "list", geojson([feature(shape, {})], crs=crs)))
    assert (sheet.rows[0].lon, sheet.rows[0].lat) == pytest.approx((113.66, 34.75), abs=1e-6)


@pytest.mark.parametrize(
    "document",
    [
        [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}],
        {"result": {"records": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}], "total": 2}},
        {"id": [1, 2], "name": ["a", "b"]},
        {"columns": ["id", "name"], "data": [[1, "a"], [2, "b"]]},
        {"fields": [{"name": "id"}, {"name": "name"}], "records": [[1, "a"], [2, "b"]]},
        {"id": {"0": 1, "1": 2}, "name": {"0": "a", "1": "b"}},
        [["id", "name"], [1, "a"], [2, "b"]],
    ],
)
def test_json_of_any_nesting_is_the_same_table(tmp_path: Path, document: object) -> None:
    (sheet,) = read_sheets(written(tmp_path / "list", json.dumps(document)))
    assert [dict(row.cells) for row in sheet.rows] == [{"id": "1", "name": "a"}, {"id": "2", "name": "b"}]


def test_objects_by_their_key_keep_it_and_what_is_nested_gets_a_dotted_name(tmp_path: Path) -> None:
    document = {"17": {"name": "a", "geo": {"lon": 9.5, "lat": 47.1}}, "18": {"name": "b", "tags": ["x", "y"]}}
    (sheet,) = read_sheets(written(tmp_path / "list", json.dumps(list(document.values()))))
    assert sheet.rows[0].cells == {"name": "a", "geo.lon": "9.5", "geo.lat": "47.1"}
    assert sheet.rows[1].cells == {"name": "b", "tags": "x; y"}
    plain = {key: {"name": value["name"]} for key, value in document.items()}
    (sheet,) = read_sheets(written(tmp_path / "list", json.dumps(plain)))
    assert sheet.rows[1].cells == {"@key": "18", "name": "b"}


def test_one_object_a_line_and_features_of_esri_are_read(tmp_path: Path) -> None:
    (sheet,) = read_sheets(written(tmp_path / "lines", '{"name": "a"}\n{"name": "b"}\n'))
    assert [row.cells["name"] for row in sheet.rows] == ["a", "b"]
    esri = {"features": [{"attributes": {"NAME": "a"}, "geometry": {"x": 261_600.0, "y": 6_250_000.0}}]}
    (sheet,) = read_sheets(
        written(tmp_path / "esri", json.dumps({**esri, "spatialReference": {"wkid": 102100, "latestWkid": 3857}}))
    )
    assert (sheet.rows[0].lon, sheet.rows[0].lat) == pytest.approx((2.35, 48.853), abs=0.001)


def layer(names: list[str]) -> geopandas.GeoDataFrame:
    points = [shapely.Point(113.6 + number / 100, 34.7) for number in range(len(names))]
    return geopandas.GeoDataFrame({"名称": names, "count": range(len(names))}, geometry=points, crs="EPSG:4326")


def test_every_layer_of_a_geopackage_is_read(tmp_path: Path) -> None:
    path = tmp_path / "list.gpkg"
    layer(["a"]).to_file(path, layer="old", driver="GPKG")
    layer(["b", "c"]).to_crs("EPSG:4513").to_file(path, layer="new", driver="GPKG")
    sheets = read_sheets(path.rename(tmp_path / "list"))
    assert {sheet.table: [row.cells["名称"] for row in sheet.rows] for sheet in sheets} == {
        "old": ["a"],
        "new": ["b", "c"],
    }
    assert (sheets[1].rows[0].lon, sheets[1].rows[0].lat) == pytest.approx((113.6, 34.7), abs=1e-6)


NAMES = [
    "郑州火车站站前广场",
    "市民中心体育馆",
    "紫荆山地铁站厅",
    "第一人民医院门口",
    "会展中心商务内环路",
    "图书馆二楼大厅",
]


def test_a_shapefile_without_its_code_page_is_read_in_its_own_letters(tmp_path: Path) -> None:
    layer(NAMES).to_file(tmp_path / "aeds.shp", encoding="GB18030")
    (tmp_path / "aeds.cpg").unlink()
    (sheet,) = read_sheets(tmp_path / "aeds.shp")
    assert [row.cells["名称"] for row in sheet.rows] == NAMES
    assert sheet.rows[1].cells["count"] == "1"


def test_a_shapefile_without_its_system_says_so(tmp_path: Path) -> None:
    layer(NAMES).to_file(tmp_path / "aeds.shp", encoding="utf-8")
    (tmp_path / "aeds.prj").unlink()
    (sheet,) = read_sheets(tmp_path / "aeds.shp")
    assert sheet.datum is None
    assert "coordinate reference system" in sheet.notes[0]


@pytest.mark.parametrize("packed", [False, True])
def test_osm_data_is_told_by_its_content(tmp_path: Path, packed: bool) -> None:
    text = (
        "<?xml version='1.0'?><osm version='0.6'><node id='1' lat='47.14' lon='9.52' version='1'>"
        "<tag k='emergency' v='defibrillator'/></node></osm>"
    )
    (sheet,) = read_sheets(written(tmp_path / "list", gzip.compress(text.encode()) if packed else text))
    assert [(row.where, row.cells["@id"], row.lon) for row in sheet.rows] == [("node/1", "node/1", 9.52)]
