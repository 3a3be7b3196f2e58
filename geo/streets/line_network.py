"""From lines that share points, as OSM ways and road layers do, to a walk network: where lines meet, nodes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.streets.network_builder import DEFAULT_SNAP_LIMIT_M, BuildSummary, EmptyNetwork, build_network
from geo.streets.network_draft import ragged_take
from geo.streets.pace import WALKING, Pace
from geo.streets.walk_network import WalkNetwork

Array = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lines:
    """Lines through numbered points; two lines meet where they pass a point of the same number.

    point: (p,) int64 numbers, lon, lat: (p,) degrees, WGS-84. start: (k + 1,) offsets of each line's points.
    flags: (k,) uint8 `EdgeFlag`. street: (k,) index into street_names, -1 for none.
    wait_s: (p,) seconds that passing a point costs; None where nothing is known of waits.
    handicap_m: (k,) by how much another line may be farther from a place and is taken instead; None for none.
    hours: (k,) index into hours_texts, -1 for always open; None where nothing is known of hours.
    """

    point: Array
    lon: Array
    lat: Array
    start: Array
    flags: Array
    street: Array
    street_names: Sequence[str]
    wait_s: Array | None = None
    handicap_m: Array | None = None
    hours: Array | None = None
    hours_texts: Sequence[str] = ()


def build_from_shared_points(
    lines: Lines,
    *,
    name: str,
    source: str,
    attribution: str,
    snap_limit_m: float = DEFAULT_SNAP_LIMIT_M,
    pace: Pace = WALKING,
    left_out: Mapping[str, int] | None = None,
    notes: Mapping[str, int] | None = None,
) -> tuple[WalkNetwork, BuildSummary]:
    """A walk network whose nodes are the lines' ends and every point that lines share, or one line passes twice.

    Raises:
        EmptyNetwork: there is no line.
    """
    if lines.point.size == 0:
        raise EmptyNetwork(source)
    _, first, number, passes = np.unique(lines.point, return_index=True, return_inverse=True, return_counts=True)
    is_node = passes[number] > 1
    is_node[lines.start[:-1]] = is_node[lines.start[1:] - 1] = True
    at = np.flatnonzero(is_node)
    line = np.repeat(np.arange(lines.flags.size), np.diff(lines.start))[at]
    within = np.flatnonzero(line[1:] == line[:-1])
    begin, end = at[within], at[within + 1]
    bends_from = np.column_stack((begin + 1, end)).ravel()
    inner_start, inner = ragged_take(bends_from, 2 * np.arange(begin.size)) if begin.size else (np.zeros(1, int), begin)
    return build_network(
        node_lon=lines.lon[first],
        node_lat=lines.lat[first],
        edge_from=number[begin],
        edge_to=number[end],
        inner_start=inner_start,
        inner_lon=lines.lon[inner],
        inner_lat=lines.lat[inner],
        wait_s=None if lines.wait_s is None else _waits_between(lines.wait_s, begin, end),
        flags=lines.flags[line[within]],
        handicap_m=None if lines.handicap_m is None else lines.handicap_m[line[within]],
        street=lines.street[line[within]],
        street_names=lines.street_names,
        hours=None if lines.hours is None else lines.hours[line[within]],
        hours_texts=lines.hours_texts,
        name=name,
        source=source,
        attribution=attribution,
        snap_limit_m=snap_limit_m,
        pace=pace,
        left_out=left_out,
        notes=notes,
    )


def _waits_between(wait_s: Array, begin: Array, end: Array) -> Array:
    """Of the points between two nodes all, of the nodes half: the edge that the walk goes on along has the rest."""
    until = np.concatenate(([0.0], np.cumsum(wait_s)))
    return np.asarray(until[end] - until[begin + 1] + (wait_s[begin] + wait_s[end]) / 2.0)
