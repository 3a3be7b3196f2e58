"""`registry courses`: plan a course, enrol people, write down who came and passed, issue certificates, cancel."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.eligibility import get_time_zone
from registry.importers.files import ImportRefused
from registry.people_commands.shared import (
    CITY_ZONE,
    ByOption,
    LimitOption,
    WhyOption,
    ZoneOption,
    author,
    day_of,
)
from registry.storage.database import Database
from registry.terminal.parts import DatabaseOption, Run, say
from registry.training.attending import enrol, withdraw, write_results
from registry.training.course import (
    BadCourse,
    Course,
    CourseChanged,
    CourseRefused,
    CourseState,
    EntriesRefused,
    NotEnrolled,
    Outcome,
    UnknownCourse,
)
from registry.training.course_store import CourseLine, CourseSearch, get_course, list_courses
from registry.training.entries import Entry
from registry.training.issuing import Issued, issue_certificates
from registry.training.planning import add_course, cancel_course, change_course, checked_course
from registry.training.sheet import read_sheet
from registry.training_commands.shown import show_course, show_issued, show_line

USER_ERRORS = (*(BadCourse, CourseChanged, CourseRefused, EntriesRefused, ImportRefused, NotEnrolled, UnknownCourse),)

CourseArgument = Annotated[str, typer.Argument(metavar="COURSE", help="Its id")]
PersonArgument = Annotated[str, typer.Argument(metavar="RESCUER", help="The person's id")]
KindOption = Annotated[
    str | None, typer.Option("--kind", help="Of the certificate it leads to, such as 红十字救护员证")
]
MonthsOption = Annotated[int | None, typer.Option("--valid-months", help="For which the certificate holds")]
PlaceOption = Annotated[str | None, typer.Option("--place", help="Where, in words")]
PlaceIdOption = Annotated[str | None, typer.Option("--place-id", help="Of a place that the registry knows")]
OrganisationOption = Annotated[str | None, typer.Option("--organisation", help="Its id: it issues the certificates")]
TrainerOption = Annotated[str | None, typer.Option("--trainer", help="A registered person's id, or a name")]
_TIME = "TIME"
_TIME_HELP = "Such as 2026-05-16T09:00, on the city's clocks, or with a zone: ...+08:00"
Work = Callable[[AsyncConnection, Database], Coroutine[Any, Any, Any]]


def add_course_commands(registry: typer.Typer, run: Run) -> None:
    """Add them to `registry`."""
    app = typer.Typer(no_args_is_help=True, help="Courses: plan, enrol, attendance and exams, certificates, cancel.")
    registry.add_typer(app, name="courses")
    _add_looking(app, run)
    _add_planning(app, run)
    _add_enrolling(app, run)
    _add_results(app, run)
    _add_sheet(app, run)
    _add_ending(app, run)


def _add_looking(app: typer.Typer, run: Run) -> None:
    @app.command("list")
    def list_command(
        *,
        state: Annotated[CourseState | None, typer.Option("--state")] = None,
        rescuer: Annotated[str | None, typer.Option("--rescuer", help="In which this person is enrolled")] = None,
        since: Annotated[str | None, typer.Option("--since", metavar=_TIME, help=_TIME_HELP)] = None,
        before: Annotated[str | None, typer.Option("--before", metavar=_TIME)] = None,
        after: Annotated[str | None, typer.Option(help="Go on behind this course")] = None,
        limit: LimitOption = 50,
        time_zone: ZoneOption = CITY_ZONE,
        database: DatabaseOption = None,
    ) -> None:
        """Courses, the latest first, with how many are enrolled, came, passed and hold their certificate."""

        async def work(db: Database) -> list[CourseLine]:
            search = CourseSearch(
                state=state, rescuer_id=rescuer, since=_time(since, time_zone), before=_time(before, time_zone)
            )
            async with db.read() as connection:
                return await list_courses(connection, search, after=after, limit=limit)

        for one in run(database, work):
            show_line(one)

    @app.command("show")
    def show_command(course: CourseArgument, database: DatabaseOption = None) -> None:
        """A course and everybody in it."""

        async def work(db: Database) -> Course:
            async with db.read() as connection:
                return await get_course(connection, course)

        show_course(run(database, work))


def _add_planning(app: typer.Typer, run: Run) -> None:
    @app.command("add")
    def add_command(
        title: Annotated[str, typer.Argument(metavar="TITLE")],
        *,
        starts: Annotated[str, typer.Option("--starts", metavar=_TIME, help=_TIME_HELP)],
        ends: Annotated[str, typer.Option("--ends", metavar=_TIME)],
        capacity: Annotated[int, typer.Option("--capacity", help="How many may enrol")],
        kind: KindOption = None,
        valid_months: MonthsOption = None,
        place: PlaceOption = None,
        place_id: PlaceIdOption = None,
        organisation: OrganisationOption = None,
        trainer: TrainerOption = None,
        time_zone: ZoneOption = CITY_ZONE,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Plan a course. Its certificate counts by the city's rules, as any other."""
        given = {"title": title, "capacity": capacity, "certificate_kind": kind, "valid_months": valid_months}
        given |= {"place": place, "place_id": place_id, "organisation_id": organisation, "trainer": trainer}

        async def work(connection: AsyncConnection, _: Database) -> Course:
            times = {"starts_at": _time(starts, time_zone), "ends_at": _time(ends, time_zone)}
            return await add_course(connection, checked_course(_given(given) | times), author(by, why))

        show_course(_written(run, database, work))

    @app.command("set")
    def set_command(
        course: CourseArgument,
        *,
        title: Annotated[str | None, typer.Option("--title")] = None,
        starts: Annotated[str | None, typer.Option("--starts", metavar=_TIME, help=_TIME_HELP)] = None,
        ends: Annotated[str | None, typer.Option("--ends", metavar=_TIME)] = None,
        capacity: Annotated[int | None, typer.Option("--capacity")] = None,
        kind: KindOption = None,
        valid_months: MonthsOption = None,
        place: PlaceOption = None,
        place_id: PlaceIdOption = None,
        organisation: OrganisationOption = None,
        trainer: TrainerOption = None,
        time_zone: ZoneOption = CITY_ZONE,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Correct a course; "" empties what may be empty, and --kind "" makes it one that leads to no certificate."""
        given = {"title": title, "capacity": capacity, "certificate_kind": kind, "valid_months": valid_months}
        given |= {"place": place, "place_id": place_id, "organisation_id": organisation, "trainer": trainer}

        async def work(connection: AsyncConnection, _: Database) -> Course:
            times = {"starts_at": _time(starts, time_zone), "ends_at": _time(ends, time_zone)}
            return await change_course(connection, course, checked_course(_given({**given, **times})), author(by, why))

        show_course(_written(run, database, work))


def _add_enrolling(app: typer.Typer, run: Run) -> None:
    @app.command("enrol")
    def enrol_command(
        course: CourseArgument,
        people: Annotated[list[str], typer.Argument(metavar="RESCUER...", help="Ids of registered people")],
        *,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Enrol registered people, all of them or nobody."""

        async def work(connection: AsyncConnection, _: Database) -> Course:
            return await enrol(connection, course, people, author(by, why))

        show_course(_written(run, database, work))

    @app.command("withdraw")
    def withdraw_command(
        course: CourseArgument,
        person: PersonArgument,
        *,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Take a person off a course, with what was written down of them there."""

        async def work(connection: AsyncConnection, _: Database) -> Course:
            return await withdraw(connection, course, person, author(by, why))

        show_course(_written(run, database, work))


def _add_results(app: typer.Typer, run: Run) -> None:
    @app.command("attend")
    def attend_command(
        course: CourseArgument,
        people: Annotated[list[str], typer.Argument(metavar="RESCUER...", help="Ids of people who are enrolled")],
        *,
        hours: Annotated[float | None, typer.Option("--hours", help="For how long each of them was there")] = None,
        absent: Annotated[bool, typer.Option("--absent", help="They did not come")] = False,
        time_zone: ZoneOption = CITY_ZONE,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Write down who came, or with --absent who did not."""
        entries = [Entry(rescuer_id=one, attended=not absent, attended_h=hours) for one in people]

        async def work(connection: AsyncConnection, _: Database) -> Course:
            zone = get_time_zone(time_zone)
            return await write_results(connection, course, entries, author(by, why), zone=zone)

        show_course(_written(run, database, work))

    @app.command("exam")
    def exam_command(
        course: CourseArgument,
        people: Annotated[list[str], typer.Argument(metavar="RESCUER...", help="Ids of people who attended")],
        *,
        failed: Annotated[bool, typer.Option("--failed/--passed", help="What all of them did")],
        on: Annotated[str, typer.Option("--on", metavar="DAY", help="Such as 2026-05-16")],
        examiner: Annotated[str | None, typer.Option("--examiner", help="A registered person's id, or a name")] = None,
        time_zone: ZoneOption = CITY_ZONE,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Write down who passed the exam, or with --failed who did not."""

        async def work(connection: AsyncConnection, _: Database) -> Course:
            told = {"passed": not failed, "examined_on": day_of(on), "examiner": examiner}
            entries, zone = [Entry(rescuer_id=one, **told) for one in people], get_time_zone(time_zone)  # type: ignore[arg-type]
            return await write_results(connection, course, entries, author(by, why), zone=zone)

        show_course(_written(run, database, work))


def _add_sheet(app: typer.Typer, run: Run) -> None:
    @app.command("results")
    def results_command(
        course: CourseArgument,
        file: Annotated[Path, typer.Argument(metavar="CSV")],
        *,
        encoding: Annotated[str, typer.Option("--encoding", help="gb18030 for most Chinese files")] = "utf-8",
        time_zone: ZoneOption = CITY_ZONE,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Write down attendance and exams from a sheet, all of its rows or none.

        Columns: id, attended (yes, no), hours, result (passed, failed), exam_date, examiner, certificate_number.
        """

        async def work(connection: AsyncConnection, _: Database) -> Course:
            sheet, zone = read_sheet(file, encoding=encoding), get_time_zone(time_zone)
            return await write_results(connection, course, sheet.entries, author(by, why), zone=zone, named=sheet.named)

        show_course(_written(run, database, work))


def _add_ending(app: typer.Typer, run: Run) -> None:
    @app.command("issue")
    def issue_command(
        course: CourseArgument,
        people: Annotated[list[str] | None, typer.Argument(metavar="[RESCUER]...", help="Only to these")] = None,
        *,
        seen: Annotated[
            bool, typer.Option("--seen", help="You have them before you: they are verified at once")
        ] = False,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Issue certificates to all who passed and have none yet. They count once verified, or at once with --seen."""

        async def work(connection: AsyncConnection, db: Database) -> tuple[Course, list[Issued]]:
            return await issue_certificates(
                connection, db.personal_keys, course, author(by, why), is_seen=seen, only=people or None
            )

        held, issued = _written(run, database, work)
        for one in issued:
            show_issued(one)
        has_one = sum(one.outcome is Outcome.ISSUED for one in held.people)
        say(f"{len(issued)} issued; {has_one} of {len(held.people)} people have theirs.")

    @app.command("cancel")
    def cancel_command(
        course: CourseArgument, *, why: WhyOption = "", by: ByOption = None, database: DatabaseOption = None
    ) -> None:
        """Cancel a course; refused while certificates that were issued on it stand."""

        async def work(connection: AsyncConnection, _: Database) -> Course:
            return await cancel_course(connection, course, author(by, why))

        show_course(_written(run, database, work))


def _written(run: Run, database: str | None, work: Work) -> Any:
    async def in_one(db: Database) -> Any:
        async with db.write() as connection:
            return await work(connection, db)

    return run(database, in_one)


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    """Without what was not said; "" of an organisation is none."""
    told = {name: value for name, value in fields.items() if value is not None}
    return {name: value or None if name == "organisation_id" else value for name, value in told.items()}


def _time(text: str | None, time_zone: str) -> datetime | None:
    """Raises: BadCourse, UnknownTimeZone."""
    if text is None:
        return None
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise BadCourse(f"{text!r} is no time: write it as 2026-05-16T09:00") from None
    return told if told.tzinfo is not None else told.replace(tzinfo=get_time_zone(time_zone))
