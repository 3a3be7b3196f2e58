"""AEDs of an OSM extract: its objects with `emergency=defibrillator`, their tags as cells."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import osmium

from geo.places.datum import Datum
from geo.streets.osm_file import number_of, osm_as_it_is
from registry.importers.files import UnreadableFile
from registry.importers.reading.sheet import FileFormat, Row, Sheet, headers_of


def read_osm(path: Path, file: str, suffix: str) -> Sheet:
    """The AEDs of an extract as it is now: nodes, and ways and relations at their middle.

    suffix: what the library tells the format by, such as ".osm.pbf"; the file's own name may be any.

    Raises:
        UnreadableFile
    """
    try:
        with _called(path, suffix) as named, osm_as_it_is(named) as current:
            rows = list(_rows(current))
    except (RuntimeError, OSError, ValueError, osmium.InvalidLocationError) as error:
        raise UnreadableFile(f"{file} is not a whole OSM file ({error}): download it again") from error
    return Sheet(
        file=file,
        table="",
        file_format=FileFormat.OSM,
        headers=headers_of(rows),
        rows=rows,
        has_geometry=True,
        datum=Datum.WGS84,
    )


@contextmanager
def _called(path: Path, suffix: str) -> Iterator[Path]:
    if path.name.lower().endswith(suffix):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="osm-") as folder:
        link = Path(folder) / f"extract{suffix}"
        link.symlink_to(path.resolve())
        yield link


def _rows(current: Path) -> Iterator[Row]:
    objects = osmium.FileProcessor(str(current)).with_locations()
    relations = []
    for item in objects.with_filter(osmium.filter.TagFilter(("emergency", "defibrillator"))):
        kind, tags, number = item.type_str(), dict(item.tags), number_of(item.id)
        if isinstance(item, osmium.osm.Relation):
            relations.append((number, tags, [(member.type, member.ref) for member in item.members]))
        else:
            yield _row(f"{'node' if kind == 'n' else 'way'}/{number}", tags, _places(item))
    yield from _relations(current, relations)


def _relations(path: Path, relations: list[tuple[int, dict[str, str], list[tuple[str, int]]]]) -> Iterator[Row]:
    """AEDs drawn as areas and the like, at the middle of their members; these are looked for only if there are any."""
    wanted = {member for _, _, members in relations for member in members}
    if not relations:
        return
    ways_and_nodes = osmium.osm.osm_entity_bits.NODE | osmium.osm.osm_entity_bits.WAY
    objects = osmium.FileProcessor(str(path), ways_and_nodes).with_locations()
    objects.with_filter(osmium.filter.IdFilter([ref for _, ref in wanted]))
    places = {(item.type_str(), item.id): _places(item) for item in objects if (item.type_str(), item.id) in wanted}
    for number, tags, members in relations:
        yield _row(f"relation/{number}", tags, set().union(*(places.get(member, set()) for member in members)))


def _row(ref: str, tags: dict[str, str], places: set[tuple[float, float]]) -> Row:
    lon, lat = _middle(places)
    return Row(where=ref, cells={"@id": ref, **tags}, lon=lon, lat=lat)


def _places(item: Any) -> set[tuple[float, float]]:
    """Where a node or a way's nodes are, each once: a closed way's first would pull the middle towards it."""
    nodes = [item] if item.is_node() else item.nodes
    return {(node.lon, node.lat) for node in nodes if node.location.valid()}


def _middle(places: set[tuple[float, float]]) -> tuple[float | None, float | None]:
    if not places:
        return None, None
    return sum(lon for lon, _ in places) / len(places), sum(lat for _, lat in places) / len(places)
