"""Personal data is gone when its time is over or when somebody asks, and the journal stays what it was."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from websockets.exceptions import ConnectionClosed

from dispatch import tables as t
from dispatch.access.tokens import Access
from dispatch.core import commands as cmd
from dispatch.incidents.writer import UnknownIncident
from dispatch.journal.journal import Journal
from dispatch.journal.reader import JournalReader
from dispatch.people.people import People
from dispatch.retention.retention import BATCH, IncidentOpen, Retention, RetentionRules
from geo.places.datum import Datum
from registry.directory import Directory
from registry.importers.import_log import NotUndone, undo_import
from registry.importers.run import ImportOptions, import_file
from registry.models import Presence
from registry.people_tables import import_people, invitations, sessions
from registry.storage.database import Database
from registry.tables import import_changes
from tests.integration.dispatch.journal_story import DETAILS, NOON, POLICY, append, decided, record, report
from tests.support.command import command
from tests.support.phone import beating, console_of, phone_of
from tests.support.process import running
from tests.support.service import Service, call
from tests.support.town import Town
from tests.support.waiting import eventually
from tests.unit.dispatch.incident_story import candidates

pytestmark = pytest.mark.both_databases
DAY = timedelta(days=1)
RULES = RetentionRules(details=30 * DAY, messages=7 * DAY, positions=DAY, imports=30 * DAY, people_imports=7 * DAY)
WORDS = "门禁2580中原路十八号"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


async def happen(database: Database, incident_id: str, *, closed: bool = True) -> None:
    """A call with all its words, answered by somebody; ended at noon where `closed`."""
    journal = Journal(database, POLICY)
    opened = decided(None, report(incident_id), candidates({f"r-{incident_id}": 20.0}))
    message = replace(record(f"m-{incident_id}"), body=WORDS.encode(), detail=WORDS)
    await journal.append(replace(opened, details=replace(DETAILS, note=WORDS), message=message))
    if closed:
        end = cmd.EndCall(incident_id=incident_id, cad_ref=None, reason="closed", reported_at=NOON)
        await append(journal, opened.after, end)


async def held(database: Database) -> tuple[set[str], set[str]]:
    """Incidents that still have details, and those that still have 120's words."""
    async with database.read() as connection:
        details = (await connection.execute(select(t.incident_details.c.incident_id))).scalars().all()
        messages = (await connection.execute(select(t.call_messages))).all()
    return set(details), {row.incident_id for row in messages if row.body or row.detail}


async def test_each_kind_is_erased_when_its_own_time_after_the_end_is_over(database: Database) -> None:
    await happen(database, "ended")
    await happen(database, "open", closed=False)
    retention = Retention(database, RULES)
    both = {"ended", "open"}

    just_before = await retention.run(NOON + 7 * DAY - timedelta(seconds=1))
    assert await held(database) == (both, both)
    after_a_week = await retention.run(NOON + 7 * DAY)
    assert await held(database) == (both, {"open"})
    foreseen = await retention.preview(NOON + 30 * DAY)
    after_a_month = await retention.run(NOON + 30 * DAY)
    assert await held(database) == ({"open"}, {"open"})
    again = await retention.run(NOON + 300 * DAY)

    assert (just_before.incident_ids, just_before.messages) == ((), 0)
    assert (after_a_week.incident_ids, after_a_week.messages) == ((), 1)
    assert foreseen == after_a_month
    assert after_a_month.incident_ids == ("ended",)
    assert (again.incident_ids, again.messages, again.positions) == ((), 0, 0)


async def test_an_erased_incident_replays_to_the_same_and_its_message_stays_known(database: Database) -> None:
    await happen(database, "a")
    reader = JournalReader(database)
    before, events = await reader.find_incident("a"), await reader.read_events("a")
    inbox = await reader.read_inbox("rescuer:r-a", after=0, limit=10)

    await Retention(database, RULES).run(NOON + 30 * DAY)

    assert await reader.find_incident("a") == before
    assert await reader.read_events("a") == events
    assert await reader.read_inbox("rescuer:r-a", after=0, limit=10) == inbox
    assert await reader.find_details("a") is None
    assert await reader.find_erased_at("a") == NOON + 30 * DAY
    assert (await reader.find_known(replace(record("m-a"), body=WORDS.encode()), "a")).message_incident_id == "a"


