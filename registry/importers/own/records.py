"""A row of an export as a whole record of the registry, where nothing is known of it here."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from registry.eligibility import time_zone_at
from registry.importers.aed_rows import digest_of
from registry.importers.own.reading import OwnRow
from registry.models import Aed, AedState
from registry.records import cabinets_of

_UNSAID: Mapping[str, Any] = {
    "name": "",
    "location_text": "",
    "floor": "",
    "indoor": None,
    "access": "",
    "opening_hours": "",
    "hours_as_written": "",
    "state": AedState.IN_SERVICE.value,
    "joined_to": None,
    "corrected": {},
    "absent_since": None,
    "retired_at": None,
    "retired_by": None,
}


def find_record(row: OwnRow, source: str) -> dict[str, Any] | None:
    """Every column that an export carries, and the digest; None where the file does not say where it is. source: of a
    file that names none."""
    if "position" not in row.values:
        return None
    values = {**_UNSAID, "source": source, "source_ref": row.aed_id, **row.values}
    if "time_zone" not in values:
        values["time_zone"] = time_zone_at(*values["position"])
    return values | {"source_digest": _digest(values)}


def cabinets_of_rows(rows: Sequence[OwnRow], source: str) -> list[Aed]:
    """The cabinets that stand, for whoever wants them without a database."""
    records = [find_record(row, source) for row in rows]
    return cabinets_of(_aed(values) for values in records if values is not None)


def _aed(values: Mapping[str, Any]) -> Aed:
    lon, lat = values["position"]
    told = {one.name: values[one.name] for one in fields(Aed) if one.name in values}
    told |= {"joined_to": values["joined_to"] or "", "retired": values["retired_at"] is not None}
    told |= {"corrected": frozenset(values["corrected"]), "state": AedState(values["state"])}
    return Aed(**told, lon=lon, lat=lat)


def _digest(values: Mapping[str, Any]) -> str:
    """Of what its list says, under what people have set; "" where that was not kept, so that the list is heard anew."""
    corrected: Mapping[str, Mapping[str, Any]] = values["corrected"]
    names = {one.name for one in fields(Aed)}
    if any("said" not in word or name not in names for name, word in corrected.items()):
        return ""
    return digest_of(replace(_aed(values), **{name: word["said"] for name, word in corrected.items()}))
