"""AEDs as their files tell them: OSM extracts, Overpass answers, GeoJSON and CSV, each row still unchecked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import osmium
import shapely
import shapely.geometry

from geo.places.datum import Datum
from geo.streets.osm_file import number_of, osm_as_it_is
from registry.importers.columns import ADDRESS_COLUMNS, AED_COLUMNS, MissingColumns, find_coordinates, take
from registry.importers.files import ImportRefused, UnreadableFile, plain, read_csv, read_json


class ForeignDatum(ImportRefused):
    """The file's datum is fixed by its format, or is one this product cannot read."""

    code = "foreign_datum"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAed:
    """One row as it stands in the file. where: "line 12", "feature 3", "node/123"; lon, lat in `datum`.

    floor: as people there count; level: as OSM does, from 0. national_hours: Japan's days, start, end and note.
    """

    where: str
    ref: str
    lon: str | float | None
    lat: str | float | None
    datum: Datum
    name: str = ""
    location_text: str = ""
    floor: str = ""
    level: str = ""
    indoor: str = ""
    access: str = ""
    opening_hours: str = ""
    national_hours: tuple[str, str, str, str] = ("", "", "", "")
    state: str = ""
    time_zone: str = ""


# CRS84 is RFC 7946's own; the old `crs` member also says it as EPSG:4326, and in Chinese files as CGCS2000, the same
# degrees to centimetres.
_WGS84_CRS_NAMES = ("CRS84", "EPSG::4326", "EPSG:4326", "EPSG::4490", "EPSG:4490")


def read_osm(path: Path) -> Iterator[RawAed]:
    """`emergency=defibrillator` of an OSM extract as it is now: nodes, and ways and relations at their middle.

    Raises:
        UnreadableFile
    """
    try:
        with osm_as_it_is(path) as current:
            objects = osmium.FileProcessor(str(current)).with_locations()
            relations = []
            for item in objects.with_filter(osmium.filter.TagFilter(("emergency", "defibrillator"))):
                kind, tags, number = item.type_str(), dict(item.tags), number_of(item.id)
                if isinstance(item, osmium.osm.Relation):
                    relations.append((number, tags, [(member.type, member.ref) for member in item.members]))
                else:
                    lon, lat = _middle(_places(item))
                    yield _from_osm_tags(f"{'node' if kind == 'n' else 'way'}/{number}", tags, lon, lat)
            yield from _relations(current, relations)
    except (RuntimeError, OSError) as error:
        raise UnreadableFile(f"{path.name} is not a whole OSM file ({error}): download it again") from error


def _relations(path: Path, relations: list[tuple[int, dict[str, str], list[tuple[str, int]]]]) -> Iterator[RawAed]:
    """AEDs drawn as areas and the like, at the middle of their members; these are looked for only if there are any."""
    wanted = {member for _, _, members in relations for member in members}
    if not relations:
        return
    ways_and_nodes = osmium.osm.osm_entity_bits.NODE | osmium.osm.osm_entity_bits.WAY
    objects = osmium.FileProcessor(str(path), ways_and_nodes).with_locations()
    objects.with_filter(osmium.filter.IdFilter([ref for _, ref in wanted]))
    places = {(item.type_str(), item.id): _places(item) for item in objects if (item.type_str(), item.id) in wanted}
    for number, tags, members in relations:
        lon, lat = _middle(set().union(*(places.get(member, set()) for member in members)))
        yield _from_osm_tags(f"relation/{number}", tags, lon, lat)


def read_overpass(path: Path, encoding: str) -> Iterator[RawAed]:
    """`emergency=defibrillator` elements of an Overpass answer (`out center` for ways and relations)."""
    for element in map(_object, read_json(path, encoding)["elements"]):
        tags = _object(element.get("tags"))
        if tags.get("emergency") == "defibrillator":
            at = _object(element.get("center")) or element
            yield _from_osm_tags(f"{element.get('type')}/{element.get('id')}", tags, at.get("lon"), at.get("lat"))


