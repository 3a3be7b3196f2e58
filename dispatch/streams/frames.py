"""Inbox rows become frames for a phone or a console, at the moment they are sent.

What is personal is looked up only then, and only for whom it is meant: before acceptance a volunteer is told an area
and the way up to its edge, after it the exact place, and once the alert is over neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dispatch.contracts import stream as wire
from dispatch.core.events import Role
from dispatch.core.incident import Alert, AlertStatus
from dispatch.incidents.live import LiveIncident, LiveIncidents
from dispatch.incidents.ways import Ways, area_around
from dispatch.records import Details, InboxRow
from registry.devices.cabinet_book import CabinetBook
from registry.directory import Directory

ENGAGED = frozenset({AlertStatus.ACCEPTED, AlertStatus.ARRIVED})
_NO_NUMBER = '"seq":0,'


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFrames:
    """The frames that make phones ring."""

    directory: Directory
    ways: Ways

    def prepare(self, incident_id: str, details: Details, alerts: Sequence[Alert], at: datetime) -> dict[str, str]:
        """By alert: its frame as text, for `numbered`. What is not ready beforehand is rendered when it is sent."""
        approaches = self.ways.approaches(details, alerts)
        area = area_around(details)
        return {
            alert.alert_id: self._frame(
                incident_id, alert, seq=0, at=at, area=area, route=approaches[alert.alert_id]
            ).model_dump_json()
            for alert in alerts
            if alert.alert_id in approaches
        }

    def frame(self, row: InboxRow, live: LiveIncident, alert: Alert) -> wire.Alert:
        """The alert as its rescuer may see it now: once it does not ring any more, without the place."""
        details = live.details if alert.status is AlertStatus.RINGING else None
        return self._frame(
            row.incident_id,
            alert,
            seq=row.seq,
            at=row.at,
            area=area_around(details) if details else None,
            route=self.ways.approach(details, alert) if details else None,
        )

    def aed(self, alert: Alert) -> wire.AedFrame | None:
        """The AED that is to be fetched."""
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

    def _frame(
        self,
        incident_id: str,
        alert: Alert,
        *,
        seq: int,
        at: datetime,
        area: wire.AreaFrame | None,
        route: wire.RouteFrame | None,
    ) -> wire.Alert:
        return wire.Alert(
            seq=seq,
            at=at,
            alert_id=alert.alert_id,
            incident_id=incident_id,
            role=alert.role.value,
            walk_time_s=alert.walk_time_s,
            straight_line=alert.straight_line,
            answer_by=alert.answer_by,
            area=area,
            aed=self.aed(alert),
            route=route,
        )


def numbered(text: str, seq: int) -> str:
    """A prepared frame with its number."""
    return text.replace(_NO_NUMBER, f'"seq":{seq},', 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """Renders any row of the inbox, the newest and the oldest alike."""

    live: LiveIncidents
    alerts: AlertFrames
    cabinets: CabinetBook

    def find_ready(self, row: InboxRow) -> str | None:
        """The frame of an alert that was prepared while its incident was made durable."""
        live = self.live.find_held(row.incident_id) if row.kind == "alert" else None
        text = live.ready.get(row.alert_id) if live and row.alert_id else None
        return numbered(text, row.seq) if text is not None else None

    async def render(self, row: InboxRow) -> str:
        """The frame of `row`, as its recipient may see it now, as text."""
        if row.kind == "incident_changed":
            changed = wire.IncidentChanged(seq=row.seq, at=row.at, incident_id=row.incident_id, **row.body)
            return changed.model_dump_json()
        ready = self.find_ready(row)
        if ready is not None:
            return ready
        live = await self.live.find_for_frame(row.incident_id)
        if live is None or row.alert_id is None:
            raise LookupError(f"the inbox names an incident or alert that the journal does not have: {row}")
        alert = live.incident.alerts[row.alert_id]
        if row.kind == "assignment":
            return self._assignment(row, live, alert, await self._access(alert)).model_dump_json()
        return self._frame(row, live, alert).model_dump_json()

    async def _access(self, alert: Alert) -> wire.AedAccessFrame | None:
        """For whoever has accepted to fetch an AED, and until their task is over: a code is nobody else's."""
        if alert.status not in ENGAGED or alert.role is not Role.FETCH_AED or not alert.aed_id:
            return None
        access = await self.cabinets.find(alert.aed_id)
        return None if access is None else wire.AedAccessFrame.model_validate(access, from_attributes=True)

    def _frame(self, row: InboxRow, live: LiveIncident, alert: Alert) -> wire.Frame:
        if row.kind == "alert":
            return self.alerts.frame(row, live, alert)
        return wire.AlertEnded(
            seq=row.seq,
            at=row.at,
            alert_id=alert.alert_id,
            incident_id=row.incident_id,
            reason=row.body["reason"],
            return_aed=alert.carries_aed,
        )

    def _assignment(
        self, row: InboxRow, live: LiveIncident, alert: Alert, access: wire.AedAccessFrame | None
    ) -> wire.Assignment:
        details = live.details if alert.status in ENGAGED else None
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
            aed=self.alerts.aed(alert),
            aed_access=access,
            route=self.alerts.ways.route(details, alert) if details else None,
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
