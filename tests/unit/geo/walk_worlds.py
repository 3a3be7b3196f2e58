"""Small street networks for tests, drawn by hypothesis or by hand."""

import numpy as np
from hypothesis import strategies as st

from geo.streets.network_builder import build_network
from geo.streets.walk_network import EdgeFlag, Snap, Snaps, WalkNetwork

LON0, LAT0 = 113.6, 34.7
DEGREE_LON_M, DEGREE_LAT_M = 91_600.0, 110_940.0

_FLAGS = [
    EdgeFlag(0),
    EdgeFlag(0),
    EdgeFlag.STEPS,
    EdgeFlag.PRIVATE,
    EdgeFlag.FORWARD_ONLY,
    EdgeFlag.BACKWARD_ONLY,
    EdgeFlag.PRIVATE | EdgeFlag.FORWARD_ONLY,
    EdgeFlag.PRIVATE | EdgeFlag.GATE,
]


_ONE_WAY = EdgeFlag.FORWARD_ONLY | EdgeFlag.BACKWARD_ONLY


def network_of(
    places: list[tuple[float, float]],
    edges: list[tuple[int, int]],
    *,
    flags: list[EdgeFlag] | None = None,
    bends: list[list[tuple[float, float]]] | None = None,
    min_island_m: float = 0.0,
) -> WalkNetwork:
    """A network of nodes at metres east and north of a corner of Zhengzhou."""
    inner = bends or [[] for _ in edges]
    flat = np.array([bend for line in inner for bend in line], float).reshape(-1, 2)
    lon, lat = degrees(np.array(places, float))
    network, _ = build_network(
        node_lon=lon,
        node_lat=lat,
        edge_from=np.array([edge[0] for edge in edges]),
        edge_to=np.array([edge[1] for edge in edges]),
        inner_start=np.cumsum([0, *map(len, inner)]),
        inner_lon=degrees(flat)[0],
        inner_lat=degrees(flat)[1],
        flags=np.array(flags or [EdgeFlag(0)] * len(edges), np.uint8),
        min_island_m=min_island_m,
        name="test",
    )
    return network


def degrees(metres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """lon, lat of (n, 2) metres."""
    return LON0 + metres[:, 0] / DEGREE_LON_M, LAT0 + metres[:, 1] / DEGREE_LAT_M


def at(network: WalkNetwork, x: float, y: float) -> Snap:
    """The snap of a place in metres."""
    lon, lat = degrees(np.array([[x, y]]))
    return network.snap_one(float(lon[0]), float(lat[0]))


@st.composite
def networks(draw: st.DrawFn, *, one_way: bool = True, private: bool = True, gates: bool = False) -> WalkNetwork:
    """A few crossings within half a kilometre, any two of them joined by streets of any kind, bent or straight.

    Some have streets that lead back to where they began, as round a pond or a block. gates: some private stretches are
    gates, on which nobody stands.
    """
    metre = st.integers(0, 500).map(float)
    places = draw(st.lists(st.tuples(metre, metre), min_size=2, max_size=9, unique=True))
    end = st.integers(0, len(places) - 1)
    pairs = st.tuples(end, end).filter(lambda pair: pair[0] != pair[1])
    edges = draw(st.lists(pairs, min_size=1, max_size=16))
    loops = [(node, node) for node in draw(st.lists(end, max_size=3))]
    unwanted = (EdgeFlag(0) if one_way else _ONE_WAY) | (EdgeFlag(0) if private else EdgeFlag.PRIVATE)
    kinds = st.sampled_from([flags for flags in _FLAGS if not flags & unwanted])
    flags = draw(st.lists(kinds, min_size=len(edges) + len(loops), max_size=len(edges) + len(loops)))
    if not gates:
        flags = [flag & ~EdgeFlag.GATE for flag in flags]
    bend = st.tuples(metre, metre)
    bends = [draw(st.lists(bend, max_size=2)) for _ in edges]
    rounds = [draw(st.lists(bend, min_size=2, max_size=3)) for _ in loops]
    return network_of(places, edges + loops, flags=flags, bends=bends + rounds)


@st.composite
def snaps_on(draw: st.DrawFn, network: WalkNetwork, *, min_size: int = 1, max_size: int = 8) -> Snaps:
    """Places anywhere on the network's streets, up to 30 m off; some off the network altogether."""
    streets = np.flatnonzero((network.edge_flags & EdgeFlag.GATE) == 0).tolist()
    one = st.tuples(
        st.sampled_from([*streets, -1]), st.sampled_from([0.0, 0.25, 0.5, 0.8, 1.0]), st.sampled_from([0.0, 7.0, 30.0])
    )
    drawn = draw(st.lists(one, min_size=min_size, max_size=max_size))
    edge, fraction, distance = zip(*drawn, strict=True) if drawn else ((), (), ())
    return Snaps(
        lon=np.full(len(drawn), LON0),
        lat=np.full(len(drawn), LAT0),
        edge=np.array(edge, np.int32),
        fraction=np.array(fraction, np.float32),
        distance_m=np.array(distance, np.float32),
    )
