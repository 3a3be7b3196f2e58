"""AEDs as their files tell them: each row of a sheet by what its columns mean, still unchecked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from registry.importers.meanings.fields import Field
from registry.importers.meanings.osm_tags import said_by_tags
from registry.importers.meanings.row_values import device_texts, row_values
from registry.importers.meanings.states import Said
from registry.importers.meanings.understanding import Understanding
from registry.importers.positions.placing import Place
from registry.importers.reading.sheet import MAPPED_BY_OSM, Row, Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAed:
    """One row as it stands in the file. where: "line 12", "feature 3", "node/123".

    place: degrees of WGS-84, or why it has none. floor: as people there count; level: as OSM does, from 0.
    opening_hours: in one text; national_hours: Japan's days, start, end and note; hours_by_day: by OSM's day.
    said: of the device's life and of who may take it. device: what else is written of it, by meaning. cells: the row by
    header as written.
    """

    where: str
    ref: str
    place: Place
    name: str = ""
    location_text: str = ""
    floor: str = ""
    level: str = ""
    indoor: str = ""
    outdoor: str = ""
    opening_hours: str = ""
    national_hours: tuple[str, str, str, str] = ("", "", "", "")
    hours_by_day: Mapping[str, str] = field(default_factory=dict)
    time_zone: str = ""
    said: Said = field(default_factory=Said)
    device: Mapping[Field, tuple[str, ...]] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)


def aeds_of_sheet(sheet: Sheet, places: Sequence[Place], understanding: Understanding) -> Iterator[RawAed]:
    """The rows of a sheet, each at its place; `understanding` of its columns, OSM's own tags mean what they mean."""
    for row, place in zip(sheet.rows, places, strict=True):
        if sheet.file_format in MAPPED_BY_OSM:
            aed = _from_osm_tags(row, place, _with_shape(row, sheet))
            yield replace(aed, device=device_texts(understanding, row.cells))
        else:
            # The first keeps the feature's id, so that a feature that gains a point keeps its AED.
            values = row_values(understanding, row.cells)
            aed = RawAed(where=row.where, place=place, cells=_with_shape(row, sheet), **values)
            yield aed if row.part == 1 or not aed.ref else replace(aed, ref=f"{aed.ref} #{row.part}")


def _with_shape(row: Row, sheet: Sheet) -> Mapping[str, str]:
    """The cells of a row, and the position that its format gives it beside them."""
    if not sheet.has_geometry:
        return row.cells
    lon, lat = ("" if number is None else f"{number}" for number in (row.lon, row.lat))
    return {**row.cells, "lon": lon, "lat": lat}


def _from_osm_tags(row: Row, place: Place, cells: Mapping[str, str]) -> RawAed:
    tags, ref = row.cells, row.where
    address = _joined(" ", (tags.get("addr:street", tags.get("addr:place", "")), tags.get("addr:housenumber", "")))
    told = tags.get("defibrillator:location") or tags.get("description", "")
    return RawAed(
        where=ref,
        ref=ref,
        place=place,
        name=tags.get("name") or tags.get("operator", ""),
        location_text=_joined("; ", (told, address)),
        level=tags.get("level", ""),
        indoor=tags.get("indoor", ""),
        outdoor=tags.get("outdoor", ""),
        opening_hours=tags.get("opening_hours", ""),
        said=said_by_tags(tags),
        cells=cells,
    )


def _joined(separator: str, parts: Iterable[str]) -> str:
    return separator.join(dict.fromkeys(part for part in parts if part))
