"""The live picture follows what other processes change in the database, without losing what phones have just said."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, text, update

from registry.changes import change_feed
from registry.directory import Directory
from registry.fixes import Fate
from registry.follower import Follower
from registry.merging import merged
from registry.models import Presence, Rescuer
from registry.people_tables import consents
from registry.repository import delete_positions, erase_rescuer
from registry.storage.database import Database
from registry.tables import aeds, certificates, rescuer_homes, rescuers
from tests.support import waiting
from tests.support.overtaken import Overtaken

pytestmark = pytest.mark.both_databases
NOON = datetime(2025, 3, 5, 4, 0, tzinfo=UTC)
LON, LAT = 113.66, 34.75


def aed_row(aed_id: str, lon: float = LON, lat: float = LAT) -> dict[str, object]:
    empty = dict.fromkeys(("name", "location_text", "floor", "access", "source_file", "source_digest"), "")
    return empty | {
        "aed_id": aed_id,
        "position": (lon, lat),
        "indoor": None,
        "opening_hours": "24/7",
        "time_zone": "Asia/Shanghai",
        "state": "in_service",
        "source": "test",
        "source_ref": aed_id,
        "corrected": [],
        "imported_at": NOON,
        "changed_at": NOON,
    }


async def add_rescuer(database: Database, rescuer_id: str, *, home: tuple[float, float] = (LON, LAT)) -> None:
    row = {"rescuer_id": rescuer_id, "source": "t", "source_file": "", "source_digest": "", "imported_at": NOON}
    async with database.write() as connection:
        await connection.execute(insert(rescuers), row | {"on_duty": True})
        await connection.execute(insert(rescuer_homes), {"rescuer_id": rescuer_id, "position": home})
        await connection.execute(
            insert(certificates), {"rescuer_id": rescuer_id, "ordinal": 0, "kind": "red_cross", "number": ""}
        )


async def add_aeds(database: Database, *rows: dict[str, object]) -> None:
    async with database.write() as connection:
        await connection.execute(insert(aeds), list(rows))


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[Database]:
    """Another process, as far as the database can tell."""
    database = Database(database_url)
    await add_aeds(database, aed_row("aed-1"))
    for rescuer_id in ("r1", "r2"):
        await add_rescuer(database, rescuer_id)
    yield database
    await database.close()


@pytest.fixture
async def ours(database_url: str, other: Database) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def directory(ours: Database) -> AsyncIterator[Directory]:
    """A picture that is followed. The first change arrives however soon it is made."""
    picture = await Directory.load(ours)
    following = asyncio.create_task(Follower(ours, picture, change_feed(ours)).run())
    yield picture
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following


def around(directory: Directory, lon: float = LON, lat: float = LAT) -> tuple[list[str], list[str]]:
    found = directory.nearby(lon, lat, radius_m=100, at=NOON)
    return list(found.rescuer_id), list(found.aed_id)


async def until(expected: object, look: Callable[..., object], *arguments: object) -> None:
    """Returns as soon as it is so; a fraction of a second on an idle machine."""
    await waiting.until(lambda: look(*arguments) == expected)


async def test_new_ones_are_found_and_those_that_are_gone_are_not(directory: Directory, other: Database) -> None:
    await add_rescuer(other, "r0")
    await add_aeds(other, aed_row("aed-0"), aed_row("aed-far", lon=LON + 1))
    await until((["r0", "r1", "r2"], ["aed-0", "aed-1"]), around, directory)

    async with other.write() as connection:
        await connection.execute(delete(aeds).where(aeds.c.aed_id == "aed-1"))
        await connection.execute(delete(certificates).where(certificates.c.rescuer_id == "r1"))
    await until((["r0", "r2"], ["aed-0"]), around, directory)

    assert directory.find_aed("aed-1") is None
    assert directory.aed_count == 2


async def test_what_moves_is_found_where_it_is_and_nowhere_else(directory: Directory, other: Database) -> None:
    there = (LON + 0.01, LAT + 0.01)
    async with other.write() as connection:
        await connection.execute(update(aeds).values(position=there))
        mine = rescuer_homes.c.rescuer_id == "r1"
        await connection.execute(update(rescuer_homes).where(mine).values(position=there))

    await until((["r1"], ["aed-1"]), around, directory, *there)
    assert around(directory) == (["r2"], [])


async def test_a_key_that_changes_takes_the_old_one_away(directory: Directory, other: Database) -> None:
    async with other.write() as connection:
        await connection.execute(update(aeds).values(aed_id="aed-2"))

    await until(["aed-2"], lambda: around(directory)[1])
    assert list(directory.aed_ids) == ["aed-2"]


async def test_who_is_erased_is_forgotten_and_a_position_on_its_way_is_not_kept(
    directory: Directory, ours: Database, other: Database
) -> None:
    directory.record_presence("r1", Presence(lon=LON, lat=LAT, accuracy_m=5, observed_at=NOON), NOON)
    async with other.write() as connection:
        await erase_rescuer(connection, "r1", at=NOON)

    await until((["r2"], ["aed-1"]), around, directory)
    assert directory.get_rescuer("r1").erased_at == NOON
    assert directory.get_rescuer("r1").presence is None
    assert await directory.flush(ours) == 0


async def test_whoever_withdraws_consent_is_left_alone_and_a_position_on_its_way_is_not_kept(
    directory: Directory, ours: Database, other: Database
) -> None:
    directory.record_presence("r1", Presence(lon=LON, lat=LAT, accuracy_m=5, observed_at=NOON), NOON)
    withdrawn = {"rescuer_id": "r1", "version": "1", "given_at": NOON, "withdrawn_at": NOON}
    async with other.write() as connection:
        await connection.execute(insert(consents), withdrawn)

    await until((["r2"], ["aed-1"]), around, directory)
    assert directory.get_rescuer("r1").presence is None
    fate = directory.record_presence("r1", Presence(lon=LON, lat=LAT, accuracy_m=5, observed_at=NOON), NOON)
    assert fate is Fate.GONE
    assert not directory.set_duty("r1", True, NOON)
    assert await directory.flush(ours) == 0

    async with other.write() as connection:
        await connection.execute(update(consents).values(withdrawn_at=None))
    await until(True, lambda: not directory.get_rescuer("r1").off_consent)
    assert directory.set_duty("r1", True, NOON)


async def test_what_a_phone_has_just_said_outlasts_a_change_of_its_row(directory: Directory, other: Database) -> None:
    presence = Presence(lon=LON + 0.01, lat=LAT, accuracy_m=5, observed_at=NOON)
    directory.record_presence("r1", presence, NOON)
    directory.set_duty("r2", False, NOON)
    async with other.write() as connection:
        await connection.execute(update(certificates).values(kind="first_aid"))

    await until("first_aid", lambda: directory.get_rescuer("r1").certificates[0].kind)
    assert directory.get_rescuer("r1").presence == presence
    assert not directory.get_rescuer("r2").on_duty
    assert around(directory) == ([], ["aed-1"])


async def test_a_later_word_on_duty_from_elsewhere_counts(directory: Directory, other: Database) -> None:
    directory.set_duty("r1", True, NOON)
    async with other.write() as connection:
        later = {"on_duty": False, "duty_changed_at": NOON + timedelta(seconds=1)}
        await connection.execute(update(rescuers).where(rescuers.c.rescuer_id == "r1").values(later))

    await until((["r2"], ["aed-1"]), around, directory)


async def test_our_own_writes_come_back_without_changing_anything(directory: Directory, ours: Database) -> None:
    directory.set_duty("r1", False, NOON)
    await directory.flush(ours)
    await add_aeds(ours, aed_row("aed-9"))

    await until((["r2"], ["aed-1", "aed-9"]), around, directory)
    assert not directory.get_rescuer("r1").on_duty


async def test_a_whole_city_comes_in_beside_a_running_picture(directory: Directory, other: Database) -> None:
    await add_aeds(other, *(aed_row(f"city-{number}", lon=LON + 0.01) for number in range(3000)))

    await until(3001, lambda: directory.aed_count)
    assert len(around(directory, LON + 0.01)[1]) == 3000


async def test_a_picture_that_began_empty_gets_its_plane_from_the_first_places(database_url: str) -> None:
    ours, other = Database(database_url), Database(database_url)
    directory = await Directory.load(ours)
    following = asyncio.create_task(Follower(ours, directory, change_feed(ours)).run())
    await add_aeds(other, aed_row("near", lon=LON + 0.001), aed_row("far", lon=LON + 0.0012))

    await until(["near"], lambda: around(directory)[1])

    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    await asyncio.gather(ours.close(), other.close())


@pytest.mark.only_postgis
async def test_after_its_connection_is_cut_it_catches_up(directory: Directory, other: Database) -> None:
    await until_followed(directory, other)
    async with other.write() as connection:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
        await connection.execute(text(cut))
    await add_aeds(other, aed_row("meanwhile"))

    await until(["aed-1", "first", "meanwhile"], lambda: around(directory)[1])


async def until_followed(directory: Directory, other: Database) -> None:
    await add_aeds(other, aed_row("first"))
    await until(["aed-1", "first"], lambda: around(directory)[1])


async def test_what_was_read_before_a_consent_was_withdrawn_does_not_bring_it_back(
    database_url: str, other: Database
) -> None:
    ours = Overtaken(database_url)
    directory = await Directory.load(ours)
    withdrawal, withdrawing = AsyncExitStack(), asyncio.Event()

    async def withdraw() -> None:
        directory.withdraw_consent("r1", NOON)
        await withdrawal.enter_async_context(directory.consent.change("r1"))
        withdrawing.set()

    ours.after_read = withdraw
    taking = asyncio.create_task(Follower(ours, directory, change_feed(ours)).take([], ["r1", "r2"]))
    await withdrawing.wait()
    await waiting.turns(20)
    in_between = directory.get_rescuer("r1").off_consent
    async with other.write() as connection:
        row = {"rescuer_id": "r1", "version": "", "given_at": NOON, "withdrawn_at": NOON}
        await connection.execute(insert(consents), row)
    await withdrawal.aclose()
    await taking
    afterwards = directory.get_rescuer("r1").off_consent
    await ours.close()

    assert in_between
    assert afterwards


async def test_what_was_read_before_old_positions_were_deleted_does_not_bring_them_back(
    database_url: str, other: Database
) -> None:
    ours = Overtaken(database_url)
    directory = await Directory.load(ours)
    directory.record_presence("r1", Presence(lon=LON, lat=LAT, accuracy_m=5, observed_at=NOON), NOON)
    await directory.flush(ours)

    async def delete_old() -> None:
        await other.transact(lambda connection: delete_positions(connection, NOON))
        directory.forget_positions(NOON)

    ours.after_read = delete_old
    await Follower(ours, directory, change_feed(ours)).take([], ["r1"])
    found = directory.get_rescuer("r1")
    await ours.close()

    assert found.presence is None


def test_merging_keeps_nothing_of_who_has_withdrawn_consent() -> None:
    presence = Presence(lon=LON, lat=LAT, accuracy_m=5, observed_at=NOON)
    live = Rescuer(rescuer_id="r1", on_duty=True, duty_changed_at=NOON, presence=presence, last_seen_at=NOON)
    stored = replace(live, off_consent=True)

    kept = merged(live, stored)

    assert (kept.off_consent, kept.on_duty, kept.presence, kept.last_seen_at) == (True, False, None, None)


def test_merging_keeps_an_erased_person_erased() -> None:
    stored = Rescuer(rescuer_id="r1", on_duty=True)
    live = replace(stored, erased_at=NOON)

    assert merged(live, stored) == merged(stored, live) == Rescuer(rescuer_id="r1", erased_at=NOON)
