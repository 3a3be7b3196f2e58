"""The live picture: found by place and time, changed at once, written back without losing anything."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from geo.places.geodesic import geodesic_m
from registry.directory import Directory
from registry.eligibility import Answer, is_dispatchable, position_of
from registry.fixes import Fate
from registry.models import Aed, Certificate, Presence, Rescuer
from registry.repository import UnknownAed, UnknownRescuer, erase_rescuer, find_contact, load_rescuers
from registry.storage.database import Database
from registry.tables import rescuer_personal, rescuer_presences, rescuers
from registry.unwritten import ROWS_A_FLUSH
from tests.support.waiting import turns

pytestmark = pytest.mark.both_databases
T = TypeVar("T")
NOON = datetime(2025, 3, 5, 4, 0, tzinfo=UTC)  # a Wednesday, 12:00 in Zhengzhou
LON, LAT = 113.66, 34.75
PAPER = Certificate(kind="red_cross", valid_until=date(2030, 1, 1))


def aed(aed_id: str, *, lon: float = LON, lat: float = LAT, opening_hours: str = "24/7") -> Aed:
    return Aed(aed_id=aed_id, lon=lon, lat=lat, time_zone="Asia/Shanghai", opening_hours=opening_hours)


def rescuer(rescuer_id: str, *, presence: Presence | None = None, home: bool = True, on_duty: bool = True) -> Rescuer:
    return Rescuer(
        rescuer_id=rescuer_id,
        certificates=(PAPER,),
        on_duty=on_duty,
        presence=presence,
        home_lon=LON if home else None,
        home_lat=LAT if home else None,
    )


def presence(lon: float, lat: float = LAT, *, at: datetime = NOON) -> Presence:
    return Presence(lon=lon, lat=lat, accuracy_m=10.0, observed_at=at)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    row = {"source": "t", "source_file": "", "source_digest": "", "imported_at": NOON, "on_duty": True}
    async with database.write() as connection:
        await connection.execute(insert(rescuers), [{**row, "rescuer_id": f"r{number}"} for number in range(3)])
        await connection.execute(
            insert(rescuer_personal), [{"rescuer_id": "r0", "name": "王芳", "phone_e164": "+8613812345678"}]
        )
    yield database
    await database.close()


def test_nearby_holds_who_and_what_can_help_within_the_radius() -> None:
    directory = Directory(
        [
            aed("near"),
            aed("far", lon=LON + 0.05),
            aed("maybe", opening_hours=""),
            aed("shut", opening_hours="Sa 10:00-12:00"),
        ],
        [rescuer("home"), rescuer("away", presence=presence(LON + 0.05)), rescuer("off", on_duty=False)],
    )

    found = directory.nearby(LON, LAT, radius_m=500, at=NOON)

    assert found.at == NOON
    assert found.rescuer_id == ("home",)
    assert found.rescuer_at_home.tolist() == [True]
    assert (found.rescuer_lon[0], found.rescuer_lat[0]) == (LON, LAT)
    assert found.aed_id == ("maybe", "near")
    assert found.aed_hours_unknown.tolist() == [True, False]


def test_a_stale_presence_falls_back_to_home() -> None:
    directory = Directory([], [rescuer("r", presence=presence(LON + 0.05))])
    later = NOON + timedelta(hours=2)
    assert directory.nearby(LON, LAT, radius_m=500, at=NOON).rescuer_id == ()
    assert directory.nearby(LON, LAT, radius_m=500, at=later).rescuer_id == ("r",)
    assert directory.nearby(LON + 0.05, LAT, radius_m=500, at=later).rescuer_id == ()


def test_an_aed_whose_place_is_about_to_close_is_not_offered() -> None:
    directory = Directory([aed("office", opening_hours="Mo-Fr 08:00-17:00")], [])
    closing = datetime(2025, 3, 5, 9, 0, tzinfo=UTC)
    assert directory.nearby(LON, LAT, radius_m=100, at=closing - timedelta(seconds=601)).aed_id == ("office",)
    assert directory.nearby(LON, LAT, radius_m=100, at=closing - timedelta(seconds=599)).aed_id == ()


def test_only_rescuers_on_the_line_lately_are_reachable() -> None:
    directory = Directory([], [rescuer("silent"), rescuer("online")])
    directory.seen("online", NOON)
    since = NOON - timedelta(minutes=5)
    assert directory.nearby(LON, LAT, radius_m=100, at=NOON, reachable_since=since).rescuer_id == ("online",)


def test_an_empty_registry_has_nothing_nearby() -> None:
    found = Directory([], []).nearby(LON, LAT, radius_m=1000, at=NOON)
    assert (found.rescuer_id, found.aed_id, found.aed_lon.size, found.rescuer_at_home.size) == ((), (), 0, 0)


def test_an_older_position_or_duty_change_that_arrives_late_changes_nothing() -> None:
    directory = Directory([], [rescuer("r")])
    assert directory.record_presence("r", presence(LON + 0.05), NOON) is Fate.TAKEN
    assert directory.record_presence("r", presence(LON, at=NOON - timedelta(seconds=1)), NOON) is Fate.LATE
    assert directory.set_duty("r", False, NOON)
    assert not directory.set_duty("r", True, NOON - timedelta(seconds=1))
    found = directory.get_rescuer("r")
    assert found.presence is not None
    assert (found.presence.lon, found.on_duty) == (LON + 0.05, False)


def test_unknown_ids_are_named() -> None:
    directory = Directory([], [])
    with pytest.raises(UnknownAed, match="a9"):
        directory.get_aed("a9")
    with pytest.raises(UnknownRescuer, match="r9"):
        directory.seen("r9", NOON)
    assert directory.find_aed("a9") is None
    assert directory.find_rescuer("r9") is None


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.floats(-0.02, 0.02), st.floats(-0.02, 0.02), st.integers(0, 4000)), max_size=30
    ),
    st.integers(0, 4000),
    st.floats(50, 3000),
)
def test_nearby_agrees_with_looking_at_everyone(
    moves: list[tuple[int, float, float, int]], now_s: int, radius_m: float
) -> None:
    directory = Directory([], [rescuer(f"r{number}", home=number % 2 == 0) for number in range(6)])
    for number, east, north, second in moves:
        at = NOON + timedelta(seconds=second)
        directory.record_presence(f"r{number}", presence(LON + east, LAT + north, at=at), at)
    at = NOON + timedelta(seconds=now_s)

    found = set(directory.nearby(LON, LAT, radius_m=radius_m, at=at).rescuer_id)

    for number in range(6):
        person = directory.get_rescuer(f"r{number}")
        where = position_of(person, at)
        if where is None or is_dispatchable(person, at).answer is not Answer.YES:
            assert person.rescuer_id not in found
            continue
        away_m = float(geodesic_m(LON, LAT, where.lon, where.lat))
        # The plane is true to a few millimetres here; the rim itself may fall on either side.
        if abs(away_m - radius_m) > 0.5:
            assert (person.rescuer_id in found) == (away_m < radius_m)


async def test_what_changed_is_there_after_a_restart(database: Database) -> None:
    directory = await Directory.load(database)
    directory.record_presence("r0", presence(LON + 0.01), NOON)
    directory.seen("r1", NOON)
    directory.set_duty("r2", False, NOON)

    assert await directory.flush(database) == 4
    assert await directory.flush(database) == 0

    again = await Directory.load(database)
    assert again.get_rescuer("r0") == directory.get_rescuer("r0")
    assert again.get_rescuer("r1").last_seen_at == NOON
    assert again.get_rescuer("r2").on_duty is False


class Interrupted(Database):
    """After each transaction somebody else writes, and notes how many rescuers have been seen by then."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.seen: list[int] = []

    async def transact_aside(self, work: Callable[[Connection], T]) -> T:
        done = await super().transact_aside(work)
        async with self.write() as another:
            self.seen.append(await another.scalar(select(func.count(rescuers.c.last_seen_at))) or 0)
        return done


