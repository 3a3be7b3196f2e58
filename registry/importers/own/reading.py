"""The rows of an export, known by its header: each cell is taken as it stands, and a column that was left out says
nothing."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from geo.places.datum import Datum
from registry.eligibility import UnknownTimeZone, get_time_zone
from registry.exporters.columns import ID, LAT, LON
from registry.exporters.guarding import unguarded
from registry.hours.osm_syntax import is_valid
from registry.importers.meanings.states import yes_or_no
from registry.importers.positions.checked import checked_degrees, read_position
from registry.importers.reading.sheet import Row, Sheet
from registry.importers.report import Rejected, Remark
from registry.models import AedState


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRow:
    """A record as the export has it. values: by column of the registry's table, only what the file speaks of;
    `aed_id` always."""

    where: str
    values: Mapping[str, Any]
    cells: Mapping[str, str] = field(repr=False)

    @property
    def aed_id(self) -> str:
        return str(self.values["aed_id"])


@dataclass(slots=True, kw_only=True)
class OwnRows:
    """What an export holds, and what of it was refused or needs a look."""

    rows: list[OwnRow] = field(default_factory=list)
    rejected: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def find_own(sheets: Sequence[Sheet]) -> Sheet | None:
    """The sheet that is an export of AEDs; the others beside it are somebody's notes."""
    return next((sheet for sheet in sheets if ID in sheet.headers), None)


def read_own(sheet: Sheet) -> OwnRows:
    """Its records, each once."""
    found = OwnRows()
    strange = [name for name in sheet.headers if name not in (*_READERS, ID, LON, LAT, "id", "fid")]
    if strange:
        found.notes.append(f"columns that no export has were passed over: {', '.join(strange)}")
    earlier: dict[str, str] = {}
    for row in sheet.rows:
        try:
            own = _read(row, sheet)
            if own.aed_id in earlier:
                raise Rejected("duplicate", f"the id {own.aed_id} stands in the file before, at {earlier[own.aed_id]}")
        except Rejected as error:
            ref = row.cells.get(ID, "")
            found.rejected.append(Remark(where=row.where, reason=error.reason, text=str(error), ref=ref, row=row.cells))
            continue
        earlier[own.aed_id] = row.where
        found.rows.append(own)
        found.warnings += _unreadable_hours(own)
    return found


def _read(row: Row, sheet: Sheet) -> OwnRow:
    aed_id = _short(64, "the id")(unguarded(row.cells.get(ID, "")))
    if not aed_id:
        raise Rejected("no_id", f"{ID} is empty: leave out the row, or import new AEDs as a list of their own")
    values: dict[str, Any] = {"aed_id": aed_id}
    for header, (column, read) in _READERS.items():
        if header in sheet.headers:
            values[column] = read(unguarded(row.cells.get(header, "")))
    place = _position(row, sheet)
    if place is not None:
        values["position"] = place
    return OwnRow(where=row.where, values=values, cells=row.cells)


def _position(row: Row, sheet: Sheet) -> tuple[float, float] | None:
    if sheet.has_geometry:
        if row.lon is None or row.lat is None:
            raise Rejected("no_coordinates", "it has no coordinates")
        return checked_degrees(row.lon, row.lat)
    if not {LON, LAT} <= set(sheet.headers):
        return None
    return read_position(row.cells.get(LON), row.cells.get(LAT), Datum.WGS84)


def _unreadable_hours(own: OwnRow) -> Iterable[Remark]:
    hours = own.values.get("opening_hours", "")
    if hours and not is_valid(hours):
        text = f"the hours {hours!r} are not in OSM's syntax; they are unknown until they are"
        yield Remark(where=own.where, reason="hours_unparseable", text=text)


def _short(letters: int, what: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text) > letters:
            raise Rejected("too_long", f"{what} has {len(text)} letters, and at most {letters} are kept")
        return text

    return read


def _text(text: str) -> str:
    return text


def _state(text: str) -> str:
    try:
        return AedState(text).value
    except ValueError as error:
        raise Rejected("bad_state", f"the state {text!r} is none of {', '.join(AedState)}") from error


def _zone(text: str) -> str:
    try:
        return get_time_zone(text).key
    except UnknownTimeZone as error:
        raise Rejected("bad_time_zone", str(error)) from error


def _inside(text: str) -> bool | None:
    flag = yes_or_no(text) if text else None
    if text and flag is None:
        raise Rejected("bad_value", f"indoor is {text!r}: write yes, no, or nothing where it is not known")
    return flag


def _corrected(text: str) -> dict[str, dict[str, Any]]:
    try:
        told = json.loads(text) if text else {}
    except json.JSONDecodeError as error:
        raise Rejected("bad_value", f"corrected is not whole JSON ({error}): leave it as the export has it") from error
    is_known = isinstance(told, dict) and all(
        isinstance(word, dict) and word.keys() <= {"at", "said"} for word in told.values()
    )
    if not is_known:
        raise Rejected("bad_value", "corrected is none of an export's: leave it as the export has it")
    return {name: {**word, "by": ""} for name, word in told.items()}


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Rejected("bad_value", f"{text!r} is no instant, such as 2025-03-01T04:00:00+00:00") from error
    if at.tzinfo is None:
        raise Rejected("bad_value", f"{text!r} names no time zone: write it as 2025-03-01T04:00:00+00:00")
    return at


_READERS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "source": ("source", _short(128, "source")),
    "source_ref": ("source_ref", _short(512, "source_ref")),
    "name": ("name", _text),
    "location_text": ("location_text", _text),
    "floor": ("floor", _short(64, "floor")),
    "indoor": ("indoor", _inside),
    "access": ("access", _short(64, "access")),
    "opening_hours": ("opening_hours", _text),
    "hours_as_written": ("hours_as_written", _text),
    "time_zone": ("time_zone", _zone),
    "state": ("state", _state),
    "joined_to": ("joined_to", lambda text: _short(64, "joined_to")(text) or None),
    "corrected": ("corrected", _corrected),
    "absent_since": ("absent_since", _instant),
    "retired_at": ("retired_at", _instant),
}
"""By header of an export, the column of the registry's table, and how its cell is read."""
