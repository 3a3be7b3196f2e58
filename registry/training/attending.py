"""Who is enrolled in a course, who came for how long, and who passed its exam: of everybody named, or of nobody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import tzinfo
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.eligibility import local_day
from registry.history.log import Author, record, record_all
from registry.people_tables import course_people
from registry.register.standing import hold_person, of_person
from registry.training.course import (
    Attendee,
    Course,
    CourseFull,
    CourseRefused,
    CourseState,
    EntriesRefused,
    NotEnrolled,
    WrongEntry,
)
from registry.training.course_store import get_course, hold_course
from registry.training.entries import BadEntry, Days, Entry, checked_entry, merged
from registry.training.planning import of_course, set_state
from registry.training.teachers import forget_examiners, number_examiners

NOT_SHOWN = "not shown"
"""In the history in place of what a person did in a course: it is erased with them."""

_ATTENDANCE = frozenset({"attended", "attended_h"})
_EXAM = frozenset({"passed", "examined_on", "examiner", "serial"})


async def enrol(
    connection: AsyncConnection,
    course_id: str,
    rescuer_ids: Iterable[str],
    author: Author,
    *,
    expected: str | None = None,
) -> Course:
    """Enrol registered people, all of them or nobody; who is enrolled already stays so.

    Raises:
        UnknownCourse, CourseChanged, CourseRefused, CourseFull, UnknownRescuer, ErasedPerson
    """
    course = await hold_course(connection, course_id, expected)
    course.require_standing()
    enrolled = {one.rescuer_id for one in course.people}
    new = [one for one in dict.fromkeys(rescuer_ids) if one not in enrolled]
    if len(enrolled) + len(new) > course.capacity:
        raise CourseFull(
            f"{course_id} has {course.capacity} places, {len(enrolled)} are taken and {len(new)} are wanted: enrol "
            "fewer people, or raise the capacity"
        )
    for rescuer_id in new:
        await hold_person(connection, rescuer_id)
    if not new:
        return course
    rows = [{"course_id": course_id, "rescuer_id": one, "enrolled_at": author.at, "serial": ""} for one in new]
    await connection.execute(insert(course_people), rows)
    await _record(connection, course_id, "enrolled", new, author)
    return await get_course(connection, course_id)


async def withdraw(
    connection: AsyncConnection, course_id: str, rescuer_id: str, author: Author, *, expected: str | None = None
) -> Course:
    """Take a person off a course, with what was written down of them there.

    Raises:
        UnknownCourse, CourseChanged, NotEnrolled
        CourseRefused: a certificate was issued to them on it, and stands
    """
    course = await hold_course(connection, course_id, expected)
    person = next((one for one in course.people if one.rescuer_id == rescuer_id), None)
    if person is None:
        raise NotEnrolled(f"{rescuer_id} is not enrolled in {course_id}")
    if person.stands:
        raise CourseRefused(f"certificate {person.certificate} of {rescuer_id} was issued on it: strike it out first")
    await connection.execute(delete(course_people).where(_this(course_id, rescuer_id)))
    await forget_examiners(connection, course_id)
    await _record(connection, course_id, "withdrawn", [rescuer_id], author)
    return await get_course(connection, course_id)


async def write_results(
    connection: AsyncConnection,
    course_id: str,
    entries: Sequence[Entry],
    author: Author,
    *,
    zone: tzinfo,
    expected: str | None = None,
    named: Mapping[int, str] | None = None,
) -> Course:
    """Write down attendance and exams, all of the entries or none; the course is held from the first one on.

    zone: of the city's days. named: what the sender calls an entry by its place, such as {1: "line 2"}.

    Raises:
        UnknownCourse, CourseChanged
        CourseRefused: it is cancelled, or has not begun
        EntriesRefused: names each that cannot be right
    """
    course = await hold_course(connection, course_id, expected)
    course.require_standing()
    if author.at < course.starts_at:
        raise CourseRefused(f"{course_id} begins at {course.starts_at:%Y-%m-%d %H:%M} UTC: nobody has attended it yet")
    checked = [_checked(one) for one in entries]
    days = Days(first=local_day(course.starts_at, zone), last=local_day(author.at, zone))
    changed = _all_merged(course, checked, entries, days, named)
    if not changed:
        return course
    numbers = await number_examiners(connection, course, {examiner for *_, examiner in changed if examiner})
    for before, after, examiner in changed:
        number = numbers[examiner] if examiner else after.examiner
        await _write(connection, course_id, before, after, number)
    await forget_examiners(connection, course_id)
    await _record_results(connection, course_id, changed, author)
    if course.state is CourseState.PLANNED:
        await set_state(connection, course, CourseState.HELD, author)
    return await get_course(connection, course_id)


Changed = tuple[Attendee, Attendee, str]
"""Somebody before and after, and by whom they were examined; "" where that stays as it is."""


def _checked(entry: Entry) -> Entry | BadEntry:
    try:
        return checked_entry(entry)
    except BadEntry as error:
        return error


def _all_merged(
    course: Course,
    checked: Sequence[Entry | BadEntry],
    entries: Sequence[Entry],
    days: Days,
    named: Mapping[int, str] | None,
) -> list[Changed]:
    """Raises: EntriesRefused."""
    enrolled = {one.rescuer_id: one for one in course.people}
    changed, wrong, seen = list[Changed](), list[WrongEntry](), set[str]()
    for row, (entry, given) in enumerate(zip(checked, entries, strict=True), start=1):
        try:
            if isinstance(entry, BadEntry):
                raise entry
            if entry.rescuer_id in seen:
                raise BadEntry("the person stands in an earlier row as well: leave one of them out")
            seen.add(entry.rescuer_id)
            before = enrolled.get(entry.rescuer_id)
            if before is None:
                raise BadEntry(f"not enrolled in {course.course_id}: enrol them first, or correct the id")
            after, examiner = merged(before, entry, course, days)
        except BadEntry as error:
            wrong.append(WrongEntry(row=row, rescuer_id=given.rescuer_id, reason=str(error)))
            continue
        if after != before or examiner:
            changed.append((before, after, examiner))
    if wrong:
        raise EntriesRefused(wrong, named)
    return changed


async def _write(
    connection: AsyncConnection, course_id: str, before: Attendee, after: Attendee, examiner: int | None
) -> None:
    names = (*_ATTENDANCE, *_EXAM, "issued_at", "certificate")
    values = {name: getattr(after, name) for name in names} | {"examiner": examiner}
    await connection.execute(update(course_people).where(_this(course_id, before.rescuer_id)).values(values))


async def _record_results(
    connection: AsyncConnection, course_id: str, changed: Sequence[Changed], author: Author
) -> None:
    attended = [after.rescuer_id for before, after, _ in changed if _differs(before, after, _ATTENDANCE)]
    examined = [
        (before.passed is not None, after.rescuer_id)
        for before, after, examiner in changed
        if examiner or _differs(before, after, _EXAM)
    ]
    await _record(connection, course_id, "attendance", attended, author)
    await _record(connection, course_id, "exam", [one for is_again, one in examined if not is_again], author)
    await _record(connection, course_id, "exam corrected", [one for is_again, one in examined if is_again], author)


async def _record(
    connection: AsyncConnection, course_id: str, what: str, rescuer_ids: Sequence[str], author: Author
) -> None:
    """A line for each person, erased of its reason with them, and one for the course, which names nobody."""
    if not rescuer_ids:
        return
    after = {"course_id": course_id, what: NOT_SHOWN}
    await record_all(connection, [of_person(one, f"course: {what}", None, after) for one in rescuer_ids], author)
    nobody = Author(by=author.by, at=author.at)
    await record(connection, of_course(course_id, what, None, {"people": len(rescuer_ids)}), nobody)


def _differs(before: Attendee, after: Attendee, names: Iterable[str]) -> bool:
    one, other = asdict(before), asdict(after)
    return any(one[name] != other[name] for name in names)


def _this(course_id: str, rescuer_id: str) -> Any:
    return (course_people.c.course_id == course_id) & (course_people.c.rescuer_id == rescuer_id)
