"""Map layers as planners hand them in: one layer of a file in degrees of WGS-84, or in one sentence why not."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pyogrio.errors
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError, ProjError

from geo.places.datum import Datum, convert

_WGS84 = "EPSG:4326"
_EXACT_BELOW = 2.0**53
_RASTERS = {".tif", ".tiff", ".asc", ".vrt", ".img", ".nc", ".grib", ".jp2"}
# What is assumed of a shapefile that says nothing.
_NOT_NAMED = "ISO-8859-1"
# These keep their text in the encoding of whoever wrote them; all others say it, or are UTF-8.
_OF_ANY_ENCODING = {".shp", ".dbf", ".zip", ".tab", ".mif"}


class UnusableLayer(ValueError):
    """The file's map layer cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerOptions:
    """What a command's options say of one file.

    option: what begins their names, such as "--demand". layer: its name; None where the file has one only.
    datum: that its degrees are in; None where the file has to say. encoding: of its text, where its format says none.
    """

    option: str
    layer: str | None = None
    datum: Datum | None = None
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layer:
    """A layer's table without its shapes; shape: (n,) of WGS-84 degrees, None where a feature has none."""

    name: str
    table: gpd.GeoDataFrame
    shape: NDArray[np.object_]


def read_layer(path: Path, options: LayerOptions) -> Layer:
    """The one layer of a file, or the one that is named.

    Raises:
        UnusableLayer: no file, no map layer, several layers, a layer that does not say where its coordinates lie.
    """
    if not path.exists():
        raise UnusableLayer(f"there is no file {path}")
    name = _layer_name(path, options)
    with _told_in_our_words(path):
        table = _read(path, name, options)
    if not isinstance(table, gpd.GeoDataFrame):
        raise UnusableLayer(_no_layer(path))
    return Layer(name=name, table=table, shape=_in_wgs84(table, path, options))


def _read(path: Path, name: str, options: LayerOptions) -> Any:
    """The layer's table, in the encoding that the file names, that is given, or that its bytes leave no doubt about."""
    if path.suffix.lower() not in _OF_ANY_ENCODING:
        return gpd.read_file(path, layer=name)
    if options.encoding != "utf-8":
        return gpd.read_file(path, layer=name, encoding=options.encoding)
    table = gpd.read_file(path, layer=name)
    if pyogrio.read_info(path, layer=name)["encoding"] != _NOT_NAMED:
        return table
    texts = [str(header) for header in table.columns]
    texts += [value for column in table.columns for value in table[column] if isinstance(value, str)]
    try:
        # So read, every byte is one letter.
        data = "".join(texts).encode("latin-1")
        data.decode("utf-8")
    except UnicodeError:
        raise UnusableLayer(
            f"{path.name} does not name its text's encoding (a shapefile without its .cpg?): add --encoding gb18030 "
            "for most Chinese files, --encoding cp932 for Japanese ones, --encoding cp1252 for western ones"
        ) from None
    return table if data.isascii() else gpd.read_file(path, layer=name, encoding="utf-8")


def cell_text(value: Any) -> str:
    """A cell of a layer's table as a CSV holds it: nothing where there is nothing, whole numbers without a point."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT_BELOW:
        return str(int(value))
    return str(value).strip()


def _layer_name(path: Path, options: LayerOptions) -> str:
    with _told_in_our_words(path):
        every = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
        if options.layer is not None:
            if options.layer not in every:
                raise UnusableLayer(
                    f"{path.name} has no layer {options.layer!r}; found: {', '.join(every) or 'none with shapes'}"
                )
            return options.layer
        # A GPX file names five layers, whatever it holds.
        filled = [name for name in every if pyogrio.read_info(path, layer=name, force_feature_count=True)["features"]]
    if len(filled) > 1:
        raise UnusableLayer(
            f"{path.name} holds several layers ({', '.join(filled)}): say which with {options.option}-layer NAME"
        )
    if not every:
        raise UnusableLayer(_no_layer(path))
    return (filled or every)[0]


@contextmanager
def _told_in_our_words(path: Path) -> Iterator[None]:
    try:
        yield
    except (CRSError, pyogrio.errors.CRSError) as error:
        raise UnusableLayer(_unknown_crs(path)) from error
    except UnusableLayer:
        raise
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, OSError) as error:
        raise UnusableLayer(_no_layer(path)) from error


def _no_layer(path: Path) -> str:
    if path.suffix.lower() in _RASTERS:
        return (
            f"{path.name} is a raster, and plans count points: turn its cells into points (QGIS: Raster pixels to "
            "points) and give those as GeoPackage, GeoJSON or CSV"
        )
    return (
        f"{path.name} cannot be read as a map layer: give a whole GeoPackage, GeoJSON or shapefile (its .shp, .shx, "
        ".dbf and .prj together), or a CSV"
    )


def _unknown_crs(path: Path) -> str:
    return (
        f"{path.name} names a coordinate reference system that is not known, or that lies nowhere on Earth: export it "
        "in WGS-84 (EPSG:4326)"
    )


def _in_wgs84(table: gpd.GeoDataFrame, path: Path, options: LayerOptions) -> NDArray[np.object_]:
    given = np.asarray(table.geometry.values, object)
    shapes = given
    if table.crs is None:
        _refuse_without_crs(given, path, options)
    else:
        try:
            shapes = np.asarray(table.to_crs(_WGS84).geometry.values, object)
        except (CRSError, ProjError) as error:
            raise UnusableLayer(_unknown_crs(path)) from error
    if options.datum in {None, Datum.WGS84}:
        return shapes
    datum = options.datum
    moved: NDArray[np.object_] = shapely.transform(
        shapes,
        lambda xy: np.column_stack(convert(xy[:, 0].copy(), xy[:, 1].copy(), source=datum, target=Datum.WGS84)),
    )
    return moved


def _refuse_without_crs(shapes: NDArray[Any], path: Path, options: LayerOptions) -> None:
    xy = shapely.get_coordinates(shapes)
    if xy.size and not (np.abs(xy) <= 180.0).all():
        east, north = xy[int(np.argmax(np.abs(xy).max(axis=1)))].tolist()
        raise UnusableLayer(
            f"{path.name} does not say where its coordinates lie (a shapefile without its .prj?), and {east:.0f}, "
            f"{north:.0f} are no degrees: put the .prj beside it, or export it in WGS-84 (EPSG:4326)"
        )
    if options.datum is None:
        raise UnusableLayer(
            f"{path.name} does not say where its coordinates lie (a shapefile without its .prj?): if they are degrees, "
            f"add {options.option}-datum wgs84 (GPS, OpenStreetMap, most countries), {options.option}-datum gcj02 "
            f"(Amap, Tencent) or {options.option}-datum bd09 (Baidu)"
        )
