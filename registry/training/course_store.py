"""Courses as the database holds them: one with everybody in it, and pages of many."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.models import BY_HAND
from registry.people_tables import course_people, course_staff, courses, organisations
from registry.storage.postgres import lock_registry
from registry.tables import certificates, rescuer_personal
from registry.training.course import Attendee, BadCourse, Course, CourseState, Teacher, UnknownCourse


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseLine:
    """A course in a list, with how many are enrolled, came, passed, and were issued a certificate."""

    course_id: str
    title: str
    certificate_kind: str
    place: str
    starts_at: datetime
    ends_at: datetime
    organisation: str
    capacity: int
    state: CourseState
    enrolled: int
    attended: int
    passed: int
    issued: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseSearch:
    """None asks nothing. rescuer_id: who is enrolled. since, before: when it starts; `since` counts."""

    state: CourseState | None = None
    rescuer_id: str | None = None
    since: datetime | None = None
    before: datetime | None = None


async def get_course(connection: AsyncConnection, course_id: str) -> Course:
    """Raises: UnknownCourse."""
    query = select(courses, organisations.c.name.label("organisation")).outerjoin(organisations)
    row = (await connection.execute(query.where(courses.c.course_id == course_id))).one_or_none()
    if row is None:
        raise UnknownCourse(f"no course {course_id!r}")
    return Course(
        **{column.name: row._mapping[column.name] for column in courses.columns if column.name != "state"},
        state=CourseState(row.state),
        organisation=row.organisation or "",
        staff=await _staff(connection, course_id),
        people=tuple(_attendee(one) for one in await connection.execute(_people(course_id))),
    )


async def hold_course(connection: AsyncConnection, course_id: str, expected: str | None = None) -> Course:
    """A course that is about to be changed: nobody else changes it, or erases anybody, until the transaction ends.

    expected: the digest that whoever changes it has seen.

    Raises:
        UnknownCourse, CourseChanged
    """
    await lock_registry(connection)
    course = await get_course(connection, course_id)
    course.require(expected)
    return course


async def list_courses(
    connection: AsyncConnection, search: CourseSearch, *, after: str | None = None, limit: int
) -> list[CourseLine]:
    """The latest first. after: the id of the course behind which the page begins.

    Raises:
        BadCourse: `after` is none
    """
    query = _lines(search)
    if after is not None:
        last = (await connection.execute(select(courses.c.starts_at).where(courses.c.course_id == after))).scalar()
        if last is None:
            raise BadCourse("after: give the id of the last course of the page before")
        same = and_(courses.c.starts_at == last, courses.c.course_id > after)
        query = query.where(or_(courses.c.starts_at < last, same))
    query = query.order_by(courses.c.starts_at.desc(), courses.c.course_id).limit(limit)
    return [
        CourseLine(**{**row._mapping, "state": CourseState(row.state), "organisation": row.organisation or ""})
        for row in await connection.execute(query)
    ]


async def load_training_h(connection: AsyncConnection, rescuer_id: str) -> float:
    """Hours of training that a person attended; those of courses that were cancelled are none."""
    query = select(func.coalesce(func.sum(course_people.c.attended_h), 0.0)).join_from(course_people, courses)
    mine = (course_people.c.rescuer_id == rescuer_id, courses.c.state != CourseState.CANCELLED.value)
    return float((await connection.execute(query.where(*mine))).scalar_one())


def _lines(search: CourseSearch) -> Select[Any]:
    names = ("course_id", "title", "certificate_kind", "place", "starts_at", "ends_at", "capacity", "state")
    person = course_people.c
    counted = {"enrolled": person.course_id.is_not(None), "attended": person.attended, "passed": person.passed}
    query = (
        select(
            *(courses.c[name] for name in names),
            organisations.c.name.label("organisation"),
            *(
                func.count(case((condition, 1))).label(name)
                for name, condition in (counted | {"issued": person.issued_at.is_not(None)}).items()
            ),
        )
        .select_from(courses)
        .outerjoin(organisations)
        .outerjoin(course_people, person.course_id == courses.c.course_id)
        .group_by(courses.c.course_id, organisations.c.name)
    )
    if search.state is not None:
        query = query.where(courses.c.state == search.state.value)
    if search.since is not None:
        query = query.where(courses.c.starts_at >= search.since)
    if search.before is not None:
        query = query.where(courses.c.starts_at < search.before)
    if search.rescuer_id is not None:
        theirs = select(person.course_id).where(person.rescuer_id == search.rescuer_id)
        query = query.where(courses.c.course_id.in_(theirs))
    return query


async def _staff(connection: AsyncConnection, course_id: str) -> Mapping[int, Teacher]:
    query = (
        select(course_staff, rescuer_personal.c.name.label("registered"))
        .outerjoin(rescuer_personal, rescuer_personal.c.rescuer_id == course_staff.c.rescuer_id)
        .where(course_staff.c.course_id == course_id)
        .order_by(course_staff.c.staff)
    )
    return {
        row.staff: Teacher(rescuer_id=row.rescuer_id, name=row.name or row.registered or "")
        for row in await connection.execute(query)
    }


def _people(course_id: str) -> Select[Any]:
    # The number of one that was struck out may be given again: what was issued is recognised by what it says.
    paper, person = certificates.c, course_people.c
    issued = and_(
        *(paper.rescuer_id == person.rescuer_id, paper.ordinal == person.certificate, paper.source == BY_HAND),
        *(paper.kind == courses.c.certificate_kind, paper.valid_from == person.examined_on),
    )
    return (
        select(course_people, rescuer_personal.c.name, paper.ordinal)
        .join(courses, courses.c.course_id == person.course_id)
        .outerjoin(rescuer_personal, rescuer_personal.c.rescuer_id == person.rescuer_id)
        .outerjoin(certificates, issued)
        .where(person.course_id == course_id)
        .order_by(person.rescuer_id)
    )


def _attendee(row: Row[Any]) -> Attendee:
    return Attendee(
        rescuer_id=row.rescuer_id,
        name=row.name or "",
        enrolled_at=row.enrolled_at,
        attended=row.attended,
        attended_h=row.attended_h,
        passed=row.passed,
        examined_on=row.examined_on,
        examiner=row.examiner,
        serial=row.serial,
        issued_at=row.issued_at,
        certificate=row.certificate,
        stands=row.ordinal is not None,
    )
