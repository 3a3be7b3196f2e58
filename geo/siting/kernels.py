"""The compiled inner loops of siting: what each candidate would add, kept up to date while sites come and go.

A cover is told as two lists of lists in CSR form: `rows` = (start, demand points of each candidate) and `columns` =
(start, candidates of each demand point). All functions of one call chain stand in this one file, because numba's
cache watches only the file a function stands in.
"""
# ruff: noqa: PLR0917 (numba compiles positional arguments only)

from typing import Any

import numpy as np
from numba import njit

# The kernels' arguments are plain arrays; numba infers the types, and `siting_search.py` documents each array.
Array = Any

_NEVER = -1.0


@njit(cache=True, nogil=True)
def add_site(rows: Array, columns: Array, weight: Array, state: Array, site: int) -> None:
    """Choose `site`; `state` is (how often each point is covered, is chosen, score): see `fill_scores`."""
    times, chosen, score = state
    loss = 0.0
    for p in range(rows[0][site], rows[0][site + 1]):
        point = rows[1][p]
        times[point] += 1
        if times[point] > 2:
            continue
        if times[point] == 1:
            loss += weight[point]
        for q in range(columns[0][point], columns[0][point + 1]):
            other = columns[1][q]
            if other != site and (times[point] == 1) != chosen[other]:
                score[other] -= weight[point]
    chosen[site] = True
    score[site] = loss


@njit(cache=True, nogil=True)
def remove_site(rows: Array, columns: Array, weight: Array, state: Array, site: int) -> None:
    """Give `site` up again."""
    times, chosen, score = state
    gain = 0.0
    for p in range(rows[0][site], rows[0][site + 1]):
        point = rows[1][p]
        times[point] -= 1
        if times[point] > 1:
            continue
        if times[point] == 0:
            gain += weight[point]
        for q in range(columns[0][point], columns[0][point + 1]):
            other = columns[1][q]
            if other != site and (times[point] == 0) != chosen[other]:
                score[other] += weight[point]
    chosen[site] = False
    score[site] = gain


@njit(cache=True, nogil=True)
def fill_scores(rows: Array, weight: Array, state: Array) -> None:
    """Work the scores out anew: what a candidate would add, and what would be lost without a chosen one."""
    times, chosen, score = state
    for site in range(score.size):
        total = 0.0
        for p in range(rows[0][site], rows[0][site + 1]):
            if times[rows[1][p]] == (1 if chosen[site] else 0):
                total += weight[rows[1][p]]
        score[site] = total


@njit(cache=True, nogil=True)
def best_addition(state: Array, forbidden: int) -> int:
    """The candidate not yet chosen that adds the most, the first of equals; -1 if there is none."""
    chosen, score = state[1], state[2]
    best, found = _NEVER, -1
    for site in range(score.size):
        if score[site] > best and not chosen[site] and site != forbidden:
            best, found = score[site], site
    return found


@njit(cache=True, nogil=True)
def add_greedily(rows: Array, columns: Array, weight: Array, state: Array, count: int) -> None:
    """Choose `count` more, each time the one that adds the most."""
    for _ in range(count):
        add_site(rows, columns, weight, state, best_addition(state, -1))


@njit(cache=True, nogil=True)
def swap_sites(rows: Array, columns: Array, weight: Array, state: Array, sites: Array) -> float:
    """Move each of `sites` to where it adds more, again and again until none can be bettered: what that added."""
    score = state[2]
    total = 0.0
    tried = 0
    at = 0
    while tried < sites.size:
        old = sites[at]
        loss = score[old]
        remove_site(rows, columns, weight, state, old)
        new = best_addition(state, old)
        # More than rounding, or two equal places would be swapped for ever.
        if new >= 0 and score[new] > loss + 1e-9 * (loss + 1.0):
            total += score[new] - loss
            sites[at] = new
            tried = 0
        else:
            new = old
        add_site(rows, columns, weight, state, new)
        tried += 1
        at = (at + 1) % sites.size
    return total


