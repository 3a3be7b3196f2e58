"""Authenticator apps of desks' accounts: everybody adds their own, an administrator takes off somebody else's."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Path, Query, Request, Response

from dispatch.api.access import Caller, host_of
from dispatch.api.description import may_refuse
from dispatch.contracts import people as wire
from dispatch.incidents.intake import storable
from dispatch.people.refusals import OwnTotp
from dispatch.people.totp import qr_svg
from dispatch.service import DispatchService

log = structlog.get_logger(__name__)

Name = Annotated[str, Path(min_length=1, max_length=64)]
Why = Annotated[str, Query(max_length=500)]


def build_router(service: DispatchService) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["people"])
    factors = service.people.factors

    @router.get("/me/totp", responses=may_refuse(404))
    async def get_totp(caller: Caller) -> wire.TotpView:
        """Whether one's own account has an authenticator app."""
        found = await factors.find(caller.subject)
        return wire.TotpView(
            confirmed_at=found.confirmed_at,
            recovery_codes_left=found.recovery_codes_left,
            required=found.required,
        )

    @router.post("/me/totp", responses=may_refuse(404, 409))
    async def begin_totp(caller: Caller) -> wire.TotpBegun:
        """A secret to add to an authenticator app. It counts once a code of it has been confirmed."""
        begun = await factors.begin(caller.subject)
        return wire.TotpBegun(secret=begun.secret, uri=begun.uri, qr_svg=qr_svg(begun.uri))

    @router.post("/me/totp/confirm", responses=may_refuse(404, 409, 429))
    async def confirm_totp(body: wire.TotpCode, caller: Caller, request: Request) -> wire.RecoveryCodes:
        """Show that the app has the secret: from now on every sign-in asks for its code. Keep the recovery codes."""
        service.limits.signs_in(caller.subject, host_of(request))
        codes = await factors.confirm(caller.subject, body.code, by=caller.subject)
        service.limits.signed_in(caller.subject, host_of(request))
        log.info("totp_added", account=caller.subject)
        return wire.RecoveryCodes(codes=tuple(codes))

    @router.delete("/accounts/{name}/totp", status_code=204, response_class=Response, responses=may_refuse(404, 409))
    async def reset_totp(name: Name, caller: Caller, why: Why = "") -> None:
        """Take the app off an account that has lost it, and end its sessions. Not off one's own, since whoever came by
        a token could do that."""
        if name in caller.answerable:
            raise OwnTotp(OwnTotp.__doc__)
        await factors.reset(storable(name), by=caller.subject, why=storable(why))
        log.warning("totp_reset", account=name, by=caller.subject)

    return router
