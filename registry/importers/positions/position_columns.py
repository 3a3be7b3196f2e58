"""Which columns of a sheet say where its rows are: by their headers, else by what stands in them."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from geo.places.datum import Datum
from registry.importers.columns import DATUM_WORDS
from registry.importers.files import plain
from registry.importers.positions.written import find_number, find_pair
from registry.importers.reading.sheet import Sheet

# Whole words, as they stand in headers of the nine languages; what is short or has other meanings counts only as a
# whole word, what is long also within one ("c_long_coor1", "GPS-Breitengrad (WGS84)").
_WITHIN = {
    "lon": (
        "longitud", "longitude", "longitudine", "längengrad", "laengengrad", "lengtegraad", "geolänge",
        "经度", "経度", "經度", "경도",
    ),
    "lat": (
        "latitud", "latitude", "latitudine", "breitengrad", "breedtegraad", "geobreite", "纬度", "緯度", "위도",
    ),
}  # fmt: skip
_UNMISTAKABLE = frozenset({"lon", "lng", "lat"})
_WORDS = {
    "lon": (
        "lon",
        "lng",
        "long",
        "länge",
        "lengte",
        "x",
        "e",
        "easting",
        "eastings",
        "rechtswert",
        "ostwert",
        "est",
        "coordx",
    ),
    "lat": ("lat", "breite", "breedte", "y", "n", "northing", "northings", "hochwert", "nordwert", "nord", "coordy"),
}
_TAIL = re.compile(r"^(.*?)(lon|lng|lat|x|y)(?:\d*)$")
# Before a bare x or y, where no blank parts them.
_BEFORE_X = frozenset({"coord", "coordonnee", "coordenada", "koordinate", "pos", "utm", "twd97", "twd67"})
_ONE_CELL = (
    "coordinates", "coordinate", "coordonnees", "coordonnées", "coordenadas", "koordinaten", "coördinaten",
    "coordinaten",
    "geom", "geometry", "geometrie", "geometria", "geopoint", "geopoint2d", "geoloc", "geolocation", "latlon", "latlng",
    "latlong", "lonlat", "position", "wkt", "point", "point2d", "gps", "坐标", "经纬度", "經緯度", "座標", "緯度経度",
    "좌표",
    "地理位置", "地图坐标",
)  # fmt: skip
# The portals that write a `geo_point_2d` write the latitude first.
_LAT_FIRST = ("geopoint2d", "latlon", "latlng", "latlong", "纬度经度", "緯度経度")
_LON_FIRST = ("lonlat", "lnglat", "longlat", "经度纬度", "經緯度", "经纬度")
# Of the filled cells of a column so many must be positions; rows without one leave it empty.
_MOST = 0.6
_LOOKED_AT = 300


@dataclass(frozen=True, slots=True)
class PositionColumns:
    """Where a sheet's positions stand. lon is the easting and lat the northing of projected ones.

    lat: None where one cell holds both, in `lon`. order: of the two in one cell, as the header says it; or None.
    datum: as the headers say it. is_named: by the headers, not by what stands below them.
    """

    lon: str
    lat: str | None
    datum: Datum | None = None
    order: str | None = None
    is_named: bool = True

    @property
    def shown(self) -> str:
        """The columns as a message names them."""
        return self.lon if self.lat is None else f"{self.lon} and {self.lat}"


def find_position_columns(sheet: Sheet) -> list[PositionColumns]:
    """Every pair of columns, and every column of pairs, that holds positions; those with a stated datum first."""
    sample = sheet.rows[:: max(len(sheet.rows) // _LOOKED_AT, 1)]
    cells = {name: [text for row in sample if (text := row.cells.get(name, ""))] for name in sheet.headers}
    found = [*_named_pairs(sheet.headers, cells), *_named_cells(sheet.headers, cells)]
    if not found:
        found = [*_cells_by_value(cells)] or [*_pairs_by_value(sheet.headers, cells)]
    order = list(Datum)
    return sorted(found, key=lambda columns: order.index(columns.datum) if columns.datum else len(order))


def columns_named(lon: str, lat: str | None) -> PositionColumns:
    """Columns that somebody has named, with the datum and the order that their headers speak of."""
    words = plain(lon)
    return PositionColumns(lon, lat, _datum(words), _order(words) if lat is None else None)


def are_degrees(sheet: Sheet, columns: PositionColumns) -> bool:
    """Whether what stands in two columns can be degrees; in one cell it is taken for such."""
    if columns.lat is None:
        return True
    sample = sheet.rows[:: max(len(sheet.rows) // _LOOKED_AT, 1)]
    cells = [row.cells.get(name, "") for row in sample for name in (columns.lon, columns.lat)]
    return _share([cell for cell in cells if cell], lambda text: abs(_number(text)) <= 180) >= _MOST


def _named_pairs(headers: Sequence[str], cells: dict[str, list[str]]) -> Iterator[PositionColumns]:
    """Longitude and latitude whose headers differ in nothing else."""
    told = {header: said for header in headers if (said := _axis(header)) is not None}
    by_rest: dict[str, dict[str, list[str]]] = {}
    for header, (axis, rest) in told.items():
        # A column called latitude is one though nothing stands in it; "x" and "est" need numbers below.
        if not _is_short(header) or _share(cells[header], lambda text: find_number(text) is not None) >= _MOST:
            by_rest.setdefault(rest, {"lon": [], "lat": []})[axis].append(header)
    left: dict[str, list[str]] = {"lon": [], "lat": []}
    for rest, columns in by_rest.items():
        pairs = list(zip(columns["lon"], columns["lat"], strict=False))
        for lon, lat in pairs:
            yield PositionColumns(lon, lat, _datum(rest))
        for axis, names in columns.items():
            left[axis] += names[len(pairs) :]
    for lon, lat in zip(left["lon"], left["lat"], strict=False):
        datums = {_datum(told[header][1]) for header in (lon, lat)}
        if len(datums) == 1:
            yield PositionColumns(lon, lat, datums.pop())


def _named_cells(headers: Sequence[str], cells: dict[str, list[str]]) -> Iterator[PositionColumns]:
    for header in headers:
        words = plain(header)
        is_named = any(word in words if len(word) > 4 or not word.isascii() else word == words for word in _ONE_CELL)
        if (is_named or _keys_of(header) & set(_ONE_CELL)) and _share(cells[header], _is_pair) >= _MOST:
            yield PositionColumns(header, None, _datum(words), _order(words))


def _cells_by_value(cells: dict[str, list[str]]) -> Iterator[PositionColumns]:
    """The column of pairs in degrees; of several the one that tells most places apart, such as doors."""
    found = [header for header, texts in cells.items() if texts and _share(texts, _is_fine_pair) >= _MOST]
    if found:
        most = max(found, key=lambda header: (len(set(cells[header])), len(cells[header])))
        yield PositionColumns(most, None, is_named=False)


def _pairs_by_value(headers: Sequence[str], cells: dict[str, list[str]]) -> Iterator[PositionColumns]:
    """Two neighbouring columns of degrees with four decimals or more, as nothing else in a list has."""
    fine = [header for header in headers if _share(cells[header], _is_fine_degree) >= _MOST]
    for one, other in pairwise(fine):
        if headers.index(other) - headers.index(one) == 1:
            is_lat_first = (
                max(abs(_number(text)) for text in cells[one]) <= 90 < max(abs(_number(text)) for text in cells[other])
            )
            yield PositionColumns(*((other, one) if is_lat_first else (one, other)), is_named=False)
            return


def _axis(header: str) -> tuple[str, str] | None:
    """("lon" or "lat", the rest of the header without it)."""
    words = plain(header)
    for axis, names in _WITHIN.items():
        for name in names:
            if name in words:
                # "longitud" first would leave the end of "longitude" behind.
                longest = max((other for other in names if other in words), key=len)
                return axis, words.replace(longest, "", 1)
    keys = _keys(header)
    for axis, names in _WORDS.items():
        if (whole := next((name for name in names if name in keys), None)) is not None:
            return axis, "".join(key for key in keys if key != whole)
    if (match := _TAIL.match(words)) is not None and (len(match[2]) == 3 or match[1] in _BEFORE_X):
        return "lon" if match[2] in {"lon", "lng", "x"} else "lat", match[1]
    return None


def _is_short(header: str) -> bool:
    keys = set(_keys(header))
    return not (keys & _UNMISTAKABLE or any(name in plain(header) for names in _WITHIN.values() for name in names))


def _keys(header: str) -> list[str]:
    """The words of a header: "geo_point_2d.lon" and "GpsLat" alike."""
    parted = re.sub(r"([a-z])([A-Z])", r"\1 \2", header)
    return [word for word in re.split(r"[\W_]+", parted.lower()) if word]


def _keys_of(header: str) -> set[str]:
    return set(_keys(header))


def _datum(words: str) -> Datum | None:
    for datum, names in DATUM_WORDS.items():
        # Two letters are in many words; at an end they are meant.
        if any(name in words if len(name) > 2 or not name.isascii() else words.startswith(name) for name in names):
            return datum
    return None


def _order(words: str) -> str | None:
    if any(name in words for name in _LAT_FIRST):
        return "lat lon"
    return "lon lat" if any(name in words for name in _LON_FIRST) else None


def _share(texts: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, texts)) / len(texts) if texts else 0.0


def _is_pair(text: str) -> bool:
    return find_pair(text) is not None


def _is_fine_pair(text: str) -> bool:
    pair = find_pair(text)
    if pair is None:
        return False
    if pair.order is not None:
        return True
    has_decimals = len(re.findall(r"\d[.,]\d{3,}", text)) >= 2
    return (
        has_decimals
        and abs(pair.first) <= 180
        and abs(pair.second) <= 180
        and min(abs(pair.first), abs(pair.second)) <= 90
    )


def _is_fine_degree(text: str) -> bool:
    return re.fullmatch(r"[-+]?\d{1,3}[.,]\d{4,}", text.strip()) is not None and abs(_number(text)) <= 180


def _number(text: str) -> float:
    found = find_number(text)
    return found[0] if found is not None else 0.0
