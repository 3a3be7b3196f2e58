"""Long arrays worked on a portion at a time: projecting a million places needs a dozen arrays as long as they are."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

PLACES_AT_ONCE = 65_536
Floats = NDArray[np.float64]


def portions(count: int, at_once: int = PLACES_AT_ONCE) -> Iterator[slice]:
    """Slices that together are all of `count`."""
    return (slice(begin, min(begin + at_once, count)) for begin in range(0, count, at_once))


def in_portions(
    convert: Callable[[Floats, Floats], tuple[Floats, Floats]], first: Floats, second: Floats
) -> tuple[Floats, Floats]:
    """What `convert`, such as `LocalPlane.to_plane`, makes of two arrays (n,); they stay as they are."""
    out = np.empty(first.size), np.empty(first.size)
    for some in portions(first.size):
        out[0][some], out[1][some] = convert(first[some], second[some])
    return out
