"""One call's match and the moving index, alone and against what people pick today: same streets, same points, same
questions, one run. The service's way to the phones is measured elsewhere; this is what it computes."""

import importlib.util
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks import moving, standing
from benchmarks.ground import Ground
from dispatch.core.matching import Place, Walker, find_candidates
from geo.places.spatial_index import PointIndex
from geo.streets.walk_network import WalkNetwork
from geo.walking.walk_time import walk_times, warm_up
from registry.directory import Directory
from registry.models import Aed, Certificate, Presence, Rescuer

NOW = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
BUDGET_S, SPEED_M_S = 240.0, 1.4
QUERIES, SLOW_QUERIES = 2_000, 100
Degrees = NDArray[np.float64]
Told = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class City:
    """Streets with people and AEDs on them, (2, n) degrees each, and where calls come from: the densest first."""

    network: WalkNetwork
    people: Degrees
    aeds: Degrees
    calls: Degrees


def measure(
    ground: Ground, redis_url: str | None, postgis_url: str | None, *, people: int = 40_000, aeds: int = 3_000
) -> Iterator[Told]:
    """Each figure as it is measured. Without the URL of a peer its comparison is left out."""
    network = WalkNetwork.load(ground.network)
    warm_up()
    city = _populated(network, ground, people, aeds)
    yield from _whole_match(city)
    yield from _standing(city)
    yield from _moving(city, redis_url, postgis_url)
    yield from _searches(city)


def _populated(network: WalkNetwork, ground: Ground, people: int, aeds: int) -> City:
    """As many as asked for, scattered about the ground's own places."""
    rng = np.random.default_rng([1, 17])
    homes = np.array(list(ground.homes.values())).T

    def drawn(count: int) -> Degrees:
        return homes[:, rng.integers(0, homes.shape[1], count)] + rng.normal(0.0, 30.0, (2, count)) / 111_320.0

    crowd = drawn(people)
    index = PointIndex(network.plane)
    index.load(np.arange(people), crowd[0], crowd[1])
    calls = np.array(ground.calls).T
    near = [index.near(lon, lat, BUDGET_S * SPEED_M_S).size for lon, lat in calls.T.tolist()]
    return City(network=network, people=crowd, aeds=drawn(aeds), calls=calls[:, np.argsort(near)[::-1]])


def _whole_match(city: City) -> Iterator[Told]:
    directory = _directory(city)
    walker = Walker(speed_m_s=SPEED_M_S, takeout_s=20.0)
    counts: list[int] = []

    def match(lon: float, lat: float) -> None:
        near = directory.nearby(lon, lat, radius_m=BUDGET_S * SPEED_M_S + 1.0, at=NOW, reachable_since=NOW)
        found = find_candidates(city.network, Place(lon=lon, lat=lat), near, budget_s=BUDGET_S, walker=walker)
        counts.append(len(found.rescuer_id))

    for calls, which in ((city.calls, "any call"), (city.calls[:, :50], "the 50 densest calls")):
        counts.clear()
        waits_ms = _timed(match, calls, QUERIES)
        what = f"match, {city.network.node_count:,} nodes, {city.people.shape[1]:,} rescuers, {which}"
        who = f"(median {np.median(counts):.0f} rescuers near)"
        for percent, aim_ms in ((50, 0.5), (99, 2.0)):
            yield _told(f"{what}, p{percent} {who}", _at(waits_ms, percent), "the aim", aim_ms, "ms")


def _standing(city: City) -> Iterator[Told]:
    for places in (city.people, _spread(city, 1_000_000)):
        for row in standing.measure(city.network.plane, places, city.calls):
            yield _told(*row)


def _moving(city: City, redis_url: str | None, postgis_url: str | None) -> Iterator[Told]:
    crowd, calls = city.people, city.calls
    what = f"radius query among {crowd.shape[1]:,} points, {moving.UPDATES_PER_S:,} moves a second"
    waits_ms = moving.measured(moving.ours(city.network.plane, crowd), crowd, calls)
    yield _told(f"{what}, p99.9", _at(waits_ms, 99.9), "the aim", 2.0, "ms")
    ours_ms = _at(waits_ms, 50)
    if redis_url:
        with moving.geosearch(redis_url, crowd) as mover:
            peer_ms = _at(moving.measured(mover, crowd, calls), 50)
        yield _told(f"{what}, p50", ours_ms, mover.name, peer_ms, "ms")
    if postgis_url:
        with moving.postgis(postgis_url, crowd) as movers:
            for one in movers:
                yield _told(f"{what}, p50", ours_ms, one.name, _at(moving.measured(one, crowd, calls), 50), "ms")
    many = _spread(city, 1_000_000)
    waits_ms = moving.measured(moving.ours(city.network.plane, many), many, calls)
    what = f"radius query among 1,000,000 points, {moving.UPDATES_PER_S:,} moves a second"
    yield _told(f"{what}, p50", _at(waits_ms, 50), "40,000 points", ours_ms, "ms")


