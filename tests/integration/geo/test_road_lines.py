"""Road layers become networks, or errors that say what to do."""

import zipfile
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

from geo.places.datum import Datum, convert
from geo.places.geodesic import geodesic_m
from geo.streets.layer_encoding import UnknownEncoding
from geo.streets.lines import LinesWithoutCrs, SeveralLayers, UnreadableLines, WrongCrs, build_from_lines
from geo.streets.network_builder import EmptyNetwork

CROSSING = [shapely.LineString([(0, 0), (100, 0), (200, 0)]), shapely.LineString([(100, -50), (100, 0), (100, 80)])]


def layer(path: Path, shapes: list[shapely.Geometry], crs: str, **columns: list[object]) -> Path:
    geopandas.GeoDataFrame(columns, geometry=shapes, crs=crs).to_file(path)
    return path


def layer_without_crs(folder: Path) -> Path:
    path = layer(folder / "roads.shp", moved(CROSSING, 500_000, 3_840_000), "EPSG:32649")
    path.with_suffix(".prj").unlink()
    return path


def moved(shapes: list[shapely.Geometry], x: float, y: float) -> list[shapely.Geometry]:
    return [shapely.transform(shape, lambda xy: np.add(xy, [x, y])) for shape in shapes]


def test_virginia_beach_is_one_network_but_for_1_in_100_roads(shared_data: Path) -> None:
    network, summary = build_from_lines(shared_data / "virginia_beach" / "VB_Roads.zip")

    apart_km = summary.islands_km + summary.fragments_km
    assert apart_km / (summary.length_km + summary.fragments_km) < 0.012
    assert summary.edges > 14_083
    assert "Atlantic Ave" in {network.street_name(edge) for edge in range(network.edge_count)}


def test_a_layer_in_metres_is_reprojected(tmp_path: Path) -> None:
    path = layer(tmp_path / "roads.gpkg", moved(CROSSING, 500_000, 3_840_000), "EPSG:32649", NAME=["East", "North"])

    network, summary = build_from_lines(path)

    assert (summary.nodes, summary.edges) == (5, 4)
    assert network.length_km == pytest.approx(0.330, rel=0.002)
    assert {network.street_name(edge) for edge in range(4)} == {"East", "North"}


def test_a_condition_leaves_roads_out(tmp_path: Path) -> None:
    path = layer(
        tmp_path / "roads.gpkg", moved(CROSSING, 500_000, 3_840_000), "EPSG:32649", kind=["street", "motorway"]
    )

    _, summary = build_from_lines(path, where="kind <> 'motorway'")

    assert summary.length_km == pytest.approx(0.2, rel=0.01)


def test_a_layer_without_a_reference_system_asks_for_it(tmp_path: Path) -> None:
    path = layer_without_crs(tmp_path)

    with pytest.raises(LinesWithoutCrs, match="--crs EPSG:4326"):
        build_from_lines(path)

    assert build_from_lines(path, crs="EPSG:32649")[1].edges == 4


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:999999"])
def test_a_reference_system_that_cannot_be_is_refused(tmp_path: Path, crs: str) -> None:
    path = layer_without_crs(tmp_path)

    with pytest.raises(WrongCrs, match="--crs"):
        build_from_lines(path, crs=crs)


def without_code_page(folder: Path, name: str, encoding: str, at: tuple[float, float], *, zipped: bool) -> Path:
    """A shapefile that does not say what its one street's name is written in."""
    street = shapely.LineString([at, (at[0] + 0.01, at[1])])
    frame = geopandas.GeoDataFrame({"NAME": [name], "kind": ["street"]}, geometry=[street], crs="EPSG:4326")
    frame.to_file(folder / "roads.shp", encoding=encoding)
    (folder / "roads.cpg").unlink()
    # The byte that names a code page: 0 for none.
    table = bytearray((folder / "roads.dbf").read_bytes())
    table[29] = 0
    (folder / "roads.dbf").write_bytes(table)
    if not zipped:
        return folder / "roads.shp"
    with zipfile.ZipFile(folder / "roads.zip", "w") as packed:
        for part in folder.glob("roads.???"):
            if part.suffix != ".zip":
                packed.write(part, part.name)
    return folder / "roads.zip"


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(
    ("name", "encoding", "at"),
    [
        ("嵩山路", "gb18030", (113.6, 34.7)),
        ("嵩山路", "utf-8", (113.6, 34.7)),
        ("Königsstraße", "cp1252", (9.5, 47.1)),
        ("Königsstraße", "utf-8", (9.5, 47.1)),
        ("Main St", "ascii", (-76.0, 36.8)),
    ],
)
def test_what_a_shapefile_without_its_code_page_is_written_in_is_found_out(
    tmp_path: Path, name: str, encoding: str, at: tuple[float, float], zipped: bool
) -> None:
    network, _ = build_from_lines(without_code_page(tmp_path, name, encoding, at, zipped=zipped))

    assert network.street_name(0) == name


@pytest.mark.parametrize(
    ("name", "encoding", "at"), [("彌敦道", "big5", (114.17, 22.31)), ("Ленинский", "cp1251", (37.6, 55.7))]
)
def test_what_cannot_be_found_out_is_asked_for_and_taken(
    tmp_path: Path, name: str, encoding: str, at: tuple[float, float]
) -> None:
    path = without_code_page(tmp_path, name, encoding, at, zipped=False)

    with pytest.raises(UnknownEncoding, match=f"--encoding.*{encoding}: {name}"):
        build_from_lines(path)

    assert build_from_lines(path, encoding=encoding)[0].street_name(0) == name
    with pytest.raises(UnreadableLines, match="klingon"):
        build_from_lines(path, encoding="klingon")
    with pytest.raises(UnreadableLines, match="not in utf-8; name another by --encoding"):
        build_from_lines(path, encoding="utf-8")


def test_a_layer_in_gcj02_lands_on_the_true_streets(tmp_path: Path) -> None:
    true = np.array([(113.60, 34.70), (113.61, 34.70)])
    shifted = np.column_stack(convert(true[:, 0], true[:, 1], source=Datum.WGS84, target=Datum.GCJ02))
    path = layer(tmp_path / "roads.geojson", [shapely.LineString(shifted)], "EPSG:4326")

    network, _ = build_from_lines(path, datum=Datum.GCJ02)

    ends = [geodesic_m(lon, lat, network.node_lon, network.node_lat).min() for lon, lat in true.tolist()]
    assert max(ends) < 0.1


def test_points_are_no_roads_and_notes_are_no_layer(tmp_path: Path) -> None:
    points = layer(tmp_path / "points.geojson", [shapely.Point(1, 1)], "EPSG:4326")
    notes = tmp_path / "notes.zip"
    notes.write_text("nothing")

    with pytest.raises(EmptyNetwork):
        build_from_lines(points)
    with pytest.raises(UnreadableLines, match="zipped shapefile"):
        build_from_lines(notes)


def test_of_several_layers_none_is_taken_unasked(tmp_path: Path) -> None:
    path = tmp_path / "roads.gpkg"
    for name, shapes in (("draft", CROSSING[:1]), ("roads", CROSSING)):
        degrees = [shapely.transform(shape, lambda xy: 1.0 + xy / 1e5) for shape in shapes]
        geopandas.GeoDataFrame(geometry=degrees, crs="EPSG:4326").to_file(path, layer=name)

    with pytest.raises(SeveralLayers, match=r"several layers: draft, roads\): say which by --layer"):
        build_from_lines(path)
    assert build_from_lines(path, layer="roads")[1].edges == 4
