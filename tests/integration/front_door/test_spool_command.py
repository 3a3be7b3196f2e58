"""What was set aside is seen, landed or settled from the command line, and nothing of it is ever lost."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select
from typer.testing import CliRunner

from dispatch import tables as t
from dispatch.core import commands as cmd
from dispatch.journal.journal import Journal
from dispatch.records import Appended
from dispatch.spool.file import SpoolFile
from dispatch.spool.memory import RecentMemory
from dispatch.spool.record import spooled, to_bytes
from dispatch.spool.set_aside import Outcome, SetAside, Settled, UnknownRecord
from dispatch.spool.spool import Spool, SpooledJournal
from registry.storage.watched_database import WatchedDatabase
from rescue_circle.cli import app
from tests.integration.dispatch.journal_story import DETAILS, POLICY, answer, decided, record, report
from tests.integration.dispatch.test_spool import damage
from tests.support.service import TOKEN_SECRET, WEBHOOK_SECRET
from tests.unit.dispatch.incident_story import candidates

LIMIT_BYTES = 1_000_000
ADDRESS = DETAILS.address
Run = Callable[..., Result]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "calls.spool"


@pytest.fixture
def run(database_url: str, path: Path, tmp_path: Path) -> Iterator[Run]:
    """`rescue-circle spool ...` with a service's settings; in a thread, since the command has a loop of its own."""
    settings = {
        "RESCUE_DATABASE_URL": database_url,
        "RESCUE_SPOOL": str(path),
        "RESCUE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "RESCUE_TOKEN_SECRET": TOKEN_SECRET,
        "COLUMNS": "250",
    }
    runner = CliRunner(env={**{name: None for name in os.environ if name.startswith("RESCUE_")}, **settings})
    with ThreadPoolExecutor(1) as thread:
        yield lambda *arguments: thread.submit(runner.invoke, app, ["spool", *arguments]).result()


def story(incident_id: str = "a") -> list[Appended]:
    """A call that rings, an acceptance, an arrival, each with a message of 120."""
    opened = decided(None, report(incident_id), candidates({"r0": 20.0, "r1": 40.0}))
    first = next(iter(opened.after.alerts.values())).rescuer_id
    accepted = decided(opened.after, answer(opened.after, first, cmd.Answer.ACCEPT))
    arrived = decided(accepted.after, answer(accepted.after, first, cmd.Answer.ARRIVED))
    opened = replace(opened, details=DETAILS, message=record(f"{incident_id}-1"))
    return [opened, accepted, replace(arrived, message=record(f"{incident_id}-2"))]


async def spool_and_land(url: str, path: Path, changes: list[Appended]) -> None:
    """`changes` are spooled by a process that dies, and the next one brings home what it can."""
    memory, file = RecentMemory(), SpoolFile(path, limit_bytes=LIMIT_BYTES)
    for change in changes:
        rows = memory.number(change)
        memory.note(change, rows)
        file.append(to_bytes(spooled(change, rows)))
    file.close()
    database = WatchedDatabase(url)
    spool = Spool.open(path, limit_bytes=LIMIT_BYTES)
    journal = SpooledJournal(journal=Journal(database, POLICY), database=database, spool=spool, memory=RecentMemory())
    try:
        await journal.land()
        await journal.settle()
    finally:
        spool.close()
        await database.close()


async def append(url: str, *changes: Appended) -> None:
    database = WatchedDatabase(url)
    try:
        for change in changes:
            await Journal(database, POLICY).append(change)
    finally:
        await database.close()


async def written(url: str) -> tuple[list[str], list[str]]:
    """Types of the events and ids of the messages that the journal has of incident a."""
    database = WatchedDatabase(url)
    try:
        async with database.read() as connection:
            events = select(t.events.c.type).where(t.events.c.incident_id == "a").order_by(t.events.c.seq)
            messages = select(t.call_messages.c.message_id).order_by(t.call_messages.c.message_id)
            return (
                list((await connection.execute(events)).scalars()),
                list((await connection.execute(messages)).scalars()),
            )
    finally:
        await database.close()


