"""Erasing what an incident holds of a person, because that person asks for it."""

import structlog
from fastapi import APIRouter, Response

from dispatch.api.access import Caller
from dispatch.service import DispatchService

log = structlog.get_logger(__name__)


def build_router(service: DispatchService) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["incidents"])

    @router.delete("/incidents/{incident_id}/personal-data", status_code=204, response_class=Response)
    async def erase_incident(incident_id: str, caller: Caller) -> None:
        """Erase a closed incident's place, address, notes, phone and messages for good; its timeline stays."""
        await service.retention.erase_incident(incident_id, service.clock.now())
        service.engine.live.forget(incident_id)
        log.info("personal_data_erased", incident_id=incident_id, by=caller.subject)

    return router
