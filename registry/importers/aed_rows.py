"""From a row of a file to an AED of the registry, or to the reason why not."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, replace

from geo.places.projection import geodesic_m
from registry.eligibility import UnknownTimeZone, get_time_zone, time_zone_at
from registry.importers.aed_sources import RawAed
from registry.importers.hours import HoursOfList
from registry.importers.report import Rejected, Remark
from registry.models import Aed, AedState
from registry.storeys import floor_as_said, level_as_said

_IN_SERVICE = {"", "in_service", "operational", "ok", "yes", "working", "active", "available", "正常", "在用", "可用"}
_STATES = {
    **dict.fromkeys(_IN_SERVICE, AedState.IN_SERVICE),
    **dict.fromkeys(("missing", "removed", "stolen", "丢失", "缺失"), AedState.MISSING),
    **dict.fromkeys(("in_use", "使用中"), AedState.IN_USE),
    **dict.fromkeys(("out_of_service", "broken", "停用", "损坏", "故障", "维修"), AedState.OUT_OF_SERVICE),
}
# What is ours: the list says the same under whatever name or id we know it.
_NOT_SAID = frozenset({"aed_id", "source", "corrected", "joined_to", "retired"})
_YES_NO = {"yes": True, "true": True, "1": True, "是": True, "no": False, "false": False, "0": False, "否": False}


def checked_aeds(
    rows: Iterable[RawAed], *, source: str, time_zone: str | None
) -> tuple[list[Aed], list[Remark], list[Remark]]:
    """(AEDs, rejected rows, warnings) of a file's rows. `time_zone` overrides the one in force at each place."""
    rejected: list[Remark] = []
    warnings: list[Remark] = []
    aeds: dict[str, Aed] = {}
    hours = HoursOfList()
    for row in rows:
        try:
            aed = _aed_of(row, source=source, time_zone=time_zone, hours=hours, earlier=aeds)
        except Rejected as error:
            rejected.append(_refused(row, error))
            continue
        aeds[aed.source_ref] = aed
        warnings.extend(_warnings_about(row))
    return list(aeds.values()), rejected, hours.warnings() + warnings


def _refused(row: RawAed, error: Rejected) -> Remark:
    # The list has it all the same: it has not left its source.
    ref = row.ref or " | ".join(part for part in (row.name, row.location_text) if part)
    return Remark(where=row.where, reason=error.reason, text=str(error), ref=ref[:512])


def digest_of(aed: Aed) -> str:
    """A fingerprint of what the source says, to tell its changes from those made here."""
    told = {name: value for name, value in asdict(aed).items() if name not in _NOT_SAID}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def aed_id_of(source: str, source_ref: str) -> str:
    """The id of a source's AED: the same in every database and after every import."""
    return "aed-" + hashlib.sha256(f"{source}\0{source_ref}".encode()).hexdigest()[:16]


def _aed_of(row: RawAed, *, source: str, time_zone: str | None, hours: HoursOfList, earlier: dict[str, Aed]) -> Aed:
    if isinstance(row.place, Rejected):
        raise row.place
    lon, lat = row.place
    # The state file writers leave blank is the usual one; a word nobody understands must not send someone running.
    state = _STATES.get(row.state.strip().lower(), AedState.OUT_OF_SERVICE)
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
        indoor=_YES_NO.get(row.indoor.strip().lower()),
        access=row.access.strip()[:64],
        opening_hours=opening_hours,
        hours_as_written=written,
        state=state,
        source=source,
    )
    ref = _free_ref(row, aed, earlier)
    return replace(aed, aed_id=aed_id_of(source, ref), source_ref=ref)


def _free_ref(row: RawAed, aed: Aed, earlier: dict[str, Aed]) -> str:
    """The source's own id; where it gives none, what the AED is called and where it hangs."""
    if row.ref:
        if row.ref in earlier:
            raise Rejected("duplicate", f"the id {row.ref} stands in the file before")
        return row.ref[:512]
    base = _made_up_ref(aed)
    ref, number = base, 1
    while ref in earlier:
        if float(geodesic_m(aed.lon, aed.lat, earlier[ref].lon, earlier[ref].lat)) < 1.0:
            raise Rejected("duplicate", "the same name, location and position stand in the file before")
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


def _warnings_about(row: RawAed) -> list[Remark]:
    warnings = []
    if row.state.strip().lower() not in _STATES:
        text = f"the state {row.state!r} is not understood: taken as out of service"
        warnings.append(Remark(where=row.where, reason="state_unclear", text=text))
    return warnings