async def test_a_flush_of_many_phones_lets_others_write_in_between(database: Database, database_url: str) -> None:
    row = {"source": "t", "source_file": "", "source_digest": "", "imported_at": NOON, "on_duty": True}
    many = [f"many{number}" for number in range(2 * ROWS_A_FLUSH + 1)]
    async with database.write() as connection:
        await connection.execute(insert(rescuers), [{**row, "rescuer_id": one} for one in many])
    directory = await Directory.load(database)
    for one in many:
        directory.seen(one, NOON)

    interrupted = Interrupted(database_url)
    flushed = await directory.flush(interrupted)
    await interrupted.close()

    assert flushed == len(many)
    assert interrupted.seen == [ROWS_A_FLUSH, 2 * ROWS_A_FLUSH, len(many)]
    again = await Directory.load(database)
    assert all(again.get_rescuer(one).last_seen_at == NOON for one in many)


async def test_a_flush_that_fails_loses_nothing(database: Database, tmp_path: Path) -> None:
    directory = await Directory.load(database)
    directory.record_presence("r0", presence(LON + 0.01), NOON)
    never_migrated = Database(f"sqlite:///{tmp_path / 'other.sqlite3'}")

    with pytest.raises(SQLAlchemyError):
        await directory.flush(never_migrated)
    await never_migrated.close()
    directory.record_presence("r0", presence(LON + 0.02, at=NOON + timedelta(seconds=10)), NOON)
    await directory.flush(database)

    again = await Directory.load(database)
    assert again.get_rescuer("r0").presence == presence(LON + 0.02, at=NOON + timedelta(seconds=10))


