"""Which row of a list is which record of the same list before: by the source's own id, else by the evidence, so that a
corrected address or a few metres make no other AED of it."""

from collections.abc import Sequence

from registry.importers.aed_rows import has_own_ref
from registry.likeness import all_words_alike, floors_differ, metres_apart, near_pairs
from registry.models import Aed

MOVED_M = 200.0
"""A position that a list corrects lies within so many metres of the old one, as geocoders have it (assumption)."""

SAME_WALL_M = 30.0
_STILL_THERE_M = 50.0
_SAME_POINT_M = 3.0
_ALIKE, _SAME_WORDS, _HALF = 0.6, 0.97, 0.5
_OTHER_ID_WORDS = 0.9
_OTHER_FLOOR = 0.9


def matched(found: Sequence[Aed], known: Sequence[Aed]) -> dict[int, str]:
    """By index into `found` the aed_id of what is known of it; each known one once. All of them are of one source."""
    by_ref = {one.source_ref: one for one in known}
    matches: dict[int, str] = {}
    for index, one in enumerate(found):
        before = by_ref.get(one.source_ref)
        if before and (has_own_ref(one) or metres_apart(one, before) <= _STILL_THERE_M):
            matches[index] = before.aed_id
    if len(matches) < len(found):
        taken = set(matches.values())
        _match_by_evidence(found, [one for one in known if one.aed_id not in taken], matches)
    return matches


def _match_by_evidence(found: Sequence[Aed], left: Sequence[Aed], matches: dict[int, str]) -> None:
    new = [index for index in range(len(found)) if index not in matches]
    place = {id(found[index]): index for index in new}
    ranked = []
    for one, other, metres in near_pairs([found[index] for index in new], left, MOVED_M):
        evidence = _evidence(one, other, metres)
        if evidence > 0:
            ranked.append((-evidence, place[id(one)], other.aed_id))
    taken: set[str] = set()
    for _, index, aed_id in sorted(ranked):
        if index not in matches and aed_id not in taken:
            matches[index] = aed_id
            taken.add(aed_id)
    # The very same words, but farther off: a position that was quite wrong.
    by_ref = {one.source_ref: one.aed_id for one in left}
    for index in new:
        aed_id = by_ref.get(found[index].source_ref, "")
        if index not in matches and aed_id and aed_id not in taken:
            matches[index] = aed_id
            taken.add(aed_id)


def _evidence(a: Aed, b: Aed, metres: float) -> float:
    """More than 0 where they are one record."""
    words = all_words_alike(a, b)
    if has_own_ref(a):
        # The list gave the device another id: only at the same point, and called the same.
        is_same = metres <= _SAME_POINT_M and words >= _OTHER_ID_WORDS
    else:
        is_same = (
            words >= _SAME_WORDS
            or (metres <= SAME_WALL_M and words >= _ALIKE)
            or (metres <= _SAME_POINT_M and words >= _HALF)
        )
    if not is_same:
        return 0.0
    # A floor may be corrected, too; but of several in one building each is first looked for on its own.
    return 2.0 + words - metres / MOVED_M - _OTHER_FLOOR * floors_differ(a, b)
