"""What anybody reports of an AED, and what a registry officer makes of it. Nothing is kept of who reported it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from dispatch.people.refusals import UnknownProblem
from dispatch.people.transactions import settled
from registry.people_tables import aed_problems
from registry.repository import UnknownAed
from registry.storage.database import Database
from registry.tables import aeds

MOST_OPEN = 10
"""Of one kind about one AED: strangers fill no tables."""

_of = aed_problems.c


@dataclass(frozen=True, slots=True, kw_only=True)
class AedProblem:
    """reports: how often the same was said while it was open."""

    problem_id: str
    aed_id: str
    kind: str
    note: str
    reports: int
    reported_at: datetime
    last_reported_at: datetime
    resolved_at: datetime | None
    resolution: str


class AedProblems:
    def __init__(self, database: Database, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._now = now

    async def report(self, aed_id: str, kind: str, note: str) -> str:
        """The report's id; the same as that of an open one to which this one adds nothing.

        Raises:
            UnknownAed
        """
        return await settled(self._database, lambda connection: self._report(connection, aed_id, kind, note))

    async def list_all(self, *, open_only: bool, limit: int) -> list[AedProblem]:
        """The newest first."""
        query = select(aed_problems).order_by(_of.last_reported_at.desc(), _of.problem_id).limit(limit)
        if open_only:
            query = query.where(_of.resolved_at.is_(None))
        rows = await self._database.consult(lambda connection: connection.execute(query).all())
        return [_problem(row) for row in rows]

    async def resolve(self, problem_id: str, resolution: str) -> AedProblem:
        """Raises: UnknownProblem."""

        def work(connection: Connection) -> AedProblem:
            mine = select(aed_problems).where(_of.problem_id == problem_id)
            if connection.execute(mine.with_for_update()).one_or_none() is None:
                raise UnknownProblem(UnknownProblem.__doc__)
            values = {"resolved_at": self._now(), "resolution": resolution}
            connection.execute(update(aed_problems).where(_of.problem_id == problem_id).values(values))
            return _problem(connection.execute(mine).one())

        return await settled(self._database, work)

    def _report(self, connection: Connection, aed_id: str, kind: str, note: str) -> str:
        if connection.execute(select(aeds.c.aed_id).where(aeds.c.aed_id == aed_id)).one_or_none() is None:
            raise UnknownAed(f"no AED {aed_id!r}")
        now = self._now()
        same = (_of.aed_id == aed_id) & (_of.kind == kind) & _of.resolved_at.is_(None)
        open_ones = connection.execute(select(aed_problems).where(same).order_by(_of.reported_at)).all()
        said = [row for row in open_ones if not note or row.note == note]
        if said or len(open_ones) >= MOST_OPEN:
            problem_id: str = (said or open_ones)[0].problem_id
            again = {"reports": _of.reports + 1, "last_reported_at": now}
            connection.execute(update(aed_problems).where(_of.problem_id == problem_id).values(again))
            return problem_id
        row = {
            "problem_id": uuid.uuid4().hex,
            "aed_id": aed_id,
            "kind": kind,
            "note": note,
            "reports": 1,
            "reported_at": now,
            "last_reported_at": now,
            "resolved_at": None,
            "resolution": "",
        }
        connection.execute(insert(aed_problems).values(row))
        return str(row["problem_id"])


def _problem(row: Row[Any]) -> AedProblem:
    return AedProblem(**row._mapping)
