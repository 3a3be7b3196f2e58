"""A course is entered, corrected and cancelled."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.history.log import Author, Change, record
from registry.people_tables import courses, organisations
from registry.register.changing import UnknownGroup
from registry.register.typed import LONGEST_NAME, LONGEST_NOTE, checked_text
from registry.storage.postgres import lock_registry
from registry.training.course import BadCourse, Course, CourseFull, CourseRefused, CourseState, values_told
from registry.training.course_store import get_course, hold_course
from registry.training.teachers import put_trainer, told_of

MOST_PEOPLE = 200
"""In one course: all that is said of them is written in one transaction, for which calls wait."""
LONGEST_VALID_MONTHS = 600

_LONGEST_ID = _LONGEST_KIND = 64
_TEXTS = {
    "title": (LONGEST_NAME, 1),
    "certificate_kind": (_LONGEST_KIND, 0),
    "place_id": (_LONGEST_ID, 0),
    "place": (LONGEST_NOTE, 0),
    "trainer": (LONGEST_NAME, 0),
}
_BLANK: dict[str, Any] = {
    "certificate_kind": "",
    "valid_months": None,
    "place_id": None,
    "place": "",
    "organisation_id": None,
    "trainer": "",
}
_FIELDS = ("title", "starts_at", "ends_at", "capacity", *_BLANK)


def checked_course(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What an officer says of a course, by field of `Course`, ready to be stored; trainer: a person's id, or a name.

    Raises:
        IdentityCardTyped, BadPersonField
        BadCourse: a time has no zone, or a number is out of its bounds
    """
    found = dict(fields)
    for name, (most, least) in _TEXTS.items():
        if name in found:
            found[name] = checked_text(name, found[name] or "", most=most, least=least)
    if "place_id" in found:
        found["place_id"] = found["place_id"] or None
    if found.get("certificate_kind") == "":
        found.setdefault("valid_months", None)
    for name in found.keys() & {"starts_at", "ends_at"}:
        found[name] = _instant(name, found[name])
    if not 1 <= found.get("capacity", 1) <= MOST_PEOPLE:
        raise BadCourse(f"capacity is 1 to {MOST_PEOPLE}: enter a larger course as several")
    if found.get("valid_months") is not None and not 1 <= found["valid_months"] <= LONGEST_VALID_MONTHS:
        raise BadCourse(f"valid_months is 1 to {LONGEST_VALID_MONTHS}")
    return found


async def add_course(connection: AsyncConnection, fields: Mapping[str, Any], author: Author) -> Course:
    """Enter a course; `fields` as `checked_course` gives them.

    Raises:
        BadCourse, UnknownGroup
    """
    await lock_registry(connection)
    course_id = f"c-{uuid4().hex[:12]}"
    values = {**_BLANK, **fields}
    _require_sound(values)
    await _require_organisation(connection, values["organisation_id"])
    stored = {name: values[name] for name in _FIELDS if name != "trainer"}
    await connection.execute(insert(courses).values(course_id=course_id, state=CourseState.PLANNED.value, **stored))
    await put_trainer(connection, course_id, values["trainer"])
    after = values_told({name: value for name, value in values.items() if value not in (None, "")})
    await record(connection, of_course(course_id, "added", None, after), author)
    return await get_course(connection, course_id)


async def change_course(
    connection: AsyncConnection,
    course_id: str,
    fields: Mapping[str, Any],
    author: Author,
    *,
    expected: str | None = None,
) -> Course:
    """Set what is right of a course; `fields` as `checked_course` gives them. What changes nothing is not recorded.

    Raises:
        UnknownCourse, CourseChanged, CourseRefused, CourseFull, CertificatesStand, BadCourse, UnknownGroup
    """
    course = await hold_course(connection, course_id, expected)
    held = {name: told_of(course.trainer) if name == "trainer" else getattr(course, name) for name in _FIELDS}
    changed = {name: value for name, value in fields.items() if held[name] != value}
    if not changed:
        return course
    # Whoever teaches may be taken out of any course, also of one that never was.
    if changed.keys() != {"trainer"}:
        course.require_standing()
    _require_sound({**held, **changed})
    _require_fitting(course, changed, author.at)
    await _require_organisation(connection, changed.get("organisation_id"))
    if stored := {name: value for name, value in changed.items() if name != "trainer"}:
        await connection.execute(update(courses).where(courses.c.course_id == course_id).values(stored))
    if "trainer" in changed:
        await put_trainer(connection, course_id, changed["trainer"])
    before = values_told({name: held[name] for name in changed})
    await record(connection, of_course(course_id, "corrected", before, values_told(changed)), author)
    return await get_course(connection, course_id)


async def cancel_course(
    connection: AsyncConnection, course_id: str, author: Author, *, expected: str | None = None
) -> Course:
    """Cancel a course: its hours count no more, and no certificate is issued on it. Twice is once.

    Raises:
        UnknownCourse, CourseChanged
        CertificatesStand: an officer has to strike them out first, each by itself
    """
    course = await hold_course(connection, course_id, expected)
    if course.state is CourseState.CANCELLED:
        return course
    course.require_no_certificates("cancelling")
    await set_state(connection, course, CourseState.CANCELLED, author)
    return await get_course(connection, course_id)


async def set_state(connection: AsyncConnection, course: Course, state: CourseState, author: Author) -> None:
    """Of a course that is held for a change."""
    mine = courses.c.course_id == course.course_id
    await connection.execute(update(courses).where(mine).values(state=state.value))
    before, after = {"state": course.state.value}, {"state": state.value}
    await record(connection, of_course(course.course_id, state.value, before, after), author)


def of_course(course_id: str, action: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Change:
    """A line of a course's history; who is in it must not stand there."""
    return Change(kind="course", subject_id=course_id, action=action, before=before, after=after)


def _instant(name: str, value: datetime) -> datetime:
    if value is None or value.tzinfo is None:
        raise BadCourse(f"{name} needs a time with its zone, such as 2026-05-16T09:00+08:00")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise BadCourse(f"{name} is out of the calendar") from None


def _require_sound(values: Mapping[str, Any]) -> None:
    if values["ends_at"] <= values["starts_at"]:
        raise BadCourse("the course ends before it begins: ends_at is later than starts_at")
    if bool(values["certificate_kind"]) is (values["valid_months"] is None):
        raise BadCourse(
            "a course that leads to a certificate says for how many months it holds (valid_months), others do not"
        )


def _require_fitting(course: Course, changed: Mapping[str, Any], now: datetime) -> None:
    if changed.keys() & {"certificate_kind", "valid_months"}:
        course.require_no_certificates("another kind of certificate, or another time for which it holds,")
    if changed.get("capacity", MOST_PEOPLE) < len(course.people):
        raise CourseFull(
            f"{len(course.people)} are enrolled: a capacity of {changed['capacity']} has no place for them"
        )
    if course.state is CourseState.HELD and changed.get("starts_at", now) > now:
        raise CourseRefused("the course was held, so that it cannot begin in the future")


async def _require_organisation(connection: AsyncConnection, organisation_id: str | None) -> None:
    if organisation_id is None:
        return
    mine = select(organisations).where(organisations.c.organisation_id == organisation_id)
    if (await connection.execute(mine)).first() is None:
        raise UnknownGroup(f"there is no organisation {organisation_id!r}: add it first")
