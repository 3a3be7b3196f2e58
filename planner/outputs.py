"""A run's files: summary, tables for spreadsheets, layers for GIS, a picture and the report.

The layers of a GeoPackage carry every demand point and street; the GeoJSON files hold what people look at one by one.
CSV files begin with a byte order mark: without it Excel shows Chinese names as rubble.
"""

import csv
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from planner.freed_memory import return_freed_memory
from planner.map_picture import draw_coverage, draw_siting
from planner.named_streets import named_streets
from planner.plan_model import Aeds, CoverageResult, Demand, SitingResult, Streets
from planner.report import Language, coverage_page, siting_page
from planner.summaries import coverage_summary, share, siting_summary
from planner.whole_files import whole_files

WGS84 = "EPSG:4326"
_PORTION = 250_000
# Columns of a week, from Monday 00:00 to 01:00.
_HOURS = [f"{day}_{hour:02d}" for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun") for hour in range(24)]


def write_coverage(result: CoverageResult, folder: Path, *, language: Language = "zh") -> list[Path]:
    """All files of a coverage run, complete or not at all; their paths."""
    with whole_files(folder) as staging:
        return_freed_memory()
        _write_json(staging / "summary.json", coverage_summary(result))
        _write_coverage_tables(result, staging)
        flags = {"covered": result.is_covered, "covered_one_way": result.is_covered_one_way}
        if result.has_rescuer is not None:
            flags["has_rescuer"] = result.has_rescuer
        aeds, gaps = _aed_layer(result.aeds), _gap_layer(result)
        layers = {
            "demand": _demand_layers(result.demand, {**flags, "nearest_aed_s": result.nearest_aed_s}),
            "aeds": iter([aeds]),
            "gaps": iter([gaps]),
            "streets": _street_layers(result.streets),
        }
        _write_layers(staging / "coverage.gpkg", layers)
        _write_geojson(staging / "gaps.geojson", gaps)
        _write_geojson(staging / "aeds.geojson", aeds)
        return_freed_memory()
        draw_coverage(result, staging / "map.png", language=language)
        return_freed_memory()
        (staging / "report.html").write_text(coverage_page(result, language=language), encoding="utf-8")
        names = sorted(path.name for path in staging.iterdir())
    return [folder / name for name in names]


def write_siting(result: SitingResult, folder: Path, *, language: Language = "zh") -> list[Path]:
    """All files of a siting run, complete or not at all; their paths."""
    with whole_files(folder) as staging:
        _write_json(staging / "summary.json", siting_summary(result))
        _write_siting_tables(result, staging)
        flags = {"covered_before": result.is_covered_before, "covered_after": result.is_covered_after}
        sites = _site_layer(result)
        layers = {
            "sites": iter([sites]),
            "demand": _demand_layers(result.demand, flags),
            "aeds": iter([_aed_layer(result.aeds)]),
            "streets": _street_layers(result.streets),
        }
        _write_layers(staging / "siting.gpkg", layers)
        _write_geojson(staging / "sites.geojson", sites)
        draw_siting(result, staging / "map.png", language=language)
        (staging / "report.html").write_text(siting_page(result, language=language), encoding="utf-8")
        names = sorted(path.name for path in staging.iterdir())
    return [folder / name for name in names]


def _write_coverage_tables(result: CoverageResult, folder: Path) -> None:
    districts = coverage_summary(result)["by_district"]
    if districts:
        _write_csv(folder / "districts.csv", list(districts[0]), (row.values() for row in districts))
    if result.by_hour is not None:
        rows = (
            (row.hour, row.hour // 24, row.hour % 24, row.covered, row.usable_aeds)
            for row in sorted(result.by_hour, key=lambda row: row.hour)
        )
        _write_csv(folder / "hours.csv", ["hour_of_week", "weekday", "hour", "covered", "usable_aeds"], rows)
        if result.by_district:
            shares = (
                (row.name, row.demand, *(share(covered, row.demand) for covered in row.covered_by_hour))
                for row in result.by_district
            )
            _write_csv(folder / "districts_by_hour.csv", ["district", "demand", *_HOURS], shares)
    if result.streets is not None and result.streets.name:
        table = named_streets(result.streets)
        columns = (column.tolist() for column in table.values())
        _write_csv(folder / "streets.csv", list(table), zip(*columns, strict=True))
    _write_csv(
        folder / "gaps.csv",
        ["rank", "demand", "nearest_aed_s", "district", "lon", "lat"],
        (
            (gap.rank, gap.demand, gap.nearest_aed_s, gap.district, *_inside(gap.area))
            for gap in sorted(result.gaps, key=lambda gap: gap.rank)
        ),
    )


def _write_siting_tables(result: SitingResult, folder: Path) -> None:
    covered = {point.sites: point.covered for point in result.curve}
    columns = ["rank", "candidate_id", "name", "lon", "lat", "adds", "covers", "covered_so_far"]
    columns += ["street", "district", "practice_station"]
    _write_csv(
        folder / "sites.csv",
        [*columns, "why_en", "why_zh"],
        (
            (
                *(site.rank, site.ref, site.name, site.lon, site.lat, site.adds, site.covers, covered.get(site.rank)),
                *(site.street, site.district, site.practice_station, site.why.en, site.why.zh),
            )
            for site in result.sites
        ),
    )
    _write_csv(folder / "curve.csv", ["sites", "covered"], ((point.sites, point.covered) for point in result.curve))


def _demand_layers(demand: Demand, columns: dict[str, NDArray[Any]]) -> Iterator[gpd.GeoDataFrame]:
    for rows in _portions(len(demand.weight)):
        points = shapely.points(demand.lon[rows], demand.lat[rows])
        mine = {name: _finite(values[rows]) for name, values in columns.items()}
        yield gpd.GeoDataFrame({"weight": demand.weight[rows], **mine}, geometry=points, crs=WGS84)


def _aed_layer(aeds: Aeds) -> gpd.GeoDataFrame:
    state = np.where(aeds.is_usable, "usable", np.where(aeds.is_unknown, "unknown", "not usable")).astype(object)
    columns = {"name": np.array(aeds.name, dtype=object), "state": state}
    return gpd.GeoDataFrame(columns, geometry=shapely.points(aeds.lon, aeds.lat), crs=WGS84)


def _gap_layer(result: CoverageResult) -> gpd.GeoDataFrame:
    gaps = sorted(result.gaps, key=lambda gap: gap.rank)
    columns = {
        "rank": np.array([gap.rank for gap in gaps], dtype=np.int64),
        "demand": np.array([gap.demand for gap in gaps], dtype=np.float64),
        "nearest_aed_s": np.array(
            [np.nan if gap.nearest_aed_s is None else gap.nearest_aed_s for gap in gaps], dtype=np.float64
        ),
        "district": np.array([gap.district for gap in gaps], dtype=object),
    }
    # Layers of one geometry type are what most GIS expect.
    areas = [shapely.multipolygons([gap.area]) if gap.area.geom_type == "Polygon" else gap.area for gap in gaps]
    return gpd.GeoDataFrame(columns, geometry=areas, crs=WGS84)


def _site_layer(result: SitingResult) -> gpd.GeoDataFrame:
    sites = result.sites
    columns = {
        "rank": np.array([site.rank for site in sites], dtype=np.int64),
        "candidate_id": np.array([site.ref for site in sites], dtype=object),
        "name": np.array([site.name for site in sites], dtype=object),
        "adds": np.array([site.adds for site in sites], dtype=np.float64),
        "covers": np.array([site.covers for site in sites], dtype=np.float64),
        "street": np.array([site.street for site in sites], dtype=object),
        "district": np.array([site.district for site in sites], dtype=object),
        "practice_station": np.array([site.practice_station for site in sites], dtype=object),
        "why_en": np.array([site.why.en for site in sites], dtype=object),
        "why_zh": np.array([site.why.zh for site in sites], dtype=object),
    }
    points = shapely.points([site.lon for site in sites], [site.lat for site in sites])
    return gpd.GeoDataFrame(columns, geometry=points, crs=WGS84)


def _street_layers(streets: Streets | None) -> Iterator[gpd.GeoDataFrame]:
    for rows in _portions(0 if streets is None else len(streets.time_s)):
        assert streets is not None  # noqa: S101 - else there are no portions
        first = streets.first[rows.start : rows.stop + 1]
        owner = np.repeat(np.arange(len(first) - 1), np.diff(first))
        at = np.column_stack([streets.lon[first[0] : first[-1]], streets.lat[first[0] : first[-1]]])
        columns: dict[str, Any] = {"nearest_aed_s": _finite(streets.time_s[rows])}
        if streets.name:
            columns["name"] = np.array(streets.name[rows], dtype=object)
        yield gpd.GeoDataFrame(columns, geometry=shapely.linestrings(at, indices=owner), crs=WGS84)


def _portions(count: int) -> Iterator[slice]:
    """A million streets at once would take a gigabyte as geometries."""
    return (slice(begin, min(begin + _PORTION, count)) for begin in range(0, count, _PORTION))


def _write_layers(path: Path, layers: dict[str, Iterator[gpd.GeoDataFrame]]) -> None:
    for name, portions in layers.items():
        kind = {"gaps": "MultiPolygon", "streets": "LineString"}.get(name, "Point")
        for number, portion in enumerate(portions):
            options = {"append": number > 0, "geometry_type": kind}
            portion.to_file(path, layer=name, driver="GPKG", engine="pyogrio", **options)


def _write_geojson(path: Path, layer: gpd.GeoDataFrame) -> None:
    # Seven decimals are a centimetre; more would only make the file longer.
    layer.to_file(path, driver="GeoJSON", engine="pyogrio", COORDINATE_PRECISION=7, RFC7946="YES")


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: object) -> object:
    """A spreadsheet would run a name that begins like a formula; an apostrophe keeps it a name."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else ""
    return value


def _write_json(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def _inside(area: shapely.Geometry) -> tuple[float, float]:
    point = shapely.point_on_surface(area)
    return float(point.x), float(point.y)


def _finite(values: NDArray[Any]) -> NDArray[Any]:
    """Unknown rather than infinite: neither SQL nor JSON knows infinity."""
    return values if values.dtype == bool else np.where(np.isfinite(values), values, np.nan).astype(np.float64)
