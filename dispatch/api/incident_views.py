"""An incident as a screen sees it: what the journal knows, and what is personal for those who may see it now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dispatch.contracts.api import (
    AlertView,
    BesideView,
    IncidentView,
    PositionView,
    ReasonView,
    TimelineEntry,
    WalkView,
)
from dispatch.contracts.stream import RouteFrame
from dispatch.contracts.webhook import CallLocation
from dispatch.core.decisions import next_deadline
from dispatch.core.incident import ENGAGED, Alert, AlertStatus, Incident
from dispatch.core.joining import ANOTHER_NEAR
from dispatch.core.reasons import explain
from dispatch.event_codec import decode
from dispatch.incidents.live import LiveIncident
from dispatch.incidents.scout import climb_s
from dispatch.incidents.writer import UnknownIncident
from dispatch.records import Details, Receipt
from dispatch.service import DispatchService
from registry.contacts import ContactBook
from registry.eligibility import position_of
from registry.models import Contact, Presence


@dataclass(frozen=True, slots=True, kw_only=True)
class _People:
    """What is shown of the people of one incident, by rescuer and by alert; empty for who may not see it."""

    contacts: Mapping[str, Contact] = field(default_factory=dict)
    positions: Mapping[str, Presence] = field(default_factory=dict)
    walks: Mapping[str, RouteFrame] = field(default_factory=dict)
    details: Details | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentViews:
    """Makes the views."""

    service: DispatchService
    contacts: ContactBook

    async def view(
        self, incident_id: str, *, with_alerts: bool, with_people: bool = False, with_walks: bool = False
    ) -> IncidentView:
        """with_people: for a dispatcher's eyes. with_walks: the ways of those who walk, where the place is known.

        Raises:
            UnknownIncident
        """
        live = await self.service.engine.live.find(incident_id)
        if live is None:
            raise UnknownIncident(f"there is no incident {incident_id!r}")
        incident, reader = live.incident, self.service.reader
        receipts = await reader.read_receipts(incident_id) if with_alerts else {}
        detail = await reader.find_last_message_detail(incident_id) if incident.attention else ""
        gone = incident.closed and live.details is None
        erased_at = await reader.find_erased_at(incident_id) if gone else None
        shows_people = with_people and not incident.closed
        people = await self._people(live, with_walks=with_walks) if with_alerts and shows_people else _People()
        return IncidentView(
            incident_id=incident.incident_id,
            cad_ref=incident.cad_ref,
            integration=incident.integration,
            version=incident.version,
            status=incident.status,
            attention=incident.attention,
            attention_detail=detail,
            opened_at=incident.opened_at,
            ambulance_eta_at=incident.ambulance_eta_at,
            ambulance_arrived=incident.ambulance_arrived,
            wave=incident.wave,
            next_search_at=incident.next_search_at,
            next_deadline_at=next_deadline(incident, self.service.engine.policy),
            search_ended=incident.search_ended,
            closed_reason=incident.closed,
            beside=_beside(incident),
            joined_to=incident.joined_to,
            taken_in=tuple(sorted(incident.taken_in)),
            location=_location(live.details) if live.details else None,
            caller_phone=live.details.caller_phone or None if live.details and shows_people else None,
            more=dict(live.details.more) if live.details and shows_people else {},
            erased_at=erased_at,
            alerts=self._alerts(incident, receipts, people) if with_alerts else (),
        )

    async def for_dispatcher(self, incident_id: str) -> IncidentView:
        """All there is to see; what a dispatcher is shown who has just changed it."""
        return await self.view(incident_id, with_alerts=True, with_people=True, with_walks=True)

    async def timeline(self, incident_id: str) -> list[TimelineEntry]:
        """Everything that happened, with the reasons of what the machine did.

        Raises:
            UnknownIncident
        """
        rows = await self.service.reader.read_events(incident_id)
        if not rows:
            raise UnknownIncident(f"there is no incident {incident_id!r}")
        reasons = explain((decode(row.type, row.schema_version, row.body), row.at) for row in rows)
        return [
            TimelineEntry(
                seq=row.seq,
                at=row.at,
                type=row.type,
                data=row.body,
                reason=ReasonView(code=reason.code, rank=reason.rank, of=reason.of, budget_s=reason.budget_s)
                if reason
                else None,
            )
            for row, reason in zip(rows, reasons, strict=True)
        ]

    async def _people(self, live: LiveIncident, *, with_walks: bool) -> _People:
        incident, details = live.incident, live.details
        accepted = [alert for alert in incident.alerts.values() if alert.accepted_at]
        contacts = await self.contacts.find({alert.rescuer_id for alert in accepted})
        now = self.service.clock.now()
        positions = {
            alert.rescuer_id: presence
            for alert in incident.held_alerts
            if alert.status in ENGAGED and (presence := self._find_presence(alert.rescuer_id, now))
        }
        walks: Mapping[str, RouteFrame] = {}
        if with_walks and details:
            ways = self.service.renderer.alerts.ways
            walking = [alert for alert in incident.held_alerts if alert.status is AlertStatus.ACCEPTED]
            stops_of = {alert.alert_id: stops for alert in walking if (stops := ways.stops(details, alert))}
            if stops_of:
                walks = await self.service.side.run(
                    lambda: {alert_id: ways.along(stops) for alert_id, stops in stops_of.items()}
                )
        return _People(contacts=contacts, positions=positions, walks=walks, details=details)

    def _find_presence(self, rescuer_id: str, now: datetime) -> Presence | None:
        directory = self.service.directory
        rescuer = directory.find_rescuer(rescuer_id)
        place = position_of(rescuer, now, directory.limits) if rescuer else None
        return rescuer.presence if rescuer and place and not place.at_home else None

    def _alerts(self, incident: Incident, receipts: dict[str, Receipt], people: _People) -> tuple[AlertView, ...]:
        return tuple(self._alert(alert, receipts.get(alert.alert_id), people) for alert in incident.alerts.values())

    def _alert(self, alert: Alert, receipt: Receipt | None, people: _People) -> AlertView:
        # The same person may have been rung twice: only the time that was accepted shows who it is.
        contact = people.contacts.get(alert.rescuer_id) if alert.accepted_at else None
        presence = people.positions.get(alert.rescuer_id) if alert.status in ENGAGED else None
        walk = people.walks.get(alert.alert_id)
        return AlertView(
            alert_id=alert.alert_id,
            rescuer_id=alert.rescuer_id,
            role=alert.role,
            aed_id=alert.aed_id,
            state=alert.status,
            wave=alert.wave,
            walk_time_s=alert.walk_time_s,
            to_aed_s=alert.to_aed_s,
            straight_line=alert.straight_line,
            alerted_at=alert.alerted_at,
            delivered_at=receipt.delivered_at if receipt else None,
            seen_at=receipt.seen_at if receipt else None,
            answer_by=alert.answer_by,
            accepted_at=alert.accepted_at,
            at_door_at=alert.at_door_at,
            arrived_at=alert.arrived_at,
            eta_at=self._eta_at(alert, presence, walk, people.details),
            carries_aed=alert.carries_aed,
            by_hand=alert.by_hand,
            name=contact.name if contact else None,
            phone=contact.phone_e164 if contact and alert.status in ENGAGED else None,
            position=PositionView(lon=presence.lon, lat=presence.lat, observed_at=presence.observed_at)
            if presence
            else None,
            walk=WalkView(lonlat=walk.lonlat, length_m=walk.length_m, straight_line=walk.straight_line)
            if walk
            else None,
        )

    def _eta_at(
        self, alert: Alert, presence: Presence | None, walk: RouteFrame | None, details: Details | None
    ) -> datetime | None:
        """By the way that is left from where the phone was last seen on it; else what was reckoned at the start."""
        if walk is None or presence is None or details is None or alert.accepted_at is None:
            return alert.eta_at
        if presence.observed_at < alert.accepted_at:
            return alert.eta_at
        walker, directory = self.service.renderer.alerts.ways.scout.walker, self.service.directory
        left_s = sum(step.walk_time_s for step in walk.steps)
        if walk.straight_line or not walk.steps:
            left_s = walk.length_m / walker.speed_m_s
        aed = directory.find_aed(alert.aed_id) if alert.aed_id and not alert.aed_collected else None
        if aed:
            left_s += walker.takeout_s + directory.aed_inside_s(aed, details.place.lon, details.place.lat)
        # The climb was part of the way from the start, and whoever is at the door now has it before them all the same.
        left_s += climb_s(details) if alert.walk_time_s > walker.near_s else 0.0
        return max(presence.observed_at + timedelta(seconds=left_s), self.service.clock.now())


def _beside(incident: Incident) -> BesideView | None:
    if incident.beside is None or incident.attention != ANOTHER_NEAR:
        return None
    return BesideView(
        incident_id=incident.beside, distance_m=incident.beside_m or 0.0, put_off_until=incident.put_off_until
    )


def _location(details: Details) -> CallLocation:
    return CallLocation(
        lon=details.place.lon,
        lat=details.place.lat,
        datum="wgs84",
        accuracy_m=details.accuracy_m,
        address=details.address,
        floor=details.floor,
        note=details.note,
    )
