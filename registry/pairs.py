"""Pairs of ids, held so that whoever reads them never sees half a change."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

Together = Mapping[str, frozenset[str]]
"""By an id: the others that belong with it."""

_NOBODY: set[str] = set()


class Pairs:
    """others: by id; made anew by every change and never changed, so that whoever holds it may go on reading it."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._others: defaultdict[str, set[str]] = defaultdict(set)
        self.others: Together = {}
        self.pair((), pairs)

    def pair(self, ids: Iterable[str], pairs: Iterable[tuple[str, str]]) -> bool:
        """Of `ids` exactly these pairs belong together. Whether that is news: mostly, of many ids, it is not."""
        ids, wanted, held = set(ids), defaultdict[str, set[str]](set), self._others
        for first, second in pairs:
            wanted[first].add(second)
            wanted[second].add(first)
        is_known = all(held.get(one, _NOBODY) == wanted.get(one, _NOBODY) for one in ids)
        if is_known and all(others <= held.get(one, _NOBODY) for one, others in wanted.items()):
            return False
        for one in ids:
            for other in held.pop(one, _NOBODY):
                held[other].discard(one)
        for one, others in wanted.items():
            held[one] |= others
        self.others = {one: frozenset(others) for one, others in held.items() if others}
        return True
