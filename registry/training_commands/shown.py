"""A course, the people in it and their certificates, at a terminal."""

from registry.terminal.parts import say
from registry.training.course import Attendee, Course, Teacher
from registry.training.course_store import CourseLine
from registry.training.issuing import Issued


def show_line(one: CourseLine) -> None:
    """One of a list."""
    counts = f"{one.enrolled} of {one.capacity} enrolled, {one.attended} came, {one.passed} passed, {one.issued} issued"
    leads = f" ({one.certificate_kind})" if one.certificate_kind else ""
    say(f"{one.course_id}  {one.starts_at:%Y-%m-%d %H:%M} UTC  {one.state.value}  {one.title}{leads}: {counts}")


def show_course(course: Course) -> None:
    """All that is known of it, a line for each thing and for each person."""
    told = {
        "title": course.title,
        "state": course.state.value,
        "begins": f"{course.starts_at:%Y-%m-%d %H:%M} UTC",
        "ends": f"{course.ends_at:%Y-%m-%d %H:%M} UTC",
        "certificate": f"{course.certificate_kind}, {course.valid_months} months"
        if course.certificate_kind
        else "none",
        "place": " ".join(filter(None, (course.place_id, course.place))),
        "organisation": course.organisation,
        "trainer": _teacher(course.trainer),
        "places": f"{len(course.people)} of {course.capacity} taken",
    }
    say(course.course_id)
    for name, value in told.items():
        if value:
            say(f"  {name}: {value}")
    for person in course.people:
        say(f"  {person.rescuer_id}  {', '.join(filter(None, _person(person, course)))}")


def show_issued(one: Issued) -> None:
    renews = "" if one.follows is None else f", follows {one.follows}"
    say(f"{one.rescuer_id} certificate {one.certificate} until {one.valid_until}: {one.standing.value}{renews}")


def _person(person: Attendee, course: Course) -> tuple[str, ...]:
    examiner = course.staff.get(person.examiner) if person.examiner is not None else None
    return (
        person.name,
        person.outcome.value,
        "" if person.attended_h is None else f"{person.attended_h:g} h",
        "" if person.examined_on is None else f"exam {person.examined_on}",
        "" if examiner is None else f"examined by {_teacher(examiner)}",
        "" if person.certificate is None else f"certificate {person.certificate}",
    )


def _teacher(teacher: Teacher | None) -> str:
    return "" if teacher is None else " ".join(filter(None, (teacher.rescuer_id, teacher.name)))