async def test_a_process_that_knows_less_overwrites_no_better_position(database: Database) -> None:
    older, newer = await Directory.load(database), await Directory.load(database)
    older.record_presence("r0", presence(LON + 0.01), NOON)
    newer.record_presence("r0", presence(LON + 0.02, at=NOON + timedelta(seconds=60)), NOON)
    coarse = replace(presence(LON + 0.02, at=NOON + timedelta(seconds=62)), accuracy_m=2500.0)
    older.record_presence("r1", replace(coarse, observed_at=NOON), NOON)
    newer.record_presence("r1", presence(LON + 0.02, at=NOON - timedelta(seconds=2)), NOON)

    for directory in (newer, older):
        await directory.flush(database)

    again = await Directory.load(database)
    assert again.get_rescuer("r0").presence == newer.get_rescuer("r0").presence
    assert again.get_rescuer("r1").presence == newer.get_rescuer("r1").presence


async def test_the_live_picture_keeps_a_better_position_than_the_database_has(database: Database) -> None:
    fine, coarse = await Directory.load(database), await Directory.load(database)
    fine.record_presence("r0", presence(LON + 0.01), NOON)
    vague = replace(presence(LON + 0.02, at=NOON + timedelta(seconds=2)), accuracy_m=2500.0)
    coarse.record_presence("r0", vague, NOON)
    await coarse.flush(database)

    stored = (await Directory.load(database)).get_rescuer("r0")
    fine.take_rescuer("r0", stored)
    await fine.flush(database)

    assert stored.presence == vague
    assert fine.get_rescuer("r0").presence == presence(LON + 0.01)
    assert (await Directory.load(database)).get_rescuer("r0").presence == presence(LON + 0.01)


def test_a_wild_measurement_takes_nobody_off_the_map_and_a_true_one_is_believed_when_said_again() -> None:
    directory = Directory([], [rescuer("r")])
    directory.record_presence("r", presence(LON), NOON)

    def told(lon: float, second: int) -> Fate:
        return directory.record_presence("r", presence(lon, at=NOON + timedelta(seconds=second)), NOON)

    assert [told(LON + 0.13, 1), told(LON, 2), told(LON + 0.13, 9)] == [Fate.JUMP, Fate.TAKEN, Fate.JUMP]
    assert directory.nearby(LON, LAT, radius_m=100, at=NOON).rescuer_id == ("r",)
    assert [told(LON + 0.13, 10), told(LON + 0.13, 14)] == [Fate.JUMP, Fate.TAKEN]
    assert directory.nearby(LON, LAT, radius_m=100, at=NOON).rescuer_id == ()


def test_a_withdrawn_consent_leaves_no_doubted_position_behind() -> None:
    directory = Directory([], [rescuer("r")])
    directory.record_presence("r", presence(LON), NOON)
    directory.record_presence("r", presence(LON + 0.13, at=NOON + timedelta(seconds=1)), NOON)

    directory.withdraw_consent("r", NOON)
    directory.give_consent("r")
    directory.record_presence("r", presence(LON, at=NOON + timedelta(seconds=2)), NOON)

    again = directory.record_presence("r", presence(LON + 0.13, at=NOON + timedelta(seconds=9)), NOON)
    assert again is Fate.JUMP


async def test_a_flush_that_is_cancelled_loses_nothing(database: Database) -> None:
    directory = await Directory.load(database)
    directory.record_presence("r0", presence(LON + 0.01), NOON)
    async with database.write():
        waiting = asyncio.create_task(directory.flush(database))
        await turns()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert await directory.flush(database) == 2


async def test_erasing_leaves_the_bare_id_and_nothing_else(database: Database) -> None:
    directory = await Directory.load(database)
    directory.record_presence("r0", presence(LON + 0.01), NOON)
    await directory.flush(database)

    async with database.write() as connection:
        await erase_rescuer(connection, "r0", at=NOON)
        directory.forget("r0", NOON)

    async with database.read() as connection:
        kept = {row.rescuer_id: row for row in await load_rescuers(connection)}["r0"]
        assert await find_contact(connection, "r0", database.personal_keys) is None
        assert (await connection.execute(select(rescuer_presences))).all() == []
    assert kept == Rescuer(rescuer_id="r0", erased_at=NOON) == directory.get_rescuer("r0")


async def test_a_position_on_its_way_to_the_disk_does_not_outlive_an_erasure(database: Database) -> None:
    directory = await Directory.load(database)
    directory.record_presence("r0", presence(LON + 0.01), NOON)
    async with database.write() as connection:
        await erase_rescuer(connection, "r0", at=NOON)

    await directory.flush(database)
    directory.forget("r0", NOON)
    assert directory.record_presence("r0", presence(LON, at=NOON + timedelta(seconds=9)), NOON) is Fate.GONE
    await directory.flush(database)

    async with database.read() as connection:
        assert (await connection.execute(select(rescuer_presences))).all() == []
        kept = {row.rescuer_id: row for row in await load_rescuers(connection)}["r0"]
    assert kept == Rescuer(rescuer_id="r0", erased_at=NOON)


async def test_erasing_someone_unknown_says_so(database: Database) -> None:
    async with database.write() as connection:
        with pytest.raises(UnknownRescuer, match="r9"):
            await erase_rescuer(connection, "r9", at=NOON)
