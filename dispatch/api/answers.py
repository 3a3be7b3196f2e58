"""What a volunteer says about an alert, over HTTP: for a phone whose stream is away or silent when it must answer."""

from fastapi import APIRouter

from dispatch.api.access import Caller
from dispatch.api.description import may_refuse
from dispatch.api.frame_desk import VolunteerDesk
from dispatch.contracts import people as wire
from dispatch.contracts.stream import AlertAnswer, Assignment
from dispatch.core.consequences import rescuer_recipient
from dispatch.people.refusals import RescuerErased
from dispatch.service import DispatchService
from dispatch.spool.file import SpoolError
from registry.storage.watched_database import DatabaseAway

NEWEST_FRAMES = 64
"""An assignment stands among so many of its volunteer's newest frames, or it is of another day."""


def build_router(service: DispatchService) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["people"])

    @router.post("/me/answers", responses=may_refuse(404, 409, 503))
    async def answer(body: AlertAnswer, caller: Caller) -> wire.AnswerTaken:
        """Say on an alert what the stream's frame of the same form says; by the same rules, and the same twice counts
        once. After an acceptance the answer brings the assignment, which the stream will bring as well."""
        if service.directory.get_rescuer(caller.subject).erased_at is not None:
            raise RescuerErased(RescuerErased.__doc__)
        await service.limits.wait_to_answer(caller.subject)
        try:
            await VolunteerDesk(service, caller.subject).take(body)
        except SpoolError as error:
            raise DatabaseAway("not taken: say it again in a moment") from error
        return wire.AnswerTaken(assignment=await _find_assignment(service, caller.subject, body.alert_id))

    return router


async def _find_assignment(service: DispatchService, rescuer_id: str, alert_id: str) -> Assignment | None:
    """As it is now: none before acceptance, and none once the alert is over."""
    recipient = rescuer_recipient(rescuer_id)
    try:
        after = max(0, await service.reader.last_seq(recipient) - NEWEST_FRAMES)
        rows = await service.reader.read_inbox(recipient, after=after, limit=NEWEST_FRAMES)
    except DatabaseAway:
        # The answer has been taken; what it brings must not make a failure of it.
        return None
    newest = next((row for row in reversed(rows) if row.kind == "assignment" and row.alert_id == alert_id), None)
    if newest is None:
        return None
    found = Assignment.model_validate_json(await service.renderer.render(newest))
    return found if found.patient is not None else None
