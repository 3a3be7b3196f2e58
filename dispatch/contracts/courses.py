"""Bodies of the HTTP interface for courses: what is planned, who came and passed, the certificates that follow."""

from datetime import date
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from dispatch.contracts.rescuers import Id, Name, Typed, Why
from dispatch.contracts.webhook import Unshown, WireModel
from registry.models import PaperStanding
from registry.training.course import CourseState, Outcome

People = Annotated[tuple[Id, ...], Field(min_length=1, max_length=200)]
CertificateKind = Annotated[str, Field(max_length=64)]
Months = Annotated[int, Field(ge=1, le=600)]
Capacity = Annotated[int, Field(ge=1, le=200)]
Place = Annotated[str, Field(max_length=2000)]
Teacher = Annotated[str, Field(max_length=200, description="The id of a registered person, or a name.")]


class NewCourse(Typed):
    """certificate_kind: that it leads to, empty for none; valid_months: for which such a certificate holds, from the
    day of the exam. organisation_id: whose name stands on the certificates as their issuer."""

    title: Name
    certificate_kind: CertificateKind = ""
    valid_months: Months | None = None
    place_id: Id | None = None
    place: Place = ""
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    organisation_id: Id | None = None
    capacity: Capacity
    trainer: Teacher = ""
    why: Why = ""


class CourseChange(Typed):
    """Only the fields that are given change; null empties one that may be empty."""

    title: Name | None = None
    certificate_kind: CertificateKind | None = None
    valid_months: Months | None = None
    place_id: Id | None = None
    place: Place | None = None
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    organisation_id: Id | None = None
    capacity: Capacity | None = None
    trainer: Teacher | None = None
    why: Why = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        given = self.model_fields_set - {"why"}
        if not given:
            raise ValueError("give at least one field that is to change")
        if empty := sorted(name for name in given & _NEVER_EMPTY if getattr(self, name) is None):
            raise ValueError(f"{', '.join(empty)}: cannot be null")
        return self


_NEVER_EMPTY = frozenset({"title", "starts_at", "ends_at", "capacity"})


class CourseEnrolment(Typed):
    rescuer_ids: People
    why: Why = ""


class CourseResult(Typed):
    """What is left out, or null, stays as it is. attended_h: hours. number: printed on the certificate."""

    rescuer_id: Id
    attended: bool | None = None
    attended_h: Annotated[float, Field(gt=0)] | None = None
    passed: bool | None = None
    examined_on: date | None = None
    examiner: Teacher | None = None
    number: Annotated[str, Field(max_length=128)] | None = None


class CourseResults(Typed):
    results: Annotated[tuple[CourseResult, ...], Field(min_length=1, max_length=200)]
    why: Why = ""


class IssueRequest(Typed):
    """seen: the officer has the certificates before them, and so verifies them. rescuer_ids: to these alone, null for
    everybody who has earned one."""

    seen: bool = False
    rescuer_ids: People | None = None
    why: Why = ""


class TeacherView(WireModel, Unshown):
    """rescuer_id: null of somebody who is not registered."""

    rescuer_id: str | None
    name: str


class CoursePerson(WireModel, Unshown):
    """certificate: the number among the person's of the one that was issued, also where it was struck out since."""

    rescuer_id: str
    name: str
    enrolled_at: AwareDatetime
    attended: bool | None
    attended_h: float | None
    passed: bool | None
    examined_on: date | None
    examiner: TeacherView | None
    number: str
    issued_at: AwareDatetime | None
    certificate: int | None
    outcome: Outcome


class CourseView(WireModel):
    course_id: str
    title: str
    certificate_kind: str
    valid_months: int | None
    place_id: str | None
    place: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    organisation_id: str | None
    organisation: str
    capacity: int
    state: CourseState
    trainer: TeacherView | None
    people: tuple[CoursePerson, ...]


class CourseLine(WireModel):
    """enrolled, attended, passed, issued: how many people."""

    course_id: str
    title: str
    certificate_kind: str
    place: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    organisation: str
    capacity: int
    state: CourseState
    enrolled: int
    attended: int
    passed: int
    issued: int


class CoursePage(WireModel):
    """next: what `after` must be for the page behind this one; null at the end."""

    courses: tuple[CourseLine, ...]
    next: str | None


class IssuedCertificate(WireModel):
    """standing: `counts`, or what is in the way of it. follows: the number of the certificate that it renews."""

    rescuer_id: str
    certificate: int
    valid_until: date
    follows: int | None
    standing: PaperStanding


class CertificatesIssued(WireModel):
    """issued: now, none of them before."""

    issued: tuple[IssuedCertificate, ...]
    course: CourseView
