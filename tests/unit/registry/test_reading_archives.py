"""Archives: what is in them is read, within bounds; what is made to fill the memory is refused."""

import io
import zipfile
from pathlib import Path

import geopandas
import pytest
import shapely

from registry.importers.files import UnreadableFile
from registry.importers.reading.limits import MAX_MEMBERS, TooLarge
from registry.importers.reading.read import read_sheets
from tests.support.sheets import write_xlsx

CSV = "id,name\n1,a\n"


def zipped(path: Path, members: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return path


def test_one_list_is_read_and_what_tells_about_it_is_not(tmp_path: Path) -> None:
    members: dict[str, bytes | str] = {"aed.csv": CSV, "README.txt": "about", "__MACOSX/._aed.csv": "litter"}
    (sheet,) = read_sheets(zipped(tmp_path / "list", members))
    assert (sheet.file, sheet.table, sheet.rows[0].cells) == ("list", "", {"id": "1", "name": "a"})


def test_every_list_is_a_table_of_its_own(tmp_path: Path) -> None:
    sheets = read_sheets(zipped(tmp_path / "list", {"a/one.csv": CSV, "b/two.json": '[{"id": 2, "name": "b"}]'}))
    assert [(sheet.table, sheet.rows[0].cells["name"]) for sheet in sheets] == [("one.csv", "a"), ("two.json", "b")]


def test_a_spreadsheet_within_is_read(tmp_path: Path) -> None:
    book = write_xlsx(tmp_path / "book.xlsx", {"aeds": [["id", "name"], ["1", "a"]]})
    (sheet,) = read_sheets(zipped(tmp_path / "list", {"book.xlsx": book.read_bytes()}))
    assert sheet.rows[0].cells == {"id": "1", "name": "a"}


def test_a_zipped_shapefile_and_a_kmz_are_read(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"name": ["a"]}, geometry=[shapely.Point(9.5, 47.1)], crs="EPSG:2056")
    frame.to_file(tmp_path / "aeds.shp")
    parts: dict[str, bytes | str] = {f"folder/{part.name}": part.read_bytes() for part in tmp_path.glob("aeds.*")}
    assert read_sheets(zipped(tmp_path / "list", parts))[0].rows[0].cells == {"name": "a"}
    kml = "<kml><Placemark><name>a</name><Point><coordinates>9.5,47.1</coordinates></Point></Placemark></kml>"
    (sheet,) = read_sheets(zipped(tmp_path / "kmz", {"doc.kml": kml, "images/icon.png": b"\x89PNG"}))
    assert (sheet.rows[0].lon, sheet.rows[0].cells["name"]) == (9.5, "a")


def test_members_stay_within_the_folder_that_they_are_unpacked_to(tmp_path: Path) -> None:
    (sheet,) = read_sheets(zipped(tmp_path / "list", {"../../../outside.csv": CSV}))
    assert len(sheet.rows) == 1
    assert not list(tmp_path.parent.glob("outside.csv"))


@pytest.mark.parametrize(
    ("members", "error", "advice"),
    [
        ({}, UnreadableFile, "empty archive"),
        ({"big.csv": bytes(64 * 2**20)}, TooLarge, "is packed"),
        ({f"{number}.csv": CSV for number in range(MAX_MEMBERS + 1)}, TooLarge, "files: unpack it"),
        ({"page.pdf": "%PDF"}, UnreadableFile, "holds no list"),
    ],
)
def test_what_is_made_to_harm_or_holds_no_list_is_refused(
    tmp_path: Path, members: dict[str, bytes | str], error: type[Exception], advice: str
) -> None:
    with pytest.raises(error, match=advice):
        read_sheets(zipped(tmp_path / "list", members))


def test_an_archive_within_an_archive_is_refused(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as packed:
        packed.writestr("aed.csv", CSV)
    with pytest.raises(UnreadableFile, match="archive within an archive"):
        read_sheets(zipped(tmp_path / "list", {"inner.zip": inner.getvalue()}))


def test_an_archive_that_states_a_false_size_is_not_whole(tmp_path: Path) -> None:
    path = zipped(tmp_path / "list", {"aed.csv": CSV * 1000})
    raw = path.read_bytes()
    true_size = (len(CSV) * 1000).to_bytes(4, "little")
    assert raw.count(true_size) == 2
    path.write_bytes(raw.replace(true_size, (10).to_bytes(4, "little")))
    with pytest.raises(UnreadableFile, match="no whole archive"):
        read_sheets(path)