@njit(cache=True, nogil=True)
def _draw(seed: Array, below: int) -> int:
    """A number from 0 to below - 1 (xorshift64*, Vigna 2016)."""
    x = seed[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    seed[0] = x
    return int(((x * np.uint64(2685821657736338717)) >> np.uint64(33)) % np.uint64(below))


@njit(cache=True, nogil=True)
def _gather(
    rows: Array, columns: Array, chosen: Array, first: int, stamps: Array, stamp: int, out: Array, queue: Array
) -> Array:
    """Chosen sites around `first`, nearest by shared demand points first, until `out` is full: (sites, places seen)."""
    seen_site, seen_point = stamps
    queue[0] = first
    seen_site[first] = stamp
    out[0] = first
    size, found, at = 1, 1, 0
    while at < size and found < out.size:
        site = queue[at]
        at += 1
        for p in range(rows[0][site], rows[0][site + 1]):
            point = rows[1][p]
            if seen_point[point] == stamp:
                continue
            seen_point[point] = stamp
            for q in range(columns[0][point], columns[0][point + 1]):
                other = columns[1][q]
                if seen_site[other] == stamp:
                    continue
                seen_site[other] = stamp
                queue[size] = other
                size += 1
                if chosen[other] and found < out.size:
                    out[found] = other
                    found += 1
    return found, size


@njit(cache=True, nogil=True)
def _rebuild(
    rows: Array, columns: Array, weight: Array, state: Array, group: Array, queue: Array, seen: int, seed: Array
) -> float:
    """Take a group of sites away and put as many back, the first at random near by: what that added."""
    score, chosen = state[2], state[1]
    total = 0.0
    for at in range(group.size):
        total -= score[group[at]]
        remove_site(rows, columns, weight, state, group[at])
    for at in range(group.size):
        new = best_addition(state, -1)
        if at == 0:
            drawn = queue[_draw(seed, seen)]
            new = new if chosen[drawn] else drawn
        total += score[new]
        add_site(rows, columns, weight, state, new)
        group[at] = new
    return total + swap_sites(rows, columns, weight, state, group)


@njit(cache=True, nogil=True)
def _undo(rows: Array, columns: Array, weight: Array, state: Array, before: Array, after: Array) -> None:
    for site in after:
        remove_site(rows, columns, weight, state, site)
    for site in before:
        add_site(rows, columns, weight, state, site)


@njit(cache=True, nogil=True)
def search_on(
    rows: Array, columns: Array, weight: Array, state: Array, sites: Array, best_sites: Array, totals: Array,
    rounds: int, tolerance: float, largest: int, seed: Array, scratch: Array,
) -> None:  # fmt: skip
    """`rounds` times take a few neighbouring sites away and put them back better.

    sites: the current choice, in step with `state`. best_sites: the best seen so far. totals: what the two cover.
    tolerance: a choice that covers less than the current one by up to this is gone on from all the same.
    scratch: (stamps of sites, stamps of points, [last stamp], queue of sites, place of each site in `sites`).
    """
    seen_site, seen_point, last, queue, place = scratch
    group, before, slots = np.empty(largest, np.int64), np.empty(largest, np.int64), np.empty(largest, np.int64)
    for _ in range(rounds):
        last[0] += 1
        wanted = min(1 + _draw(seed, largest), sites.size)
        first = sites[_draw(seed, sites.size)]
        found, seen = _gather(
            rows, columns, state[1], first, (seen_site, seen_point), last[0], group[:wanted], queue
        )  # fmt: skip
        before[:found] = group[:found]
        change = _rebuild(rows, columns, weight, state, group[:found], queue, seen, seed)
        if change < -tolerance * _draw(seed, 1024) / 1024.0:
            _undo(rows, columns, weight, state, before[:found], group[:found])
            continue
        for at in range(found):
            slots[at] = place[before[at]]
        for at in range(found):
            sites[slots[at]] = group[at]
            place[group[at]] = slots[at]
        totals[0] += change
        if totals[0] > totals[1] + 1e-9 * totals[1]:
            totals[1] = totals[0]
            best_sites[:] = sites
