"""What taking one change back has in common, whatever was changed: what it refuses, and what it answers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from registry.history.log import Recorded, find_undoing


class NotTakenBack(ValueError):
    """The change cannot be taken back; the message says what stands in the way."""

    code = "not_taken_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """change_id: of the undoing itself. aed_ids, rescuer_ids: what has changed, the change's own AED first."""

    change_id: int
    aed_ids: tuple[str, ...]
    rescuer_ids: tuple[str, ...] = ()


async def refuse_done(connection: AsyncConnection, one: Recorded) -> None:
    """Raises: NotTakenBack: somebody has taken it back before."""
    undoing = await find_undoing(connection, one.change_id)
    if undoing is not None:
        raise NotTakenBack(
            f"{undoing.author.by} took change {one.change_id} back at {told_time(undoing.author.at)}, as change "
            f"{undoing.change_id}: take that back to have it again"
        )


def told_time(at: datetime) -> str:
    """For whoever reads a refusal."""
    return f"{at:%Y-%m-%d %H:%M} UTC"
