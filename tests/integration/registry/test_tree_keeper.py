"""The trees of what is registered follow the live picture, beside whoever asks it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from registry.directory import Directory
from registry.models import Aed, Rescuer
from registry.tree_keeper import EVERY_S, keep_trees
from tests.support.waiting import until

NOON = datetime(2025, 3, 5, 4, 0, tzinfo=UTC)
LON, LAT = 113.66, 34.75


@pytest.fixture
def directory() -> Directory:
    people = [Rescuer(rescuer_id=f"r{number}", home_lon=LON, home_lat=LAT) for number in range(50)]
    return Directory([Aed(aed_id="a1", lon=LON, lat=LAT, time_zone="Asia/Shanghai")], people)


@asynccontextmanager
async def kept(directory: Directory) -> AsyncIterator[None]:
    keeping = asyncio.create_task(keep_trees(directory, every_s=0.001))
    yield
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping


async def test_an_erased_home_leaves_the_tree(directory: Directory) -> None:
    homes = directory.trees[1]
    directory.forget("r7", NOON)
    assert (len(homes), homes.tree_size) == (49, 50)

    async with kept(directory):
        await until(lambda: not homes.has_changed)

    assert (len(homes), homes.tree_size) == (49, 49)
    # A build that has just begun takes the home along once more; by then two pauses have passed.
    assert 2 * EVERY_S < 60


async def test_who_is_asked_while_trees_are_built_sees_every_change_at_once(directory: Directory) -> None:
    async with kept(directory):
        for number in range(300):
            lon = LON + 0.001 * (number % 5)
            directory.take_aed("a1", Aed(aed_id="a1", lon=lon, lat=LAT, time_zone="Asia/Shanghai"))
            assert directory.nearby(lon, LAT, radius_m=10.0, at=NOON).aed_id == ("a1",)
            assert directory.nearby(LON - 0.001, LAT, radius_m=10.0, at=NOON).aed_id == ()
            await asyncio.sleep(0.0005)


async def test_what_is_as_the_tree_has_it_is_not_built_anew(directory: Directory) -> None:
    directory.take_aed("a1", directory.get_aed("a1"))
    assert not any(index.has_changed for index in directory.trees)