async def contradicted(url: str, path: Path) -> list[Appended]:
    """Set aside: an acceptance and an arrival, of which the journal has a refusal in their place."""
    opened, accepted, arrived = story()
    other = decided(opened.after, answer(opened.after, "r1", cmd.Answer.DECLINE))
    await append(url, opened, other)
    await spool_and_land(url, path, [accepted, arrived])
    return [accepted, arrived]


def ids(run: Run, *options: str) -> list[str]:
    return [json.loads(line)["id"] for line in run("list", "--json", *options).stdout.splitlines()]


async def test_the_list_says_what_was_set_aside_and_why_and_nothing_personal(
    database_url: str, path: Path, run: Run
) -> None:
    await contradicted(database_url, path)

    shown, machine = run("list"), run("list", "--json")

    lines = [json.loads(line) for line in machine.stdout.splitlines()]
    assert [line["why"] for line in lines] == ["StaleIncident", "follows"]
    assert [line["record"]["incident_id"] for line in lines] == ["a", "a"]
    assert all(line["id"] in shown.stdout for line in lines)
    assert "another history" in shown.stdout
    assert "AlertAccepted" in shown.stdout
    assert ADDRESS not in shown.stdout + machine.stdout


async def test_one_is_shown_beside_what_the_journal_has_instead(database_url: str, path: Path, run: Run) -> None:
    await contradicted(database_url, path)
    first = ids(run)[0]

    shown = run("show", first)

    assert "AlertAccepted" in shown.stdout
    assert "AlertDeclined" in shown.stdout
    assert shown.exit_code == 0


async def test_personal_data_is_shown_only_where_it_is_asked_for(database_url: str, path: Path, run: Run) -> None:
    """Set aside: an opening that landed under another reference's twin."""
    opened = story()[0]
    set_aside(path, opened)
    first = ids(run)[0]

    assert ADDRESS not in run("show", first).stdout
    assert ADDRESS in run("show", first, "--personal").stdout


def set_aside(path: Path, *changes: Appended) -> None:
    """As a service does with what fails for a reason that passes, as a fault of this version."""
    aside = SetAside(path)
    memory = RecentMemory()
    for change in changes:
        rows = memory.number(change)
        memory.note(change, rows)
        aside.put(spooled(change, rows), why="DataError", at=datetime.now(UTC))
    aside.release()


async def test_what_fits_again_lands_in_order_whatever_the_order_it_was_named_in(
    database_url: str, path: Path, run: Run
) -> None:
    set_aside(path, *story())

    done = run("land", *reversed(ids(run)))

    assert done.exit_code == 0, done.stderr
    events, messages = await written(database_url)
    assert events[0] == "IncidentOpened"
    assert events[-2:] == ["AlertAccepted", "ResponderArrived"]
    assert messages == ["a-1", "a-2"]
    assert "incident a is open" in done.stdout
    assert ids(run) == []
    assert len(ids(run, "--settled")) == 3
    assert not path.with_name("calls.spool.set-aside").exists()


async def test_landing_again_after_a_crash_before_the_list_was_changed_repeats_nothing(
    database_url: str, path: Path, run: Run
) -> None:
    set_aside(path, *story())
    kept = path.with_name("calls.spool.set-aside")
    shutil.copy(kept, path.with_name("copy"))
    run("land", "--all")
    once = await written(database_url)
    shutil.copy(path.with_name("copy"), kept)

    done = run("land", "--all")

    assert done.exit_code == 0, done.stderr
    assert await written(database_url) == once
    assert ids(run) == []


async def test_what_still_does_not_fit_stays_on_the_list_and_the_rest_lands(
    database_url: str, path: Path, run: Run
) -> None:
    await contradicted(database_url, path)
    set_aside(path, *story("b"))
    before = ids(run)

    done = run("land", "--all")

    assert done.exit_code == 1
    assert "another history" in done.stderr
    assert ids(run) == before[:2]
    _, messages = await written(database_url)
    assert messages == ["a-1", "b-1", "b-2"]


async def test_what_was_decided_on_a_record_that_never_landed_does_not_land(
    database_url: str, path: Path, run: Run
) -> None:
    """Though its version fits the journal, which has as many events of another history."""
    await contradicted(database_url, path)
    first, second = ids(run)
    run("settle", first, "--reason", "the journal knows better")

    done = run("land", second)

    assert done.exit_code == 1
    assert "has not landed" in done.stderr
    assert ids(run) == [second]
    assert (await written(database_url))[0][-1] == "AlertDeclined"


async def test_what_is_settled_is_kept_whole_with_the_reason(database_url: str, path: Path, run: Run) -> None:
    set_aside(path, *story())
    first, second, _ = ids(run)

    without = run("settle", first, "--reason", " ")
    done = run("settle", second, first, "--reason", "called off by phone, says the desk")

    assert without.exit_code == 2
    assert done.exit_code == 0, done.stderr
    assert len(ids(run)) == 1
    listed = run("list", "--settled").stdout
    assert "called off by phone, says the desk" in listed
    assert ADDRESS in run("show", first, "--personal").stdout
    kept = path.with_name("calls.spool.settled")
    assert kept.stat().st_mode & 0o777 == 0o600


async def test_what_has_landed_leaves_no_personal_data_beside_the_spool(
    database_url: str, path: Path, run: Run
) -> None:
    set_aside(path, *story())

    run("land", "--all")

    assert ADDRESS.encode() not in path.with_name("calls.spool.settled").read_bytes()


def test_an_unknown_id_and_a_missing_choice_change_nothing(path: Path, run: Run) -> None:
    set_aside(path, *story())

    unknown, nothing = run("land", "nobody"), run("land")

    assert isinstance(unknown.exception, UnknownRecord)
    assert "spool list" in str(unknown.exception)
    assert nothing.exit_code == 2
    assert len(ids(run)) == 3


def test_a_service_that_runs_counts_anew_what_persons_have_dealt_with(path: Path) -> None:
    set_aside(path, *story())
    running = Spool.open(path, limit_bytes=LIMIT_BYTES)
    assert running.set_aside.count == 3
    person = SetAside(path)

    with person.taken() as waiting:
        person.settle(waiting[:2], Settled(outcome=Outcome.SETTLED, at=datetime.now(UTC), reason="seen"))
    running.set_aside.look()

    assert running.set_aside.count == 1
    running.close()


def test_the_same_record_is_set_aside_once(path: Path) -> None:
    set_aside(path, *story())
    set_aside(path, *story())

    assert len(SetAside(path).read()) == 3


@pytest.mark.usefixtures("database_url")
def test_a_database_that_is_away_loses_nothing(path: Path, run: Run, tmp_path: Path) -> None:
    set_aside(path, *story())
    (tmp_path / "town.sqlite3").unlink()
    (tmp_path / "town.sqlite3").mkdir()

    done = run("land", "--all")

    assert done.exit_code == 2
    assert "Traceback" not in done.stderr
    assert len(ids(run)) == 3


async def test_what_lay_behind_a_damaged_part_is_named_and_landed_by_hand(
    database_url: str, path: Path, run: Run
) -> None:
    memory, file = RecentMemory(), SpoolFile(path, limit_bytes=LIMIT_BYTES)
    for change in [*story("b"), *story("a")]:
        rows = memory.number(change)
        memory.note(change, rows)
        file.append(to_bytes(spooled(change, rows)))
    file.close()
    damage(path, 1)

    await spool_and_land(database_url, path, [])
    listed, landed = run("list"), run("land", "--all")

    assert "damaged part of the spool" in listed.stdout
    assert f"{path}.damaged" in listed.stdout
    assert landed.stdout.count("landed") == 3
    assert landed.exit_code == 1
    assert await written(database_url) == (
        [type(event).__name__ for change in story("a") for event in change.events],
        ["a-1", "a-2", "b-1"],
    )
