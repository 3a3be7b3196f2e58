"""A layer of road lines, in any format GeoPandas reads, as a walk network."""

import codecs
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj.exceptions import CRSError

from geo.places.datum import Datum, convert, in_mainland_china
from geo.streets.layer_encoding import LOSSLESS, UnknownEncoding, find_encoding, first_strange, has_code_page
from geo.streets.line_network import Lines, build_from_shared_points
from geo.streets.network_builder import DEFAULT_SNAP_LIMIT_M, BuildSummary
from geo.streets.progress import Progress, no_progress
from geo.streets.walk_network import WalkNetwork

# Where the user names no column: the first of these that the layer has, whatever its case.
_STREET_COLUMNS = (
    "name", "fullname", "street", "st_name", "street_name", "road_name", "roadname", "名称", "路名", "道路名称",
)  # fmt: skip
# Points that agree to a centimetre are one: layers are rarely drawn finer.
_STEPS_PER_DEGREE = 10_000_000


class UnreadableLines(ValueError):
    """The file holds no layer of lines that can be read."""

    def __init__(self, path: Path, why: str, advice: str = "give a line layer such as a zipped shapefile") -> None:
        super().__init__(f"cannot read road lines from {path} ({why}): {advice}")


class SeveralLayers(UnreadableLines):
    """The file holds several layers, and nobody said which has the roads."""

    def __init__(self, path: Path, layers: Sequence[str]) -> None:
        super().__init__(path, f"it holds several layers: {', '.join(layers)}", "say which by --layer")


class LinesWithoutCrs(ValueError):
    """The layer does not say what its coordinates mean."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} does not name its coordinate reference system (a shapefile without its .prj?): "
            "say which by --crs, such as --crs EPSG:4326"
        )


class WrongCrs(ValueError):
    """The coordinates cannot be in the reference system named."""

    def __init__(self, crs: str, why: str) -> None:
        super().__init__(f"the coordinates are not in {crs} ({why}): name the right one by --crs")


def build_from_lines(
    path: Path | str,
    *,
    name: str | None = None,
    layer: str | None = None,
    where: str | None = None,
    crs: str | None = None,
    datum: Datum = Datum.WGS84,
    street_column: str | None = None,
    encoding: str | None = None,
    snap_limit_m: float = DEFAULT_SNAP_LIMIT_M,
    progress: Progress = no_progress,
) -> tuple[WalkNetwork, BuildSummary]:
    """The walk network of a line layer; every line is walked, both ways, and lines meet where they share a point.

    layer: of a file with several. where: an SQL condition on its columns, to leave motorways out. crs: overrides what
    the file says. datum: of the degrees, for Chinese layers in GCJ-02. street_column: with the streets' names.
    encoding: what its letters are written in; found out where neither says it.

    Raises:
        UnreadableLines, SeveralLayers, LinesWithoutCrs, WrongCrs, UnknownEncoding: the layer cannot be used; the
            message says what to do.
        EmptyNetwork: it has no lines.
    """
    path = Path(path)
    progress("reading lines", 0, None)
    frame, street_names = _read(path, layer=layer, where=where, crs=crs, street_column=street_column, encoding=encoding)
    is_line = np.isin(shapely.get_type_id(frame), (1, 2, 5))
    left_out = {"shapes that are no lines": int((~is_line).sum())} if not is_line.all() else {}
    parts, owner = shapely.get_parts(frame[is_line], return_index=True)
    xy, line = shapely.get_coordinates(parts, return_index=True)
    lon, lat = convert(xy[:, 0], xy[:, 1], source=datum, target=Datum.WGS84)
    names, street = np.unique(street_names[is_line][owner].astype(str), return_inverse=True)
    progress("building the network", 0, None)
    lines = Lines(
        point=_point_numbers(lon, lat),
        lon=lon,
        lat=lat,
        start=np.searchsorted(line, np.arange(len(parts) + 1)),
        flags=np.zeros(len(parts), np.uint8),
        street=street,
        street_names=names.tolist(),
    )
    return build_from_shared_points(
        lines,
        name=name or path.name.split(".")[0],
        source=path.name,
        attribution=f"as stated by the source of {path.name}",
        snap_limit_m=snap_limit_m,
        left_out=left_out,
    )


def _read(
    path: Path,
    *,
    layer: str | None,
    where: str | None,
    crs: str | None,
    street_column: str | None,
    encoding: str | None,
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Shapes in degrees, and the name of each one's street."""
    if layer is None:
        _require_one_layer(path)
    is_guess = encoding is None and _says_no_encoding(path, layer)
    frame = _frame(path, layer=layer, where=where, encoding=LOSSLESS if is_guess else encoding)
    degrees = _degrees(path, frame, crs)
    if is_guess:
        texts = _texts(frame)
        found = find_encoding(texts, in_china=_is_in_china(degrees))
        if found is None:
            raise UnknownEncoding(path, first_strange(texts))
        frame = _frame(path, layer=layer, where=where, encoding=found)
    return degrees, _street_names(path, frame, street_column)


