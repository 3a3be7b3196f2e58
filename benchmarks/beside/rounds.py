"""Rounds in which two sides take turns, and the ratio of each figure with its spread over the rounds."""

import statistics
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from benchmarks.beside.checkout import Checkout

Figures = dict[str, float]
Measure = Callable[[Checkout], Awaitable[Figures]]
Result = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One kind of figure. prepared: what both need to be measured, and how one turn of one is."""

    name: str
    prepared: Callable[[], AbstractAsyncContextManager[Measure]]


async def in_rounds(part: Part, sides: tuple[Checkout, Checkout], *, rounds: int) -> list[Result]:
    """Measure both `rounds` times after a turn that counts for neither, who begins by turns; each figure as a ratio of
    the first side to the second."""
    seen: dict[str, list[tuple[float, float]]] = defaultdict(list)
    async with part.prepared() as measure:
        for number in range(rounds + 1):
            turn: dict[str, Figures] = {}
            for side in sides if number % 2 else reversed(sides):
                turn[side.name] = await measure(side)
            if number:
                first, second = (turn[side.name] for side in sides)
                for what in first.keys() & second.keys():
                    seen[what].append((first[what], second[what]))
                print(f"  {part.name}, round {number} of {rounds}", flush=True)
    return [_told(f"{part.name}: {what}", pairs, sides) for what, pairs in sorted(seen.items())]


def _told(name: str, pairs: Sequence[tuple[float, float]], sides: tuple[Checkout, Checkout]) -> Result:
    """Medians, and of the rounds' own ratios the median, the least and the greatest."""
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratios = sorted(a / b for a, b in pairs if b)
    spread = (statistics.median(ratios), ratios[0], ratios[-1]) if ratios else None
    said = f"{spread[0]:.2f}x ({spread[1]:.2f} to {spread[2]:.2f} in {len(ratios)})" if spread else "no ratio"
    print(f"{name}: {ours:.4g}, {sides[1].name} {theirs:.4g}: {said}", flush=True)
    return {
        "name": name, "ours": ours, "peer_name": sides[1].name, "peer": theirs,
        "ratio": spread and round(spread[0], 3), "least": spread and round(spread[1], 3),
        "greatest": spread and round(spread[2], 3), "rounds": len(pairs),
    }  # fmt: skip
