"""What people here have found out of OpenStreetMap's AEDs, as a change that its editors open and somebody looks at.

A change replaces an object as a whole. So it is made of the object as a recent extract has it, with all of its tags;
those of fields that a person has set here become others, and nothing that may name somebody.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

import osmium

from registry.exporters.columns import ExportedAed
from registry.exporters.refused import ExportRefused
from registry.models import CLOSED_ACCESS, OPEN_ACCESS, Aed, AedState

OSM_SOURCE = "osm"
_SAME_DEGREES = 5e-8
"""OSM keeps seven decimals."""

# A telephone or a mail address: who is asked for a key is nobody's business but that of whoever is under way.
_PERSONAL = re.compile(r"(?:\d[\s().-]*){7,}|\S@\S")
# Tags by which mappers say that one is out of order, or is not: of several that contradict, none would be believed.
_STATE_TAGS = (
    *("operational_status", "status", "out_of_order", "temporarily_unavailable"),
    *("disused", "abandoned", "removed"),
)
_STATES: Mapping[AedState, str] = {
    AedState.IN_SERVICE: "",
    AedState.OUT_OF_SERVICE: "broken",
    AedState.MISSING: "missing",
}
_KINDS = {"n": "node", "w": "way", "r": "relation"}

Tags = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OsmObject:
    """An object of an extract. members: (kind, id, role) of a relation, ("node", id, "") of a way's nodes."""

    kind: str
    number: int
    version: int
    tags: Mapping[str, str]
    lon: float | None = None
    lat: float | None = None
    members: tuple[tuple[str, int, str], ...] = ()

    @property
    def ref(self) -> str:
        return f"{self.kind}/{self.number}"


@dataclass(slots=True, kw_only=True)
class Changes:
    """changed: objects as they are to be. notes: what was left out, and why."""

    changed: list[OsmObject] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def find_changes(rows: Sequence[ExportedAed], against: Path) -> Changes:
    """What OSM's AEDs are to become by what people have set here. against: a recent extract.

    Raises:
        ExportRefused: it is no OSM file.
    """
    wanted = {row.aed.source_ref: row.aed for row in rows if _is_corrected(row.aed)}
    found = Changes()
    try:
        there = {one.ref: one for one in _objects(against) if one.ref in wanted}
    except (RuntimeError, OSError) as error:
        raise ExportRefused(f"{against.name} is not a whole OSM file ({error}): download it again") from error
    for ref, aed in sorted(wanted.items()):
        if ref not in there:
            found.notes.append(f"{ref} is no AED in {against.name} any more: look at it on the map")
            continue
        changed = _changed(there[ref], aed, found.notes)
        if changed != there[ref]:
            found.changed.append(changed)
    return found


def write_change(path: Path, changes: Changes) -> None:
    """osmChange 0.6."""
    root = Element("osmChange", version="0.6", generator="rescue-circle")
    modify = SubElement(root, "modify")
    for one in changes.changed:
        modify.append(_element(one))
    indent(root)
    ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _is_corrected(aed: Aed) -> bool:
    return aed.source == OSM_SOURCE and bool(aed.corrected) and not aed.retired


def _changed(one: OsmObject, aed: Aed, notes: list[str]) -> OsmObject:
    tags = dict(one.tags)
    for name in sorted(aed.corrected):
        write = _TAGS.get(name)
        if write is None:
            if name not in {"lon", "lat", "position"}:
                notes.append(f"{one.ref}: OSM has no word for {name} as it is said here")
        elif (left_out := write(tags, aed)) is not None:
            notes.append(f"{one.ref}: {left_out}")
    return OsmObject(
        kind=one.kind,
        number=one.number,
        version=one.version,
        tags=tags,
        members=one.members,
        **_place(one, aed, notes),
    )


