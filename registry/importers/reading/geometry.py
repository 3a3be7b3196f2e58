"""Places of the formats that have shapes of their own, in degrees of WGS-84 whatever reference system they name."""

import math
from functools import lru_cache
from typing import Any

import shapely
import shapely.geometry
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from registry.importers.files import ImportRefused

Places = list[tuple[float | None, float | None]]

WGS84 = CRS.from_epsg(4326)


class ForeignDatum(ImportRefused):
    """The file's datum is fixed by its format, or is one this product cannot read."""

    code = "foreign_datum"


def places_of(geometry: Any) -> Places:
    """The different points of a GeoJSON MultiPoint; the middle of anything else."""
    if not geometry:
        return [(None, None)]
    try:
        return places_of_shape(shapely.geometry.shape(geometry))
    except (ValueError, TypeError, KeyError, AttributeError, shapely.errors.ShapelyError):
        return [(None, None)]


def places_of_shape(shape: Any) -> Places:
    """As `places_of`; None is a shape that is missing."""
    if shape is None or shape.is_empty:
        return [(None, None)]
    points = shape.geoms if shape.geom_type == "MultiPoint" else [shape.centroid]
    return list(dict.fromkeys((point.x, point.y) for point in points if not point.is_empty)) or [(None, None)]


def to_degrees(places: Places, crs: str | None, file: str) -> Places:
    """Places in a named reference system as WGS-84; as they are where none is named.

    Raises:
        ForeignDatum: the name is not known.
    """
    transformer = None if crs is None else _transformer(crs, file)
    if transformer is None:
        return places
    return [_transformed(transformer, x, y) for x, y in places]


def degrees_of(value: object) -> float | None:
    """A number that JSON gives as a number or as text; None for anything else."""
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


@lru_cache(maxsize=16)
def _transformer(crs: str, file: str) -> Transformer | None:
    try:
        named = CRS.from_user_input(crs)
        # Degrees of today's frames (CGCS2000, JGD2011, ETRS89 ...) are WGS-84's to within a metre.
        return (
            None if named.equals(WGS84, ignore_axis_order=True) else Transformer.from_crs(named, WGS84, always_xy=True)
        )
    except (CRSError, ProjError) as error:
        raise ForeignDatum(
            f"{file} is in {crs}, which is not known: export it in WGS-84 (EPSG:4326), or name the right one by --epsg"
        ) from error


def _transformed(transformer: Transformer, x: float | None, y: float | None) -> tuple[float | None, float | None]:
    if x is None or y is None:
        return None, None
    lon, lat = transformer.transform(x, y)
    return (lon, lat) if math.isfinite(lon) and math.isfinite(lat) else (None, None)
