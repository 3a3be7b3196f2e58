"""What somebody of the register has given: incidents they went to and hours of service, for officers."""

from typing import Annotated

from fastapi import APIRouter, Query

from dispatch.contracts import rescuers as wire
from dispatch.core.consequences import rescuer_recipient
from dispatch.event_codec import decode
from dispatch.people.deployments import EVENTS, Deployment, deployments_of, service_of
from dispatch.service import DispatchService
from registry.register.person_file import get_person
from registry.storage.database import Database
from registry.training.course_store import load_training_h

MOST_LISTED = 500
_TYPES = tuple(kind.__name__ for kind in EVENTS)


def build_router(service: DispatchService, database: Database) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["registry"])

    @router.get("/rescuers/{rescuer_id}/deployments")
    async def list_deployments(
        rescuer_id: str, limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 100
    ) -> wire.ServiceView:
        """Incidents that a person went to, hours of service and hours of training; nothing about patients."""
        async with database.read() as connection:
            await get_person(connection, database.personal_keys, rescuer_id)
            training_h = await load_training_h(connection, rescuer_id)
        alert_ids, rows = await service.reader.read_accepted(rescuer_recipient(rescuer_id), _TYPES)
        told = [(row.incident_id, decode(row.type, row.schema_version, row.body), row.at) for row in rows]
        deployments = deployments_of(alert_ids, told)
        given = service_of(deployments)
        return wire.ServiceView(
            incidents=given.incidents,
            arrived=given.arrived,
            service_h=round(given.service.total_seconds() / 3600, 2),
            training_h=round(training_h, 2),
            deployments=tuple(map(_view, deployments[:limit])),
        )

    return router


def _view(one: Deployment) -> wire.DeploymentView:
    return wire.DeploymentView(
        incident_id=one.incident_id,
        accepted_at=one.accepted_at,
        arrived_at=one.arrived_at,
        ended_at=one.ended_at,
        end=one.end.value,
        service_s=one.service_s,
    )
