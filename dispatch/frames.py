"""Inbox rows become frames for a phone or a console, at the moment they are sent.

What is personal is looked up only then, and only for whom it is meant: before acceptance a volunteer is told an area
and the way up to its edge, after it the exact place, and once the alert is over neither.
"""

from dataclasses import dataclass
from typing import Literal

from dispatch.contracts import stream as wire
from dispatch.core.events import Role
from dispatch.core.incident import Alert, AlertStatus
from dispatch.live import LiveIncident, LiveIncidents
from dispatch.records import Details, InboxRow
from dispatch.ways import Ways, area_around
from registry.directory import Directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """Renders any row of the inbox, the newest and the oldest alike."""

    live: LiveIncidents
    directory: Directory
    ways: Ways

    async def render(self, row: InboxRow) -> wire.Frame:
        """The frame of `row` as its recipient may see it now."""
        if row.kind == "incident_changed":
            return wire.IncidentChanged(seq=row.seq, at=row.at, incident_id=row.incident_id, **row.body)
        live = await self.live.find_for_frame(row.incident_id)
        if live is None or row.alert_id is None:
            raise LookupError(f"the inbox names an incident or alert that the journal does not have: {row}")
        alert = live.incident.alerts[row.alert_id]
        if row.kind == "alert":
            return self._alert(row, live, alert)
        if row.kind == "assignment":
            return self._assignment(row, live, alert)
        return wire.AlertEnded(
            seq=row.seq,
            at=row.at,
            alert_id=alert.alert_id,
            incident_id=row.incident_id,
            reason=row.body["reason"],
            return_aed=alert.carries_aed,
        )

    def _alert(self, row: InboxRow, live: LiveIncident, alert: Alert) -> wire.Alert:
        ringing = alert.status is AlertStatus.RINGING
        area = area_around(live.details) if ringing and live.details else None
        return wire.Alert(
            seq=row.seq,
            at=row.at,
            alert_id=alert.alert_id,
            incident_id=row.incident_id,
            role=alert.role.value,
            walk_time_s=alert.walk_time_s,
            straight_line=alert.straight_line,
            answer_by=alert.answer_by,
            area=area,
            aed=self._aed(alert),
            route=self._approach(live, alert) if area else None,
        )

    def _assignment(self, row: InboxRow, live: LiveIncident, alert: Alert) -> wire.Assignment:
        engaged = alert.status in {AlertStatus.ACCEPTED, AlertStatus.ARRIVED}
        details = live.details if engaged else None
        reason: Literal["accepted", "patient_moved"] = row.body["reason"]
        return wire.Assignment(
            seq=row.seq,
            at=row.at,
            alert_id=alert.alert_id,
            incident_id=row.incident_id,
            reason=reason,
            role=alert.role.value,
            walk_time_s=alert.walk_time_s,
            straight_line=alert.straight_line,
            patient=_patient(details) if details else None,
            aed=self._aed(alert),
            route=self.ways.route(details, alert) if details else None,
        )

    def _approach(self, live: LiveIncident, alert: Alert) -> wire.RouteFrame | None:
        ready = live.approaches.get(alert.alert_id)
        return ready or (self.ways.approach(live.details, alert) if live.details else None)

    def _aed(self, alert: Alert) -> wire.AedFrame | None:
        aed = self.directory.find_aed(alert.aed_id) if alert.role is Role.FETCH_AED and alert.aed_id else None
        if aed is None:
            return None
        return wire.AedFrame(
            aed_id=aed.aed_id,
            lon=aed.lon,
            lat=aed.lat,
            name=aed.name,
            location_text=aed.location_text,
            floor=aed.floor,
            walk_time_s=alert.to_aed_s or 0.0,
        )


def _patient(details: Details) -> wire.PatientFrame:
    return wire.PatientFrame(
        lon=details.place.lon,
        lat=details.place.lat,
        accuracy_m=details.accuracy_m,
        address=details.address,
        floor=details.floor,
        note=details.note,
    )
