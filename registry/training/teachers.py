"""Who teaches and examines: registered people by their ids, others by their names; both can be erased or replaced."""

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.people_tables import course_people, course_staff
from registry.tables import rescuers
from registry.training.course import Course, Teacher

_TRAINER = 0


async def put_trainer(connection: AsyncConnection, course_id: str, trainer: str) -> None:
    """trainer: the id of a registered person, else a name; "" for nobody."""
    mine = (course_staff.c.course_id == course_id) & (course_staff.c.staff == _TRAINER)
    await connection.execute(delete(course_staff).where(mine))
    if trainer:
        await _insert(connection, course_id, _TRAINER, trainer)


async def number_examiners(connection: AsyncConnection, course: Course, examiners: set[str]) -> dict[str, int]:
    """By id or name, the number of each among the course's staff; who is new there is entered."""
    known = {told_of(one): number for number, one in course.staff.items() if number != _TRAINER}
    # The number of an examiner who was erased is nobody else's.
    taken = [*course.staff, *(one.examiner or 0 for one in course.people), _TRAINER]
    new = sorted(examiners - known.keys())
    for number, examiner in enumerate(new, start=max(taken) + 1):
        await _insert(connection, course.course_id, number, examiner)
        known[examiner] = number
    return known


async def forget_examiners(connection: AsyncConnection, course_id: str) -> None:
    """Those by whom nobody was examined: somebody else has been put in their place."""
    theirs = select(course_people.c.examiner).where(
        course_people.c.course_id == course_id, course_people.c.examiner.is_not(None)
    )
    others = (course_staff.c.staff != _TRAINER) & course_staff.c.staff.not_in(theirs)
    await connection.execute(delete(course_staff).where(course_staff.c.course_id == course_id, others))


def told_of(teacher: Teacher | None) -> str:
    """As an officer gives them: the id of a registered person, else the name."""
    return "" if teacher is None else teacher.rescuer_id or teacher.name


async def _insert(connection: AsyncConnection, course_id: str, number: int, told: str) -> None:
    person = select(rescuers).where(rescuers.c.rescuer_id == told, rescuers.c.erased_at.is_(None))
    is_registered = (await connection.execute(person)).first() is not None
    who = {"rescuer_id": told if is_registered else None, "name": "" if is_registered else told}
    await connection.execute(insert(course_staff).values(course_id=course_id, staff=number, **who))
