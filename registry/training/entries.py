"""What is said of one person's attendance and exam, and what of it cannot be true."""

from dataclasses import dataclass, field, replace
from datetime import date

from registry.register.typed import LONGEST_NAME, BadPersonField, IdentityCardTyped, checked_text
from registry.training.course import Attendee, Course

_LONGEST_SERIAL = 128


class BadEntry(ValueError):
    """What is said of a person cannot be right; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """None leaves what is there. attended_h: hours. examiner: a registered person's id, or a name. serial: printed on
    the certificate."""

    rescuer_id: str
    attended: bool | None = None
    attended_h: float | None = None
    passed: bool | None = None
    examined_on: date | None = None
    examiner: str | None = field(default=None, repr=False)
    serial: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Days:
    """On which an exam may have been: from the course's first day to today."""

    first: date
    last: date


def checked_entry(entry: Entry) -> Entry:
    """Raises: BadEntry."""
    try:
        examiner = None if entry.examiner is None else checked_text("examiner", entry.examiner, most=LONGEST_NAME)
        serial = None if entry.serial is None else checked_text("number", entry.serial, most=_LONGEST_SERIAL)
    except (BadPersonField, IdentityCardTyped) as error:
        raise BadEntry(str(error)) from error
    return replace(entry, examiner=examiner, serial=serial)


def merged(before: Attendee, entry: Entry, course: Course, days: Days) -> tuple[Attendee, str]:
    """The person after the entry, and the examiner where it names another one than is known, else "".

    Raises:
        BadEntry
    """
    told = {name: getattr(entry, name) for name in ("attended", "attended_h", "passed", "examined_on", "serial")}
    after = replace(before, **{name: value for name, value in told.items() if value is not None})
    if entry.attended is False and entry.attended_h is None:
        after = replace(after, attended_h=None)
    examiner = _new_examiner(before, entry, course)
    is_other = replace(after, attended_h=before.attended_h) != before
    if is_other and before.stands:
        raise BadEntry(
            f"certificate {before.certificate} was issued on this: strike it out first "
            f"(registry certificates remove {before.rescuer_id} {before.certificate})"
        )
    _require_attended(after, course)
    _require_examined(after, days, is_examiner_told=bool(entry.examiner))
    # What was struck out was issued on what stood there before: on another result it may be earned anew.
    return replace(after, issued_at=None, certificate=None) if is_other else after, examiner


def _require_attended(after: Attendee, course: Course) -> None:
    if after.attended_h is not None:
        if not after.attended:
            raise BadEntry("hours are of somebody who attended: say so, or leave them out")
        if not 0 < after.attended_h <= course.length_h:
            raise BadEntry(f"{after.attended_h:g} hours: the course lasted {course.length_h:g}")
    if after.passed is not None and not after.attended:
        raise BadEntry("nobody is examined who did not attend: say that they did, or take them off the course")


def _require_examined(after: Attendee, days: Days, *, is_examiner_told: bool) -> None:
    if after.passed is None:
        if after.examined_on is not None or is_examiner_told:
            raise BadEntry("an exam has a result: say passed or failed")
        return
    if after.examined_on is None:
        raise BadEntry("say on which day the exam was")
    if not days.first <= after.examined_on <= days.last:
        raise BadEntry(f"the exam was on {after.examined_on}: give a day from {days.first} to {days.last}")


def _new_examiner(before: Attendee, entry: Entry, course: Course) -> str:
    if not entry.examiner:
        return ""
    known = course.staff.get(before.examiner) if before.examiner is not None else None
    return "" if known is not None and entry.examiner in {known.rescuer_id, known.name} else entry.examiner
