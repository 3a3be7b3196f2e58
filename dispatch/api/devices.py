"""An AED's device and cabinet, for registry officers. The code of a locked cabinet is told to nobody else over HTTP."""

from datetime import datetime
from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from dispatch.access.tokens import Identity
from dispatch.api.access import Caller
from dispatch.api.part_versions import IfMatchPart, require, tag
from dispatch.contracts.cabinets import FieldView
from dispatch.contracts.devices import CabinetCode, CabinetCodeView, ChanceView, DeviceChange, DeviceView, Why
from dispatch.service import DispatchService
from registry.devices import device_store
from registry.devices.cabinet_rows import get_ids
from registry.devices.device import check_due_on
from registry.devices.evidence import get_chance
from registry.devices.provenance import get_origins, let_go
from registry.editing.cabinet_versions import Part
from registry.history.log import Author
from registry.storage.database import Database

log = structlog.get_logger(__name__)

MAX_NAME = 64
WhyQuery = Annotated[Why, Query()]


def build_router(service: DispatchService, database: Database) -> APIRouter:
    router = APIRouter(prefix="/api/aeds", tags=["registry"])
    _add_device(router, service, database)
    _add_code(router, service, database)
    return router


def author_of(service: DispatchService, caller: Identity, why: str) -> Author:
    return Author(by=caller.subject[:MAX_NAME], at=service.clock.now(), why=why.strip())


def _add_device(router: APIRouter, service: DispatchService, database: Database) -> None:
    @router.get("/{aed_id}/device")
    async def get_device(aed_id: str, response: Response) -> DeviceView:
        """The device, its pads and battery, the cabinet without the code that opens it, and how likely it is usable."""
        async with database.read() as connection:
            return await _view(connection, aed_id, service.clock.now(), response)

    @router.patch("/{aed_id}/device")
    async def change_device(
        aed_id: str, body: DeviceChange, caller: Caller, response: Response, if_match: IfMatchPart = None
    ) -> DeviceView:
        """Set what is known of them. 409 `cabinet_qr_taken` where another cabinet has the QR code."""
        changes = {name: getattr(body, name) for name in body.model_fields_set - {"why"}}
        async with database.write() as connection:
            await require(connection, aed_id, Part.DEVICE, if_match)
            await device_store.change_device(connection, aed_id, changes, author_of(service, caller, body.why))
            view = await _view(connection, aed_id, service.clock.now(), response)
        log.info("aed_device_changed", aed_id=view.aed_id, fields=sorted(changes), by=caller.subject)
        return view

    @router.delete("/{aed_id}/device/corrections/{field}")
    async def let_device_field_go(
        *,
        aed_id: str,
        field: str,
        caller: Caller,
        response: Response,
        why: WhyQuery = "",
        if_match: IfMatchPart = None,
    ) -> DeviceView:
        """Let the AED's list decide again what a person had set. 409 `not_corrected` where nobody has."""
        async with database.write() as connection:
            await require(connection, aed_id, Part.DEVICE, if_match)
            await let_go(connection, aed_id, field, author_of(service, caller, why))
            view = await _view(connection, aed_id, service.clock.now(), response)
        log.info("aed_device_field_let_go", aed_id=view.aed_id, field=field, by=caller.subject)
        return view


def _add_code(router: APIRouter, service: DispatchService, database: Database) -> None:
    @router.get("/{aed_id}/cabinet-code")
    async def get_cabinet_code(aed_id: str, caller: Caller, response: Response) -> CabinetCodeView:
        """The code that opens the cabinet. Who asked stands in the log. 404 `no_cabinet_code` where there is none."""
        async with database.read() as connection:
            code = await device_store.get_code(connection, database.personal_keys, aed_id)
            await tag(connection, aed_id, Part.CODE, response)
        log.info("cabinet_code_shown", aed_id=aed_id, by=caller.subject)
        return CabinetCodeView(code=code)

    @router.put("/{aed_id}/cabinet-code", status_code=204, response_class=Response)
    async def set_cabinet_code(
        aed_id: str, body: CabinetCode, caller: Caller, response: Response, if_match: IfMatchPart = None
    ) -> None:
        """Give the cabinet a code in place of an earlier one; its lock is `code` from now on."""
        async with database.write() as connection:
            await require(connection, aed_id, Part.CODE, if_match)
            author = author_of(service, caller, body.why)
            await device_store.set_code(connection, database.personal_keys, aed_id, body.code, author)
            await tag(connection, aed_id, Part.CODE, response)
        # What was there before must leave SQLite's log as well.
        await database.checkpoint()
        log.info("cabinet_code_set", aed_id=aed_id, by=caller.subject)

    @router.delete("/{aed_id}/cabinet-code", status_code=204, response_class=Response)
    async def remove_cabinet_code(
        aed_id: str, caller: Caller, why: WhyQuery = "", if_match: IfMatchPart = None
    ) -> None:
        """Forget the code; what is known of the lock stays."""
        async with database.write() as connection:
            await require(connection, aed_id, Part.CODE, if_match)
            await device_store.remove_code(connection, aed_id, author_of(service, caller, why))
        await database.checkpoint()
        log.info("cabinet_code_removed", aed_id=aed_id, by=caller.subject)


async def _view(connection: AsyncConnection, aed_id: str, at: datetime, response: Response) -> DeviceView:
    (lead, *_) = await get_ids(connection, aed_id)
    device = await device_store.get_device(connection, lead)
    await tag(connection, lead, Part.DEVICE, response)
    origins = await get_origins(connection, lead)
    return DeviceView(
        aed_id=lead,
        device=device,
        fields={name: FieldView(source=one.source, at=one.at, by=one.by) for name, one in origins.items()},
        has_cabinet_code=await device_store.has_code(connection, lead),
        check_due_on=check_due_on(device),
        usable_chance=ChanceView.model_validate(await get_chance(connection, lead, at=at), from_attributes=True),
    )
