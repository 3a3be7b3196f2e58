"""What of an AED goes into an exported table: a column each, all but its position as text, which the importer knows
again."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registry.models import CLOSED_ACCESS, OPEN_ACCESS, Aed

ID = "rescue_circle_id"
"""The header by which an export is known again; no other list has it."""

LON, LAT = "lon_wgs84", "lat_wgs84"
"""Headers of a table without shapes; every coordinate names its datum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedAed:
    """A record, or a cabinet for the public, with what is known of it beside.

    said: by field that a person set, what its list says there ("said", absent where it was not kept) and when it was
    set ("at"). absent_since: its list does not name it any more; retired_at: nobody fetches it any more.
    """

    aed: Aed
    said: Mapping[str, Mapping[str, Any]]
    absent_since: datetime | None = None
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """text: the cell, "" where nothing is known. is_public: anybody may see it."""

    name: str
    text: Callable[[ExportedAed], str]
    is_public: bool = False


def _of_aed(name: str, *, is_public: bool = False) -> Column:
    return Column(name, lambda row: str(getattr(row.aed, name)), is_public)


COLUMNS: tuple[Column, ...] = (
    Column(ID, lambda row: row.aed.aed_id, is_public=True),
    _of_aed("source"),
    _of_aed("source_ref"),
    _of_aed("name", is_public=True),
    _of_aed("location_text", is_public=True),
    _of_aed("floor", is_public=True),
    Column("indoor", lambda row: {None: "", True: "yes", False: "no"}[row.aed.indoor], is_public=True),
    _of_aed("access", is_public=True),
    _of_aed("opening_hours", is_public=True),
    _of_aed("hours_as_written", is_public=True),
    _of_aed("time_zone", is_public=True),
    _of_aed("state", is_public=True),
    _of_aed("joined_to"),
    Column("corrected", lambda row: _as_json(row.said)),
    Column("absent_since", lambda row: _instant(row.absent_since)),
    Column("retired_at", lambda row: _instant(row.retired_at)),
)

PUBLIC_COLUMNS = tuple(column for column in COLUMNS if column.is_public)


def public_access(access: str) -> str:
    """OSM's word for who may take it; where a list has it in words of its own, these are not for everybody's eyes."""
    # These alone, as the view of `registry.storage.gis_views` takes off.
    word = access.strip(" \t\r\n").lower()
    return word if not word or word in OPEN_ACCESS | CLOSED_ACCESS else "unknown"


def _as_json(said: Mapping[str, Mapping[str, Any]]) -> str:
    # Who set it is an account of a person: that stays in the registry's history.
    told = {name: {key: word[key] for key in ("at", "said") if key in word} for name, word in said.items()}
    return json.dumps(told, ensure_ascii=False, sort_keys=True) if told else ""


def _instant(at: datetime | None) -> str:
    return "" if at is None else at.isoformat()
