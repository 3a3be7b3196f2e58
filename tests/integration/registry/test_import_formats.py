"""Lists as cities publish them, by one command: every format, and what of them is taken."""

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from geo.places.datum import Datum
from registry.cli import app
from registry.importers.positions.options import PositionOptions
from registry.importers.positions.placing import place_rows
from registry.importers.reading.read import read_sheets
from registry.importers.run import ImportOptions, read_aeds
from tests.support.sheets import write_ods, write_xls, write_xlsx

ROWS = [
    ["编号", "名称", "经度", "纬度"],
    ["a", "郑州站", "113.6519", "34.7443"],
    ["b", "市民中心", "113.5571", "34.7502"],
]


def as_csv(rows: list[list[str]], delimiter: str = ",") -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue()


def write_list(path: Path) -> None:
    """`ROWS` in the format that the name says."""
    match path.suffix:
        case ".csv":
            path.write_text(as_csv(ROWS), encoding="gb18030" if "gbk" in path.name else "utf-8")
        case ".json":
            records = [dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]
            path.write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
        case ".kml":
            path.write_text(f"<kml>{''.join(placemark(*row) for row in ROWS[1:])}</kml>", encoding="utf-8")
        case ".xlsx":
            write_xlsx(path, {"aeds": ROWS})
        case ".ods":
            write_ods(path, ROWS)
        case ".xls":
            write_xls(path, ROWS)


def placemark(ref: str, name: str, lon: str, lat: str) -> str:
    data = f"<ExtendedData><Data name='编号'><value>{ref}</value></Data></ExtendedData>"
    point = f"<Point><coordinates>{lon},{lat}</coordinates></Point>"
    return f"<Placemark><name>{name}</name>{data}{point}</Placemark>"


@pytest.mark.parametrize("name", ["aed.csv", "aed-gbk.csv", "aed.xlsx", "aed.xls", "aed.ods", "aed.json", "aed.kml"])
def test_one_list_in_any_format_is_the_same_aeds(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_list(path)

    file = read_aeds(path, ImportOptions(datum=Datum.WGS84))

    assert [(aed.source_ref, aed.name, aed.lon, aed.lat) for aed in file.aeds] == [
        ("a", "郑州站", 113.6519, 34.7443),
        ("b", "市民中心", 113.5571, 34.7502),
    ]
    assert not file.rejected


def test_several_sheets_are_one_list_and_their_rows_are_told_apart(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "aed.xlsx",
        {
            "金水区": [["id", "lon", "lat"], ["1", 9.52, 47.14]],
            "说明": [["列", "含义"], ["id", "编号"]],
            "二七区": [["id", "lon", "lat"], ["1", 9.53, 47.15], ["2", 0.0, 0.0]],
        },
    )
    file = read_aeds(path, ImportOptions())
    assert [aed.source_ref for aed in file.aeds] == ["金水区/1", "二七区/1"]
    assert [(remark.where, remark.reason) for remark in file.rejected] == [("二七区, row 3", "zero_coordinates")]
    assert file.notes == ["aed.xlsx, 说明 was passed over: it has no positions"]


def test_the_command_says_what_was_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [["编号", "名称", "经度", "纬度", "x", "y"]]
    # Zhengzhou, in GCJ-02 and WGS-84.
    rows += [[str(n), f"车站{n}", "113.722095", "34.720917", "113.715919", "34.721973"] for n in range(3)]
    (tmp_path / "list.csv").write_text(as_csv(rows, ";"), encoding="gb18030")
    result = CliRunner().invoke(app, ["import", "list.csv"], catch_exceptions=False, terminal_width=200)
    assert result.exit_code == 0
    assert "read as GB18030" in result.stdout
    assert "the datum is gcj02" in result.stdout
    assert "nothing in it speaks of AEDs" in result.stdout


@pytest.mark.parametrize(
    ("file", "taken", "rejected"),
    [
        ("imports/kobe.csv", 2042, {}),
        ("imports/oita.csv", 2174, {"no_coordinates": 7}),
        ("imports/komae.csv", 57, {}),
        ("imports/urasoe.csv", 55, {}),
        ("imports/taiwan2014.csv", 4518, {"pole_coordinates": 1}),
        ("imports/futurocite_example.csv", 1, {}),
        ("aed_registries/takamatsu_aed.csv", 450, {}),
        ("aed_registries/trafford_aed.csv", 185, {}),
        ("aed_registries/koeln_aed.geojson", 121, {}),
        ("aed_registries/verona_osm_aed.json", 210, {}),
    ],
)
def test_a_list_is_read_as_it_is_published_without_a_word_beside(
    shared_data: Path, file: str, taken: int, rejected: dict[str, int]
) -> None:
    found = read_aeds(shared_data / file, ImportOptions())
    reasons = [remark.reason for remark in found.rejected]
    # Whether rows alike are one AED or several is told by who joins lists.
    assert len(found.aeds) + reasons.count("duplicate") == taken
    assert {reason: reasons.count(reason) for reason in set(reasons) - {"duplicate"}} == rejected


# Read off the published files by eye: where a row stands, and the place that it states.
BY_EYE = {
    "imports/kobe.csv": {"line 1024": (135.13434, 34.725814), "line 2043": (135.216451, 34.658549)},
    "imports/oita.csv": {"line 100": (131.655964, 33.152359), "line 1186": (131.8386843, 32.96456913)},
    "imports/komae.csv": {
        "line 2": (139.5787757, 35.63494013),
        "line 20": (139.5774335, 35.6404518),
        "line 58": (139.5778, 35.63309),
    },
    "imports/urasoe.csv": {"line 12": (127.723753, 26.252236), "line 56": (127.713227, 26.237942)},
    "imports/taiwan2014.csv": {
        "line 1": (120.335807, 22.731406),
        "line 96": (120.82, 24.57),
        "line 2000": (121.522163, 25.066837),
        "line 4519": (121.750655, 24.754704),
    },
    "imports/futurocite_example.csv": {"line 2": (4.8248565701, 50.4712861231)},
    "aed_registries/takamatsu_aed.csv": {
        "line 2": (134.0452448693125, 34.34092807514213),
        "line 100": (134.09380846034475, 34.30684270663777),
        "line 461": (134.10475416810442, 34.27397818768149),
    },
    "aed_registries/trafford_aed.csv": {
        "line 20": (-2.350979, 53.395207),
        "line 100": (-2.340044, 53.406141),
        "line 186": (-2.346671, 53.413876),
    },
    "aed_registries/koeln_aed.geojson": {
        "feature 1": (6.897402, 51.0216619),
        "feature 60": (7.0051497, 50.9619987),
        "feature 121": (6.9505214, 50.9348959),
    },
    "aed_registries/verona_osm_aed.json": {
        "node/1521824171": (10.9846565, 45.4351343),
        "node/8977881522": (10.9410303, 45.4423626),
        "node/13957426405": (10.8186974, 45.6829383),
    },
}


@pytest.mark.parametrize("file", BY_EYE)
def test_rows_stand_where_their_list_says(shared_data: Path, file: str) -> None:
    (sheet,) = read_sheets(shared_data / file)
    places = place_rows(sheet, PositionOptions()).places
    found = dict(zip((row.where for row in sheet.rows), places, strict=True))
    assert {where: found[where] for where in BY_EYE[file]} == BY_EYE[file]
