"""AEDs as their files tell them: what the columns of a sheet mean, each row still unchecked."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from registry.importers.columns import ADDRESS_COLUMNS, AED_COLUMNS, take
from registry.importers.files import plain
from registry.importers.positions.placing import Place
from registry.importers.reading.sheet import MAPPED_BY_OSM, Row, Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAed:
    """One row as it stands in the file. where: "line 12", "feature 3", "node/123".

    place: degrees of WGS-84, or why it has none. floor: as people there count; level: as OSM does, from 0.
    national_hours: Japan's days, start, end and note.
    """

    where: str
    ref: str
    place: Place
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


def aeds_of_sheet(sheet: Sheet, places: Sequence[Place]) -> Iterator[RawAed]:
    """The rows of a sheet, each at its place; what a column means is told by `AED_COLUMNS`, or by OSM's own tags."""
    for row, place in zip(sheet.rows, places, strict=True):
        if sheet.file_format in MAPPED_BY_OSM:
            yield _from_osm_tags(row, place)
        else:
            # The first keeps the feature's id, so that a feature that gains a point keeps its AED.
            aed = _from_cells(row, place)
            yield aed if row.part == 1 or not aed.ref else replace(aed, ref=f"{aed.ref} #{row.part}")


def _from_cells(row: Row, place: Place) -> RawAed:
    cells = {plain(header): text for header, text in row.cells.items()}
    value = {field: take(cells, names) for field, names in AED_COLUMNS.items()}
    national = (value.pop("days"), value.pop("start"), value.pop("end"), value.pop("hours_note"))
    address = _joined(", ", (cells.get(plain(name), "") for name in ADDRESS_COLUMNS))
    value["location_text"] = _joined("; ", (value["location_text"], address))
    return RawAed(where=row.where, place=place, national_hours=national, **value)


def _from_osm_tags(row: Row, place: Place) -> RawAed:
    tags, ref = row.cells, row.where
    address = _joined(" ", (tags.get("addr:street", tags.get("addr:place", "")), tags.get("addr:housenumber", "")))
    said = tags.get("defibrillator:location") or tags.get("description", "")
    outdoor = {"yes": "no", "no": "yes"}.get(tags.get("outdoor", ""), "")
    return RawAed(
        where=ref,
        ref=ref,
        place=place,
        name=tags.get("name") or tags.get("operator", ""),
        location_text=_joined("; ", (said, address)),
        level=tags.get("level", ""),
        indoor=tags.get("indoor", outdoor),
        access=tags.get("access", ""),
        opening_hours=tags.get("opening_hours", ""),
        state=tags.get("operational_status", ""),
    )


def _joined(separator: str, parts: Iterable[str]) -> str:
    return separator.join(dict.fromkeys(part for part in parts if part and part != "NA"))
