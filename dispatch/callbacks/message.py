"""The body of a callback: the incident as it stands after the change, in ids and numbers."""

from datetime import datetime, timedelta
from typing import Any

from dispatch.contracts.callback import CALLBACK_MESSAGE
from dispatch.core.callbacks import ABOUT_ONE_RESPONDER, Callback, CallbackKind
from dispatch.core.events import Role
from dispatch.core.incident import Alert, AlertStatus, Incident


def message_type(kind: CallbackKind) -> str:
    return f"incident.{kind}"


def render(callback: Callback, incident: Incident, *, seq: int, at: datetime) -> str:
    """The JSON text that is signed and sent, each time the same. `incident`: as it stands after the change at `at`."""
    body = {
        "type": message_type(callback.kind),
        "timestamp": at,
        "data": {
            "cad_ref": incident.cad_ref,
            "incident_id": incident.incident_id,
            "seq": seq,
            "status": incident.status,
            "counts": _counts(incident),
            **_particulars(callback, incident, at),
        },
    }
    return CALLBACK_MESSAGE.dump_json(CALLBACK_MESSAGE.validate_python(body)).decode()


def _counts(incident: Incident) -> dict[str, int]:
    alerts = incident.alerts.values()
    there = [alert for alert in alerts if alert.status is AlertStatus.ARRIVED]
    return {
        "ringing": sum(alert.status is AlertStatus.RINGING for alert in alerts),
        "on_the_way": sum(alert.status is AlertStatus.ACCEPTED for alert in alerts),
        "on_scene": len(there),
        "aeds_on_scene": sum(alert.carries_aed for alert in there),
    }


def _particulars(callback: Callback, incident: Incident, at: datetime) -> dict[str, Any]:
    alerts = [incident.alerts[alert_id] for alert_id in callback.alert_ids]
    if callback.kind in ABOUT_ONE_RESPONDER:
        return _responder(callback.kind, alerts[0], at)
    if callback.kind is CallbackKind.ALERTED:
        return {
            "wave": alerts[0].wave,
            "direct": sum(alert.role is Role.DIRECT for alert in alerts),
            "fetch_aed": sum(alert.role is Role.FETCH_AED for alert in alerts),
            "nearest_walk_time_s": min(alert.walk_time_s for alert in alerts),
        }
    if callback.kind is CallbackKind.STOOD_DOWN:
        rang = sum(alert.status is AlertStatus.WITHDRAWN for alert in alerts)
        return {
            "reason": callback.reason,
            "ringing_called_off": rang,
            "responders_called_off": len(alerts) - rang,
        }
    return {"reason": callback.reason} if callback.reason else {}


def _responder(kind: CallbackKind, alert: Alert, at: datetime) -> dict[str, Any]:
    left_s = alert.walk_time_s
    if kind is CallbackKind.AED_COLLECTED:
        left_s -= alert.to_aed_s or 0.0
    walks = kind not in {CallbackKind.ARRIVED, CallbackKind.HANDED_BACK}
    return {
        "alert_id": alert.alert_id,
        "role": alert.role.value,
        "walk_time_s": alert.walk_time_s,
        "straight_line": alert.straight_line,
        "eta_at": at + timedelta(seconds=left_s) if walks else None,
        "aed_id": alert.aed_id,
        "carries_aed": alert.carries_aed,
    }
