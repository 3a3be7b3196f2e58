"""Certificates from passed exams, by the register's own rules: who verifies, which kinds count, what follows what."""

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.history.log import Author, record
from registry.models import PaperStanding
from registry.people.trust import kind_key
from registry.people_tables import course_people
from registry.register.papers import NewPaper, add_paper, renew_paper
from registry.register.person_file import Paper, PersonFile, get_person
from registry.storage.personal_keys import PersonalKeys
from registry.training.course import Attendee, BadCourse, Course, CourseRefused, NotEnrolled, Outcome
from registry.training.course_store import get_course, hold_course
from registry.training.planning import of_course

_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """certificate: its number among the person's. follows: of the one that it renews. standing: `counts`, or what is
    in the way of it."""

    rescuer_id: str
    certificate: int
    valid_until: date
    follows: int | None
    standing: PaperStanding


async def issue_certificates(
    connection: AsyncConnection,
    keys: PersonalKeys,
    course_id: str,
    author: Author,
    *,
    is_seen: bool,
    only: Collection[str] | None = None,
    expected: str | None = None,
) -> tuple[Course, list[Issued]]:
    """Issue a certificate to everybody who has earned one and has none yet, to all of them or nobody.

    is_seen: the officer has the certificates before them, and so verifies them. only: to none but these people.

    Raises:
        UnknownCourse, CourseChanged, NotEnrolled: one of `only` is not
        CourseRefused: it is cancelled, or leads to no certificate
    """
    course = await hold_course(connection, course_id, expected)
    course.require_standing()
    if not course.certificate_kind:
        raise CourseRefused(f"{course_id} leads to no certificate: set its certificate_kind and valid_months first")
    if unknown := sorted(set(only or ()) - {one.rescuer_id for one in course.people}):
        raise NotEnrolled(f"not enrolled in {course_id}: {', '.join(unknown)}")
    earned = [
        one for one in course.people if one.outcome is Outcome.EARNED and (only is None or one.rescuer_id in only)
    ]
    issued = [await _issue(connection, keys, course, one, author, is_seen=is_seen) for one in earned]
    if not issued:
        return course, []
    nobody = Author(by=author.by, at=author.at)
    told = {"people": len(issued), "kind": course.certificate_kind, "verified": is_seen}
    await record(connection, of_course(course_id, "certificates issued", None, told), nobody)
    return await get_course(connection, course_id), issued


async def _issue(
    connection: AsyncConnection, keys: PersonalKeys, course: Course, who: Attendee, author: Author, *, is_seen: bool
) -> Issued:
    paper = _paper_of(course, who)
    person = await get_person(connection, keys, who.rescuer_id)
    old = _find_renewed(person, paper)
    if old is None:
        person = await add_paper(connection, keys, who.rescuer_id, paper, author, is_seen=is_seen)
    else:
        person = await renew_paper(connection, keys, who.rescuer_id, old.number, paper, author=author, is_seen=is_seen)
    new = max(person.papers, key=_number)
    mine = (course_people.c.course_id == course.course_id) & (course_people.c.rescuer_id == who.rescuer_id)
    given = {"issued_at": author.at, "certificate": new.number}
    await connection.execute(update(course_people).where(mine).values(given))
    return Issued(
        rescuer_id=who.rescuer_id,
        certificate=new.number,
        valid_until=paper.valid_until,
        follows=new.follows,
        standing=new.standing,
    )


def _paper_of(course: Course, who: Attendee) -> NewPaper:
    if who.examined_on is None or course.valid_months is None:
        raise BadCourse(f"{course.course_id}: {who.rescuer_id} has no day of an exam, or certificates no end")
    return NewPaper(
        kind=course.certificate_kind,
        serial=who.serial,
        issuer=course.organisation,
        valid_from=who.examined_on,
        valid_until=last_day(who.examined_on, course.valid_months),
    )


def last_day(first: date, months: int) -> date:
    """The day of the same number so many months later, or that month's last: as articles 201 and 202 of China's Civil
    Code count a time given in months.

    Raises:
        BadCourse: after the end of the calendar
    """
    years, month = divmod(first.month - 1 + months, _MONTHS)
    year = first.year + years
    if year > date.max.year:
        raise BadCourse(f"{months} months after {first} is out of the calendar")
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))


def _find_renewed(person: PersonFile, paper: NewPaper) -> Paper | None:
    """The person's newest certificate of this kind that the new one outlasts, and that none follows yet."""
    followed = {one.follows for one in person.papers}
    older = [
        (one.valid_until, one.number, one)
        for one in person.papers
        if kind_key(one.kind) == kind_key(paper.kind)
        and one.number not in followed
        and one.valid_until is not None
        and one.valid_until < paper.valid_until
    ]
    return max(older, key=lambda found: found[:2])[2] if older else None


def _number(paper: Paper) -> int:
    return paper.number
