"""The compiled part of the roster: one pass over the few hundred people around a patient, in the time that a dozen
passes of an array library would take to begin.

They keep the interpreter: where each gave it back for its microseconds, the event loop would wait for other threads.
"""
# ruff: noqa: PLR0917 (numba compiles positional arguments only)

from typing import Any

import numpy as np
from numba import boolean, float64, from_dtype, int64, njit, types

Array = Any

PERSON = np.dtype(
    [
        ("lon", "f8"), ("lat", "f8"), ("home_lon", "f8"), ("home_lat", "f8"),
        ("observed_us", "i8"), ("away_us", "i8"), ("seen_us", "i8"),
        ("free_from_us", "i8"), ("free_until_us", "i8"),
        ("willing", "?"), ("free", "?"), ("papers", "?"), ("papers_from", "i4"), ("papers_until", "i4"),
    ],
    align=True,
)  # fmt: skip
"""All that decides whether a person may go, side by side: a call comes to cold caches. Degrees are NaN where there is
no position, times microseconds. observed_us: of a position that is accurate enough to count; away_us: of one that is
not, and yet tells that the person is not at home. papers: whether they are in order from day `papers_from` to before
`papers_until`, as ordinals. free: whether they may be asked, from `free_from_us` to before `free_until_us`."""

# Named beforehand, so that a call never waits for the compiler.
_PEOPLE = types.Array(from_dtype(PERSON), 1, "C")
_KEYS, _FLOATS, _BOOLS = (types.Array(kind, 1, "C") for kind in (int64, float64, boolean))


_FOUND = types.UniTuple(int64, 2)  # type: ignore[no-untyped-call]
_AS_ASKED = _FOUND(
    _PEOPLE, _KEYS, _KEYS, int64, int64, int64, int64, int64, _KEYS, _FLOATS, _FLOATS, _BOOLS, _BOOLS, _KEYS
)


@njit(_AS_ASKED, cache=True)
def who_may_go(
    people: Array, out: Array, home: Array, oldest_us: int, newest_us: int, now_us: int, day: int, since_us: int,
    key: Array, lon: Array, lat: Array, at_home: Array, seen: Array, unread: Array,
) -> tuple[int, int]:  # fmt: skip
    """Write who may go, keys ascending, and where each is; how many, and how many of whom more must be read before.

    out, home: ascending keys of those whose phone, and whose home, is near. Who is where their phone says is not at
    home. seen: whose phone has been on the line since `since_us`. The arrays to be written have room for all of both.
    """
    found, unknown = 0, 0
    i, j = 0, 0
    while i < out.size or j < home.size:
        is_home = i == out.size or (j < home.size and home[j] < out[i])
        if is_home:
            one = home[j]
            j += 1
        else:
            one = out[i]
            i += 1
        person = people[one]
        is_fresh = oldest_us <= person.observed_us <= newest_us
        if is_fresh == is_home or not person.willing:
            continue
        if is_home and oldest_us <= person.away_us <= newest_us:
            continue
        known = person.free_from_us <= now_us < person.free_until_us
        if not (known and person.papers_from <= day < person.papers_until):
            unread[unknown] = one
            unknown += 1
        elif person.papers and person.free:
            key[found], at_home[found], seen[found] = one, is_home, person.seen_us >= since_us
            lon[found] = person.home_lon if is_home else person.lon
            lat[found] = person.home_lat if is_home else person.lat
            found += 1
    return found, unknown
