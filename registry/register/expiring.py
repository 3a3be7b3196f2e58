"""Certificates that run out soon, or have: whose last one, when, and which warning is due."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.models import BY_HAND
from registry.people.expiry import days_left, warning_of
from registry.people.trust import ANY_LIST, CityRules
from registry.places.nearest import NearestStation, find_nearest_stations
from registry.repository import load_city_rules
from registry.tables import certificates, rescuers

Cursor = tuple[date, str, int]
"""Behind which certificate a list goes on: its last day, its person, its number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiring:
    """number: of the certificate among its person's. days_left: -1 and less once it has run out. warning_days: the
    warning that is due, 60, 30 or 7 days before, 0 afterwards; None before all of them. nearest_station: where it can
    be renewed, by the person's home; None where that is not known, or no practice station."""

    rescuer_id: str
    number: int
    kind: str
    issuer: str
    valid_until: date
    days_left: int
    warning_days: int | None
    nearest_station: NearestStation | None = field(default=None, repr=False)

    @property
    def cursor(self) -> Cursor:
        return self.valid_until, self.rescuer_id, self.number


async def list_expiring(
    connection: AsyncConnection,
    day: date,
    *,
    within_days: int,
    since: date | None = None,
    after: Cursor | None = None,
    limit: int,
) -> list[Expiring]:
    """Certificates whose last day comes within so many days after `day`, the soonest first, and those that have run
    out; not those of whose kind their person holds a later one that counts, nor of people who were erased.

    since: leaves out those that ran out before that day. after: only those behind it.
    """
    paper, rules = certificates.c, await load_city_rules(connection)
    query = (
        select(certificates)
        .join(rescuers, rescuers.c.rescuer_id == paper.rescuer_id)
        .where(
            rescuers.c.erased_at.is_(None), paper.valid_until <= day + timedelta(days=within_days), ~_has_later(rules)
        )
    )
    if since is not None:
        query = query.where(paper.valid_until >= since)
    if after is not None:
        query = query.where(_is_behind(after))
    query = query.order_by(paper.valid_until, paper.rescuer_id, paper.ordinal).limit(limit)
    rows = (await connection.execute(query)).all()
    stations = await find_nearest_stations(connection, {row.rescuer_id for row in rows})
    return [_expiring(row, day, stations.get(row.rescuer_id)) for row in rows]


def _has_later(rules: CityRules) -> ColumnElement[bool]:
    paper, later = certificates.c, certificates.alias().c
    is_in_its_place = or_(later.follows == paper.ordinal, later.kind == paper.kind)
    ends_later = or_(later.valid_until.is_(None), later.valid_until > paper.valid_until)
    counts = or_(later.verified_at.is_not(None), _is_trusted(later.source, rules))
    mine = select(later.rescuer_id).where(later.rescuer_id == paper.rescuer_id)
    return mine.where(is_in_its_place, ends_later, counts).correlate(certificates).exists()


def _is_trusted(source: ColumnElement[str], rules: CityRules) -> ColumnElement[bool]:
    """As `CityRules.trusts` says."""
    by_rule = {name: rules.trusts(name) for name in (BY_HAND, *rules.trusted)}
    others = rules.trusts(ANY_LIST)
    return case(by_rule, value=source, else_=others)


def _is_behind(after: Cursor) -> ColumnElement[bool]:
    paper = certificates.c
    ends, rescuer_id, number = after
    same_person = and_(paper.rescuer_id == rescuer_id, paper.ordinal > number)
    return or_(
        paper.valid_until > ends, and_(paper.valid_until == ends, or_(paper.rescuer_id > rescuer_id, same_person))
    )


def _expiring(row: Row[Any], day: date, nearest: NearestStation | None) -> Expiring:
    return Expiring(
        rescuer_id=row.rescuer_id,
        number=row.ordinal,
        kind=row.kind,
        issuer=row.issuer,
        valid_until=row.valid_until,
        days_left=days_left(row.valid_until, day),
        warning_days=warning_of(row.valid_until, day),
        nearest_station=nearest,
    )