def _require_one_layer(path: Path) -> None:
    try:
        found = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    except (DataSourceError, DataLayerError, ValueError, OSError) as error:
        raise UnreadableLines(path, str(error)) from error
    if len(found) > 1:
        raise SeveralLayers(path, found)


def _says_no_encoding(path: Path, layer: str | None) -> bool:
    """Whether the library would take an encoding that the file does not name."""
    try:
        told = pyogrio.read_info(path, layer=layer)
    except (DataSourceError, DataLayerError, ValueError, OSError) as error:
        raise UnreadableLines(path, str(error)) from error
    return told["driver"] == "ESRI Shapefile" and told["encoding"] == LOSSLESS and not has_code_page(path)


def _frame(path: Path, *, layer: str | None, where: str | None, encoding: str | None) -> geopandas.GeoDataFrame:
    try:
        frame = geopandas.read_file(path, layer=layer, where=where, encoding=encoding and codecs.lookup(encoding).name)
    except LookupError as error:
        raise UnreadableLines(path, f"{encoding} is no encoding; --encoding takes such as gb18030 or big5") from error
    except UnicodeDecodeError as error:
        said = encoding or error.encoding
        raise UnreadableLines(path, f"its letters are not in {said}; name another by --encoding") from error
    except (DataSourceError, DataLayerError, ValueError, OSError) as error:
        raise UnreadableLines(path, str(error)) from error
    if not isinstance(frame, geopandas.GeoDataFrame):
        raise UnreadableLines(path, "it has no shapes")
    return frame


def _texts(frame: geopandas.GeoDataFrame) -> list[str]:
    """All columns' names, and all that stands in them as text."""
    values = [value for column in frame.columns for value in frame[column].tolist() if isinstance(value, str)]
    return [*map(str, frame.columns), *values]


def _is_in_china(degrees: NDArray[Any]) -> bool:
    west, south, east, north = shapely.total_bounds(degrees)
    return bool(in_mainland_china((west + east) / 2.0, (south + north) / 2.0).all())


def _degrees(path: Path, frame: geopandas.GeoDataFrame, crs: str | None) -> NDArray[Any]:
    if crs is None and frame.crs is None:
        raise LinesWithoutCrs(path)
    try:
        frame = frame.set_crs(crs, allow_override=True) if crs else frame
        degrees = frame.to_crs("EPSG:4326").geometry.to_numpy()
    except CRSError as error:
        raise WrongCrs(str(crs), "it is not known") from error
    degrees = degrees[~(shapely.is_missing(degrees) | shapely.is_empty(degrees))]
    xy = shapely.get_coordinates(degrees)
    if not (np.isfinite(xy).all() and (np.abs(xy) <= (180.0, 90.0)).all()):
        raise WrongCrs(str(frame.crs), "they lie outside the world")
    return np.asarray(degrees)


def _street_names(path: Path, frame: Any, street_column: str | None) -> NDArray[Any]:
    known = ~(shapely.is_missing(frame.geometry.to_numpy()) | shapely.is_empty(frame.geometry.to_numpy()))
    by_lower = {str(column).lower(): column for column in frame.columns}
    if street_column is not None and street_column.lower() not in by_lower:
        raise UnreadableLines(path, f"it has no column {street_column}, only {', '.join(map(str, frame.columns))}")
    for wanted in (street_column.lower(),) if street_column else _STREET_COLUMNS:
        if wanted in by_lower:
            return np.asarray(frame[by_lower[wanted]].fillna("").to_numpy(object)[known])
    return np.full(int(known.sum()), "", object)


def _point_numbers(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
    east = np.rint((lon + 180.0) * _STEPS_PER_DEGREE).astype(np.int64)
    north = np.rint((lat + 90.0) * _STEPS_PER_DEGREE).astype(np.int64)
    return east * (180 * _STEPS_PER_DEGREE + 1) + north
