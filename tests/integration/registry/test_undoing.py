"""Whatever officers do to an AED, one after the other: taken back from the newest to the oldest it is as it was."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.editing.describing import add, describe, move
from registry.editing.undoing import undo_change
from registry.history.aeds import standing_of
from registry.history.log import Author, list_changes
from registry.lifecycle import NotCorrected, let_go, reinstate, retire
from registry.storage.database import Database

pytestmark = pytest.mark.both_databases
START = datetime(2025, 4, 5, 4, 0, tzinfo=UTC)
MOST_STEPS = 6
Step = Callable[[AsyncConnection, str, Author], Awaitable[Any]]


def _describe(said: dict[str, Any]) -> Step:
    return lambda connection, aed_id, author: describe(connection, aed_id, said, author)


def _move(lon: float, lat: float) -> Step:
    return lambda connection, aed_id, author: move(connection, aed_id, (lon, lat), author)


async def _retire(connection: AsyncConnection, aed_id: str, author: Author) -> None:
    await retire(connection, aed_id, by=author.by, at=author.at)


async def _reinstate(connection: AsyncConnection, aed_id: str, author: Author) -> None:
    await reinstate(connection, aed_id, by=author.by, at=author.at)


def _let_go(field: str) -> Step:
    async def step(connection: AsyncConnection, aed_id: str, author: Author) -> None:
        try:
            await let_go(connection, aed_id, field, by=author.by, at=author.at)
        except NotCorrected:
            return

    return step


said = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["", "Pier", "码头"]),
        "state": st.sampled_from(["in_service", "missing"]),
        "indoor": st.sampled_from([None, True, False]),
        "opening_hours": st.sampled_from(["", "24/7"]),
    },
).filter(bool)
steps = st.one_of(
    said.map(_describe),
    st.builds(_move, st.sampled_from([9.5, 9.6]), st.sampled_from([47.1, 47.2])),
    st.sampled_from([_retire, _reinstate]),
    st.sampled_from(["name", "state", "position", "opening_hours"]).map(_let_go),
)


def test_taken_back_in_turn_all_is_as_it_was(database_url: str) -> None:
    ids = (f"aed-{number}" for number in itertools.count())

    @settings(max_examples=25, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(steps, min_size=1, max_size=MOST_STEPS))
    def property_holds(taken: list[Step]) -> None:
        asyncio.run(_there_and_back(database_url, next(ids), taken))

    property_holds()


async def _there_and_back(url: str, aed_id: str, taken: list[Step]) -> None:
    database, minutes = Database(url), itertools.count()

    def author() -> Author:
        return Author(by="li", at=START + timedelta(minutes=next(minutes)))

    try:
        async with database.write() as connection:
            await add(connection, aed_id, {"name": "Quay"}, (9.5, 47.1), author())
            before = await standing_of(connection, [aed_id])
            for step in taken:
                await step(connection, aed_id, author())
            lines = await list_changes(connection, kind="aed", subject_id=aed_id, limit=MOST_STEPS + 1)
            for line in lines[:-1]:
                await undo_change(connection, line.change_id, author())
            assert await standing_of(connection, [aed_id]) == before
    finally:
        await database.close()
