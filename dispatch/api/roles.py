"""Who may do what: the one table of roles, endpoints and frames.

It is what the service enforces, not a description of it: an endpoint that has no row here is closed to everybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dispatch.access.tokens import Access

V, D, R, S, A = Access.VOLUNTEER, Access.DISPATCHER, Access.REGISTRY_OFFICER, Access.SIMULATOR, Access.ADMIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """roles: who may, by token. own: who may for themselves only, where the path's `rescuer_id` is their own.

    open: anybody may, without a token. signed: the message itself is signed, by an integration.
    """

    roles: frozenset[Access] = frozenset()
    own: frozenset[Access] = frozenset()
    open: bool = False
    signed: bool = False

    def allows(self, role: Access, subject: str, path_params: Mapping[str, str]) -> bool:
        return role in self.roles or (role in self.own and path_params.get("rescuer_id") == subject)


def _may(*roles: Access, own: frozenset[Access] = frozenset()) -> Rule:
    # An administrator may do everything that is done with a token.
    return Rule(roles=frozenset({A, *roles}), own=own)


_OPEN = Rule(open=True)

ENDPOINTS: Mapping[str, Rule] = {
    "GET /healthz": _OPEN,
    "GET /readyz": _OPEN,
    "GET /metrics": _OPEN,
    "GET /api/map": _OPEN,
    "GET /tiles/{z}/{x}/{y}.mvt": _OPEN,
    "GET /streams/volunteer": _OPEN,
    "GET /streams/dispatcher": _OPEN,
    "POST /webhooks/{integration}": Rule(signed=True),
    "GET /api/incidents": _may(D, S),
    "GET /api/incidents/{incident_id}": _may(D, S),
    "GET /api/incidents/{incident_id}/timeline": _may(D, S),
    "GET /api/incidents/{incident_id}/candidates": _may(D),
    "GET /api/incidents/{incident_id}/reach": _may(D),
    "POST /api/incidents": _may(D),
    "POST /api/incidents/{incident_id}/alerts": _may(D),
    "POST /api/incidents/{incident_id}/alerts/{alert_id}/call-off": _may(D),
    "POST /api/incidents/{incident_id}/location": _may(D),
    "POST /api/incidents/{incident_id}/stand-down": _may(D),
    "POST /api/incidents/{incident_id}/join": _may(D),
    "POST /api/incidents/{incident_id}/another-patient": _may(D),
    "GET /api/console/aeds": _may(D),
    "GET /api/console/place": _may(D),
    "GET /api/links": _may(D),
    "DELETE /api/incidents/{incident_id}/personal-data": _may(D),
    "GET /api/callbacks": _may(D),
    "POST /api/callbacks/{callback_id}/retry": _may(D),
    "GET /api/aeds": _may(V, D, R),
    "GET /api/aeds/problems": _may(D, R),
    "POST /api/aeds/problems/{problem_id}/resolve": _may(R),
    "GET /api/aeds/doubles": _may(D, R),
    "POST /api/aeds/doubles/join": _may(R),
    "POST /api/aeds/doubles/part": _may(R),
    "GET /api/aeds/absent": _may(D, R),
    "POST /api/aeds": _may(R),
    "POST /api/aeds/bulk": _may(R),
    "GET /api/aeds/{aed_id}": _may(V, D, R),
    "GET /api/aeds/{aed_id}/history": _may(D, R),
    "POST /api/aeds/{aed_id}/move": _may(R),
    "GET /api/aeds/{aed_id}/records": _may(D, R),
    "POST /api/aeds/{aed_id}/retire": _may(R),
    "POST /api/aeds/{aed_id}/reinstate": _may(R),
    "DELETE /api/aeds/{aed_id}/corrections/{field}": _may(R),
    "GET /api/registry/history": _may(R),
    "POST /api/registry/history/{change_id}/undo": _may(R),
    "GET /api/aeds/{aed_id}/device": _may(D, R),
    "PATCH /api/aeds/{aed_id}/device": _may(R),
    "DELETE /api/aeds/{aed_id}/device/corrections/{field}": _may(R),
    "GET /api/aeds/{aed_id}/cabinet-code": _may(R),
    "PUT /api/aeds/{aed_id}/cabinet-code": _may(R),
    "DELETE /api/aeds/{aed_id}/cabinet-code": _may(R),
    "GET /api/aeds/{aed_id}/keepers": _may(R),
    "PUT /api/aeds/{aed_id}/keepers/{role}": _may(R),
    "DELETE /api/aeds/{aed_id}/keepers/{role}": _may(R),
    "POST /api/aeds/{aed_id}/keepers/{role}/link": _may(R),
    "POST /api/keepers/erase": _may(R),
    "POST /api/keepers/reminders": _may(R),
    "GET /api/aeds/{aed_id}/confirmations": _may(D, R),
    "POST /api/aeds/{aed_id}/confirmations": _may(R),
    "POST /api/confirmations": _OPEN,
    "GET /confirm/{code}": _OPEN,
    "POST /confirm/{code}": _OPEN,
    "GET /api/aeds/{aed_id}/inspections": _may(D, R),
    "POST /api/aeds/{aed_id}/inspections": _may(R),
    "DELETE /api/aeds/{aed_id}/inspections/{inspection_id}/note": _may(R),
    "GET /api/registry/aeds/{aed_id}/photos": _may(D, R),
    "POST /api/registry/aeds/{aed_id}/photos": _may(R),
    "GET /api/registry/aeds/{aed_id}/photos/{photo_id}": _may(D, R),
    "DELETE /api/registry/aeds/{aed_id}/photos/{photo_id}": _may(R),
    "GET /api/registry/expiring": _may(R),
    "GET /api/registry/places": _may(D, R),
    "POST /api/registry/places": _may(R),
    "GET /api/registry/places/{place_id}": _may(D, R),
    "PATCH /api/registry/places/{place_id}": _may(R),
    "POST /api/registry/places/{place_id}/move": _may(R),
    "POST /api/registry/places/{place_id}/retire": _may(R),
    "POST /api/registry/places/{place_id}/reinstate": _may(R),
    "GET /api/imports": _may(R),
    "GET /api/registry/export": _may(R),
    "POST /api/imports/{import_id}/undo": _may(R),
    "POST /api/aeds/{aed_id}/problems": _OPEN,
    "PATCH /api/aeds/{aed_id}": _may(R),
    "POST /api/aeds/{aed_id}/returned": _may(D, R),
    "GET /api/rescuers/{rescuer_id}/eligibility": _may(D, R),
    "GET /api/rescuers": _may(R),
    "POST /api/rescuers": _may(R),
    "POST /api/rescuers/assign": _may(R),
    "GET /api/rescuers/{rescuer_id}": _may(R),
    "PATCH /api/rescuers/{rescuer_id}": _may(R),
    "GET /api/rescuers/{rescuer_id}/history": _may(R),
    "GET /api/rescuers/{rescuer_id}/deployments": _may(R),
    "PUT /api/rescuers/{rescuer_id}/pause": _may(R),
    "DELETE /api/rescuers/{rescuer_id}/pause": _may(R),
    "PUT /api/rescuers/{rescuer_id}/availability": _may(R),
    "POST /api/rescuers/{rescuer_id}/certificates": _may(R),
    "DELETE /api/rescuers/{rescuer_id}/certificates/{certificate}": _may(R),
    "POST /api/rescuers/{rescuer_id}/certificates/{certificate}/renew": _may(R),
    "POST /api/rescuers/{rescuer_id}/certificates/{certificate}/verify": _may(R),
    "GET /api/certificates/expiring": _may(R),
    "GET /api/certificates/kinds": _may(R),
    "PUT /api/certificates/kinds": _may(R),
    "GET /api/certificates/sources": _may(R),
    "PUT /api/certificates/sources": _may(R),
    "GET /api/organisations": _may(R),
    "POST /api/organisations": _may(R),
    "GET /api/teams": _may(R),
    "POST /api/teams": _may(R),
    "GET /api/courses": _may(R),
    "POST /api/courses": _may(R),
    "GET /api/courses/{course_id}": _may(R),
    "PATCH /api/courses/{course_id}": _may(R),
    "POST /api/courses/{course_id}/cancel": _may(R),
    "POST /api/courses/{course_id}/people": _may(R),
    "DELETE /api/courses/{course_id}/people/{rescuer_id}": _may(R),
    "POST /api/courses/{course_id}/results": _may(R),
    "POST /api/courses/{course_id}/certificates": _may(R),
    "DELETE /api/rescuers/{rescuer_id}/personal-data": _may(R, own=frozenset({V})),
    "POST /api/invitations": _may(R),
    "GET /api/consent": _OPEN,
    "POST /api/join": _OPEN,
    "POST /api/session": _OPEN,
    "POST /api/session/renew": _OPEN,
    "DELETE /api/session": _OPEN,
    "GET /api/session/provider": _OPEN,
    "GET /api/session/provider/start": _OPEN,
    "GET /api/session/provider/callback": _OPEN,
    "POST /api/session/provider/code": _OPEN,
    "GET /api/me": _may(V, D, R),
    "GET /api/me/totp": _may(D, R),
    "POST /api/me/totp": _may(D, R),
    "POST /api/me/totp/confirm": _may(D, R),
    "DELETE /api/accounts/{name}/totp": _may(),
    "POST /api/me/consent": _may(V),
    "DELETE /api/me/consent": _may(V),
    "POST /api/me/answers": _may(V),
    "GET /api/me/alerts": _may(V),
    "POST /api/me/test-alarm": _may(V),
    "GET /api/me/push": _may(V),
    "PUT /api/me/push": _may(V),
    "DELETE /api/me/push": _may(V),
    "PUT /api/me/addresses/{channel}": _may(V),
    "DELETE /api/me/addresses/{channel}": _may(V),
    "GET /api/public/aeds": _OPEN,
    "GET /api/public/aeds/export": _OPEN,
    "GET /api/public/walk": _OPEN,
    "POST /api/tokens": _may(R, S),
    "POST /api/tokens/renew": _may(V, D),
    "GET /api/clock": _may(V, D, R, S),
    "POST /api/clock/advance": _may(S),
    "POST /api/clock/speed": _may(S),
}

ISSUES: Mapping[Access, frozenset[Access]] = {
    A: frozenset(Access),
    R: frozenset({V}),
    S: frozenset({V}),
}
"""Which roles each role may issue tokens for."""

STREAMS: Mapping[str, Access] = {"/streams/volunteer": V, "/streams/dispatcher": D}
"""Whose stream it is; nobody else's token opens it, not even an administrator's. A plain request opens none."""

SENDS: Mapping[Access, frozenset[str]] = {
    V: frozenset(
        {"hello", "ack", "seen", "accept", "decline", "aed_collected", "at_door", "arrived", "done", "position", "duty"}
        | {"heartbeat", "no_sound", "test_alarm_seen", "ping"}
    ),
    D: frozenset({"hello", "ack", "heartbeat"}),
}
"""Frames that count when this role sends them on its stream; any other changes nothing."""

HEARS: Mapping[Access, frozenset[str]] = {
    V: frozenset({"welcome", "result", "heartbeat", "reconnect", "alert", "assignment", "alert_ended", "test_alarm"}),
    D: frozenset({"welcome", "result", "heartbeat", "reconnect", "incident_changed", "responder_position"}),
}
"""Frames that this role is sent."""
