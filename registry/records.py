"""Which records of sources are one cabinet, and which may be one while nobody has decided: in memory, for dispatch."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from registry.models import Aed, AedState
from registry.pairs import Pairs, Together

_OF_THE_RECORD = frozenset({"aed_id", "source", "source_ref", "corrected", "joined_to", "retired"})
_OF_THE_FIRST = frozenset({"lon", "lat", "time_zone", "state"})
_FILLED = tuple(one.name for one in fields(Aed) if one.name not in _OF_THE_RECORD | _OF_THE_FIRST)


def cabinet_of(lead: Aed, others: Sequence[Aed]) -> Aed:
    """The cabinet whose id `lead` has, as all its records tell of it.

    What a person set comes first, then what the lead says, then the others in their order; records that have left their
    sources say nothing more. Of the device's state the worst that any of them says counts: nobody runs to a broken one.
    """
    present = [one for one in (lead, *others) if not one.retired]
    if not others or not present:
        return lead
    values: dict[str, Any] = {name: _said(name, lead, others, present) for name in _FILLED}
    placed = _first_to_say("position", lead, others) or present[0]
    return replace(
        lead,
        lon=placed.lon,
        lat=placed.lat,
        time_zone=(_first_to_say("time_zone", lead, others) or present[0]).time_zone,
        state=_state(lead, others, present),
        corrected=lead.corrected.union(*(one.corrected for one in others)),
        retired=False,
        **values,
    )


def cabinets_of(rows: Iterable[Aed]) -> list[Aed]:
    """The cabinets that stand, of all rows of the registry, by id."""
    return Records(rows).standing()


def _said(name: str, lead: Aed, others: Sequence[Aed], present: Sequence[Aed]) -> Any:
    if (one := _first_to_say(name, lead, others)) is not None:
        return getattr(one, name)
    if "hours" in name:
        # What hours mean and how they were written belong together.
        return getattr(next((one for one in present if one.opening_hours), present[0]), name)
    told = [getattr(one, name) for one in present]
    return next((value for value in told if value is not None and value != ""), told[0])


def _first_to_say(column: str, lead: Aed, others: Sequence[Aed]) -> Aed | None:
    """The record on which a person has set it."""
    return next((one for one in (lead, *others) if column in one.corrected), None)


def _state(lead: Aed, others: Sequence[Aed], present: Sequence[Aed]) -> AedState:
    if (one := _first_to_say("state", lead, others)) is not None:
        return one.state
    return next((one.state for one in present if one.state is not AedState.IN_SERVICE), AedState.IN_SERVICE)


class Records:
    """All rows by id, those that are joined under the one that they are joined to.

    together: by the id of a cabinet, the other ids under which the device on its wall may be promised. Made anew by
        every `pair` and never changed, so that whoever holds it may go on reading it.
    """

    def __init__(self, rows: Iterable[Aed], pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._rows: dict[str, Aed] = {}
        self._joined: defaultdict[str, set[str]] = defaultdict(set)
        self._alike = Pairs()
        self.together: Together = {}
        self._is_stale = False
        for row in rows:
            self.put(row.aed_id, row)
        self.pair((), pairs)

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(self._rows)

    def put(self, aed_id: str, row: Aed | None) -> tuple[str, ...]:
        """Take a row as the database has it now, None where it is gone: the cabinets that may be others by it."""
        before = self._rows.pop(aed_id, None)
        self._is_stale |= (before.joined_to if before else "") != (row.joined_to if row else "")
        if before and before.joined_to:
            self._joined[before.joined_to].discard(aed_id)
        if row is not None:
            self._rows[aed_id] = row
            if row.joined_to:
                self._joined[row.joined_to].add(aed_id)
        touched = {one.joined_to or aed_id for one in (before, row) if one}
        return tuple(sorted(touched | {aed_id}))

    def pair(self, aed_ids: Iterable[str], pairs: Iterable[tuple[str, str]]) -> None:
        """Of these rows exactly these pairs may be one cabinet."""
        if self._alike.pair(aed_ids, pairs) or self._is_stale:
            self.together, self._is_stale = self._told_together(), False

    def _told_together(self) -> Together:
        near: defaultdict[str, set[str]] = defaultdict(set)
        for aed_id, others in self._alike.others.items():
            lead = self.lead(aed_id)
            near[lead].update(other for one in others if (other := self.lead(one)) != lead)
        for lead, members in self._joined.items():
            if members:
                near[lead].update(members)
        return {
            lead: frozenset(others.union(*(self._joined.get(one, ()) for one in others)) - {lead})
            for lead, others in near.items()
            if others
        }

    def lead(self, aed_id: str) -> str:
        """The cabinet that an id stands for now; an unknown one stands for itself."""
        row = self._rows.get(aed_id)
        return row.joined_to if row and row.joined_to else aed_id

    def find(self, aed_id: str) -> Aed | None:
        """The cabinet with this id, None where the id is unknown or that of a joined record."""
        lead = self._rows.get(aed_id)
        if lead is None or lead.joined_to:
            return None
        return cabinet_of(lead, [self._rows[one] for one in sorted(self._joined.get(aed_id, ()))])

    def standing(self) -> list[Aed]:
        """The cabinets that are not retired, by id."""
        return [one for one in self._cabinets() if not one.retired]

    def retired(self) -> list[Aed]:
        """The cabinets that are, by id."""
        gone = (self.find(aed_id) for aed_id, row in sorted(self._rows.items()) if row.retired)
        return [one for one in gone if one and one.retired]

    def _cabinets(self) -> Iterator[Aed]:
        found = (self.find(aed_id) for aed_id in sorted(self._rows))
        return (one for one in found if one)
