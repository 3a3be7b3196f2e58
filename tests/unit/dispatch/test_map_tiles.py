"""How tiles are kept: each is made once, memory has a bound, and a flood is told to wait."""

import asyncio
from pathlib import Path

import pytest

from dispatch.maps.map_tiles import MapTiles, TilesBusy
from dispatch.operations.metrics import Metrics
from geo.streets.walk_network import WalkNetwork
from geo.tiles.tile_grid import TileAddress
from tests.support.tiles import tiles_around
from tests.support.town import Town


def streets(town: Town) -> WalkNetwork:
    return WalkNetwork.load(Path(town.network))


def made(metrics: Metrics, source: str) -> float:
    return metrics.registry.get_sample_value("rescue_map_tiles_total", {"source": source}) or 0.0


async def test_a_tile_that_many_ask_for_at_once_is_made_once(town: Town) -> None:
    metrics, network = Metrics(), streets(town)
    tiles = MapTiles(network, metrics=metrics)
    wanted = tiles_around(network.bounds, 14)[0]
    counted: list[int] = []

    together = await asyncio.gather(*(tiles.get(wanted, count=lambda: counted.append(1)) for _ in range(20)))
    later = await tiles.get(wanted)

    assert len(counted) == 1
    assert all(one is later for one in together)
    assert made(metrics, "kept") == 1.0
    tiles.close()


async def test_the_oldest_give_way_when_there_is_no_more_room(town: Town) -> None:
    metrics, network = Metrics(), streets(town)
    tiles = MapTiles(network, metrics=metrics, kept_bytes=3_000)
    wanted = tiles_around(network.bounds, 16)
    for tile in wanted:
        await tiles.get(tile)

    held = metrics.registry.get_sample_value("rescue_map_tiles_kept_bytes")

    assert len(wanted) > 10
    assert held is not None
    assert 0 < held <= 3_000
    tiles.close()


async def test_who_goes_away_takes_the_tile_from_nobody_else(town: Town) -> None:
    network = streets(town)
    tiles = MapTiles(network, metrics=Metrics())
    wanted = tiles_around(network.bounds, 13)[0]
    impatient = asyncio.create_task(tiles.get(wanted))
    patient = asyncio.create_task(tiles.get(wanted))
    await asyncio.sleep(0)
    impatient.cancel()

    assert (await patient).gzipped
    tiles.close()


async def test_more_than_can_be_made_are_refused_not_queued(town: Town) -> None:
    network = streets(town)
    tiles = MapTiles(network, metrics=Metrics(), most_waiting=3)
    wanted = tiles_around(network.bounds, 16)[:8]

    answers = await asyncio.gather(*(tiles.get(tile) for tile in wanted), return_exceptions=True)

    assert sum(isinstance(answer, TilesBusy) for answer in answers) == 5
    assert (await tiles.get(wanted[-1])).gzipped
    tiles.close()


async def test_a_refusal_to_make_one_leaves_nothing_behind(town: Town) -> None:
    network = streets(town)
    tiles = MapTiles(network, metrics=Metrics())
    wanted = tiles_around(network.bounds, 14)[0]

    def refuse() -> None:
        raise TilesBusy("no")

    with pytest.raises(TilesBusy):
        await tiles.get(wanted, count=refuse)
    assert (await tiles.get(wanted)).gzipped
    tiles.close()


async def test_a_place_without_streets_costs_nothing(town: Town) -> None:
    tiles = MapTiles(streets(town), metrics=Metrics())

    def refuse() -> None:
        raise AssertionError("nothing is to be made")

    assert (await tiles.get(TileAddress(14, 0, 0), count=refuse)).gzipped == b""
    tiles.close()