def read_geojson(path: Path, encoding: str, datum: Datum | None) -> Iterator[RawAed]:
    """The features of a FeatureCollection, at the middle of what is not a point; each point of a MultiPoint is an AED.

    Raises:
        ForeignDatum: its `crs` is not WGS-84.
    """
    document = read_json(path, encoding)
    crs = str(_object(_object(document.get("crs")).get("properties")).get("name", "CRS84"))
    if not crs.endswith(_WGS84_CRS_NAMES):
        raise ForeignDatum(f"{path.name} is in {crs}: export it in WGS-84 (EPSG:4326), as RFC 7946 wants GeoJSON")
    for number, feature in enumerate(map(_object, document["features"]), start=1):
        properties = _object(feature.get("properties"))
        cells = {plain(str(key)): _as_text(value) for key, value in properties.items()}
        if "id" in feature:
            cells[plain("id")] = _as_text(feature["id"])
        for place, (lon, lat) in enumerate(_geometry_places(feature.get("geometry")), start=1):
            row = _from_cells(f"feature {number}", cells, lon, lat, datum or Datum.WGS84)
            # The first keeps the feature's id, so that a feature that gains a point keeps its AED.
            yield row if place == 1 else _further(row, place)


def read_aed_csv(path: Path, encoding: str, datum: Datum | None) -> Iterator[RawAed]:
    """The rows of a CSV whose headers `AED_COLUMNS` knows.

    Raises:
        MissingColumns, UnknownDatumOfFile, WrongEncoding, UnreadableFile
    """
    headers, rows = read_csv(path, encoding)
    columns = find_coordinates(headers, datum=datum, file=path.name)
    if columns is None:
        raise MissingColumns(
            f"{path.name} has no longitude and latitude columns (found: {', '.join(headers)}); name them lon and lat"
        )
    for row in rows:
        lon, lat = row.cells.get(columns.lon, ""), row.cells.get(columns.lat, "")
        yield _from_cells(f"line {row.line}", row.cells, lon, lat, columns.datum)


def _from_cells(
    where: str, cells: Mapping[str, str], lon: str | float | None, lat: str | float | None, datum: Datum
) -> RawAed:
    value = {field: take(cells, names) for field, names in AED_COLUMNS.items()}
    national = (value.pop("days"), value.pop("start"), value.pop("end"), value.pop("hours_note"))
    address = _joined(", ", (cells.get(plain(name), "") for name in ADDRESS_COLUMNS))
    value["location_text"] = _joined("; ", (value["location_text"], address))
    return RawAed(where=where, lon=lon, lat=lat, datum=datum, national_hours=national, **value)


def _from_osm_tags(ref: str, tags: Mapping[str, str], lon: float | None, lat: float | None) -> RawAed:
    address = _joined(" ", (tags.get("addr:street", tags.get("addr:place", "")), tags.get("addr:housenumber", "")))
    said = tags.get("defibrillator:location") or tags.get("description", "")
    outdoor = {"yes": "no", "no": "yes"}.get(tags.get("outdoor", ""), "")
    return RawAed(
        where=ref,
        ref=ref,
        lon=lon,
        lat=lat,
        datum=Datum.WGS84,
        name=tags.get("name") or tags.get("operator", ""),
        location_text=_joined("; ", (said, address)),
        level=tags.get("level", ""),
        indoor=tags.get("indoor", outdoor),
        access=tags.get("access", ""),
        opening_hours=tags.get("opening_hours", ""),
        state=tags.get("operational_status", ""),
    )


def _places(item: Any) -> set[tuple[float, float]]:
    """Where a node or a way's nodes are, each once: a closed way's first would pull the middle towards it."""
    nodes = [item] if item.is_node() else item.nodes
    return {(node.lon, node.lat) for node in nodes if node.location.valid()}


def _middle(places: set[tuple[float, float]]) -> tuple[float | None, float | None]:
    if not places:
        return None, None
    return sum(lon for lon, _ in places) / len(places), sum(lat for _, lat in places) / len(places)


def _further(row: RawAed, number: int) -> RawAed:
    ref = f"{row.ref} #{number}" if row.ref else ""
    return replace(row, where=f"{row.where}, point {number}", ref=ref)


def _geometry_places(geometry: Any) -> list[tuple[float | None, float | None]]:
    """The different points of a MultiPoint; the middle of anything else."""
    if not geometry:
        return [(None, None)]
    try:
        shape = shapely.geometry.shape(geometry)
        points = shape.geoms if shape.geom_type == "MultiPoint" else [shape.centroid]
        places = [(point.x, point.y) for point in points if not point.is_empty]
    except (ValueError, TypeError, KeyError, AttributeError, shapely.errors.ShapelyError):
        return [(None, None)]
    return list(dict.fromkeys(places)) or [(None, None)]


def _object(value: Any) -> dict[str, Any]:
    """`value` where it is a JSON object, else an empty one: a broken feature is rejected for what it lacks."""
    return value if isinstance(value, dict) else {}


def _as_text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _joined(separator: str, parts: Iterable[str]) -> str:
    return separator.join(dict.fromkeys(part for part in parts if part and part != "NA"))
