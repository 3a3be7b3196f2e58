"""Where a list belongs: a box or a country that somebody named, else the country in which most of its rows lie."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from registry.eligibility import time_zone_at
from registry.importers.files import ImportRefused

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# A list of a border town has rows across the border, and a country's zone map ends some miles off its coast.
NEAR_M = 100_000.0
_EARTH_M = 6_371_000.0
# So many of the rows make a country the list's own.
_MOST = 0.6
# Countries are told in steps of about five kilometres: nothing nearer than `NEAR_M` depends on it.
_STEPS_PER_DEGREE = 20
_ROUND_DEG = 5.0
# Parts of a state that have a code of their own and are listed with it.
_PART_OF = {
    **dict.fromkeys(("GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "WF", "PF", "NC"), "FR"),
    **dict.fromkeys(("PR", "GU", "VI", "AS", "MP"), "US"),
    **dict.fromkeys(("AW", "CW", "SX", "BQ"), "NL"),
    **dict.fromkeys(("GG", "IM", "JE", "GI"), "GB"),
    **dict.fromkeys(("FO", "GL"), "DK"),
    "AX": "FI",
    "SJ": "NO",
    "XK": "RS",
}


@dataclass(frozen=True, slots=True)
class Box:
    """Degrees of WGS-84; a west beyond the east reaches across the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, lon: Floats, lat: Floats) -> Flags:
        """Which places lie within, the edge included."""
        across = (lon >= self.west) & (lon <= self.east)
        if self.west > self.east:
            across = (lon >= self.west) | (lon <= self.east)
        return np.asarray(across & (lat >= self.south) & (lat <= self.north))


@dataclass(frozen=True, slots=True)
class Home:
    """Where rows of a list belong. box or country: as somebody named it; is_named is false where the rows tell it."""

    box: Box | None
    country: str | None
    is_named: bool

    def holds(self, lon: Floats, lat: Floats) -> Flags:
        """Which places lie within it."""
        if self.box is not None:
            return self.box.holds(lon, lat)
        return np.array([country_at(x, y) == self.country for x, y in zip(lon, lat, strict=True)], bool)

    @property
    def shown(self) -> str:
        """How a message calls it."""
        if self.box is not None:
            return f"the area {self.box.west:g},{self.box.south:g},{self.box.east:g},{self.box.north:g}"
        return country_name(self.country or "")


class BadArea(ImportRefused):
    """The service area is not written as west,south,east,north."""

    code = "bad_area"


def parse_box(text: str) -> Box:
    """Raises: BadArea."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise BadArea(
            f"the area {text!r} is not west,south,east,north in degrees, such as 113.4,34.6,113.9,34.9"
        ) from None
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90):
        raise BadArea(f"the area {text!r} is no box on Earth: write west,south,east,north, the longitude first")
    return Box(west, south, east, north)


def home_of(lon: Floats, lat: Floats, *, box: Box | None, country: str | None) -> Home | None:
    """The home that was named, else the country with most rows; None where they lie in many, or in none."""
    if box is not None:
        return Home(box, None, True)
    if country is not None:
        return Home(None, _PART_OF.get(country, country), True)
    counted = Counter(country_at(x, y) for x, y in zip(lon, lat, strict=True))
    if not counted:
        return None
    most, times = counted.most_common(1)[0]
    return Home(None, most, False) if most and times >= _MOST * lon.size else None


def country_at(lon: float, lat: float) -> str:
    """ISO 3166 code of the state at a place, overseas parts counted to it; "" at sea and beyond the poles."""
    return _country_in_cell(round(lon * _STEPS_PER_DEGREE), round(lat * _STEPS_PER_DEGREE))


def region_box(code: str) -> Box | None:
    """A generous box around the cities that a country's time zones are named for; None where it has none."""
    cities = [_degrees_of(line[1]) for line in _table("zone.tab") if line[0] == code]
    if not cities:
        return None
    lon, lat = zip(*cities, strict=True)
    return Box(min(lon) - _ROUND_DEG, min(lat) - _ROUND_DEG, max(lon) + _ROUND_DEG, max(lat) + _ROUND_DEG)


def country_name(code: str) -> str:
    """As the zone tables call it; the code itself where they do not."""
    for line in _table("iso3166.tab"):
        if line[0] == code:
            return line[1]
    return code


def is_country(code: str) -> bool:
    """Whether the two letters are a country's."""
    return any(line[0] == code for line in _table("iso3166.tab"))


def distances_m(lon: Floats, lat: Floats, *, to_lon: Floats, to_lat: Floats) -> Floats:
    """From each place to the nearest of the others, as the crow flies; infinite where there are none."""
    if not to_lon.size:
        return np.full(lon.shape, np.inf)
    # Half a second to load, and only some lists ask.
    from scipy.spatial import cKDTree  # noqa: PLC0415

    chord, _ = cKDTree(_on_sphere(to_lon, to_lat)).query(_on_sphere(lon, lat))
    return np.asarray(2.0 * _EARTH_M * np.arcsin(np.minimum(chord / 2.0, 1.0)))


def _on_sphere(lon: Floats, lat: Floats) -> Floats:
    x, y = np.radians(lon), np.radians(lat)
    return np.column_stack((np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)))


@cache
def _country_in_cell(x: int, y: int) -> str:
    lon, lat = x / _STEPS_PER_DEGREE, y / _STEPS_PER_DEGREE
    if abs(lon) > 180 or abs(lat) >= 90:
        return ""
    code = _country_by_zone().get(time_zone_at(lon, lat), "")
    return _PART_OF.get(code, code)


@cache
def _country_by_zone() -> dict[str, str]:
    return {line[2]: line[0] for line in _table("zone.tab")}


def _degrees_of(text: str) -> tuple[float, float]:
    """Of the zone table's "+4024-00341" and "+404251-0740023"."""
    lat, lon = re.findall(r"[-+]\d+", text)
    return _sexagesimal(lon, 4), _sexagesimal(lat, 3)


def _sexagesimal(text: str, degrees_end: int) -> float:
    minutes, seconds = int(text[degrees_end : degrees_end + 2]), int(text[degrees_end + 2 :] or 0)
    value = int(text[1:degrees_end]) + minutes / 60 + seconds / 3600
    return -value if text[0] == "-" else value


@cache
def _table(name: str) -> list[list[str]]:
    text = (resources.files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
