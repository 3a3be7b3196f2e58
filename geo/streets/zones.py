"""Which ground nobody crosses at a time: blocks of street, of private ground and of ground with hours become zones."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# What stands for hours: a street, which is always open, and private ground, which never is.
STREET = -1
NEVER_OPEN = -2


def zones_of(
    hours: Array, length_m: Array, gate_from: Array, gate_to: Array, is_open: NDArray[np.bool_]
) -> NDArray[np.int32]:
    """(b,) int32, the zone of each block: 0 for the street and what is as open, else one number for all blocks that are
    shut and hang together.

    hours: (b,) index into `is_open`, `STREET` or `NEVER_OPEN`. length_m: (b,). gate_from, gate_to: (g,) the blocks that
    each gate joins. A street that only shut ground joins to the longest open ground of its part is as good as shut: it
    is left and entered over that ground, or nobody got there.
    """
    blocks = hours.size
    opened = hours == STREET
    opened[hours >= 0] = is_open[hours[hours >= 0]]
    between = opened[gate_from] & opened[gate_to]
    ground, part = _joined(blocks, gate_from[between], gate_to[between]), _joined(blocks, gate_from, gate_to)
    metres = np.bincount(ground, np.where(opened, length_m, 0.0), minlength=blocks)
    by_length = np.flatnonzero(opened)[np.argsort(metres[ground[opened]], kind="stable")]
    longest = np.full(blocks, -1)
    longest[part[by_length]] = ground[by_length]
    shut = ~opened | (ground != longest[part])
    between = shut[gate_from] & shut[gate_to]
    return np.where(shut, _joined(blocks, gate_from[between], gate_to[between]) + 1, 0).astype(np.int32)


def _joined(count: int, first: Array, second: Array) -> NDArray[np.int64]:
    """(count,) the least of all numbers that each hangs together with. Not scipy's: the service asks during a call, and
    importing that would hold it up."""
    label = np.arange(count)
    while True:
        low = np.minimum(label[first], label[second])
        lower = label.copy()
        for ends in (first, second):
            np.minimum.at(lower, label[ends], low)
        while ((deeper := lower[lower]) != lower).any():
            lower = deeper
        if (lower == label).all():
            return label
        label = lower
