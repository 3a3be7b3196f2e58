"""An OSM file as it is now, whatever editors and histories keep in it: deleted, older, or not yet uploaded.

The library hands on what an editor marked as deleted, gives new objects (negative numbers) no place, and of two
versions of a node takes the older place.
"""

import bz2
import gzip
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Any
from xml.parsers import expat

import osmium

_KINDS = {"node": "n", "way": "w", "relation": "r"}
# New objects, which an editor numbers -1, -2 and so on, are numbered from here on; OSM itself has far fewer.
_NEW_FROM = 2**50
_CHUNK = 1 << 20


@contextmanager
def osm_as_it_is(path: Path, *, copied: bool = False) -> Iterator[Path]:
    """The file to read instead: `path` itself, or a copy that has every object once, as it is now, and is gone behind.

    XML files (editors') are looked through for deleted, new and repeated objects; of a PBF file its header tells
    whether it is a history, and whoever reads it may find out that it is one (`is_twice`) and ask again for a copy.
    In a copy new objects have large numbers, see `number_of`.

    Raises:
        RuntimeError, OSError: as the library does for what is no OSM file.
    """
    found = _look_through(path) if not path.name.lower().endswith(".pbf") else _Found()
    if not (copied or found.needs_a_copy or _is_history(path)):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="osm-") as folder:
        copy = Path(folder) / "now.osm.pbf"
        _write_copy(path, copy, found.deleted)
        yield copy


def is_twice(error: RuntimeError) -> bool:
    """Whether the library stopped because it came upon an object for a second time."""
    return "twice in input" in str(error)


def number_of(osm_id: int) -> int:
    """The number that an object of a file given by `osm_as_it_is` has in the user's own file."""
    return _NEW_FROM - osm_id if osm_id > _NEW_FROM else osm_id


class _Found:
    """What an XML file keeps beside the map as it is. deleted: kind and number of what its editor marked so."""

    def __init__(self) -> None:
        self.deleted: set[tuple[str, int]] = set()
        self.needs_a_copy = False
        self._last = dict.fromkeys(_KINDS.values(), 0)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        kind = _KINDS.get(name)
        if kind is None:
            return
        # What is wrong with a number the library tells better.
        number = int(attributes.get("id", "0"))
        if attributes.get("action") == "delete":
            self.deleted.add((kind, number))
        is_plain = number > 0 and attributes.get("visible") != "false" and attributes.get("action") != "delete"
        # Numbers that do not rise may come twice; what is copied is sorted as well.
        self.needs_a_copy |= not is_plain or number <= self._last[kind]
        self._last[kind] = number


def _look_through(path: Path) -> _Found:
    found = _Found()
    parser = expat.ParserCreate()
    parser.StartElementHandler = found.start
    try:
        with _opened(path) as file:
            while chunk := file.read(_CHUNK):
                parser.Parse(chunk)
            parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, EOFError):
        # Not for us to say: the library reads it next, and says what is wrong.
        return _Found()
    return found


def _opened(path: Path) -> gzip.GzipFile | bz2.BZ2File | BufferedReader:
    if path.name.lower().endswith(".gz"):
        return gzip.open(path)
    return bz2.open(path) if path.name.lower().endswith(".bz2") else path.open("rb")


def _is_history(path: Path) -> bool:
    with osmium.io.Reader(str(path), osmium.osm.osm_entity_bits.NOTHING) as reader:
        return bool(reader.header().has_multiple_object_versions)


def _write_copy(path: Path, copy: Path, deleted: set[tuple[str, int]]) -> None:
    merged = osmium.MergeInputReader()
    merged.add_file(str(path))
    with osmium.SimpleWriter(str(copy)) as writer:
        # Sorted, and of each object the newest version only.
        merged.apply(_Copier(writer, deleted), simplify=True)


class _Copier(osmium.SimpleHandler):
    """Writes what is there now, under numbers that the library takes."""

    def __init__(self, writer: Any, deleted: set[tuple[str, int]]) -> None:
        super().__init__()
        self._writer = writer
        self._deleted = deleted

    def node(self, node: Any) -> None:
        """A node, if it is there."""
        if self._is_there("n", node):
            self._writer.add_node(node.replace(id=_positive(node.id)))

    def way(self, way: Any) -> None:
        """A way, if it is there."""
        if self._is_there("w", way):
            self._writer.add_way(way.replace(id=_positive(way.id), nodes=[_positive(node.ref) for node in way.nodes]))

    def relation(self, relation: Any) -> None:
        """A relation, if it is there."""
        if self._is_there("r", relation):
            members = [(member.type, _positive(member.ref), member.role) for member in relation.members]
            self._writer.add_relation(relation.replace(id=_positive(relation.id), members=members))

    def _is_there(self, kind: str, item: Any) -> bool:
        return not item.deleted and (kind, item.id) not in self._deleted


def _positive(number: int) -> int:
    return number if number > 0 else _NEW_FROM - number
