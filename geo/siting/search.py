"""Good choices of sites: the relaxed problem's shares rounded, then neighbours taken away and put back better."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.siting.bound import Csr
from geo.siting.kernels import add_greedily, add_site, fill_scores, search_on, swap_sites

# How many neighbouring sites are taken away at once at most; measured on 5,000 x 2,000 x 50 and 50,000 x 20,000 x 500.
_LARGEST_GROUP = 12
# Where every choice is near the bound, going on only from what is no worse is best; where sites overlap much, taking
# worse ones at first is: the search does both in turn. In shares of what a site covers on average.
_TOLERANCES = (0.0, 0.2, 0.05, 0.1)
_ROUNDS_AT_FIRST = 2_000
_LONGEST_PHASE = 64_000
_PHASES_IN_VAIN = 6
_SHARES_TO_ROUND_AT = (0.5, 0.3, 0.7)
_CALLS_A_PHASE = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choice:
    """Sites, (count,) int64, and the weight they cover."""

    sites: NDArray[np.int64]
    covered: float


class Search:
    """One problem and the choices made of it. `rows`, `columns`: the cover as lists; `weight`: (points,) float64."""

    def __init__(self, rows: Csr, columns: Csr, weight: NDArray[np.float64], count: int, seed: int) -> None:
        self._rows, self._columns, self._weight, self._count = rows, columns, weight, count
        self._candidates, self._points = rows[0].size - 1, columns[0].size - 1
        # xorshift must not start at zero.
        self._seed = np.array([(seed * 2 + 1) * 0x9E3779B97F4A7C15 % 2**64], np.uint64)

    def start(self, share: NDArray[np.float64]) -> Choice:
        """The best of a few first choices: greedy, and the relaxed problem's shares rounded at a few levels."""
        firsts = [np.zeros(0, np.int64)]
        for level in _SHARES_TO_ROUND_AT:
            above = np.flatnonzero(share > level)
            firsts.append(above[np.argsort(-share[above], kind="stable")][: self._count])
        choices = []
        for first in firsts:
            state = self._state(first)
            add_greedily(self._rows, self._columns, self._weight, state, self._count - first.size)
            sites = np.flatnonzero(state[1]).astype(np.int64)
            swap_sites(self._rows, self._columns, self._weight, state, sites)
            choices.append(self.choice(sites))
        return max(choices, key=lambda choice: choice.covered)

    def improve(
        self, choice: Choice, *, good_enough: float, out_of_time: Callable[[], bool], phases: int = 1_000
    ) -> Choice:
        """The best choice found from `choice` on, until it covers `good_enough` or a long search finds nothing."""
        rounds, in_vain = _ROUNDS_AT_FIRST, 0
        for phase in range(phases):
            if choice.covered >= good_enough or out_of_time() or in_vain >= _PHASES_IN_VAIN:
                break
            tolerance = _TOLERANCES[phase % len(_TOLERANCES)] * choice.covered / self._count
            better = self._phase(choice, rounds, tolerance, out_of_time)
            in_vain = 0 if better.covered > choice.covered else in_vain + 1
            choice = max(choice, better, key=lambda each: each.covered)
            rounds = min(_LONGEST_PHASE, rounds * 5 // 4)
        return choice

    def choice(self, sites: NDArray[np.int64]) -> Choice:
        """`sites` with what they cover, added up anew."""
        state = self._state(sites)
        return Choice(sites=sites, covered=float(self._weight[state[0] > 0].sum()))

    def _phase(self, choice: Choice, rounds: int, tolerance: float, out_of_time: Callable[[], bool]) -> Choice:
        sites, best = choice.sites.copy(), choice.sites.copy()
        state = self._state(sites)
        totals = np.array([choice.covered, choice.covered])
        place = np.zeros(self._candidates, np.int64)
        place[sites] = np.arange(sites.size)
        stamps = np.zeros(self._candidates, np.int64), np.zeros(self._points, np.int64)
        scratch = (*stamps, np.zeros(1, np.int64), np.zeros(self._candidates, np.int64), place)
        for call in range(_CALLS_A_PHASE):
            if out_of_time():
                break
            search_on(
                self._rows, self._columns, self._weight, state, sites, best, totals, rounds // _CALLS_A_PHASE,
                tolerance * (1.0 - call / _CALLS_A_PHASE), _LARGEST_GROUP, self._seed, scratch,
            )  # fmt: skip
        return self.choice(best)

    def _state(self, sites: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.bool_], NDArray[np.float64]]:
        state = np.zeros(self._points, np.int32), np.zeros(self._candidates, np.bool_), np.zeros(self._candidates)
        fill_scores(self._rows, self._weight, state)
        for site in sites:
            add_site(self._rows, self._columns, self._weight, state, site)
        return state
