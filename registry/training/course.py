"""A course and the people in it as they stand, and everything for which a change of them is refused."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class CourseState(StrEnum):
    """HELD: from the first attendance or result that is written down."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """What somebody has of a course. EARNED: passed, and the certificate is not issued yet. STRUCK_OUT: it was issued,
    and an officer has struck it out."""

    ENROLLED = "enrolled"
    ABSENT = "absent"
    ATTENDED = "attended"
    FAILED = "failed"
    EARNED = "earned"
    ISSUED = "issued"
    STRUCK_OUT = "struck_out"


class UnknownCourse(LookupError):
    """No course has this id."""

    code = "unknown_course"


class NotEnrolled(LookupError):
    """The person is not enrolled in this course."""

    code = "not_enrolled"


class CourseChanged(ValueError):
    """Somebody has changed this course since it was read: read it anew, and decide again."""

    code = "course_changed"


class BadCourse(ValueError):
    """A field of a course cannot be used; the message says why."""

    code = "bad_course"


class CourseRefused(ValueError):
    """The course as it stands does not allow this; the message says why, and what to do."""

    code = "course_refused"


class CourseFull(CourseRefused):
    """More people than the course has places for."""

    code = "course_full"


class CertificatesStand(CourseRefused):
    """Certificates were issued on it, and no course takes them back: an officer strikes out each by itself first."""

    code = "certificates_stand"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongEntry:
    """row: the place of the entry among those that were given, from 1."""

    row: int
    rescuer_id: str
    reason: str


class EntriesRefused(ValueError):
    """Some entries cannot be right, so that none was written; the message names each."""

    code = "entries_refused"

    def __init__(self, wrong: Sequence[WrongEntry], named: Mapping[int, str] | None = None) -> None:
        """named: what the sender calls a row, such as "line 7"."""
        told = [f"{(named or {}).get(one.row, f'row {one.row}')}, {one.rescuer_id}: {one.reason}" for one in wrong]
        super().__init__("nothing was written; " + "; ".join(told))
        self.wrong = tuple(wrong)
        self.more = {"rows": [asdict(one) for one in wrong]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Teacher:
    """A trainer or an examiner: a registered person, or a name. name: of either, "" where it is not known."""

    rescuer_id: str | None
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """attended, passed: None while nobody has said. attended_h: hours. serial: printed on the certificate.

    certificate: the number among the person's of the one that was issued; stands: it is still there.
    """

    rescuer_id: str
    name: str = field(repr=False)
    enrolled_at: datetime
    attended: bool | None
    attended_h: float | None
    passed: bool | None
    examined_on: date | None
    examiner: int | None
    serial: str = field(repr=False)
    issued_at: datetime | None
    certificate: int | None
    stands: bool

    @property
    def outcome(self) -> Outcome:
        if self.issued_at is not None:
            return Outcome.ISSUED if self.stands else Outcome.STRUCK_OUT
        if self.attended is None:
            return Outcome.ENROLLED
        if not self.attended:
            return Outcome.ABSENT
        return {None: Outcome.ATTENDED, False: Outcome.FAILED, True: Outcome.EARNED}[self.passed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """certificate_kind: "" of a course that leads to none. valid_months: how long its certificates hold from the day
    of the exam. starts_at, ends_at: aware, UTC. staff: the trainer at 0, examiners from 1. people: by id."""

    course_id: str
    title: str
    certificate_kind: str
    valid_months: int | None
    place_id: str | None
    place: str
    starts_at: datetime
    ends_at: datetime
    organisation_id: str | None
    organisation: str
    capacity: int
    state: CourseState
    staff: Mapping[int, Teacher] = field(repr=False)
    people: tuple[Attendee, ...]

    @property
    def trainer(self) -> Teacher | None:
        return self.staff.get(0)

    @property
    def length_h(self) -> float:
        return (self.ends_at - self.starts_at).total_seconds() / 3600

    def digest(self) -> str:
        """Another one after every change of the course or of anybody in it; what people are called is none."""
        nameless = replace(self, people=tuple(replace(one, name="") for one in self.people))
        told = json.dumps(asdict(nameless), default=str, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:32]

    def require(self, expected: str | None) -> None:
        """Raises: CourseChanged: `expected` is the digest of an earlier state. None expects nothing."""
        if expected is not None and expected != self.digest():
            raise CourseChanged(f"{self.course_id}: {CourseChanged.__doc__}")

    def require_standing(self) -> None:
        """Raises: CourseRefused: it is cancelled."""
        if self.state is CourseState.CANCELLED:
            raise CourseRefused(f"{self.course_id} is cancelled: enter another course")

    def require_no_certificates(self, what: str) -> None:
        """Raises: CertificatesStand: so that `what` is refused."""
        if standing := [f"{one.rescuer_id} {one.certificate}" for one in self.people if one.stands]:
            raise CertificatesStand(
                f"{what} is refused: {len(standing)} certificates that were issued on {self.course_id} stand, and none "
                f"is taken back silently; strike out each first (person and number: {', '.join(standing)})"
            )


def values_told(values: Mapping[str, Any]) -> dict[str, Any]:
    """As the history keeps them: of JSON's own types, and without who teaches."""
    told = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}
    return {name: "not shown" if name == "trainer" and value else value for name, value in told.items()}