async def test_more_than_one_batch_is_erased_in_one_run(database: Database) -> None:
    await happen(database, "model")
    many = [f"i{number:04d}" for number in range(BATCH + 3)]
    async with database.write() as connection:
        for table in (t.incidents, t.events, t.incident_details, t.call_messages):
            columns = table.c
            rows = (await connection.execute(select(table).where(columns.incident_id == "model"))).mappings().all()
            copies = [
                {**row, "incident_id": one, **({"message_id": one} if table is t.call_messages else {})}
                | ({"cad_ref": one} if table is t.incidents else {})
                for one in many
                for row in rows
            ]
            await connection.execute(table.insert(), copies)

    erased = await Retention(database, RULES).run(NOON + 30 * DAY)

    assert len(erased.incident_ids) == erased.messages == len(many) + 1
    assert await held(database) == (set(), set())


async def test_on_request_a_closed_incident_is_erased_at_once_and_an_open_one_is_not(database: Database) -> None:
    await happen(database, "ended")
    await happen(database, "other")
    await happen(database, "open", closed=False)
    retention = Retention(database, RULES)

    await retention.erase_incident("ended", NOON + DAY)
    await retention.erase_incident("ended", NOON + 2 * DAY)
    with pytest.raises(IncidentOpen):
        await retention.erase_incident("open", NOON)
    with pytest.raises(UnknownIncident):
        await retention.erase_incident("nothing", NOON)

    assert await held(database) == ({"other", "open"}, {"other", "open"})
    assert await JournalReader(database).find_erased_at("ended") == NOON + DAY


async def test_old_positions_are_gone_from_the_database_and_the_live_picture(town_database: str) -> None:
    database = Database(town_database)
    directory = await Directory.load(database)
    for rescuer_id, at in (("r00", NOON), ("r01", NOON + DAY)):
        presence = Presence(lon=113.6, lat=34.7, accuracy_m=5, observed_at=at)
        directory.record_presence(rescuer_id, presence, at)
    await directory.flush(database)

    erased = await Retention(database, RULES).run(NOON + DAY)
    directory.forget_positions(NOON)
    again = await Directory.load(database)
    await database.close()

    assert erased.positions == 1
    for picture in (directory, again):
        assert picture.get_rescuer("r00").presence is None
        assert picture.get_rescuer("r01").presence is not None
        assert picture.get_rescuer("r00").home_lon is not None


async def test_expired_secrets_and_the_words_of_settled_reports_are_gone(town_database: str) -> None:
    database = Database(town_database)
    people = People.of(database, token_secret="a secret that signs tokens", public_url="")
    begun = datetime.now(UTC)
    await people.accounts.add("desk-1", "dispatcher", "a long night at the desk")
    await people.accounts.sign_in(
        "desk-1",
        "a long night at the desk",
        passwords=people.passwords,
        sessions=people.sessions,
        factors=people.factors,
    )
    for rescuer_id, days in (("r00", 1), ("r01", 60)):
        await people.volunteers.invite(rescuer_id, days * DAY)
    aed_id = next(iter((await Directory.load(database)).aed_ids))
    settled, _ = [await people.problems.report(aed_id, "other", note) for note in (WORDS, "still open")]
    await people.problems.resolve(settled, WORDS)

    soon = Retention(database, RULES, real_now=lambda: begun + 12 * timedelta(hours=1))
    later = Retention(database, RULES, real_now=lambda: begun + 31 * DAY)
    at_first = (await soon.run(NOON)).expired
    foreseen, done = (await later.preview(NOON)).expired, (await later.run(NOON)).expired
    again = (await later.run(NOON)).expired
    async with database.read() as connection:
        invited = (await connection.execute(select(invitations.c.rescuer_id))).scalars().all()
        sessions_left = (await connection.execute(select(sessions))).all()
    reports = await people.problems.list_all(open_only=False, limit=10)
    await database.close()

    assert (at_first, foreseen, done, again) == (0, 3, 3, 0)
    assert invited == ["r01"]
    assert sessions_left == []
    assert {report.note for report in reports} == {"", "still open"}
    assert all(not report.resolution for report in reports)


