"""From a row of a file to an AED of the registry, or to the reason why not."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date

from geo.places.geodesic import geodesic_m
from registry.eligibility import UnknownTimeZone, get_time_zone, time_zone_at
from registry.importers.aed_sources import RawAed
from registry.importers.device_words import Told, device_told
from registry.importers.hours import HoursOfList
from registry.importers.meanings.states import Unclear, access_of, inside_or_not, state_of
from registry.importers.report import Rejected, Remark
from registry.models import Aed
from registry.storeys import floor_as_said, level_as_said

# What is ours: the list says the same under whatever name or id we know it.
_NOT_SAID = frozenset({"aed_id", "source", "corrected", "joined_to", "retired"})
_SAID = tuple(one.name for one in fields(Aed) if one.name not in _NOT_SAID)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedAeds:
    """A file's AEDs. devices: by `source_ref`, what it says of their devices, where it says anything."""

    aeds: list[Aed]
    devices: Mapping[str, Told]
    rejected: list[Remark]
    warnings: list[Remark]


@dataclass(slots=True)
class _Kept:
    """What was taken so far, by the source's own id."""

    aeds: dict[str, Aed] = field(default_factory=dict)
    devices: dict[str, Told] = field(default_factory=dict)


def checked_aeds(
    rows: Iterable[RawAed], *, source: str, time_zone: str | None, today: date | None = None
) -> CheckedAeds:
    """What a file's rows say, and which of them are refused. `time_zone` overrides the one in force at each place.

    `today`: what ended before it is gone; where it is None, whatever has an end is.
    """
    rejected: list[Remark] = []
    warnings: list[Remark] = []
    kept = _Kept()
    of_ref: dict[str, tuple[str, Mapping[str, str]]] = {}
    hours = HoursOfList()
    for row in rows:
        try:
            aed, unclear = _aed_of(row, source=source, time_zone=time_zone, hours=hours, today=today)
            ref = _free_ref(row, aed, kept.aeds, of_ref)
        except Rejected as error:
            rejected.append(_refused(row, error))
            continue
        kept.aeds[ref] = replace(aed, aed_id=aed_id_of(source, ref), source_ref=ref)
        device, unread = device_told(row.device, today)
        if device:
            kept.devices[ref] = device
        of_ref[ref] = (row.where, row.cells)
        warnings.extend(Remark(where=row.where, reason=told.reason, text=told.text) for told in (*unclear, *unread))
    return CheckedAeds(
        aeds=list(kept.aeds.values()), devices=kept.devices, rejected=rejected, warnings=hours.warnings + warnings
    )


def _refused(row: RawAed, error: Rejected) -> Remark:
    # The list has it all the same: it has not left its source.
    ref = row.ref or " | ".join(part for part in (row.name, row.location_text) if part)
    return Remark(where=row.where, reason=error.reason, text=str(error), ref=ref[:512], row=row.cells)


def digest_of(aed: Aed) -> str:
    """A fingerprint of what the source says, to tell its changes from those made here."""
    told = {name: getattr(aed, name) for name in _SAID}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def aed_id_of(source: str, source_ref: str) -> str:
    """The id of a source's AED: the same in every database and after every import."""
    return "aed-" + hashlib.sha256(f"{source}\0{source_ref}".encode()).hexdigest()[:16]


def _aed_of(
    row: RawAed, *, source: str, time_zone: str | None, hours: HoursOfList, today: date | None
) -> tuple[Aed, list[Unclear]]:
    if isinstance(row.place, Rejected):
        raise row.place
    lon, lat = row.place
    state, unclear_state = state_of(row.said, today)
    access, unclear_access = access_of(row.said)
    zone = _zone_of(row, lon, lat, time_zone)
    opening_hours, written = hours.read(row, zone)
    floor = floor_as_said(row.floor, zone) or level_as_said(row.level, zone)
    aed = Aed(
        aed_id="",
        lon=lon,
        lat=lat,
        time_zone=zone,
        name=row.name,
        location_text=row.location_text,
        floor=floor[:64],
        indoor=inside_or_not(row.indoor, row.outdoor),
        access=access,
        opening_hours=opening_hours,
        hours_as_written=written,
        state=state,
        source=source,
    )
    return aed, [*unclear_state, *unclear_access]


def _free_ref(row: RawAed, aed: Aed, earlier: dict[str, Aed], of_ref: dict[str, tuple[str, Mapping[str, str]]]) -> str:
    """The source's own id; where it gives none, what the AED is called and where it hangs. of_ref: (where, cells).

    Devices side by side differ in some cell, be it the row's number; a row that says nothing new is the same once more.
    """
    if row.ref:
        if row.ref in earlier:
            raise Rejected("duplicate", f"the id {row.ref} stands in the file before")
        return row.ref[:512]
    base = _made_up_ref(aed)
    ref, number = base, 1
    while ref in earlier:
        is_here = float(geodesic_m(aed.lon, aed.lat, earlier[ref].lon, earlier[ref].lat)) < 1.0
        where, cells = of_ref[ref]
        if is_here and cells == row.cells:
            raise Rejected("duplicate", f"all that it says stands in the file before, at {where}")
        number += 1
        ref = f"{base} #{number}"
    return ref


def _made_up_ref(aed: Aed) -> str:
    words = " | ".join(part for part in (aed.name, aed.location_text) if part) or f"{aed.lon:.6f},{aed.lat:.6f}"
    return words if len(words) <= 400 else hashlib.sha256(words.encode()).hexdigest()


def has_own_ref(aed: Aed) -> bool:
    """Whether `source_ref` is the source's own id of an AED as it was just read, not what it is called."""
    return not aed.source_ref.startswith(_made_up_ref(aed))


def _zone_of(row: RawAed, lon: float, lat: float, time_zone: str | None) -> str:
    if row.time_zone:
        try:
            return get_time_zone(row.time_zone).key
        except UnknownTimeZone as error:
            raise Rejected("bad_time_zone", str(error)) from error
    return time_zone or time_zone_at(lon, lat)
