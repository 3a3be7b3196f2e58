"""Rows of a list of places, checked: what each says, where it lies, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from geo.places.datum import Datum
from registry.importers.places.columns import PlaceField, kind_of
from registry.importers.places.reading import RawPlace
from registry.importers.positions.checked import checked_degrees
from registry.importers.report import Rejected
from registry.places.areas import BadArea, checked_area, point_within, text_of
from registry.places.fields import BadPlace, checked, levels_in
from registry.places.kinds import PlaceKind

_OF_STATIONS = (PlaceField.ENTRANCE, PlaceField.LEVELS, PlaceField.PHONE)
_LONGEST_REF = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOptions:
    """source: names the list, the same every time. kind: of every row; None reads it from a column. datum: of the
    positions, where the file does not say. mapped: what columns mean."""

    source: str
    kind: PlaceKind | None = None
    datum: Datum | None = None
    encoding: str | None = None
    mapped: Mapping[str, PlaceField] = field(default_factory=dict)
    dry_run: bool = False


@dataclass(slots=True, kw_only=True)
class PlacesReport:
    """rejected: (where in the file, why). absent: names of places of the list that it does not have any more, which
    stay as they are."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: list[tuple[str, str]] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceDraft:
    """A row that can be taken. district: as the row says it."""

    where: str
    ref: str
    kind: PlaceKind
    values: Mapping[str, Any]
    district: str = ""


def drafts_of(rows: Sequence[RawPlace], options: PlaceOptions, report: PlacesReport) -> list[PlaceDraft]:
    """Those that can be taken, districts first; what is wrong with the others goes into the report."""
    drafts: dict[str, PlaceDraft] = {}
    for row in rows:
        try:
            draft = _draft(row, options.kind, report)
            if draft.ref in drafts:
                before = drafts[draft.ref].where
                raise BadPlace(f"{draft.ref} stands in {before} already: give each place an id of its own")
            drafts[draft.ref] = draft
        except (BadArea, BadPlace, Rejected) as error:
            report.rejected.append((row.where, str(error)))
    # What others of the file belong to is there before them.
    return sorted(drafts.values(), key=lambda one: one.kind is not PlaceKind.DISTRICT)


def _draft(row: RawPlace, kind: PlaceKind | None, report: PlacesReport) -> PlaceDraft:
    """Raises: BadArea, BadPlace, Rejected."""
    said = row.said
    kind = kind or _kind(said)
    name = said.get(PlaceField.NAME, "")
    if not name.strip():
        raise BadPlace("it has no name")
    position, area = _on_the_ground(row, kind)
    values: dict[str, Any] = {"name": name, "address": said.get(PlaceField.ADDRESS, "")}
    values |= {"entrance": "", "levels": [], "phone": ""}
    if not kind.is_area:
        values |= {str(one): said.get(one, "") for one in _OF_STATIONS}
        values["levels"] = levels_in(values["levels"])
        _leave_a_persons_phone(values, kind, position, row.where, report)
    values = checked(values, kind, position) | {"kind": kind.value, "position": position, "area": area}
    ref = said.get(PlaceField.ID) or f"{kind}: {values['name']}"
    if len(ref) > _LONGEST_REF:
        raise BadPlace(f"its id has more than {_LONGEST_REF} characters")
    district = "" if kind is PlaceKind.DISTRICT else said.get(PlaceField.DISTRICT, "")
    return PlaceDraft(where=row.where, ref=ref, kind=kind, values=values, district=district)


def _kind(said: Mapping[PlaceField, str]) -> PlaceKind:
    word = said.get(PlaceField.KIND, "")
    if found := kind_of(word):
        return found
    known = ", ".join(PlaceKind)
    if not word:
        raise BadPlace(f"it does not say what it is: add --kind with one of {known}")
    raise BadPlace(f"{word!r} is no kind of place: it is one of {known}; or add --kind for all rows")


def _on_the_ground(row: RawPlace, kind: PlaceKind) -> tuple[tuple[float, float], str | None]:
    """Where it is, and its area. Raises: BadArea, BadPlace, Rejected."""
    if isinstance(row.shape, Rejected):
        raise row.shape
    if row.shape is None or row.shape.is_empty:
        raise BadPlace("it is nowhere: it has no geometry, and no longitude and latitude")
    if kind.is_area:
        if row.shape.geom_type == "Point":
            raise BadArea(
                f"a {kind} is an area, and this is a point: give its outline, as GeoJSON or in a column of WKT"
            )
        area = checked_area(row.shape)
        return point_within(area), text_of(area)
    if row.shape.geom_type != "Point":
        raise BadPlace(f"a {kind} stands at a point, and this is a {row.shape.geom_type}: is it another --kind?")
    return checked_degrees(row.shape.x, row.shape.y), None


def _leave_a_persons_phone(
    values: dict[str, Any], kind: PlaceKind, position: tuple[float, float], where: str, report: PlacesReport
) -> None:
    """A phone that cannot be kept must not cost the city the station."""
    try:
        checked({"phone": values["phone"]}, kind, position)
    except BadPlace as error:
        values["phone"] = ""
        report.notes.append(f"{where}: its phone is left out ({error})")