async def test_the_service_erases_on_request_and_renders_what_is_left_without_a_place(service: Service) -> None:
    async with phone_of(service, "r00") as phone:
        incident_id = service.post_call(call(caller_phone="+8613900000000")).json()["incident_id"]
        alert = await phone.expect("alert")
        await phone.ask("accept", alert_id=alert["alert_id"])
        await phone.expect("assignment")
    while_open = service.request("DELETE", f"/api/incidents/{incident_id}/personal-data")
    service.post_call(call("call.closed"))
    timeline = service.get(f"/api/incidents/{incident_id}/timeline")
    done = service.request("DELETE", f"/api/incidents/{incident_id}/personal-data")
    left = service.get(f"/api/incidents/{incident_id}")
    async with phone_of(service, "r00", last_seq=0) as phone, console_of(service) as console:
        again = await phone.expect("alert")
        assignment = await phone.expect("assignment")
        await console.expect("incident_changed", lambda frame: frame["status"] == "closed")

    assert while_open.status_code == 409
    assert while_open.json()["code"] == "incident_open"
    assert done.status_code == 204
    assert left["location"] is None
    assert left["erased_at"]
    assert left["status"] == "closed"
    assert [one["state"] for one in left["alerts"]] == ["stood_down"]
    assert service.get(f"/api/incidents/{incident_id}/timeline") == timeline
    assert again["area"] is None
    assert assignment["patient"] is None
    assert assignment["route"] is None


async def test_a_service_that_runs_erases_by_itself_and_so_does_the_command(
    town: Town, town_database: str, tmp_path: Path
) -> None:
    with running(town, town_database, tmp_path / "first.log") as service:
        async with phone_of(service, "r00"):
            kept = service.post_call(call(cad_ref="A")).json()["incident_id"]
        service.post_call(call("call.closed", cad_ref="A"))
    later = (datetime.now(UTC) + 8 * DAY).isoformat()
    with running(town, town_database, tmp_path / "second.log", RESCUE_CLOCK_START=later) as service:
        eventually(lambda: "retention_ran" in (tmp_path / "second.log").read_text(encoding="utf-8"))
        assert service.get(f"/api/incidents/{kept}")["location"]
    after_a_week = await held_in(town_database)
    erase = ("retention", "run", "--details-days", "0", "--database", town_database)
    dry, done = command(*erase, "--dry-run", folder=tmp_path), command(*erase, folder=tmp_path)

    assert after_a_week == ({kept}, set())
    assert "To erase: details of 1 incidents" in dry.stdout
    assert "Erased: details of 1 incidents" in done.stdout
    assert await held_in(town_database) == (set(), set())


async def test_a_volunteer_erases_himself_and_is_off_the_line_and_out_of_the_picture(
    town: Town, town_database: str, tmp_path: Path
) -> None:
    with running(town, town_database, tmp_path / "service.log", RESCUE_HEARTBEAT_S="1") as service:
        async with phone_of(service, "r00") as phone, beating(phone.socket):
            for whom, status in (("r01", 403), ("r00", 204)):
                token, path = service.token(Access.VOLUNTEER, "r00"), f"/api/rescuers/{whom}/personal-data"
                answer = await asyncio.to_thread(service.request_as, token, "DELETE", path)
                assert answer.status_code == status
            with pytest.raises(ConnectionClosed) as closed:
                await phone.expect("nothing")
        seen = service.request("GET", "/api/rescuers/r00/eligibility").json()

    assert closed.value.rcvd
    assert closed.value.rcvd.code == 4403
    assert seen["reason"] == "erased"


async def held_in(url: str) -> tuple[set[str], set[str]]:
    database = Database(url)
    try:
        return await held(database)
    finally:
        await database.close()


async def test_what_taking_an_import_back_needs_is_kept_for_its_days_and_the_undo_says_when_it_ended(
    database: Database, tmp_path: Path
) -> None:
    begun = datetime.now(UTC)
    people, aeds = tmp_path / "people.csv", tmp_path / "aeds.csv"
    people.write_text(
        "id,name,phone,certificate_kind,valid_until\nr1,王芳,13812345678,rc,2030-01-01\n", encoding="utf-8"
    )
    aeds.write_text("id,name,lon,lat\na1,Library,121.2,25.0\n", encoding="utf-8")
    for path in (people, aeds):
        await import_file(database, path, ImportOptions(source=path.stem, datum=Datum.WGS84), now=begun)
    rules = replace(RULES, imports=20 * DAY, people_imports=3 * DAY)

    async def run(days: float) -> int:
        return (await Retention(database, rules, real_now=lambda: begun + days * DAY).run(NOON)).imports

    foreseen = await Retention(database, rules, real_now=lambda: begun + 20 * DAY).preview(NOON)
    erased = [await run(days) for days in (2.9, 3, 19.9, 20, 30)]

    assert (foreseen.imports, erased) == (2, [0, 1, 0, 1, 0])
    for number in (1, 2):
        with pytest.raises(NotUndone, match="kept for a while only"):
            await undo_import(database, number, now=begun + 30 * DAY)
    async with database.read() as connection:
        for table in (import_people, import_changes):
            assert (await connection.execute(select(table))).all() == []
