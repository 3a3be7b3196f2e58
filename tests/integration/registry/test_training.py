"""A society trains people: enrolled, present, examined, and holding a certificate that counts by the city's rules."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from registry.directory import Directory
from registry.eligibility import is_dispatchable
from registry.history.log import Author, list_changes
from registry.models import PaperStanding
from registry.people_tables import PERSONAL_TABLES, course_staff
from registry.register.changing import UnknownGroup, add_person, checked_fields
from registry.register.city_rules import accept_kinds
from registry.register.groups import add_organisation
from registry.register.papers import NewPaper, add_paper, remove_paper, verify_paper
from registry.register.person_file import PersonFile, get_person
from registry.register.standing import ErasedPerson
from registry.register.typed import IdentityCardTyped
from registry.repository import UnknownRescuer, erase_rescuer
from registry.storage.database import Database
from registry.training.attending import enrol, withdraw, write_results
from registry.training.course import (
    BadCourse,
    CertificatesStand,
    Course,
    CourseChanged,
    CourseFull,
    CourseRefused,
    CourseState,
    EntriesRefused,
    NotEnrolled,
    Outcome,
    UnknownCourse,
)
from registry.training.course_store import CourseSearch, get_course, list_courses, load_training_h
from registry.training.entries import Entry
from registry.training.issuing import Issued, issue_certificates, last_day
from registry.training.planning import add_course, cancel_course, change_course, checked_course

both = pytest.mark.both_databases
SHANGHAI = ZoneInfo("Asia/Shanghai")
STARTS = datetime(2026, 5, 16, 1, 0, tzinfo=UTC)
AFTER = STARTS + timedelta(hours=9)
WANG = Author(by="officer-wang", at=AFTER, why="sheet of the course")
EXAM = date(2026, 5, 16)
KIND = "红十字救护员证"
PLAN = {
    "title": "救护员培训",
    "certificate_kind": KIND,
    "valid_months": 36,
    "place": "金水区培训站",
    "starts_at": STARTS,
    "ends_at": STARTS + timedelta(hours=8),
    "capacity": 60,
    "trainer": "赵老师",
}
IDENTITY_CARD = "11010519491231002X"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """With three people who hold nothing."""
    one = Database(database_url)
    async with one.write() as connection:
        for number in (1, 2, 3):
            fields = checked_fields({"name": f"学员{number}", "home": (113.66, 34.75)}, region="CN")
            await add_person(connection, one.personal_keys, fields, WANG, rescuer_id=f"p{number}", on_duty=True)
    yield one
    await one.close()


async def planned(database: Database, *people: str, **fields: Any) -> str:
    """The id of a course in which these are enrolled."""
    async with database.write() as connection:
        course = await add_course(connection, checked_course({**PLAN, **fields}), WANG)
        if people:
            await enrol(connection, course.course_id, people, WANG)
    return course.course_id


def passed(rescuer_id: str, **fields: Any) -> Entry:
    told = {"attended": True, "attended_h": 8.0, "passed": True, "examined_on": EXAM, "examiner": "钱考官"}
    return Entry(rescuer_id=rescuer_id, **{**told, **fields})


async def write(database: Database, course_id: str, *entries: Entry, at: datetime = AFTER) -> Course:
    async with database.write() as connection:
        return await write_results(connection, course_id, entries, Author(by="li", at=at), zone=SHANGHAI)


async def issue(database: Database, course_id: str, *, seen: bool = True, **asked: Any) -> Sequence[Issued]:
    async with database.write() as connection:
        return (await issue_certificates(connection, database.personal_keys, course_id, WANG, is_seen=seen, **asked))[1]


async def see(database: Database, course_id: str) -> Course:
    async with database.read() as connection:
        return await get_course(connection, course_id)


async def person(database: Database, rescuer_id: str) -> PersonFile:
    async with database.read() as connection:
        return await get_person(connection, database.personal_keys, rescuer_id)


async def reason(database: Database, rescuer_id: str) -> str:
    """As the live picture says it."""
    directory = await Directory.load(database)
    return is_dispatchable(directory.get_rescuer(rescuer_id), AFTER).reason


@both
async def test_whoever_passes_is_dispatchable_with_the_certificate_and_nobody_else_is(database: Database) -> None:
    course_id = await planned(database, "p1", "p2", "p3")
    held = await write(
        database,
        course_id,
        passed("p1", serial="ZZ-1"),
        passed("p2", passed=False),
        Entry(rescuer_id="p3", attended=False),
    )
    before = await reason(database, "p1")

    issued = await issue(database, course_id)

    assert held.state is CourseState.HELD
    assert before == "no_certificate"
    assert [(one.rescuer_id, one.valid_until, one.standing) for one in issued] == [
        ("p1", date(2029, 5, 16), PaperStanding.COUNTS)
    ]
    assert [await reason(database, one) for one in ("p1", "p2", "p3")] == [
        *("ready_at_home", "no_certificate", "no_certificate"),
    ]
    paper = (await person(database, "p1")).papers[0]
    assert (paper.kind, paper.serial, paper.valid_from, paper.verified_by) == (KIND, "ZZ-1", EXAM, "officer-wang")
    outcomes = [one.outcome for one in (await see(database, course_id)).people]
    assert outcomes == [Outcome.ISSUED, Outcome.FAILED, Outcome.ABSENT]


@both
async def test_issuing_twice_gives_one_certificate(database: Database) -> None:
    course_id = await planned(database, "p1")
    await write(database, course_id, passed("p1"))

    first, again = await issue(database, course_id), await issue(database, course_id)

    assert (len(first), len(again)) == (1, 0)
    assert len((await person(database, "p1")).papers) == 1


@both
async def test_what_is_issued_unseen_waits_for_an_officer_as_any_certificate(database: Database) -> None:
    course_id = await planned(database, "p1")
    await write(database, course_id, passed("p1"))
    issued = await issue(database, course_id, seen=False)
    unseen = await reason(database, "p1")
    async with database.write() as connection:
        await verify_paper(connection, database.personal_keys, "p1", issued[0].certificate, WANG)

    assert issued[0].standing is PaperStanding.UNVERIFIED
    assert unseen == "certificate_unverified"
    assert await reason(database, "p1") == "ready_at_home"


@both
async def test_a_kind_that_the_city_does_not_accept_makes_nobody_dispatchable(database: Database) -> None:
    course_id = await planned(database, "p1")
    await write(database, course_id, passed("p1"))
    async with database.write() as connection:
        await accept_kinds(connection, ["BLS"], WANG)

    issued = await issue(database, course_id)

    assert issued[0].standing is PaperStanding.NOT_ACCEPTED
    assert await reason(database, "p1") == "certificate_not_accepted"


@both
async def test_a_refresher_renews_the_certificate_of_its_kind(database: Database) -> None:
    async with database.write() as connection:
        for kind, until in ((KIND, date(2025, 1, 1)), (KIND, date(2026, 6, 1)), ("BLS", date(2026, 7, 1))):
            paper = NewPaper(kind=kind, valid_until=until)
            await add_paper(connection, database.personal_keys, "p1", paper, WANG, is_seen=True)
    course_id = await planned(database, "p1")
    await write(database, course_id, passed("p1"))

    issued = await issue(database, course_id)

    assert (issued[0].certificate, issued[0].follows) == (3, 1)
    assert [one.valid_until for one in (await person(database, "p1")).papers][:3] == [
        *(date(2025, 1, 1), date(2026, 6, 1), date(2026, 7, 1)),
    ]


@both
async def test_the_organisation_of_a_course_issues_its_certificates(database: Database) -> None:
    async with database.write() as connection:
        society = (await add_organisation(connection, WANG, name="郑州市红十字会")).organisation_id
    course_id = await planned(database, "p1", organisation_id=society)
    await write(database, course_id, passed("p1"))
    await issue(database, course_id)

    assert (await person(database, "p1")).papers[0].issuer == "郑州市红十字会"
    with pytest.raises(UnknownGroup, match="add it first"):
        await planned(database, organisation_id="o-none")


@both
async def test_a_wrong_row_is_named_and_nothing_of_the_others_is_written(database: Database) -> None:
    course_id = await planned(database, "p1", "p2", "p3")
    wrong = (
        passed("p1"),
        passed("p2", attended=False, attended_h=None),
        passed("p9"),
        passed("p3", attended_h=9.0),
        passed("p1"),
    )

    with pytest.raises(EntriesRefused) as refused:
        await write(database, course_id, *wrong)

    told = {one.row: one.reason for one in refused.value.wrong}
    assert sorted(told) == [2, 3, 4, 5]
    assert "did not attend" in told[2]
    assert "not enrolled" in told[3]
    assert "the course lasted 8" in told[4]
    assert "earlier row" in told[5]
    assert {one.outcome for one in (await see(database, course_id)).people} == {Outcome.ENROLLED}


@both
@pytest.mark.parametrize(
    ("fields", "advice"),
    [
        ({"examined_on": None}, "on which day"),
        ({"examined_on": date(2026, 5, 15)}, "from 2026-05-16 to 2026-05-16"),
        ({"examined_on": date(2026, 5, 17)}, "from 2026-05-16 to 2026-05-16"),
        ({"passed": None}, "passed or failed"),
        ({"passed": None, "examined_on": None}, "passed or failed"),
        ({"attended": None, "attended_h": None}, "did not attend"),
        ({"attended_h": 0.0}, "course lasted"),
        ({"attended_h": float("nan")}, "course lasted"),
        ({"examiner": IDENTITY_CARD}, "identity card"),
    ],
)
async def test_what_cannot_be_true_is_refused_with_what_to_say(
    database: Database, fields: dict[str, Any], advice: str
) -> None:
    course_id = await planned(database, "p1")

    with pytest.raises(EntriesRefused, match=advice) as refused:
        await write(database, course_id, passed("p1", **fields))

    assert IDENTITY_CARD not in str(refused.value)


@both
async def test_nobody_has_attended_what_has_not_begun(database: Database) -> None:
    course_id = await planned(database, "p1")

    with pytest.raises(CourseRefused, match="begins at 2026-05-16 01:00 UTC"):
        await write(database, course_id, passed("p1"), at=STARTS - timedelta(seconds=1))


@both
async def test_a_course_takes_no_more_people_than_it_has_places_for(database: Database) -> None:
    course_id = await planned(database, "p1", capacity=2)
    async with database.write() as connection:
        with pytest.raises(CourseFull, match="2 places, 1 are taken and 2 are wanted"):
            await enrol(connection, course_id, ["p2", "p3"], WANG)
        again = await enrol(connection, course_id, ["p1", "p2", "p2"], WANG)
        with pytest.raises(CourseFull, match="2 are enrolled"):
            await change_course(connection, course_id, {"capacity": 1}, WANG)

    assert [one.rescuer_id for one in again.people] == ["p1", "p2"]


@both
async def test_only_who_is_registered_is_enrolled_and_then_all_or_nobody(database: Database) -> None:
    course_id = await planned(database)
    async with database.write() as connection:
        await erase_rescuer(connection, "p3", at=AFTER)
    for ids, error in ((["p1", "nobody"], UnknownRescuer), (["p1", "p3"], ErasedPerson)):
        with pytest.raises(error):
            async with database.write() as connection:
                await enrol(connection, course_id, ids, WANG)

    assert (await see(database, course_id)).people == ()


@both
async def test_cancelling_takes_no_certificate_back_and_says_which_stand_in_the_way(database: Database) -> None:
    course_id = await planned(database, "p1", "p2")
    await write(database, course_id, passed("p1"), passed("p2", passed=False))
    await issue(database, course_id)
    async with database.write() as connection:
        with pytest.raises(CertificatesStand, match="p1 0"):
            await cancel_course(connection, course_id, WANG)
        with pytest.raises(CertificatesStand):
            await change_course(connection, course_id, {"valid_months": 24}, WANG)
    assert await reason(database, "p1") == "ready_at_home"

    async with database.write() as connection:
        await remove_paper(connection, database.personal_keys, "p1", 0, WANG)
        struck = await get_course(connection, course_id)
        cancelled = await cancel_course(connection, course_id, WANG)
        again = await cancel_course(connection, course_id, WANG)
        hours = await load_training_h(connection, "p1")

    assert struck.people[0].outcome is Outcome.STRUCK_OUT
    assert cancelled.state is again.state is CourseState.CANCELLED
    assert hours == 0
    with pytest.raises(CourseRefused, match="cancelled"):
        await issue(database, course_id)
    with pytest.raises(CourseRefused, match="cancelled"):
        await write(database, course_id, passed("p2"))


@both
async def test_a_certificate_that_was_struck_out_does_not_come_back_by_issuing_again(database: Database) -> None:
    course_id = await planned(database, "p1")
    await write(database, course_id, passed("p1"))
    await issue(database, course_id)
    with pytest.raises(EntriesRefused, match="certificates remove p1 0"):
        await write(database, course_id, passed("p1", passed=False))
    async with database.write() as connection:
        await remove_paper(connection, database.personal_keys, "p1", 0, WANG)

    assert await issue(database, course_id) == []
    await write(database, course_id, passed("p1", passed=False))
    await write(database, course_id, passed("p1"))
    assert len(await issue(database, course_id)) == 1


@both
async def test_another_certificate_under_the_number_of_one_struck_out_is_not_taken_for_it(database: Database) -> None:
    course_id = await planned(database, "p1")
    await write(database, course_id, passed("p1"))
    await issue(database, course_id)
    async with database.write() as connection:
        await remove_paper(connection, database.personal_keys, "p1", 0, WANG)
        paper = NewPaper(kind="BLS", valid_until=date(2030, 1, 1))
        await add_paper(connection, database.personal_keys, "p1", paper, WANG, is_seen=True)

        assert (await cancel_course(connection, course_id, WANG)).state is CourseState.CANCELLED


@both
async def test_hours_may_be_corrected_after_the_certificate_and_count_for_the_person(database: Database) -> None:
    first, second = await planned(database, "p1"), await planned(database, "p1", certificate_kind="", valid_months=None)
    await write(database, first, passed("p1"))
    await issue(database, first)
    await write(database, first, Entry(rescuer_id="p1", attended_h=6.5))
    await write(database, second, Entry(rescuer_id="p1", attended=True, attended_h=2.0))

    async with database.read() as connection:
        assert await load_training_h(connection, "p1") == 8.5
        assert await load_training_h(connection, "p2") == 0
    with pytest.raises(CourseRefused, match="leads to no certificate"):
        await issue(database, second)


@both
async def test_only_some_of_those_who_passed_may_get_theirs(database: Database) -> None:
    course_id = await planned(database, "p1", "p2")
    await write(database, course_id, passed("p1"), passed("p2"))

    assert [one.rescuer_id for one in await issue(database, course_id, only=["p2"])] == ["p2"]
    with pytest.raises(NotEnrolled, match="p3"):
        await issue(database, course_id, only=["p3"])


@both
async def test_erasing_a_person_erases_what_they_did_in_courses(database: Database) -> None:
    """Whatever they were there: somebody who learns, a trainer, an examiner."""
    course_id = await planned(database, "p1", "p2", trainer="p1")
    await write(database, course_id, passed("p1"), passed("p2", examiner="p1"))
    before = await see(database, course_id)
    async with database.write() as connection:
        for rescuer_id in ("p1", "p2", "p3"):
            await erase_rescuer(connection, rescuer_id, at=AFTER)
        held = [
            (await connection.execute(select(table).where(table.c.rescuer_id.is_not(None)))).all()
            for table in PERSONAL_TABLES
        ]
        history = await list_changes(connection, limit=99)

    after = await see(database, course_id)
    assert before.trainer is not None
    assert (before.trainer.rescuer_id, before.trainer.name) == ("p1", "学员1")
    assert not any(held)
    assert (after.trainer, after.people) == (None, ())
    assert {one.author.why for one in history if one.change.kind == "rescuer"} == {""}
    told = str([(one.change, one.author.why) for one in history if "course" in str(one.change)])
    assert not [word for word in ("学员", "passed", "failed", "赵老师", "钱考官") if word in told]


@both
async def test_an_examiner_who_was_erased_is_not_taken_for_another(database: Database) -> None:
    course_id = await planned(database, "p1", "p2")
    await write(database, course_id, passed("p1", examiner="p3"))
    async with database.write() as connection:
        await erase_rescuer(connection, "p3", at=AFTER)
    course = await write(database, course_id, passed("p2"))

    by = {one.rescuer_id: course.staff.get(one.examiner or 0) for one in course.people}
    assert by["p2"] is not None
    assert by["p2"].name == "钱考官"
    assert by["p1"] is None
    async with database.read() as connection:
        assert len((await connection.execute(select(course_staff))).all()) == 2


@both
async def test_whoever_teaches_is_gone_once_another_is_put_in_their_place(database: Database) -> None:
    """Also where a certificate was issued, or the course cancelled: a name that nobody registered is erased so."""
    course_id, other = await planned(database, "p1"), await planned(database)
    await write(database, course_id, passed("p1"))
    await issue(database, course_id)
    await write(database, course_id, Entry(rescuer_id="p1", examiner="p2"))
    async with database.write() as connection:
        await cancel_course(connection, other, WANG)
        await change_course(connection, other, {"trainer": ""}, WANG)
        with pytest.raises(CourseRefused, match="cancelled"):
            await change_course(connection, other, {"trainer": "x", "title": "y"}, WANG)
        await change_course(connection, course_id, {"trainer": "p3"}, WANG)
        rows = (await connection.execute(select(course_staff.c.rescuer_id, course_staff.c.name))).all()

    assert sorted(map(tuple, rows)) == [("p2", ""), ("p3", "")]
    assert (await see(database, course_id)).people[0].outcome is Outcome.ISSUED


@both
async def test_every_change_is_in_the_history_with_who_made_it(database: Database) -> None:
    course_id = await planned(database, "p1", "p2")
    await write(database, course_id, passed("p1"))
    await write(database, course_id, passed("p1", passed=False))
    await write(database, course_id, passed("p1", passed=False))
    async with database.write() as connection:
        await change_course(connection, course_id, {"title": "复训", "trainer": "孙老师"}, WANG)
        await change_course(connection, course_id, {"title": "复训"}, WANG)
        await withdraw(connection, course_id, "p2", WANG)
        await cancel_course(connection, course_id, WANG)
        of_course = await list_changes(connection, kind="course", subject_id=course_id, limit=99)
        of_person = await list_changes(connection, kind="rescuer", subject_id="p1", limit=99)

    assert [one.change.action for one in reversed(of_course)] == [
        *("added", "enrolled", "attendance", "exam", "held", "exam corrected", "corrected", "withdrawn", "cancelled"),
    ]
    assert [one.change.action for one in reversed(of_person)][1:] == [
        *("course: enrolled", "course: attendance", "course: exam", "course: exam corrected"),
    ]
    corrected = next(one.change for one in of_course if one.change.action == "corrected")
    assert corrected.before == {"title": "救护员培训", "trainer": "not shown"}
    assert corrected.after == {"title": "复训", "trainer": "not shown"}
    assert {one.author.by for one in of_course} == {"officer-wang", "li"}


@both
async def test_two_officers_at_once_lose_nothing(database: Database) -> None:
    course_id = await planned(database, "p1")
    seen = (await see(database, course_id)).digest()
    await write(database, course_id, passed("p1"))
    async with database.write() as connection:
        with pytest.raises(CourseChanged, match="read it anew"):
            await change_course(connection, course_id, {"title": "x"}, WANG, expected=seen)
        with pytest.raises(CourseChanged):
            await cancel_course(connection, course_id, WANG, expected=seen)
        with pytest.raises(CourseChanged):
            await withdraw(connection, course_id, "p1", WANG, expected=seen)


@both
async def test_courses_are_listed_by_what_is_asked_page_by_page(database: Database) -> None:
    ids = [
        await planned(database, "p1", starts_at=STARTS + timedelta(days=day), ends_at=STARTS + timedelta(days=day + 1))
        for day in range(4)
    ]
    await write(database, ids[0], passed("p1"))
    await issue(database, ids[0])
    async with database.read() as connection:
        first = await list_courses(connection, CourseSearch(rescuer_id="p1"), limit=3)
        rest = await list_courses(connection, CourseSearch(), after=first[-1].course_id, limit=9)
        held = await list_courses(connection, CourseSearch(state=CourseState.HELD), limit=9)
        span = CourseSearch(since=STARTS + timedelta(days=1), before=STARTS + timedelta(days=2))
        within = await list_courses(connection, span, limit=9)
        others = await list_courses(connection, CourseSearch(rescuer_id="p2"), limit=9)
        with pytest.raises(BadCourse, match="of the page before"):
            await list_courses(connection, CourseSearch(), after="c-none", limit=9)
        with pytest.raises(UnknownCourse):
            await get_course(connection, "c-none")

    assert [one.course_id for one in (*first, *rest)] == ids[::-1]
    assert [(one.enrolled, one.attended, one.passed, one.issued) for one in held] == [(1, 1, 1, 1)]
    assert [one.course_id for one in within] == [ids[1]]
    assert others == []


@both
@pytest.mark.parametrize(
    ("fields", "error", "advice"),
    [
        ({"ends_at": STARTS}, BadCourse, "ends before it begins"),
        ({"starts_at": datetime(2026, 5, 16)}, BadCourse, "with its zone"),  # noqa: DTZ001 - what is refused
        ({"valid_months": None}, BadCourse, "valid_months"),
        ({"certificate_kind": ""}, BadCourse, "valid_months"),
        ({"capacity": 201}, BadCourse, "1 to 200"),
        ({"valid_months": 0}, BadCourse, "1 to 600"),
        ({"trainer": IDENTITY_CARD}, IdentityCardTyped, "identity card"),
    ],
)
async def test_a_course_that_cannot_be_is_refused(
    database: Database, fields: dict[str, Any], error: type[Exception], advice: str
) -> None:
    with pytest.raises(error, match=advice):
        await planned(database, **fields)


@given(first=st.dates(date(1970, 1, 1), date(2200, 1, 1)), months=st.integers(1, 600), more=st.integers(1, 600))
def test_a_certificate_holds_for_its_months_and_longer_for_more(first: date, months: int, more: int) -> None:
    until = last_day(first, months)

    assert (until.year - first.year) * 12 + until.month - first.month == months
    assert until.day == first.day or (until.day < first.day and (until + timedelta(days=1)).day == 1)
    assert last_day(first, months + more) > until
