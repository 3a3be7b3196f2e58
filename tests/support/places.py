"""Places of an invented town on Liechtenstein's meridian, and the same shapes as files."""

import json
from pathlib import Path
from typing import Any

SQUARE = [[[9.50, 47.10], [9.60, 47.10], [9.60, 47.20], [9.50, 47.20], [9.50, 47.10]]]
HOLE = [[9.54, 47.14], [9.56, 47.14], [9.56, 47.16], [9.54, 47.16], [9.54, 47.14]]
ISLAND = [[[9.70, 47.10], [9.72, 47.10], [9.72, 47.12], [9.70, 47.12], [9.70, 47.10]]]
EAST = [[[9.60, 47.10], [9.70, 47.10], [9.70, 47.20], [9.60, 47.20], [9.60, 47.10]]]

OLD_TOWN = {"type": "MultiPolygon", "coordinates": [[*SQUARE, HOLE], ISLAND]}
"""With a hole in its middle and an island in the east."""
EAST_END = {"type": "Polygon", "coordinates": EAST}


def feature(geometry: dict[str, Any] | None, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def write_geojson(path: Path, *features: dict[str, Any], **more: Any) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}), encoding="utf-8")
    return path


def write_districts(path: Path) -> Path:
    return write_geojson(
        path,
        feature(OLD_TOWN, adcode=101, name="Old Town"),
        feature(EAST_END, adcode=102, name="East End"),
    )


STATIONS = (
    "id,name,kind,address,phone,levels,lon,lat\n"
    "1,Practice West,practice_station,West Road 1,+423 239 61 61,,9.51,47.11\n"
    "2,Practice East,practice_station,East Road 2,,,9.65,47.15\n"
    "3,Central,metro_station,Square,,B1 hall; B2 trains,9.55,47.15\n"
)
