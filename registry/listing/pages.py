"""Which AEDs somebody asks for, and which of them come next."""

import asyncio
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from registry.eligibility import Answer, is_usable
from registry.models import Aed, AedState

_AT_ONCE = 200
"""So many are looked at before others have their turn: some milliseconds of the event loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for; None and "" ask nothing. text: words that all stand in id, name, place or the source's id.

    usable: at the time of the question. changed: ids of those that were.
    """

    state: AedState | None = None
    source: str | None = None
    usable: Answer | None = None
    text: str = ""
    changed: Collection[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """AEDs by id. next_after: the last id of them where there are more, else None."""

    aeds: list[Aed]
    next_after: str | None


async def page_of(aeds: Iterable[Aed], wanted: Wanted, *, at: datetime, after: str, limit: int) -> Page:
    """The next `limit` that are wanted, with ids beyond `after`."""
    words, found = _plain(wanted.text).split(), list[Aed]()
    beyond = sorted((aed for aed in aeds if aed.aed_id > after), key=_by_id)
    for looked_at, aed in enumerate(beyond, start=1):
        if _is_wanted(aed, wanted, words, at):
            if len(found) == limit:
                return Page(aeds=found, next_after=found[-1].aed_id)
            found.append(aed)
        if looked_at % _AT_ONCE == 0:
            await asyncio.sleep(0)
    return Page(aeds=found, next_after=None)


def _is_wanted(aed: Aed, wanted: Wanted, words: Collection[str], at: datetime) -> bool:
    return (
        (wanted.state is None or aed.state is wanted.state)
        and (wanted.source is None or aed.source == wanted.source)
        and (wanted.changed is None or aed.aed_id in wanted.changed)
        and (not words or _says(aed, words))
        and (wanted.usable is None or is_usable(aed, at).answer is wanted.usable)
    )


def _says(aed: Aed, words: Iterable[str]) -> bool:
    text = _plain(f"{aed.aed_id} {aed.name} {aed.location_text} {aed.source_ref}")
    return all(word in text for word in words)


@lru_cache(maxsize=32_768)
def _plain(text: str) -> str:
    """Without what writers disagree on: width and capitals."""
    return unicodedata.normalize("NFKC", text).casefold()


def _by_id(aed: Aed) -> str:
    return aed.aed_id
