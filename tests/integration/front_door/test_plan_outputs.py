import csv
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from matplotlib.image import imread

from planner import map_picture, outputs
from planner.outputs import write_coverage, write_siting
from tests.support.plans import AT, bare_coverage, make_coverage, make_siting


def test_coverage_layers_are_read_back_as_they_were(tmp_path: Path) -> None:
    result = make_coverage()

    write_coverage(result, tmp_path)

    package = tmp_path / "coverage.gpkg"
    assert {name for name, _ in pyogrio.list_layers(package)} == {"demand", "aeds", "gaps", "streets"}
    demand = gpd.read_file(package, layer="demand")
    assert demand.crs == "EPSG:4326"
    assert demand.weight.to_numpy() == pytest.approx(result.demand.weight)
    assert demand.geometry.x.to_numpy() == pytest.approx(result.demand.lon)
    assert (demand.covered.to_numpy() == result.is_covered).all()
    assert (demand.nearest_aed_s.isna().to_numpy() == ~np.isfinite(result.nearest_aed_s)).all()
    streets = gpd.read_file(package, layer="streets")
    assert result.streets
    assert len(streets) == len(result.streets.time_s)
    assert streets.nearest_aed_s.to_numpy() == pytest.approx(result.streets.time_s)
    aeds = gpd.read_file(package, layer="aeds")
    assert list(aeds.name) == list(result.aeds.name)
    assert list(aeds.state) == ["usable"] * 3 + ["unknown"] + ["not usable"] * 2
    for gaps in (gpd.read_file(package, layer="gaps"), gpd.read_file(tmp_path / "gaps.geojson")):
        assert list(gaps["rank"]) == [1, 2]
        assert shapely.area(gaps.geometry.to_numpy()) == pytest.approx([gap.area.area for gap in result.gaps], rel=1e-4)


def test_siting_layers_and_tables_are_read_back_as_they_were(tmp_path: Path) -> None:
    result = make_siting()

    write_siting(result, tmp_path)

    for sites in (gpd.read_file(tmp_path / "siting.gpkg", layer="sites"), gpd.read_file(tmp_path / "sites.geojson")):
        assert list(sites["rank"]) == [site.rank for site in result.sites]
        assert list(sites.why_zh) == [site.why.zh for site in result.sites]
        assert sites.geometry.x.to_numpy() == pytest.approx([site.lon for site in result.sites], abs=1e-6)
    rows = _rows(tmp_path / "sites.csv")
    assert [float(row["adds"]) for row in rows] == pytest.approx([site.adds for site in result.sites], abs=1e-5)
    assert float(rows[-1]["covered_so_far"]) == pytest.approx(result.covered_after, abs=1e-5)
    summary = json.loads((tmp_path / "summary.json").read_text("utf-8"))
    assert summary["count"] == len(result.sites)
    assert summary["covered_before"] == pytest.approx(result.covered_before, abs=1e-3)
    assert summary["covered_after"] == pytest.approx(result.covered_after, abs=1e-3)
    assert summary["upper_bound"] >= summary["covered_after"]
    assert summary["gap"] == pytest.approx(result.gap)
    assert summary["seconds"] == pytest.approx(1.25)


def test_a_coverage_summary_names_time_demand_and_what_is_unknown(tmp_path: Path) -> None:
    result = make_coverage()

    write_coverage(result, tmp_path)

    summary = json.loads((tmp_path / "summary.json").read_text("utf-8"))
    assert summary["minutes"] == 4
    assert summary["at"] == AT.isoformat()
    assert summary["demand"] == pytest.approx(result.total, abs=1e-3)
    assert summary["share_covered"] == pytest.approx(summary["covered"] / summary["demand"], abs=1e-5)
    assert [row["district"] for row in summary["by_district"]] == ["管城回族区", "East <b>End</b>"]
    assert summary["unknown_hours_aeds"] == 1
    assert len(summary["by_hour"]) == 168


def test_streets_are_listed_by_name_with_the_least_served_first(tmp_path: Path) -> None:
    result = make_coverage()
    assert result.streets
    result.streets.time_s[np.array(result.streets.name) == "第5大街"] = np.inf

    write_coverage(result, tmp_path)

    rows = _rows(tmp_path / "streets.csv")
    assert len(rows) == 7
    assert rows[0] | {"length_m": ""} == {
        "street": "第5大街",
        **dict.fromkeys(("length_m", "nearest_aed_s", "mean_aed_s", "farthest_aed_s"), ""),
    }
    mine = np.array(result.streets.name) == "第1大街"
    row = next(row for row in rows if row["street"] == "第1大街")
    assert float(row["length_m"]) == pytest.approx(180 * mine.sum(), rel=1e-3)
    assert float(row["nearest_aed_s"]) == pytest.approx(result.streets.time_s[mine].min(), abs=0.5)
    assert float(row["mean_aed_s"]) == pytest.approx(result.streets.time_s[mine].mean(), abs=1.0)
    assert float(row["farthest_aed_s"]) == pytest.approx(result.streets.time_s[mine].max(), abs=0.5)


def test_tables_open_in_a_spreadsheet_with_chinese_names_and_without_formulas(tmp_path: Path) -> None:
    write_siting(make_siting(), tmp_path)

    assert (tmp_path / "sites.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert _rows(tmp_path / "sites.csv")[0]["street"] == "建设路"
    assert outputs._cell("=cmd|'/c calc'!A0") == "'=cmd|'/c calc'!A0"
    assert outputs._cell(-1.5) == -1.5


def test_ctrl_c_leaves_the_folder_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_coverage(make_coverage(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def interrupted(*_args: object, **_keywords: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(outputs, "draw_coverage", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_coverage(bare_coverage(), tmp_path)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_files_are_as_readable_as_others_of_the_same_user(tmp_path: Path) -> None:
    (tmp_path / "other").touch()

    paths = write_coverage(make_coverage(), tmp_path)

    assert {path.stat().st_mode for path in paths} == {(tmp_path / "other").stat().st_mode}
    assert {path.name for path in paths} >= {"report.html", "map.png", "coverage.gpkg", "gaps.geojson", "gaps.csv"}


def test_a_plan_that_found_nothing_is_written_all_the_same(tmp_path: Path) -> None:
    write_coverage(bare_coverage(), tmp_path)

    assert len(gpd.read_file(tmp_path / "coverage.gpkg", layer="gaps")) == 0
    assert len(gpd.read_file(tmp_path / "gaps.geojson")) == 0
    assert _rows(tmp_path / "gaps.csv") == []


def test_without_a_chinese_font_the_picture_has_english_labels_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    figure_text = map_picture.Figure.text

    def listening(self: map_picture.Figure, x: float, y: float, text: str, **keywords: object) -> object:
        said.append(text)
        return figure_text(self, x, y, text, **keywords)

    monkeypatch.setattr(map_picture, "find_chinese_font", lambda: None)
    monkeypatch.setattr(map_picture.Figure, "text", listening)

    write_coverage(make_coverage(), tmp_path, language="zh")

    assert any("no Chinese font is installed" in text for text in said)
    assert all(letter < "\u2e80" for text in said for letter in text)
    assert imread(tmp_path / "map.png").shape[0] > 1000


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
