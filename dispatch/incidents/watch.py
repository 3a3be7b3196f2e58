"""What the engine's work leaves for those who run the service: figures, and one log line for each step of an incident.

The lines carry ids, codes and times. Events hold no personal data, and of ids the rescuer's own and 120's reference
are left out: an alert's id leads to both where somebody may know them.
"""

import asyncio
import re
from contextlib import AbstractContextManager
from typing import Any

import structlog

from dispatch.core import events as ev
from dispatch.event_codec import encode, event_type
from dispatch.operations.metrics import Metrics
from dispatch.records import Appended

log = structlog.get_logger("dispatch.incident")

UNSAID = frozenset({"incident_id", "cad_ref", "rescuer_id"})
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


class Watch:
    """Counts and tells; it changes nothing and never fails the work it watches."""

    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics

    def matching(self) -> AbstractContextManager[object]:
        """Around one search for candidates."""
        return self.metrics.matching_s.time()

    def appending(self) -> AbstractContextManager[object]:
        """Around one append, whether it succeeds or not."""
        return self.metrics.append_s.time()

    def appended(self, appended: Appended) -> None:
        """These events are durable, and everybody's mailbox has them."""
        # Behind the mailboxes in the loop's queue: the phones are written to first, then the figures and the log.
        asyncio.get_running_loop().call_soon(self._tell, appended)

    def _tell(self, appended: Appended) -> None:
        self.metrics.count_events(appended.events)
        _log(appended)


def _log(appended: Appended) -> None:
    incident_id = appended.after.incident_id
    sent = [event.alert_id for event in appended.events if isinstance(event, ev.RescuerAlerted)]
    for event in appended.events:
        if not isinstance(event, ev.RescuerAlerted):
            log.info(_name(event), incident_id=incident_id, **_said(event))
    if sent:
        log.info("alerts_sent", incident_id=incident_id, alert_ids=sent, wave=appended.after.wave)


def _name(event: ev.Event) -> str:
    return _WORD.sub("_", event_type(event)).lower()


def _said(event: ev.Event) -> dict[str, Any]:
    return {name: value for name, value in encode(event).items() if name not in UNSAID}