def _place(one: OsmObject, aed: Aed, notes: list[str]) -> dict[str, float | None]:
    if not {"lon", "lat", "position"} & aed.corrected:
        return {"lon": one.lon, "lat": one.lat}
    if one.lon is None or one.lat is None:
        notes.append(f"{one.ref}: it is drawn by others' nodes, so it is to be moved on the map")
        return {"lon": None, "lat": None}
    if max(abs(one.lon - aed.lon), abs(one.lat - aed.lat)) < _SAME_DEGREES:
        return {"lon": one.lon, "lat": one.lat}
    return {"lon": round(aed.lon, 7), "lat": round(aed.lat, 7)}


def _text(tags: Tags, tag: str, text: str) -> str | None:
    """Set a tag, "" takes it away; why it was left out, None where it was not."""
    if _PERSONAL.search(text):
        return f"{tag} is left out, since it may name somebody"
    if len(text) > 255:
        return f"{tag} is left out: it has more letters than the 255 that OSM keeps"
    tags.pop(tag, None)
    if text:
        tags[tag] = text
    return None


def _location(tags: Tags, aed: Aed) -> str | None:
    street = tags.get("addr:street", tags.get("addr:place", ""))
    address = " ".join(part for part in (street, tags.get("addr:housenumber", "")) if part)
    # An import puts the address behind; that has tags of its own.
    text = aed.location_text.removesuffix(address).removesuffix("; ") if address else aed.location_text
    return _text(tags, "defibrillator:location", text)


def _state(tags: Tags, aed: Aed) -> str | None:
    if aed.state not in _STATES:
        return f"OSM has no word for the state {aed.state}"
    for tag in _STATE_TAGS:
        tags.pop(tag, None)
    return _text(tags, "operational_status", _STATES[aed.state])


def _access(tags: Tags, aed: Aed) -> str | None:
    if aed.access and aed.access not in OPEN_ACCESS | CLOSED_ACCESS:
        return "access is left out: it is none of OSM's words"
    return _text(tags, "access", aed.access)


def _indoor(tags: Tags, aed: Aed) -> str | None:
    tags.pop("outdoor", None)
    return _text(tags, "indoor", {None: "", True: "yes", False: "no"}[aed.indoor])


_TAGS: Mapping[str, Callable[[Tags, Aed], str | None]] = {
    "name": lambda tags, aed: _text(tags, "name", aed.name),
    "location_text": _location,
    "indoor": _indoor,
    "access": _access,
    "opening_hours": lambda tags, aed: _text(tags, "opening_hours", aed.opening_hours),
    "state": _state,
}
"""By field that a person set, what it does to an object's tags, as OSM's wiki has them for emergency=defibrillator."""


def _objects(against: Path) -> Iterator[OsmObject]:
    for item in osmium.FileProcessor(str(against)).with_filter(osmium.filter.TagFilter(("emergency", "defibrillator"))):
        if isinstance(item, osmium.osm.Node | osmium.osm.Way | osmium.osm.Relation):
            yield _object(item)


def _object(item: Any) -> OsmObject:
    told: dict[str, Any] = {"number": item.id, "version": item.version, "tags": dict(item.tags)}
    if item.is_node():
        return OsmObject(kind="node", lon=item.location.lon, lat=item.location.lat, **told)
    if item.is_way():
        return OsmObject(kind="way", members=tuple(("node", node.ref, "") for node in item.nodes), **told)
    members = tuple((_KINDS[member.type], member.ref, member.role) for member in item.members)
    return OsmObject(kind="relation", members=members, **told)


def _element(one: OsmObject) -> Element:
    element = Element(one.kind, id=str(one.number), version=str(one.version))
    if one.lon is not None and one.lat is not None:
        element.attrib |= {"lon": f"{one.lon:.7f}", "lat": f"{one.lat:.7f}"}
    for kind, number, role in one.members:
        if one.kind == "way":
            SubElement(element, "nd", ref=str(number))
        else:
            SubElement(element, "member", type=kind, ref=str(number), role=role)
    for name, value in sorted(one.tags.items()):
        SubElement(element, "tag", k=name, v=value)
    return element
