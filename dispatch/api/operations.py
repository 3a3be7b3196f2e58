"""Health, metrics, tokens and the clock: what keeps the service running and reachable."""

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from dispatch.access.tokens import DESK_ROLES, Access, Identity
from dispatch.api.access import Shown
from dispatch.api.errors import Forbidden, IncidentsOpen
from dispatch.api.roles import ISSUES
from dispatch.contracts.api import ClockAdvance, ClockSpeed, ClockState, IssuedToken, TokenRequest
from dispatch.people.accounts import Standing
from dispatch.people.sessions import ACCOUNT_TOKEN_S
from dispatch.service import DispatchService
from dispatch.spool.spool import DatabaseState


class Ready(BaseModel):
    """status: `ready`; `degraded` while the database is away: calls and answers are taken all the same; `refusing`,
    with 503, while nothing can be made durable, neither in the database nor in the spool: `reason` says why.

    database: `here`, `away`, or `landing` while the journal is given what was spooled, which counts in `spooled`.
    set_aside: spooled appends that the journal would not take; a person must look at them.
    damaged_bytes: what cannot be read of the spool, and lies beside it for a person too.
    """

    status: Literal["ready", "degraded", "refusing"]
    reason: str = ""
    database: DatabaseState
    spooled: int
    set_aside: int
    damaged_bytes: int
    nodes: int
    aeds: int
    rescuers: int
    open_incidents: int
    streams: int


_REFUSING: dict[int | str, dict[str, Any]] = {503: {"model": Ready, "description": "Every call is refused."}}


def build_router(service: DispatchService) -> APIRouter:
    router = APIRouter(tags=["operations"])
    _add_health(router, service)
    _add_tokens(router, service)
    _add_clock(router, service)
    return router


def _add_health(router: APIRouter, service: DispatchService) -> None:
    @router.get("/readyz", responses=_REFUSING)
    async def readyz(response: Response) -> Ready:
        """200 once calls are taken: tables migrated, live picture and network loaded, kernels compiled.

        It stays 200 when the database goes away later, since calls, alerts and answers go on without it; 503 where the
        spool takes nothing either, since then calls are refused.
        """
        network = service.renderer.alerts.ways.scout.network
        refusal = service.journal.refusal
        if refusal:
            response.status_code = 503
        return Ready(
            status="refusing" if refusal else "ready" if service.journal.is_settled else "degraded",
            reason=refusal,
            database=service.journal.state,
            spooled=service.journal.waiting,
            set_aside=service.journal.set_aside_count,
            damaged_bytes=service.journal.damaged_bytes,
            nodes=network.node_count if network else 0,
            aeds=service.directory.aed_count,
            rescuers=service.directory.rescuer_count,
            open_incidents=service.engine.live.open_count,
            streams=service.hub.connected,
        )

    @router.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> PlainTextResponse:
        """Prometheus' text format."""
        return PlainTextResponse(service.metrics.render(), media_type="text/plain; version=0.0.4")


def _add_tokens(router: APIRouter, service: DispatchService) -> None:
    def issue(identity: Identity, ttl_s: float, not_after: datetime | None = None) -> IssuedToken:
        token, expires_at = service.tokens.issue(identity, ttl_s=ttl_s, not_after=not_after)
        return IssuedToken(subject=identity.subject, token=token, expires_at=expires_at)

    async def ttl_of_desk(name: str) -> float:
        # A longer one would be shown in the name of an account for longer than any session of its own.
        standing = await service.people.accounts.find_standing(name)
        return default_ttl_s if standing is Standing.NO_ACCOUNT else ACCOUNT_TOKEN_S

    default_ttl_s: float = TokenRequest.model_fields["ttl_s"].default

    @router.post("/api/tokens")
    async def issue_tokens(body: TokenRequest, shown: Shown) -> list[IssuedToken]:
        """Short-lived tokens, one for each subject. A volunteer's subject is a rescuer_id of the registry. None lasts
        longer than the token it is asked for with, or counts once the account that issued it is disabled."""
        identity, wanted = shown.identity, Access(body.role)
        if wanted not in ISSUES.get(identity.access, ()):
            raise Forbidden(f"the role {identity.access} may not issue tokens for {wanted}")
        if wanted is Access.VOLUNTEER:
            for rescuer_id in body.subjects:
                service.directory.get_rescuer(rescuer_id)
        # The first of a chain answers for all of it.
        by = identity.issued_by or (identity.subject if identity.access in DESK_ROLES else "")
        return [
            issue(Identity(subject=subject, access=wanted, issued_by=by), body.ttl_s, shown.expires_at)
            for subject in body.subjects
        ]

    @router.post("/api/tokens/renew")
    async def renew_token(shown: Shown) -> IssuedToken:
        """A fresh token in place of one that is still valid; it lasts no longer than that one was issued for."""
        identity = shown.identity
        if identity.access is not Access.VOLUNTEER:
            return issue(identity, min(shown.ttl_s, await ttl_of_desk(identity.subject)))
        if service.directory.get_rescuer(identity.subject).erased_at:
            raise Forbidden("this person's data has been erased")
        return issue(identity, min(shown.ttl_s, default_ttl_s))


def _add_clock(router: APIRouter, service: DispatchService) -> None:
    def state() -> ClockState:
        clock = service.clock
        return ClockState(now=clock.now(), speed=clock.speed, simulated=clock.simulated)

    @router.get("/api/clock")
    async def get_clock() -> ClockState:
        return state()

    @router.post("/api/clock/advance")
    async def advance_clock(body: ClockAdvance) -> ClockState:
        """Skip idle time of a replay; refused on a real clock and while an incident is open."""
        if service.engine.live.open_count:
            raise IncidentsOpen(IncidentsOpen.__doc__)
        service.clock.advance(body.to)
        return state()

    @router.post("/api/clock/speed")
    async def set_clock_speed(body: ClockSpeed) -> ClockState:
        """Run a replay slower or faster from now on; refused on a real clock."""
        service.clock.run_at(body.speed)
        return state()
