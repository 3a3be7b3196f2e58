"""Courses for officers: planned and found, people enrolled, attendance and exams, certificates issued, cancelled."""

from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from dispatch.access.tokens import Identity
from dispatch.api.access import Caller
from dispatch.api.course_views import line_of, view_of
from dispatch.api.description import may_refuse
from dispatch.api.rescuers import Desk, IfMatch, Limit, seen
from dispatch.contracts import courses as wire
from dispatch.contracts.rescuers import Reason
from dispatch.service import DispatchService
from registry.storage.database import Database
from registry.training.attending import enrol, withdraw, write_results
from registry.training.course import Course, CourseState
from registry.training.course_store import CourseSearch, get_course, list_courses
from registry.training.entries import Entry
from registry.training.issuing import issue_certificates
from registry.training.planning import add_course, cancel_course, change_course, checked_course

log = structlog.get_logger(__name__)


def build_router(service: DispatchService, database: Database) -> APIRouter:
    router = APIRouter(prefix="/api/courses", tags=["registry"])
    desk = Desk(service, database)
    _add_looking(router, desk)
    _add_planning(router, desk)
    _add_people(router, desk)
    _add_issuing(router, desk)
    return router


def _add_looking(router: APIRouter, desk: Desk) -> None:
    @router.get("")
    async def list_all_courses(
        *,
        state: CourseState | None = None,
        rescuer_id: Annotated[str | None, Query(max_length=64, description="Who is enrolled.")] = None,
        since: Annotated[AwareDatetime | None, Query(description="It starts then or later.")] = None,
        before: Annotated[AwareDatetime | None, Query(description="It starts earlier.")] = None,
        after: Annotated[str | None, Query(max_length=64)] = None,
        limit: Limit = 100,
    ) -> wire.CoursePage:
        """The latest first; all that is asked must be true of them."""
        search = CourseSearch(state=state, rescuer_id=rescuer_id, since=since, before=before)
        async with desk.database.read() as connection:
            found = await list_courses(connection, search, after=after, limit=limit + 1)
        shown = found[:limit]
        return wire.CoursePage(
            courses=tuple(map(line_of, shown)), next=shown[-1].course_id if len(found) > limit else None
        )

    @router.get("/{course_id}")
    async def get_a_course(course_id: str, response: Response) -> wire.CourseView:
        """A course and everybody in it."""
        async with desk.database.read() as connection:
            return _shown(await get_course(connection, course_id), response)


def _add_planning(router: APIRouter, desk: Desk) -> None:
    @router.post("", status_code=201)
    async def add_a_course(body: wire.NewCourse, caller: Caller, response: Response) -> wire.CourseView:
        """Plan a course."""
        author, fields = desk.author(caller, body.why), checked_course(body.model_dump(exclude={"why"}))
        async with desk.database.write() as connection:
            course = await add_course(connection, fields, author)
        return _changed(course, caller, "added", response)

    @router.patch("/{course_id}", responses=may_refuse(412))
    async def change_a_course(
        course_id: str, body: wire.CourseChange, caller: Caller, response: Response, if_match: IfMatch = None
    ) -> wire.CourseView:
        """Set what is right of a course. Its kind of certificate stays as it is while one that was issued stands."""
        author = desk.author(caller, body.why)
        fields = checked_course(body.model_dump(exclude={"why"}, exclude_unset=True))
        async with desk.database.write() as connection:
            course = await change_course(connection, course_id, fields, author, expected=seen(if_match))
        return _changed(course, caller, "corrected", response)

    @router.post("/{course_id}/cancel", responses=may_refuse(412))
    async def cancel_a_course(
        course_id: str, body: Reason, caller: Caller, response: Response, if_match: IfMatch = None
    ) -> wire.CourseView:
        """Cancel a course. 409 `certificates_stand` while one that was issued on it stands: none is taken back."""
        author = desk.author(caller, body.why)
        async with desk.database.write() as connection:
            course = await cancel_course(connection, course_id, author, expected=seen(if_match))
        return _changed(course, caller, "cancelled", response)


def _add_people(router: APIRouter, desk: Desk) -> None:
    @router.post("/{course_id}/people", responses=may_refuse(412))
    async def enrol_people(
        course_id: str, body: wire.CourseEnrolment, caller: Caller, response: Response, if_match: IfMatch = None
    ) -> wire.CourseView:
        """Enrol registered people, all of them or nobody."""
        author = desk.author(caller, body.why)
        async with desk.database.write() as connection:
            course = await enrol(connection, course_id, body.rescuer_ids, author, expected=seen(if_match))
        return _changed(course, caller, "people enrolled", response)

    @router.delete("/{course_id}/people/{rescuer_id}", responses=may_refuse(412))
    async def withdraw_person(
        *,
        course_id: str,
        rescuer_id: str,
        caller: Caller,
        response: Response,
        why: Annotated[str, Query(max_length=500)] = "",
        if_match: IfMatch = None,
    ) -> wire.CourseView:
        """Take a person off a course, with what was written down of them there."""
        author = desk.author(caller, why)
        async with desk.database.write() as connection:
            course = await withdraw(connection, course_id, rescuer_id, author, expected=seen(if_match))
        return _changed(course, caller, "person withdrawn", response)

    @router.post("/{course_id}/results", responses=may_refuse(412))
    async def write_course_results(
        course_id: str, body: wire.CourseResults, caller: Caller, response: Response, if_match: IfMatch = None
    ) -> wire.CourseView:
        """Write down who came and who passed, of all of them or, where one cannot be right, of nobody.

        422 `entries_refused` has `rows`: each that is wrong, by its place from 1, and why.
        """
        author, zone = desk.author(caller, body.why), desk.service.directory.limits.time_zone
        async with desk.database.write() as connection:
            course = await write_results(
                connection, course_id, tuple(map(_entry, body.results)), author, zone=zone, expected=seen(if_match)
            )
        return _changed(course, caller, "results written", response)


def _add_issuing(router: APIRouter, desk: Desk) -> None:
    @router.post("/{course_id}/certificates", responses=may_refuse(412))
    async def issue_course_certificates(
        course_id: str, body: wire.IssueRequest, caller: Caller, response: Response, if_match: IfMatch = None
    ) -> wire.CertificatesIssued:
        """Issue a certificate to everybody who passed and has none of this course yet; twice gives one.

        Each counts by the rules for what an officer enters: once it is verified, or at once where it was seen.
        """
        author = desk.author(caller, body.why)
        async with desk.database.write() as connection:
            course, issued = await issue_certificates(
                connection,
                desk.keys,
                course_id,
                author,
                is_seen=body.seen,
                only=body.rescuer_ids,
                expected=seen(if_match),
            )
        await desk.service.follower.take((), [one.rescuer_id for one in issued])
        told = tuple(wire.IssuedCertificate.model_validate(one, from_attributes=True) for one in issued)
        return wire.CertificatesIssued(issued=told, course=_changed(course, caller, "certificates issued", response))


def _changed(course: Course, caller: Identity, what: str, response: Response) -> wire.CourseView:
    """The course after a change that is written."""
    log.info("course_changed", what=what, course_id=course.course_id, by=caller.subject)
    return _shown(course, response)


def _shown(course: Course, response: Response) -> wire.CourseView:
    response.headers["etag"] = f'"{course.digest()}"'
    response.headers["cache-control"] = "no-store"
    return view_of(course)


def _entry(result: wire.CourseResult) -> Entry:
    told: dict[str, Any] = result.model_dump(exclude={"number"})
    return Entry(**told, serial=result.number)
