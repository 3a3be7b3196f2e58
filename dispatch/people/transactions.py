"""One transaction that may refuse."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from dispatch.people.refusals import (
    AccountDisabled,
    BadAccount,
    InvitationExpired,
    InvitationUsed,
    NotKnownHere,
    RescuerErased,
    TotpNotEnrolled,
    TotpRequired,
    TotpWrong,
    UnknownInvitation,
    UnknownProblem,
)
from registry.repository import UnknownAed, UnknownRescuer
from registry.storage.database import Database

T = TypeVar("T")

REFUSALS = (
    *(BadAccount, InvitationExpired, InvitationUsed, RescuerErased, UnknownAed, UnknownInvitation, UnknownProblem),
    *(UnknownRescuer, TotpNotEnrolled, TotpRequired, TotpWrong, AccountDisabled, NotKnownHere),
)


async def settled(database: Database, work: Callable[[Connection], T]) -> T:
    """As `database.transact`, for work that refuses before it writes: after a refusal the writer's connection is as
    good as before, where any other exception would have it thrown away, however often a stranger asks for it."""

    def carried(connection: Connection) -> T | Exception:
        try:
            return work(connection)
        except REFUSALS as refusal:
            return refusal

    outcome = await database.transact(carried)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome
