"""The operation centre hears of calls and AEDs in counts and states, each change once and in order, and of nobody."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import select, update

from dispatch.access.integrations import CENTRE
from dispatch.access.tokens import Access
from dispatch.callbacks.outbox import DEAD, DELIVERED, Outbox, StoredCallback
from dispatch.centre.feed import KEPT, CentreFeed, FeedMetrics
from dispatch.contracts.centre import CENTRE_MESSAGE
from dispatch.core import commands as cmd
from dispatch.core.commands import Answer
from dispatch.core.incident import Incident
from dispatch.journal.journal import Journal
from dispatch.tables import callbacks, centre_incidents
from registry.directory import Directory
from registry.models import Aed, AedState
from registry.storage.database import Database
from tests.integration.dispatch.journal_story import DETAILS, NOON, POLICY, answer, append, decided, report
from tests.support.phone import phone_of
from tests.support.process import running
from tests.support.receiver import CALLBACK_SECRET, Receiver, Reply, receiving
from tests.support.service import Service, call
from tests.support.town import Town
from tests.support.waiting import eventually
from tests.unit.dispatch.incident_story import candidates

both_databases = pytest.mark.both_databases
NEAR = candidates({"r0": 20.0, "r1": 40.0})
NOBODY = candidates({})
HALL = Aed(aed_id="hall", lon=113.66, lat=34.75, time_zone="Asia/Shanghai")


class Times:
    """All clocks of the feed, moved by hand."""

    def __init__(self) -> None:
        self.now = NOON
        self.passed_s = 0.0


class Centre:
    """The feed over a database of its own, and what it has written."""

    def __init__(self, database: Database, district: str | None = None) -> None:
        self.database = database
        self.times = Times()
        self.directory = Directory([HALL], [])
        self.outbox = Outbox(database, find_target=lambda _: None, now=lambda: self.times.now)
        self.journal = Journal(database, POLICY, self.outbox)
        self.feed = self.new_feed(district)

    def new_feed(self, district: str | None = None) -> CentreFeed:
        return CentreFeed(
            database=self.database,
            outbox=self.outbox,
            directory=self.directory,
            find_district=lambda _lon, _lat: district,
            metrics=FeedMetrics(CollectorRegistry()),
            summary_s=300.0,
            now=lambda: self.times.now,
            real_now=lambda: self.times.now,
            monotonic=lambda: self.times.passed_s,
        )

    async def written(self) -> list[StoredCallback]:
        return await self.outbox.list_callbacks(incident_id=CENTRE, limit=1000)

    async def told(self) -> list[tuple[str, dict[str, Any]]]:
        """Every message but summaries, by type and data, once the feed has looked."""
        await self.feed.look()
        messages = [json.loads(one.body) for one in await self.written()]
        return [(one["type"], one["data"]) for one in messages if one["type"] != "summary"]

    def put(self, aed: Aed) -> None:
        self.directory.take_aed(aed.aed_id, aed)
        self.feed.note_aeds([aed.aed_id])


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def centre(database: Database) -> Centre:
    return Centre(database)


def end(incident_id: str) -> cmd.EndCall:
    return cmd.EndCall(incident_id=incident_id, cad_ref=incident_id, reason="cancelled", reported_at=NOON)


async def call_with_place(journal: Journal, incident_id: str) -> Incident:
    appended = replace(decided(None, report(incident_id), NEAR), details=DETAILS)
    await journal.append(appended)
    return appended.after


@both_databases
async def test_a_call_is_told_in_counts_from_its_opening_to_its_end(centre: Centre) -> None:
    await centre.feed.look()
    incident = await call_with_place(centre.journal, "a")
    first = await centre.told()
    incident, _ = await append(centre.journal, incident, answer(incident, "r1", Answer.ACCEPT))
    await centre.feed.look()
    await append(centre.journal, incident, end("a"))
    told = await centre.told()

    opened = first[0][1]
    assert [kind for kind, _ in first] == ["incident.opened"]
    assert opened["counts"] == {"alerted": 2, "accepted": 0, "arrived": 0, "aeds_collected": 0}
    assert (opened["incident_id"], opened["status"], opened["district"]) == ("a", "alerting", None)
    assert [kind for kind, _ in told] == ["incident.opened", "incident.changed", "incident.closed"]
    assert told[1][1]["counts"]["accepted"] == 1
    assert told[2][1]["reason"] == "cancelled"


@both_databases
async def test_what_changes_nothing_for_the_city_is_not_told(centre: Centre) -> None:
    await centre.feed.look()
    incident, _ = await append(centre.journal, None, report("a"), NEAR)
    before = await centre.told()
    await append(centre.journal, incident, answer(incident, "r0", Answer.DECLINE))

    assert await centre.told() == before


@both_databases
async def test_nothing_that_is_told_says_where_or_who(centre: Centre) -> None:
    await centre.feed.look()
    incident = await call_with_place(centre.journal, "a")
    await append(centre.journal, incident, answer(incident, "r1", Answer.ACCEPT))
    await centre.feed.look()

    everything = "".join(one.body for one in await centre.written())
    assert not [word for word in ("113.665", "34.757", "中原路", "狗", '"r1"', "cad_ref") if word in everything]


@both_databases
async def test_the_district_is_told_where_the_city_wants_it_and_forgotten_with_the_incident(
    database: Database,
) -> None:
    centre = Centre(database, district="中原区")
    await centre.feed.look()
    incident = await call_with_place(centre.journal, "a")
    ((_, opened),) = await centre.told()
    await append(centre.journal, incident, end("a"))
    await centre.feed.look()

    said = await database.consult(
        lambda connection: connection.execute(select(centre_incidents.c.said)).scalars().all()
    )
    assert opened["district"] == "中原区"
    assert said == [{"status": "closed"}]


@both_databases
async def test_what_is_over_when_the_feed_begins_is_no_news_and_what_is_open_is(centre: Centre) -> None:
    over, _ = await append(centre.journal, None, report("over"), NEAR)
    await append(centre.journal, over, end("over"))
    await append(centre.journal, None, report("open"), NOBODY)

    told = await centre.told()

    assert [(kind, data["incident_id"]) for kind, data in told] == [("incident.opened", "open")]


@both_databases
async def test_a_call_that_is_opened_and_ended_between_two_looks_is_told_whole(centre: Centre) -> None:
    await centre.feed.look()
    incident, _ = await append(centre.journal, None, report("a"), NEAR)
    await append(centre.journal, incident, end("a"))

    assert [kind for kind, _ in await centre.told()] == ["incident.opened", "incident.closed"]


@both_databases
async def test_aeds_are_told_when_they_come_move_fail_return_and_go(centre: Centre) -> None:
    assert await centre.told() == []
    gate = Aed(aed_id="gate", lon=113.7, lat=34.8, time_zone="Asia/Shanghai", name="东门")
    moved = replace(gate, lon=113.701)
    for now in (
        gate,
        replace(gate, name="西门"),
        moved,
        replace(moved, state=AedState.MISSING),
        moved,
        replace(moved, retired=True),
    ):
        centre.put(now)
        await centre.feed.look()

    told = await centre.told()
    assert [kind for kind, _ in told] == [
        "aed.added",
        "aed.moved",
        "aed.out_of_service",
        "aed.back_in_service",
        "aed.retired",
    ]
    assert {data["aed_id"] for _, data in told} == {"gate"}
    assert told[2][1] == {"seq": told[2][1]["seq"], "aed_id": "gate", "state": "missing", "lon": 113.701, "lat": 34.8}


@both_databases
async def test_what_changed_while_no_service_ran_is_told_by_the_next(centre: Centre) -> None:
    await centre.feed.look()
    centre.directory.take_aed("hall", replace(HALL, state=AedState.OUT_OF_SERVICE))
    await append(centre.journal, None, report("a"), NEAR)

    centre.feed = centre.new_feed()

    assert [kind for kind, _ in await centre.told()] == ["incident.opened", "aed.out_of_service"]


@both_databases
async def test_messages_are_numbered_without_gaps_and_each_fits_the_contract(centre: Centre) -> None:
    await centre.feed.look()
    for incident_id in ("a", "b", "c"):
        await append(centre.journal, None, report(incident_id), NOBODY)
        await centre.feed.look()

    written = await centre.written()
    messages = [CENTRE_MESSAGE.validate_json(one.body) for one in written]
    assert [one.data.seq for one in messages] == [one.seq for one in written] == [1, 2, 3, 4]
    assert len({one.callback_id for one in written}) == 4


@both_databases
async def test_two_processes_on_one_database_tell_everything_once(centre: Centre) -> None:
    await centre.feed.look()
    other = centre.new_feed()
    for incident_id in ("a", "b"):
        await append(centre.journal, None, report(incident_id), NOBODY)
        await centre.feed.look()
        await other.look()

    assert [data["incident_id"] for _, data in await centre.told()] == ["a", "b"]


@both_databases
async def test_a_summary_comes_in_its_time_and_does_not_queue_up(centre: Centre) -> None:
    async def summaries() -> list[dict[str, Any]]:
        await centre.feed.look()
        return [json.loads(one.body)["data"] for one in await centre.written() if one.type == "summary"]

    await append(centre.journal, None, report("a"), NEAR)
    first = await summaries()
    centre.times.passed_s = 299.0
    early = await summaries()
    centre.times.passed_s = 301.0
    waiting = await summaries()
    for one in await centre.written():
        await centre.outbox.record(one, state=DELIVERED)
    centre.times.passed_s = 602.0
    late = await summaries()

    assert first == early == waiting
    assert first == [{"seq": 2, "incidents_open": 1, "aeds": 1, "aeds_in_service": 1, "rescuers_on_duty": 0}]
    assert len(late) == 2


@both_databases
async def test_messages_are_forgotten_once_they_are_old_but_for_those_that_wait(centre: Centre) -> None:
    await append(centre.journal, None, report("a"), NEAR)
    await append(centre.journal, None, report("b"), NOBODY)
    await centre.feed.look()
    taken, dead, *_ = await centre.written()
    await centre.outbox.record(taken, state=DELIVERED)
    await centre.outbox.record(dead, state=DEAD)

    centre.times.now = NOON + KEPT + timedelta(hours=1)
    centre.times.passed_s = 1_000.0
    await centre.feed.look()

    seqs = [one.seq for one in await centre.written()]
    assert seqs[0] == 3
    assert not {taken.seq, dead.seq} & {*seqs}


@both_databases
async def test_what_was_given_up_can_be_sent_again_by_its_id(centre: Centre) -> None:
    await centre.feed.look()
    (summary,) = await centre.written()
    await centre.outbox.record(summary, state=DEAD, error="HTTP 400")

    await centre.outbox.retry(summary.callback_id)

    assert [one.callback_id for one in await centre.outbox.find_due(CENTRE, but_of=(), limit=9)] == [
        summary.callback_id
    ]


async def test_a_feed_whose_writing_fails_loses_nothing(centre: Centre, database: Database) -> None:
    await centre.feed.look()
    centre.put(replace(HALL, state=AedState.MISSING))
    # Somebody has taken the number that comes next.
    await database.transact(
        lambda connection: connection.execute(
            update(callbacks).where(callbacks.c.incident_id == CENTRE).values(seq=callbacks.c.seq + 1)
        )
    )
    with pytest.raises(Exception, match="UNIQUE"):
        await centre.feed.look()
    await database.transact(
        lambda connection: connection.execute(
            update(callbacks).where(callbacks.c.incident_id == CENTRE).values(seq=callbacks.c.seq - 1)
        )
    )

    assert [kind for kind, _ in await centre.told()] == ["aed.out_of_service"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(CENTRE_MESSAGE) as one:
        yield one


@pytest.fixture
def service(town: Town, town_database: str, tmp_path: Path, receiver: Receiver) -> Iterator[Service]:
    """A service whose city has an operation centre, which fails to take every message at first."""
    receiver.behave = lambda _kind, _data, number: Reply(status=503 if number == 1 else 204)
    settings = {
        "RESCUE_OPERATION_CENTRE_URL": receiver.url,
        "RESCUE_OPERATION_CENTRE_SECRET": CALLBACK_SECRET,
        "RESCUE_CALLBACK_RETRY_S": "0.05",
    }
    with running(town, town_database, tmp_path / "service.log", **settings) as one:
        yield one


@both_databases
async def test_a_running_service_tells_a_real_receiver_signed_in_order_and_again(
    service: Service, receiver: Receiver
) -> None:
    async with phone_of(service, "r00") as phone:
        incident_id = service.post_call(call()).json()["incident_id"]
        await phone.expect("alert")
        assert service.post_call(call("call.cancelled")).status_code == 202
        aed_id = service.get("/api/aeds", Access.REGISTRY_OFFICER)["aeds"][0]["aed_id"]
        retired = service.request("POST", f"/api/aeds/{aed_id}/retire", Access.REGISTRY_OFFICER)
        retired.raise_for_status()
        kinds = eventually(
            lambda: {"closed", "aed.retired", "summary"} <= {*receiver.kinds()} and receiver.kinds(),
            tell=lambda: str(receiver.attempts),
        )

    taken = receiver.taken()
    assert [one.seq for one in taken] == list(range(1, len(taken) + 1))
    assert {one.number for one in taken} == {2}
    assert kinds.index("opened") < kinds.index("closed")
    assert {one.message["data"].get("incident_id") for one in taken} <= {incident_id, None}
    listed = service.get("/api/callbacks?incident_id=operation-centre")
    assert {one["integration"] for one in listed} == {CENTRE}
    metrics = service.request("GET", "/metrics").text
    assert 'rescue_callbacks_total{integration="operation-centre",outcome="delivered"}' in metrics
    assert 'rescue_operation_centre_looks_total{outcome="ok"}' in metrics
    assert datetime.now(UTC) > datetime.fromisoformat(taken[0].message["timestamp"])
