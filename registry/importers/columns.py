"""Columns of a home's or a demand's coordinates by their headers, and the datum they speak of."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from geo.places.datum import Datum
from registry.importers.files import ImportRefused, plain


class UnknownDatumOfFile(ImportRefused):
    """The file does not say which datum its coordinates are in."""

    code = "unknown_datum"


class MissingColumns(ImportRefused):
    """The file lacks columns that its kind must have."""

    code = "missing_columns"


_LON = ("lon", "lng", "long", "longitude", "经度", "経度")
_LAT = ("lat", "latitude", "纬度", "緯度")
_HOME = ("home", "家庭", "住址", "常住")
DATUM_WORDS = {
    Datum.WGS84: ("wgs84", "wgs", "gps", "cgcs2000", "cgcs", "国家2000", "大地2000"),
    Datum.GCJ02: ("gcj02", "gcj", "高德", "腾讯", "火星"),
    Datum.BD09: ("bd09", "bd", "百度"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CoordinateColumns:
    """The normalised headers of longitude and latitude, and the datum they are in."""

    lon: str
    lat: str
    datum: Datum


def take(cells: Mapping[str, str], names: Iterable[str]) -> str:
    """The first non-empty cell under one of these headers; "" where there is none."""
    return next((value for name in names if (value := cells.get(plain(name), ""))), "")


def find_coordinates(headers: Iterable[str], *, datum: Datum | None, file: str) -> CoordinateColumns | None:
    """The coordinate columns, those of `datum` where headers name several; None where the file has none.

    Raises:
        UnknownDatumOfFile: no header names a datum and none was given, or the headers contradict it.
    """
    found: dict[Datum | None, dict[str, str]] = {}
    for header in map(plain, headers):
        axis, named = _axis_of(header)
        if axis:
            found.setdefault(named, {}).setdefault(axis, header)
    pairs = {named: columns for named, columns in found.items() if len(columns) == 2}
    if not pairs:
        return None
    # WGS-84 first: nothing is lost by converting it.
    for named in [datum] if datum else list(Datum):
        if named in pairs:
            return CoordinateColumns(lon=pairs[named]["lon"], lat=pairs[named]["lat"], datum=named)
    if None not in pairs:
        names = ", ".join(str(named) for named in pairs)
        raise UnknownDatumOfFile(f"{file}: its headers say {names}, --datum says {datum}; drop --datum or correct it")
    if datum is None:
        raise UnknownDatumOfFile(
            f"{file} does not say which datum its coordinates are in. Add --datum wgs84 (GPS, OpenStreetMap, most "
            "countries), --datum gcj02 (Amap, Tencent) or --datum bd09 (Baidu); they differ by up to 600 m"
        )
    return CoordinateColumns(lon=pairs[None]["lon"], lat=pairs[None]["lat"], datum=datum)


def _axis_of(header: str) -> tuple[str, Datum | None]:
    """("lon" | "lat" | "", datum named in the header) of "gcj_lat", "lon_wgs84", "home_lon", "百度经度"."""
    rest = re.sub("|".join(_HOME), "", header)
    named = None
    for datum, words in DATUM_WORDS.items():
        for word in words:
            if named is None and (rest.startswith(word) or rest.endswith(word)):
                rest, named = rest.removeprefix(word).removesuffix(word), datum
    if rest in map(plain, _LON):
        return "lon", named
    return ("lat", named) if rest in map(plain, _LAT) else ("", None)
