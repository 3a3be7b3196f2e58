"""What OpenStreetMap's tags say of an AED's life and access; which tags are read is its shipped profile's to say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache

from registry.importers.meanings.guess import Column
from registry.importers.meanings.profile import Profile, read_profile
from registry.importers.meanings.row_values import LIFE
from registry.importers.meanings.samples import look_at
from registry.importers.meanings.states import Said
from registry.importers.meanings.understanding import Understanding


@cache
def osm_profile() -> Profile:
    """OpenStreetMap's tags, as its wiki describes them."""
    return read_profile("osm")


def said_by_tags(tags: Mapping[str, str]) -> Said:
    """What tags say of the device's life and of who may take it."""
    cells: dict[str, tuple[str, ...]] = {}
    for tag, meaning in osm_profile().columns.items():
        if meaning in LIFE and tags.get(tag):
            cells[meaning] = (*cells.get(meaning, ()), tags[tag])
    return Said(cells=cells, states=osm_profile().states, access=osm_profile().access)


def understood_tags(objects: Sequence[Mapping[str, str]]) -> Understanding:
    """Every tag that the objects carry, with its meaning by the profile alone: a tag's words are not guessed at."""
    keys = dict.fromkeys(tag for tags in objects for tag in tags)
    return Understanding(columns=tuple(_columns(keys, objects)))


def _columns(keys: Iterable[str], objects: Sequence[Mapping[str, str]]) -> Iterable[Column]:
    for tag in keys:
        cells = look_at(tag, (tags.get(tag, "") for tags in objects))
        column = Column(header=tag, field="", confidence=0.0, told_by="", cells=cells)
        pattern = next((known for known in osm_profile().columns if fnmatchcase(tag, known)), None)
        if pattern is not None:
            column = replace(column, field=osm_profile().columns[pattern], confidence=1.0, told_by="profile")
        elif any(fnmatchcase(tag, known) for known in osm_profile().ignore):
            column = replace(column, confidence=1.0, told_by="ignore")
        yield column
