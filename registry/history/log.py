"""The registry's history: one line for every change that a person makes, in the same transaction as the change.

Values that say who somebody is or where they live never stand in it: such a change says that the field was changed.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.tables import history

LONGEST_NAME = 64
"""Of whoever made a change; a token may have been issued for a longer one."""


class UnknownChange(LookupError):
    """The history has no change with this number."""

    code = "unknown_change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """by: the account, or the user of a command. why: the reason they gave, "" where they gave none."""

    by: str
    at: datetime
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """kind, subject_id: what was changed, such as ("aed", its id). action: what was done, such as "moved".

    before, after: by field, only those that the change sets; JSON's values. before is None for what was added, after
    for what was removed.
    """

    kind: str
    subject_id: str
    action: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A line of the history. undoes: the number of the change that this one took back."""

    change_id: int
    change: Change
    author: Author
    undoes: int | None


async def record(connection: AsyncConnection, change: Change, author: Author, *, undoes: int | None = None) -> int:
    """Write a change down; its number. Numbers grow, and none is given twice."""
    values = _row(change, author, undoes)
    written = await connection.execute(insert(history).values(values).returning(history.c.change_id))
    return int(written.scalar_one())


async def record_all(connection: AsyncConnection, changes: Iterable[Change], author: Author) -> None:
    """Write many changes of one act down, in their order."""
    if rows := [_row(change, author, None) for change in changes]:
        await connection.execute(insert(history), rows)


async def get_change(connection: AsyncConnection, change_id: int) -> Recorded:
    """Raises: UnknownChange."""
    row = (await connection.execute(select(history).where(history.c.change_id == change_id))).one_or_none()
    if row is None:
        raise UnknownChange(f"the history has no change {change_id}")
    return _recorded(row)


async def list_changes(
    connection: AsyncConnection,
    *,
    kind: str | None = None,
    subject_id: str | None = None,
    subject_ids: Collection[str] | None = None,
    by: str | None = None,
    before_id: int | None = None,
    limit: int,
) -> list[Recorded]:
    """The newest first. subject_ids: of any of these. before_id: only older ones, to read on where an answer ended."""
    query: Select[Any] = select(history).order_by(history.c.change_id.desc()).limit(limit)
    for column, value in ((history.c.kind, kind), (history.c.subject_id, subject_id), (history.c.by, by)):
        if value is not None:
            query = query.where(column == value)
    if subject_ids is not None:
        query = query.where(history.c.subject_id.in_(subject_ids))
    if before_id is not None:
        query = query.where(history.c.change_id < before_id)
    return [_recorded(row) for row in await connection.execute(query)]


async def find_undoing(connection: AsyncConnection, change_id: int) -> Recorded | None:
    """The change that took this one back."""
    row = (await connection.execute(select(history).where(history.c.undoes == change_id))).one_or_none()
    return None if row is None else _recorded(row)


async def load_undoing(connection: AsyncConnection, change_ids: Collection[int]) -> dict[int, int]:
    """By number of a change that was taken back, the number of the one that did."""
    undone = select(history.c.undoes, history.c.change_id).where(history.c.undoes.in_(change_ids))
    return {row.undoes: row.change_id for row in await connection.execute(undone)}


async def erase_reasons(connection: AsyncConnection, kind: str, subject_id: str) -> None:
    """Empty what people wrote as their reasons: it may speak of a person who is erased. That something was changed
    stays."""
    mine = (history.c.kind == kind) & (history.c.subject_id == subject_id)
    await connection.execute(update(history).where(mine, history.c.why != "").values(why=""))


def _row(change: Change, author: Author, undoes: int | None) -> dict[str, Any]:
    return {
        "at": author.at,
        "by": author.by[:LONGEST_NAME],
        "why": author.why,
        "kind": change.kind,
        "subject_id": change.subject_id,
        "action": change.action,
        "before": None if change.before is None else dict(change.before),
        "after": None if change.after is None else dict(change.after),
        "undoes": undoes,
    }


def _recorded(row: Row[Any]) -> Recorded:
    return Recorded(
        change_id=row.change_id,
        change=Change(kind=row.kind, subject_id=row.subject_id, action=row.action, before=row.before, after=row.after),
        author=Author(by=row.by, at=row.at, why=row.why),
        undoes=row.undoes,
    )
