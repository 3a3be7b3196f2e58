"""What must be seen to by a day: pads, batteries, checks that somebody promised, keepers who should confirm again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import ColumnElement, FromClause, Select, and_, exists, func, literal, not_, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.devices.tables import aed_devices
from registry.tables import aeds

_PARTED = "~"
_lead = aed_devices.alias("lead_devices")
_joined, _of_joined = aeds.alias("joined_aeds"), aed_devices.alias("joined_devices")


class What(StrEnum):
    ADULT_PADS = "adult_pads"
    BATTERY = "battery"
    CHECK = "check"
    CHILD_PADS = "child_pads"
    CONFIRMATION = "confirmation"


_DAYS = {
    What.ADULT_PADS: "adult_pads_expire_on",
    What.BATTERY: "battery_expires_on",
    What.CHECK: "check_due_on",
    What.CHILD_PADS: "child_pads_expire_on",
    What.CONFIRMATION: "confirmation_due_on",
}

_SET_WITH: dict[What, tuple[str, ...]] = {
    **{one: (_DAYS[one],) for one in (What.ADULT_PADS, What.BATTERY, What.CHILD_PADS)},
    What.CHECK: ("next_check_on", "last_checked_on", "check_every_days"),
}
"""The fields of which each follows; of the confirmation no list and no field says anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """due_on: the last day that still counts, of pads and batteries; the day by which it should be done, of others."""

    aed_id: str
    what: What
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where an answer ended, to read on."""

    due_on: date
    aed_id: str
    what: What

    @classmethod
    def of(cls, last: Due) -> Self:
        return cls(due_on=last.due_on, aed_id=last.aed_id, what=last.what)

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises: ValueError, which says where one comes from."""
        try:
            day, what, aed_id = text.split(_PARTED, 2)
            return cls(due_on=date.fromisoformat(day), aed_id=aed_id, what=What(what))
        except ValueError:
            raise ValueError("give what the answer before has as `next`") from None

    def __str__(self) -> str:
        return _PARTED.join((self.due_on.isoformat(), self.what, self.aed_id))


async def list_due(
    connection: AsyncConnection,
    *,
    until: date,
    what: Collection[What] = tuple(What),
    after: Cursor | None = None,
    limit: int,
) -> list[Due]:
    """What is due on or before a day, the oldest first; AEDs that are retired are left out. after: to read on."""
    found = union_all(*(_due_of(one, until) for one in sorted(set(what)))).subquery()
    row = found.c
    query = select(row.aed_id, row.what, row.due_on).order_by(row.due_on, row.aed_id, row.what).limit(limit)
    if after is not None:
        later = or_(row.aed_id > after.aed_id, and_(row.aed_id == after.aed_id, row.what > after.what.value))
        query = query.where(or_(row.due_on > after.due_on, and_(row.due_on == after.due_on, later)))
    rows = await connection.execute(query)
    return [Due(aed_id=aed_id, what=What(kind), due_on=day) for aed_id, kind, day in rows]


def _due_of(what: What, until: date) -> Select[Any, str, Any]:
    """By cabinet. What a person set counts first, then what the first record says; joined ones fill what that leaves
    out."""
    day, of_lead = aed_devices.c[_DAYS[what]], _lead.c[_DAYS[what]]
    lead_id = func.coalesce(aeds.c.joined_to, aeds.c.aed_id)
    return (
        select(lead_id.label("aed_id"), literal(what.value).label("what"), func.min(day).label("due_on"))
        .select_from(aed_devices)
        .join(aeds, aeds.c.aed_id == aed_devices.c.aed_id)
        .outerjoin(_lead, _lead.c.aed_id == aeds.c.joined_to)
        .where(day <= until, aeds.c.retired_at.is_(None))
        .where(_counts(what, of_lead.is_(None)))
        .group_by(lead_id)
    )


def _counts(what: What, lead_is_silent: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a record's word is the cabinet's."""
    is_set, lead_is_set = _is_set(what, aed_devices), _is_set(what, _lead)
    joined_is_set = exists(
        select(_of_joined.c.aed_id)
        .join(_joined, _joined.c.aed_id == _of_joined.c.aed_id)
        .where(_joined.c.joined_to == aeds.c.aed_id, _is_set(what, _of_joined))
        .correlate(aeds)
    )
    is_lead = aeds.c.joined_to.is_(None)
    return or_(
        and_(is_lead, or_(is_set, not_(joined_is_set))),
        and_(not_(is_lead), not_(lead_is_set), or_(is_set, lead_is_silent)),
    )


def _is_set(what: What, devices: FromClause) -> ColumnElement[bool]:
    """Whether a person has set any of it on this record."""
    names = _SET_WITH.get(what, ())
    return or_(literal(value=False), *(devices.c.corrected[name]["at"].as_string().is_not(None) for name in names))
