"""All doors for those who keep the registry: AEDs, people, what changed, what runs out, and what is given out."""

from fastapi import APIRouter

from dispatch.api import (
    aeds,
    cabinets,
    certificates,
    confirm_page,
    courses,
    deployments,
    devices,
    expiring,
    groups,
    history,
    inspections,
    keepers,
    photos,
    places,
    public_export,
    rescuers,
)
from dispatch.api.access import caller_of
from dispatch.service import DispatchService
from registry.exporters.routes import build_router as build_export_router
from registry.exporters.serving import Exports
from registry.routes import build_router as build_registry_router
from registry.storage.database import Database

_PARTS = (
    *(cabinets, aeds, history, devices, keepers, inspections, photos, expiring, confirm_page),
    *(rescuers, certificates, groups, deployments, places, courses),
)


def build_officer_routers(service: DispatchService, database: Database) -> tuple[APIRouter, ...]:
    """In this order: the registry's own `/api/aeds/{aed_id}` would take `doubles` and the like for an AED."""
    exports = Exports(database)
    return (
        *(part.build_router(service, database) for part in _PARTS),
        build_export_router(exports),
        public_export.build_router(service.limits, exports),
        build_registry_router(service.directory, database, service.clock, caller_of=caller_of),
    )
