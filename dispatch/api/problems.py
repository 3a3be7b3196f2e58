"""Problems with AEDs: anybody reports one in three taps, the desk sees them, a registry officer settles them."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Request

from dispatch.api.access import Caller, host_of
from dispatch.api.description import may_refuse
from dispatch.contracts.people import ProblemRequest, ProblemResolution, ProblemTaken, ProblemView
from dispatch.service import DispatchService

log = structlog.get_logger(__name__)

MAX_LIST = 500


def build_router(service: DispatchService) -> APIRouter:
    router = APIRouter(prefix="/api/aeds", tags=["registry"])
    problems = service.people.problems

    @router.get("/problems")
    async def list_problems(
        *,
        open_only: Annotated[bool, Query(alias="open", description="Only those that nobody has settled.")] = False,
        limit: Annotated[int, Query(ge=1, le=MAX_LIST)] = 200,
    ) -> list[ProblemView]:
        """What was reported of AEDs, the newest first."""
        found = await problems.list_all(open_only=open_only, limit=limit)
        return [ProblemView.model_validate(one, from_attributes=True) for one in found]

    @router.post("/problems/{problem_id}/resolve")
    async def resolve_problem(problem_id: str, body: ProblemResolution, caller: Caller) -> ProblemView:
        """Settle a report; what was found is corrected at the AED itself."""
        resolved = await problems.resolve(problem_id, body.note)
        log.info("aed_problem_resolved", problem_id=problem_id, aed_id=resolved.aed_id, by=caller.subject)
        return ProblemView.model_validate(resolved, from_attributes=True)

    @router.post("/{aed_id}/problems", status_code=202, responses=may_refuse(400, 404, 429, 503))
    async def report_problem(aed_id: str, body: ProblemRequest, request: Request) -> ProblemTaken:
        """Report a problem with an AED. Who does is not kept; the AED stays as it is until somebody has looked."""
        service.limits.take("problem", host_of(request))
        problem_id = await problems.report(aed_id, body.kind, body.note.strip())
        log.info("aed_problem_reported", problem_id=problem_id, aed_id=aed_id, kind=body.kind)
        return ProblemTaken(problem_id=problem_id)

    return router
