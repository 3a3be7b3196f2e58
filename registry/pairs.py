"""Pairs of ids, held so that whoever reads them never sees half a change."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

Together = Mapping[str, frozenset[str]]
"""By an id: the others that belong with it."""


class Pairs:
    """others: by id; made anew by every change and never changed, so that whoever holds it may go on reading it."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._others: defaultdict[str, set[str]] = defaultdict(set)
        self.others: Together = {}
        self.pair((), pairs)

    def pair(self, ids: Iterable[str], pairs: Iterable[tuple[str, str]]) -> None:
        """Of `ids` exactly these pairs belong together."""
        for one in ids:
            for other in self._others.pop(one, set()):
                self._others[other].discard(one)
        for first, second in pairs:
            self._others[first].add(second)
            self._others[second].add(first)
        self.others = {one: frozenset(others) for one, others in self._others.items() if others}
