"""Positions in metres: of a reference system that is named, or of the one that agrees with the area and nothing else.

Systems of one country often share their figures: an old frame and today's lie a hundred to eight hundred metres apart
and both fit. Then nobody guesses: the choice is asked for, with the distance between them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import CRSError, ProjError

from registry.importers.files import ImportRefused, plain
from registry.importers.positions.area import Box

Floats = NDArray[np.float64]

# Systems that agree to this are one for whoever looks for a cabinet.
_SAME_M = 5.0
_METRES_PER_DEGREE = 111_195.0
# So many rows must lie in the area; the rest are strays.
_MOST = 0.9
_SAMPLE = 40
# Systems are used a little beyond their edge, and off by little there.
_MARGIN = 0.2
WEB_MERCATOR = 3857
_TODAY = re.compile(r"ETRS89|WGS 84|JGD2011|CGCS2000|TWD97|KGD2002|RGF93|Korea 2000|NAD83")


class UnknownReference(ImportRefused):
    """The coordinates are in metres of a reference system that is neither named nor told by the area."""

    code = "unknown_reference"


@dataclass(frozen=True, slots=True)
class Reference:
    """A projected system, and whether its first axis stands in the column of the other, as north-first ones do."""

    epsg: int
    name: str
    is_turned: bool

    @property
    def shown(self) -> str:
        """How a message calls it."""
        return f"EPSG:{self.epsg} ({self.name})"


def to_degrees(reference: Reference, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """WGS-84 degrees; NaN where the system has none."""
    lon, lat = _transformer(reference.epsg).transform(*((y, x) if reference.is_turned else (x, y)))
    bad = ~(np.isfinite(lon) & np.isfinite(lat))
    return np.where(bad, np.nan, lon), np.where(bad, np.nan, lat)


def named_reference(epsg: int, x: Floats, y: Floats) -> Reference:
    """The system of a number, turned if its own area says so.

    Raises:
        UnknownReference: there is none, or the coordinates do not lie where it is used.
    """
    try:
        crs = CRS.from_epsg(epsg)
    except CRSError as error:
        raise UnknownReference(
            f"EPSG:{epsg} is no reference system: look for its number on the publisher's page"
        ) from error
    area = crs.area_of_use
    box = Box(*area.bounds) if area is not None else Box(-180.0, -90.0, 180.0, 90.0)
    box = Box(box.west - _MARGIN, box.south - _MARGIN, box.east + _MARGIN, box.north + _MARGIN)
    for is_turned in (False, True):
        reference = Reference(epsg, crs.name, is_turned)
        if _share(reference, x, y, box.holds) >= _MOST:
            return reference
    raise UnknownReference(
        f"the coordinates are not in EPSG:{epsg} ({crs.name}): they would lie outside the area that it is for"
    )


def find_reference(
    x: Floats, y: Floats, *, box: Box, holds: Callable[[Floats, Floats], NDArray[np.bool_]], words: str
) -> list[Reference]:
    """Systems that put the rows where they belong, the ones that agree taken together, best first.

    box: where to look for systems. holds: which places belong. words: of the headers and the file's name, which name
    systems ("TWD97X", "Lambert 93"); if any does, only those count.
    """
    step = max(x.size // _SAMPLE, 1)
    some_x, some_y = x[::step], y[::step]
    fits = []
    for epsg, name, used_in in _systems_of(box):
        # Columns the other way round are thought of only where they do not fit as they are called.
        for reference in (Reference(epsg, name, False), Reference(epsg, name, True)):
            if all(_share(reference, some_x, some_y, inside) >= _MOST for inside in (used_in.holds, holds)):
                fits.append(reference)
                break
    told = [reference for reference in fits if _is_told(reference.name, words)]
    return _distinct(told or fits, some_x, some_y)


def apart_m(one: Reference, other: Reference, x: Floats, y: Floats) -> float:
    """How far two systems put the same coordinates from each other, median metres."""
    lon, lat = to_degrees(one, x, y)
    other_lon, other_lat = to_degrees(other, x, y)
    east = (lon - other_lon) * np.cos(np.radians(lat))
    return float(np.nanmedian(np.hypot(east, lat - other_lat)) * _METRES_PER_DEGREE)


def _distinct(fits: list[Reference], x: Floats, y: Floats) -> list[Reference]:
    """The first of each group that agrees."""
    kept: list[Reference] = []
    for reference in fits:
        if all(apart_m(reference, other, x, y) > _SAME_M for other in kept):
            kept.append(reference)
    return kept


def _share(reference: Reference, x: Floats, y: Floats, holds: Callable[[Floats, Floats], NDArray[np.bool_]]) -> float:
    try:
        lon, lat = to_degrees(reference, x, y)
    except ProjError:
        return 0.0
    good = np.isfinite(lon)
    return float(holds(lon[good], lat[good]).sum() / x.size) if good.any() else 0.0


def _is_told(name: str, words: str) -> bool:
    """Whether a system's own words ("TWD97", "Lambert-93", "ETRS89") stand in the headers."""
    parts = re.findall(r"[A-Za-z]+[-\s]?\d+", name)
    return any(plain(part) in plain(words) for part in parts)


@cache
def _systems_of(box: Box) -> tuple[tuple[int, str, Box], ...]:
    """(number, name, where it is used) of the projected systems in use within a box, those of today's frames first."""
    area = AreaOfInterest(box.west, box.south, box.east, box.north)
    found = query_crs_info(
        auth_name="EPSG", pj_types=PJType.PROJECTED_CRS, area_of_interest=area, allow_deprecated=False
    )
    systems = []
    for item in found:
        west, south, east, north = item.area_of_use.bounds if item.area_of_use else (-180.0, -90.0, 180.0, 90.0)
        # Of the systems for the whole world lists use one, the web maps' own; WGS 72 is in no list of ours.
        is_for_the_world = (east - west) % 360 > 300 or (west, east) == (-180.0, 180.0)
        if (not is_for_the_world or int(item.code) == WEB_MERCATOR) and not item.name.startswith("WGS 72"):
            bounds = Box(west - _MARGIN, south - _MARGIN, east + _MARGIN, north + _MARGIN)
            systems.append((int(item.code), item.name, bounds))
    # Of names for one system the plainest: without an order of axes, of today's frame, without its realisation.
    systems.sort(
        key=lambda system: ("(N-E)" in system[1] or "(E-N)" in system[1], not _TODAY.search(system[1]), len(system[1]))
    )
    return tuple(systems)


@cache
def _transformer(epsg: int) -> Transformer:
    return Transformer.from_crs(CRS.from_epsg(epsg), CRS.from_epsg(4326), always_xy=True)
