"""The failures of courses, and their HTTP status."""

from registry.training.course import (
    BadCourse,
    CertificatesStand,
    CourseChanged,
    CourseFull,
    CourseRefused,
    EntriesRefused,
    NotEnrolled,
    UnknownCourse,
)

STATUS: dict[type[Exception], int] = {
    NotEnrolled: 404,
    UnknownCourse: 404,
    CertificatesStand: 409,
    CourseFull: 409,
    CourseRefused: 409,
    CourseChanged: 412,
    BadCourse: 422,
    EntriesRefused: 422,
}
