"""A person of the register as officers are shown them: what is stored, and whether they would be rung now."""

from collections.abc import Sequence
from datetime import datetime

from dispatch.contracts import rescuers as wire
from geo.places.datum import Datum, convert
from registry.directory import Directory
from registry.eligibility import Answer, Verdict, verdicts_on
from registry.register.people_list import Found
from registry.register.person_file import LonLat, Paper, PersonFile

LOCKED_OUT = "locked_out"


def view_of(
    person: PersonFile, directory: Directory, now: datetime, *, locked_out_until: datetime | None
) -> wire.PersonView:
    dispatchable, reasons = _state(person.rescuer_id, directory, now, is_locked_out=locked_out_until is not None)
    return wire.PersonView(
        rescuer_id=person.rescuer_id,
        name=person.name,
        phone=person.phone_e164,
        kind=person.kind,
        organisation_id=person.organisation_id,
        organisation=person.organisation,
        team_id=person.team_id,
        team=person.team,
        transport=person.transport,
        insurance_note=person.insurance_note,
        home=_place(person.home),
        work=_place(person.work),
        source=person.source,
        corrected=person.corrected,
        certificates=tuple(map(_certificate, person.papers)),
        paused_at=person.paused_at,
        paused_until=person.paused_until,
        locked_out_until=locked_out_until,
        weekly=person.weekly,
        quiet=person.quiet,
        time_zone=person.time_zone,
        erased_at=person.erased_at,
        dispatchable=dispatchable,
        reasons=reasons,
    )


def line_of(found: Found, directory: Directory, now: datetime, *, is_locked_out: bool) -> wire.PersonLine:
    dispatchable, reasons = _state(found.rescuer_id, directory, now, is_locked_out=is_locked_out)
    return wire.PersonLine(
        rescuer_id=found.rescuer_id,
        name=found.name,
        phone=found.phone_e164,
        kind=found.kind,
        organisation=found.organisation,
        team=found.team,
        source=found.source,
        valid_until=found.valid_until,
        paused_until=found.paused_until,
        dispatchable=dispatchable,
        reasons=reasons,
    )


def place_of(spot: wire.Spot) -> LonLat:
    """WGS-84 (lon, lat)."""
    lon, lat = convert(spot.lon, spot.lat, source=spot.datum, target=Datum.WGS84)
    return float(lon), float(lat)


def _state(
    rescuer_id: str, directory: Directory, now: datetime, *, is_locked_out: bool
) -> tuple[bool, tuple[str, ...]]:
    """Nobody is rung whom the live picture does not know yet."""
    rescuer = directory.find_rescuer(rescuer_id)
    if rescuer is None:
        return False, ()
    return told_state(verdicts_on(rescuer, now, directory.limits), is_locked_out=is_locked_out)


def told_state(verdicts: Sequence[Verdict], *, is_locked_out: bool) -> tuple[bool, tuple[str, ...]]:
    """Whether somebody would be rung, and all that is in the way. Of lock-outs the registry knows nothing."""
    is_ready = verdicts[0].answer is Answer.YES
    reasons = tuple(one.reason for one in verdicts)
    if not is_locked_out:
        return is_ready, reasons
    return False, (LOCKED_OUT,) if is_ready else (*reasons, LOCKED_OUT)


def _place(position: LonLat | None) -> wire.Place | None:
    return None if position is None else wire.Place(lon=position[0], lat=position[1])


def _certificate(paper: Paper) -> wire.RegisteredCertificate:
    return wire.RegisteredCertificate(
        certificate=paper.number,
        kind=paper.kind,
        number=paper.serial,
        issuer=paper.issuer,
        valid_from=paper.valid_from,
        valid_until=paper.valid_until,
        source=paper.source,
        verified_at=paper.verified_at,
        verified_by=paper.verified_by,
        follows=paper.follows,
        standing=paper.standing,
    )
