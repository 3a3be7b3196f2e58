"""What 120's word on a call changes: its place, the ambulance's time, and what a dispatcher must look at."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from dispatch.core import commands as cmd
from dispatch.core import events as ev
from dispatch.core.incident import Incident
from dispatch.core.joining import ANOTHER_NEAR, put_off, put_off_late, take_up
from dispatch.core.policy import Policy

NOBODY = "nobody_available"
"""Attention while nobody could be found and nobody has accepted; see `events.NobodyAvailable`."""

OLD_CALL = "old_call"
"""Attention, and the end of the search, of a call that is older than any that is still open."""


def opening(
    incident: Incident | None, command: cmd.ReportCall | cmd.EndCall | cmd.ReportAmbulance
) -> tuple[ev.Event, ...]:
    """What opens an incident that there is not yet."""
    if incident:
        return ()
    opened = ev.IncidentOpened(
        incident_id=command.incident_id, cad_ref=command.cad_ref, integration=command.integration
    )
    return (opened,)


def report_call(incident: Incident | None, report: cmd.ReportCall, now: datetime, policy: Policy) -> Iterator[ev.Event]:
    """The events of a call that is told, for the first time or better than before."""
    yield from opening(incident, report)
    if report.created and not (incident and incident.call_confirmed):
        yield ev.CallConfirmed()
    if incident and incident.closed:
        ended_at = incident.closed_reported_at
        # A call that is told once more may be another's, of a sender whose clock is behind.
        is_news = report.created and incident.call_confirmed
        if ended_at and (is_news or report.reported_at > ended_at) and incident.attention is None:
            yield ev.AttentionRaised(code="news_after_end")
        return
    # An old call may come in parts: its place after it.
    is_unplaced = incident is None or not incident.located
    is_old = is_unplaced and now - report.reported_at > timedelta(seconds=policy.open_limit_s)
    is_placed = report.has_location and _brings_newer_place(incident, report)
    if is_placed:
        yield ev.LocationSet(reported_at=report.reported_at, moved_m=report.moved_m, by_arrival=report.by_arrival)
        if is_old:
            # A dispatcher who says where the patient is starts the search after all.
            yield ev.SearchEnded(reason=OLD_CALL)
        elif report.near and not (incident and incident.beside):
            yield from put_off(report.near, now, policy)
        elif is_unplaced and now - report.reported_at > timedelta(seconds=policy.told_late_s):
            yield put_off_late(policy, now)
        elif incident and not report.near:
            yield from take_up(incident, "place_changed")
    if report.ambulance_eta_at and _brings_new_eta(incident, report):
        yield ev.AmbulanceEtaSet(
            reported_at=report.reported_at, eta_at=report.ambulance_eta_at, by_arrival=report.by_arrival
        )
    yield from _attention(incident, report, is_old=is_old, is_placed=is_placed)


def _attention(
    incident: Incident | None, report: cmd.ReportCall, *, is_old: bool, is_placed: bool
) -> Iterator[ev.Event]:
    held = incident.attention if incident else None
    code = report.attention or _found_wanting(incident, report, is_old=is_old)
    if code is not None and code != held:
        yield ev.AttentionRaised(code=code)
    elif code is None and held is not None and is_placed:
        yield ev.AttentionCleared()


def _found_wanting(incident: Incident | None, report: cmd.ReportCall, *, is_old: bool) -> str | None:
    if is_old:
        return OLD_CALL
    if report.near and report.has_location and not (incident and incident.beside and not incident.put_off_until):
        return ANOTHER_NEAR
    if report.created and not (report.has_location or (incident is not None and incident.located)):
        return "location_missing"
    if report.ambulance_eta_at and report.ambulance_eta_at < _called_at(incident, report):
        return "bad_ambulance_eta"
    return None


def _called_at(incident: Incident | None, report: cmd.ReportCall) -> datetime:
    """When 120 knew of the call at the latest: no ambulance has been sent before."""
    if incident is None:
        return report.reported_at
    return min(incident.opened_at, incident.location_reported_at or incident.opened_at)


def _brings_newer_place(incident: Incident | None, report: cmd.ReportCall) -> bool:
    if incident is None or incident.location_reported_at is None:
        return True
    # Of two clocks one of which cannot be believed, neither says which word is the newer one.
    by_arrival = report.by_arrival or incident.location_by_arrival
    return by_arrival or report.reported_at >= incident.location_reported_at


def _brings_new_eta(incident: Incident | None, report: cmd.ReportCall) -> bool:
    if report.ambulance_eta_at is None or report.ambulance_eta_at < _called_at(incident, report):
        return False
    if incident is None or incident.ambulance_eta_reported_at is None:
        return True
    by_arrival = report.by_arrival or incident.ambulance_eta_by_arrival
    newer = by_arrival or report.reported_at >= incident.ambulance_eta_reported_at
    return newer and report.ambulance_eta_at != incident.ambulance_eta_at
