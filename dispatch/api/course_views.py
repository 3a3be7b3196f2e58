"""A course as officers are shown it."""

from dispatch.contracts import courses as wire
from registry.training.course import Attendee, Course, Teacher
from registry.training.course_store import CourseLine


def view_of(course: Course) -> wire.CourseView:
    return wire.CourseView(
        course_id=course.course_id,
        title=course.title,
        certificate_kind=course.certificate_kind,
        valid_months=course.valid_months,
        place_id=course.place_id,
        place=course.place,
        starts_at=course.starts_at,
        ends_at=course.ends_at,
        organisation_id=course.organisation_id,
        organisation=course.organisation,
        capacity=course.capacity,
        state=course.state,
        trainer=_teacher(course.trainer),
        people=tuple(_person(one, course) for one in course.people),
    )


def line_of(line: CourseLine) -> wire.CourseLine:
    return wire.CourseLine.model_validate(line, from_attributes=True)


def _person(one: Attendee, course: Course) -> wire.CoursePerson:
    return wire.CoursePerson(
        rescuer_id=one.rescuer_id,
        name=one.name,
        enrolled_at=one.enrolled_at,
        attended=one.attended,
        attended_h=one.attended_h,
        passed=one.passed,
        examined_on=one.examined_on,
        examiner=None if one.examiner is None else _teacher(course.staff.get(one.examiner)),
        number=one.serial,
        issued_at=one.issued_at,
        certificate=one.certificate,
        outcome=one.outcome,
    )


def _teacher(one: Teacher | None) -> wire.TeacherView | None:
    return None if one is None else wire.TeacherView(rescuer_id=one.rescuer_id, name=one.name)