def _searches(city: City) -> Iterator[Told]:
    """One bounded search from the patient, read at nothing: what each library offers for it."""
    network = city.network
    nobody = network.snap(np.empty(0), np.empty(0))
    limit_m = BUDGET_S * SPEED_M_S

    def ours(lon: float, lat: float) -> None:
        walk_times(network, network.snap_one(lon, lat), nobody, budget_s=BUDGET_S, speed_m_s=SPEED_M_S)

    nearest = _nearest_nodes(network)
    ours_ms = _at(_timed(ours, city.calls, QUERIES), 50)
    for name, search in _peers(network, limit_m):
        peer_ms = _at(_timed(_from_node(search, nearest), city.calls, SLOW_QUERIES), 50)
        what = f"streets within 4 minutes' walk, snapping and search, {network.node_count:,} nodes, p50"
        yield _told(what, ours_ms, name, peer_ms, "ms")


def _from_node(search: Callable[[int], Any], nearest: Callable[[float, float], int]) -> Callable[[float, float], Any]:
    return lambda lon, lat: search(nearest(lon, lat))


def _peers(network: WalkNetwork, limit_m: float) -> Iterator[tuple[str, Callable[[int], Any]]]:
    arcs = np.repeat(np.arange(network.node_count), np.diff(network.arc_start))
    effort = np.where(np.isfinite(network.arc_effort_out), network.arc_effort_out, 1e9).astype(np.float64)
    shape = (network.node_count, network.node_count)
    matrix = csr_array((effort, (arcs, network.arc_head)), shape=shape)
    yield "scipy dijkstra(limit=)", lambda node: dijkstra(matrix, indices=node, limit=limit_m)
    if importlib.util.find_spec("networkx"):
        import networkx as nx  # noqa: PLC0415 - only for who installs the benchmarks' peers

        graph = nx.Graph()
        graph.add_weighted_edges_from(zip(arcs.tolist(), network.arc_head.tolist(), effort.tolist(), strict=True))
        yield "networkx, cutoff", lambda node: nx.single_source_dijkstra_path_length(graph, node, cutoff=limit_m)
        yield (
            "osmnx's way, networkx ego_graph",
            lambda node: nx.ego_graph(graph, node, radius=limit_m, distance="weight"),
        )
    if importlib.util.find_spec("pandana"):
        import pandana  # noqa: PLC0415 - as above
        import pandas as pd  # noqa: PLC0415

        nodes = np.arange(network.node_count)
        frame = pd.DataFrame({"weight": effort})
        streets = pandana.Network(
            pd.Series(network.node_lon, nodes), pd.Series(network.node_lat, nodes), pd.Series(arcs),
            pd.Series(network.arc_head), frame, twoway=False,
        )  # fmt: skip
        yield "pandana nodes_in_range", lambda node: streets.nodes_in_range([node], limit_m)


def _nearest_nodes(network: WalkNetwork) -> Callable[[float, float], int]:
    """Peers snap to nodes, which is what they offer; it is counted for all of them alike."""

    def nearest(lon: float, lat: float) -> int:
        snap = network.snap_one(lon, lat)
        return int((network.edge_from if snap.fraction < 0.5 else network.edge_to)[snap.edge])

    return nearest


def _spread(city: City, count: int) -> Degrees:
    rng = np.random.default_rng([1, 19])
    chosen = city.people[:, rng.integers(0, city.people.shape[1], count)]
    return chosen + rng.normal(0.0, 200.0, (2, count)) / 111_320.0


def _directory(city: City) -> Directory:
    papers = (Certificate(kind="red_cross", valid_until=date(2030, 1, 1)),)
    rescuers = [
        Rescuer(
            rescuer_id=f"r{number:05}", certificates=papers, on_duty=True, last_seen_at=NOW,
            presence=Presence(lon=lon, lat=lat, accuracy_m=10.0, observed_at=NOW), home_lon=lon, home_lat=lat,
        )
        for number, (lon, lat) in enumerate(city.people.T.tolist())
    ]  # fmt: skip
    hours = ("24/7", "Mo-Fr 08:00-20:00", "Mo-Su 06:00-23:00")
    aeds = [
        Aed(aed_id=f"a{n:04}", lon=lon, lat=lat, time_zone="Asia/Shanghai", opening_hours=hours[n % len(hours)])
        for n, (lon, lat) in enumerate(city.aeds.T.tolist())
    ]
    return Directory(aeds, rescuers, network=city.network)


def _timed(ask: Callable[[float, float], Any], calls: Degrees, count: int) -> list[float]:
    places = [calls[:, number % calls.shape[1]].tolist() for number in range(count)]
    for lon, lat in places[:50]:
        ask(lon, lat)
    waits_ms = []
    for lon, lat in places:
        began = time.perf_counter()
        ask(lon, lat)
        waits_ms.append((time.perf_counter() - began) * 1000.0)
    return waits_ms


def _at(waits_ms: list[float], percent: float) -> float:
    return round(float(np.percentile(np.array(waits_ms), percent)), 3)


def _told(name: str, ours: float, peer_name: str, peer: float, unit: str) -> Told:
    ratio = round(ours / peer, 4) if peer else None
    print(f"{name}: {ours:g} {unit}, {peer_name} {peer:g} {unit}: {ratio}x")
    return {"name": name, "ours": ours, "peer_name": peer_name, "peer": peer, "ratio": ratio, "unit": unit}
