"""What the columns of a list of places mean, and the words for kinds of places."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from geo.places.datum import Datum
from registry.importers.columns import MissingColumns
from registry.importers.files import plain
from registry.places.kinds import PlaceKind


class PlaceField(StrEnum):
    """What a column of a list of places tells."""

    ID = "id"
    KIND = "kind"
    NAME = "name"
    DISTRICT = "district"
    ADDRESS = "address"
    ENTRANCE = "entrance"
    LEVELS = "levels"
    PHONE = "phone"
    LON = "lon"
    LAT = "lat"
    AREA = "area"


_NAMES: Mapping[PlaceField, tuple[str, ...]] = {
    PlaceField.ID: (
        *("id", "placeid", "code", "adcode", "gridcode", "gridid", "stationid", "ref"),
        *("编号", "代码", "编码", "行政区划代码", "区划代码", "网格编号", "网格编码", "站点编号", "站点编码"),
    ),
    PlaceField.KIND: ("kind", "placekind", "类别", "类型", "站点类型"),
    PlaceField.NAME: (
        *("name", "placename", "stationname", "名称", "站名", "站点名称", "网格名称", "区县名称", "行政区名称"),
        *("车站名称", "地铁站", "学校名称", "实践站名称", "急救站名称"),
    ),
    PlaceField.DISTRICT: ("district", "districtname", "区县", "行政区", "所属区", "所属区县", "所在区", "区", "辖区"),
    PlaceField.ADDRESS: ("address", "addr", "地址", "详细地址", "站点地址"),
    PlaceField.ENTRANCE: ("entrance", "entrances", "出入口", "入口", "出口"),
    PlaceField.LEVELS: ("levels", "floors", "level", "floor", "楼层", "层"),
    PlaceField.PHONE: ("phone", "telephone", "tel", "电话", "联系电话", "咨询电话", "站点电话"),
    PlaceField.LON: ("lon", "lng", "longitude", "经度"),
    PlaceField.LAT: ("lat", "latitude", "纬度"),
    PlaceField.AREA: ("area", "wkt", "geometry", "geom", "边界", "范围"),
}
_KINDS: Mapping[PlaceKind, tuple[str, ...]] = {
    PlaceKind.DISTRICT: ("district", "区", "县", "区县", "行政区", "市辖区", "县级市"),
    PlaceKind.GRID: ("grid", "网格"),
    PlaceKind.PRACTICE_STATION: ("practicestation", "培训实践站", "实践站", "应急救护培训实践站"),
    PlaceKind.SCHOOL_STATION: ("schoolstation", "学校急救站", "校园急救站", "学校救护站"),
    PlaceKind.METRO_STATION: ("metrostation", "地铁站", "地铁车站"),
}
_DATUMS = tuple(Datum)

Columns = Mapping[PlaceField, str]


def columns_of(headers: Iterable[str], mapped: Mapping[str, PlaceField]) -> tuple[dict[PlaceField, str], Datum | None]:
    """The header of each field, and the datum that the headers of positions name. mapped: what headers mean whatever
    they are called; of several that mean one thing the likeliest counts.

    Raises:
        MissingColumns: there is no such header as one of `mapped`.
    """
    written = {plain(header): header for header in headers if plain(header)}
    for header in mapped:
        if plain(header) not in written:
            raise MissingColumns(f"--map {header}: there is no such column, only {', '.join(written.values())}")
    columns = {meaning: written[plain(header)] for header, meaning in mapped.items()}
    taken, datum = {plain(header) for header in mapped}, None
    for meaning, names in _NAMES.items():
        for name in names if meaning not in columns else ():
            suffix = next((one for one in _suffixes(meaning) if f"{name}{one}" in written), None)
            if suffix is not None and f"{name}{suffix}" not in taken:
                columns[meaning] = written[f"{name}{suffix}"]
                datum = Datum(suffix) if suffix else datum
                break
    return columns, datum


def kind_of(word: str) -> PlaceKind | None:
    """None where the word is none of those that are known."""
    said = plain(word)
    return next((kind for kind, words in _KINDS.items() if said in words), None)


def parse_place_maps(texts: Iterable[str]) -> dict[str, PlaceField]:
    """COLUMN=FIELD of a command.

    Raises:
        MissingColumns
    """
    found = {}
    for text in texts:
        header, _, word = text.rpartition("=")
        if not header.strip() or word.strip() not in set(PlaceField):
            raise MissingColumns(f"--map {text!r}: write COLUMN=FIELD, where FIELD is one of {', '.join(PlaceField)}")
        found[header.strip()] = PlaceField(word.strip())
    return found


def _suffixes(meaning: PlaceField) -> tuple[str, ...]:
    return ("", *_DATUMS) if meaning in {PlaceField.LON, PlaceField.LAT} else ("",)
