"""Coordinates as people write them: decimals with point or comma, degrees and minutes, pairs in one cell, shapes."""

import json
import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

import shapely

Axis = Literal["lon", "lat"]

# What names a hemisphere, and the axis with its sign. "O" is east in German and west in Latin languages, and so told by
# no letter alone.
_HEMISPHERES: dict[str, tuple[Axis, int]] = {
    **dict.fromkeys(("n", "north", "nord", "norte", "北緯", "北纬", "북위"), ("lat", 1)),
    **dict.fromkeys(("s", "south", "süd", "sud", "sur", "南緯", "南纬", "남위"), ("lat", -1)),
    **dict.fromkeys(("e", "east", "est", "ost", "este", "東経", "东经", "東經", "동경"), ("lon", 1)),
    **dict.fromkeys(("w", "west", "ouest", "oeste", "ovest", "西経", "西经", "西經", "서경"), ("lon", -1)),
}  # fmt: skip
_NAMES = "|".join(sorted(_HEMISPHERES, key=len, reverse=True))
_HEMISPHERE = re.compile(rf"(?<![^\W\d_])({_NAMES})(?![^\W\d_])\.?", re.IGNORECASE)
_DEGREE, _MINUTE, _SECOND = r"[°ºd度도˚]", r"['′’‘´`m分분]", r"(?:''|\"|″|”|“|’’|′′|s|秒|초)"
_NUMBER = r"\d+(?:[.,]\d+)?"
_SEXAGESIMAL = re.compile(
    rf"([-+]?)\s*(\d{{1,3}})\s*{_DEGREE}\s*(?:({_NUMBER})\s*(?:{_MINUTE}\s*(?:({_NUMBER})\s*{_SECOND}?)?)?)?",
    re.IGNORECASE,
)
_COLONS = re.compile(rf"([-+]?)(\d{{1,3}})[:\s]\s*(\d{{1,2}})[:\s]\s*({_NUMBER})")
_MINUTES = re.compile(r"([-+]?)(\d{1,3})[:\s]\s*(\d{1,2}[.,]\d+)")
# As Hong Kong's departments write them.
_DASHES = re.compile(r"(-?)(\d{2,3})-(\d{2})-(\d{2}(?:\.\d+)?)")
_DOTS = re.compile(r"([-+]?)(\d{1,3})\.(\d{1,2})\.(\d{1,2}(?:\.\d+)?)")
_PLAIN = re.compile(r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?")
_THOUSANDS = re.compile(
    r"[-+]?\d{1,3}(?:(?:[ '\u00a0]\d{3})+|(?:,\d{3}){2,}|(?:\.\d{3}){2,}|(?:,\d{3})+(?=\.))(?:[.,]\d+)?"
)
_POINT = re.compile(r"(?:SRID=(\d+);)?\s*POINT\s*Z?M?\s*\(\s*([-+\d.eE]+)\s+([-+\d.eE]+)[^)]*\)", re.IGNORECASE)
_HEX = re.compile(r"[0-9A-Fa-f]{42,}")
_KEYED = re.compile(
    r"[\"']?(lat|lon|lng|long|latitude|longitude)[\"']?\s*[:=]\s*[\"']?([-+\d.,]+?)[\"']?\s*(?=[,;}\s]|$)", re.I
)
_SIGNS = str.maketrans(
    {"−": "-", "–": "-", "—": "-", "﹣": "-", "，": ",", "．": ".", "、": ",", "；": ";", "º": "°", "´": "'"}
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two numbers of one cell. order: what tells their axes, None where nothing does. epsg: if the cell names one."""

    first: float
    second: float
    order: Literal["lon lat", "lat lon"] | None = None
    epsg: int | None = None


def find_number(text: str) -> tuple[float, Axis | None] | None:
    """One coordinate and the axis that a hemisphere tells; None where the cell is none.

    A comma is a decimal one, groups of three figures are thousands: nobody writes coordinates in thousands of degrees.
    """
    text = text.strip()
    if _PLAIN.fullmatch(text) and text.isascii():
        plain_value = float(text.replace(",", "."))
        return (plain_value, None) if math.isfinite(plain_value) else None
    text = _tidy(text)
    axis, sign, rest = (None, 1, text) if _PLAIN.fullmatch(text) else _hemisphere(text)
    value = _sexagesimal(rest)
    if value is None:
        value = _decimal(rest)
    if value is None or not math.isfinite(value):
        return None
    if sign < 0 and value < 0:
        return None
    return value * sign, axis


def find_pair(text: str) -> Pair | None:
    """A position of one cell: "(120.33, 22.73)", POINT(...), GeoJSON, {"lat": .., "lng": ..}, 48°51'N 2°21'E."""
    text = text.strip()
    if not text or not any(character.isdigit() for character in text):
        return None
    return _shape(text) or _keyed(text) or _two_numbers(_tidy(text))


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS).strip()


def _hemisphere(text: str) -> tuple[Axis | None, int, str]:
    found = list(_HEMISPHERE.finditer(text))
    if len(found) != 1:
        return None, 1, text
    axis, sign = _HEMISPHERES[found[0][1].lower()]
    return axis, sign, (text[: found[0].start()] + " " + text[found[0].end() :]).strip(" :：")


def _sexagesimal(text: str) -> float | None:
    """Degrees, minutes and seconds; None where minutes or seconds are 60 and more."""
    match = next((m for form in (_SEXAGESIMAL, _COLONS, _DASHES, _DOTS) if (m := form.fullmatch(text))), None)
    if match is not None:
        parts = [float((part or "0").replace(",", ".")) for part in match.groups()[1:]]
    elif (match := _MINUTES.fullmatch(text)) is not None:
        parts = [float(match[2]), float(match[3].replace(",", ".")), 0.0]
    else:
        return None
    degrees, minutes, seconds = parts
    if minutes >= 60 or seconds >= 60:
        return None
    return (degrees + minutes / 60 + seconds / 3600) * (-1 if match[1] == "-" else 1)


def _decimal(text: str) -> float | None:
    text = re.sub(rf"\s*(?:{_DEGREE}|m)$", "", text, flags=re.IGNORECASE)
    if _THOUSANDS.fullmatch(text):
        return float(_without_thousands(text))
    return float(text.replace(",", ".")) if _PLAIN.fullmatch(text) else None


def _without_thousands(text: str) -> str:
    text = re.sub(r"[ '\u00a0]", "", text)
    # Of two kinds of marks the last is the decimal one; one kind that comes twice groups thousands.
    last = max(text.rfind(","), text.rfind("."))
    if last >= 0 and text.count(text[last]) == 1:
        return re.sub(r"[.,]", "", text[:last]) + "." + text[last + 1 :]
    return re.sub(r"[.,]", "", text)


def _shape(text: str) -> Pair | None:
    """Shapes name the longitude first."""
    if match := _POINT.search(text):
        try:
            return Pair(float(match[2]), float(match[3]), "lon lat", int(match[1]) if match[1] else None)
        except ValueError:
            return None
    if text[:1] == "{" and "coordinates" in text:
        try:
            shape = shapely.from_geojson(json.dumps(json.loads(text)))
        except (ValueError, shapely.errors.ShapelyError):
            return None
        return _middle(shape, None)
    if _HEX.fullmatch(text):
        try:
            shape = shapely.from_wkb(text)
        except shapely.errors.ShapelyError:
            return None
        return _middle(shape, shapely.get_srid(shape) or None)
    return None


def _middle(shape: shapely.Geometry | None, epsg: int | None) -> Pair | None:
    if shape is None or shape.is_empty:
        return None
    return Pair(shape.centroid.x, shape.centroid.y, "lon lat", None if epsg is None else int(epsg))


def _keyed(text: str) -> Pair | None:
    """A position that names its axes: {"lat": 48.85, "lng": 2.35}, lat=48.85&lon=2.35."""
    found = {
        "lat" if name.lower().startswith("lat") else "lon": value
        for name, value in _KEYED.findall(text.replace("&", " "))
    }
    numbers = {axis: _decimal(value.rstrip(",")) for axis, value in found.items()}
    lon, lat = numbers.get("lon"), numbers.get("lat")
    return None if lon is None or lat is None else Pair(lon, lat, "lon lat")


def _two_numbers(text: str) -> Pair | None:
    if text.lower().startswith("geo:"):
        pair = _two_numbers(text[4:])
        return None if pair is None else Pair(pair.first, pair.second, "lat lon")
    text = text.strip("()[]{} ")
    if re.fullmatch(r"-?\d+,\d+\s*,\s*-?\d+,\d+", text):
        # Decimal commas, and a comma between.
        text = re.sub(r"(,\d+)\s*,", r"\1;", text, count=1)
    for separator in (
        r"\s*;\s*",
        r"\s*/\s*",
        r"\s*\|\s*",
        r",\s+",
        r"\s*,\s*",
        r"\s+",
        r"\s+,?\s*(?=[NSEWnsew东西南北東])",
    ):
        parts = [part for part in re.split(separator, text) if part]
        if len(parts) == 3 and all(_PLAIN.fullmatch(part) for part in parts):
            # A height behind the two.
            parts = parts[:2]
        if len(parts) == 2 and (pair := _both(*parts)) is not None:
            return pair
    return _lettered(text)


def _lettered(text: str) -> Pair | None:
    """48°51'24"N 2°21'8"E and N48°51.4 E2°21.1: each hemisphere closes, or begins, its number."""
    marks = list(_HEMISPHERE.finditer(text))
    if len(marks) != 2:
        return None
    cut = marks[1].start() if marks[0].start() == 0 else marks[0].end()
    return _both(text[:cut].strip(" ,;"), text[cut:].strip(" ,;"))


def _both(one: str, other: str) -> Pair | None:
    first, second = find_number(one), find_number(other)
    if first is None or second is None:
        return None
    axes = (first[1], second[1])
    if axes in {("lat", "lat"), ("lon", "lon")}:
        return None
    order: Literal["lon lat", "lat lon"] | None = None
    if axes != (None, None):
        order = "lon lat" if axes[0] == "lon" or axes[1] == "lat" else "lat lon"
    return Pair(first[0], second[0], order)
