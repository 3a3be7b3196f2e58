"""Which other open incident is so near a call that both may have one patient."""

from dispatch.core.commands import Neighbour
from dispatch.core.incident import Incident
from dispatch.incidents.live import LiveIncidents
from dispatch.incidents.newcomers import DEGREE_M
from dispatch.incidents.scout import Scout
from dispatch.records import Details

SAME_PATIENT_M = 50.0
"""Two callers of one collapse are no farther apart than this, by their phones' own accuracy (assumption)."""

MOST_ACCURACY_M = 100.0
"""A vaguer place says too little to take two calls for one."""


def find_neighbour(live: LiveIncidents, scout: Scout, incident_id: str, details: Details) -> Neighbour | None:
    """The nearest one that has a search of its own; None where there is none."""
    nearest: Neighbour | None = None
    for other_id in live.open_ids:
        other = live.find_held(other_id)
        if other is None or other.details is None or other_id == incident_id:
            continue
        incident = other.incident
        if incident.ambulance_arrived or not incident.located or incident.put_off_until:
            continue
        limit_m = SAME_PATIENT_M + _room_m(details) + _room_m(other.details)
        if abs(details.place.lat - other.details.place.lat) * DEGREE_M > limit_m:
            continue
        distance_m = scout.distance_m(details.place, other.details.place)
        is_near = distance_m <= limit_m
        if is_near and (nearest is None or distance_m < nearest.distance_m):
            is_served = any(alert.holds_place for alert in incident.held_alerts)
            nearest = Neighbour(other_id, distance_m, is_served)
    return nearest


def is_neighbour_over(live: LiveIncidents, incident: Incident) -> bool:
    """Whether nobody comes any more for the incident that this one's search was put off for."""
    if incident.put_off_until is None or incident.beside is None:
        return False
    return incident.beside not in live.open_ids


def find_waiting(live: LiveIncidents) -> list[str]:
    """Incidents whose search was put off for one that is closed by now."""
    held = [live.find_held(incident_id) for incident_id in live.open_ids]
    return [one.incident.incident_id for one in held if one and is_neighbour_over(live, one.incident)]


def _room_m(details: Details) -> float:
    accuracy_m = details.accuracy_m or 0.0
    return accuracy_m if accuracy_m <= MOST_ACCURACY_M else 0.0
