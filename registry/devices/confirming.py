"""Keepers say again, each six months, that the AED is there: by a link of their own, or through an officer."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.devices.cabinet_rows import get_ids
from registry.devices.keeper_store import NoKeeper
from registry.devices.keepers import KeeperRole
from registry.devices.last_words import renew_confirmation_due
from registry.devices.tables import aed_confirmations
from registry.history.log import Author, Change, record
from registry.people_tables import aed_confirmation_links, aed_keepers
from registry.storage.postgres import lock_registry

KIND = "aed_confirmation"
LINK_LASTS = timedelta(days=60)
"""Assumption: a keeper who has not answered within two months is asked anew."""

_CODE_BYTES = 16
_link = aed_confirmation_links.c


class UnknownConfirmationLink(LookupError):
    """There is no such link: it was replaced by a newer one, or its keeper is not the keeper any more."""

    code = "unknown_confirmation_link"


class ConfirmationLinkExpired(RuntimeError):
    """The link is too old: ask the Red Cross for a new one."""

    code = "confirmation_link_expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """Somebody said that the AED is there. by: "keeper" or "deputy", by their link; else the account that said so."""

    aed_id: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a link is for. confirmed_at: when it was used to say yes, None before."""

    aed_id: str
    role: KeeperRole
    confirmed_at: datetime | None


def new_code() -> str:
    """128 random bits, which nobody guesses."""
    return secrets.token_urlsafe(_CODE_BYTES)


async def make_link(connection: AsyncConnection, aed_id: str, role: KeeperRole, *, code: str, at: datetime) -> datetime:
    """Let whoever has `code` confirm the AED for its keeper; an earlier link ends. When this one does.

    Raises:
        UnknownAed
        NoKeeper
    """
    await lock_registry(connection)
    holder = await _get_holder(connection, aed_id, role)
    mine = (_link.aed_id == holder) & (_link.role == role.value)
    await connection.execute(delete(aed_confirmation_links).where(mine))
    times = {"created_at": at, "expires_at": at + LINK_LASTS, "used_at": None}
    row = {"aed_id": holder, "role": role.value, "code_digest": _digest(code), **times}
    await connection.execute(insert(aed_confirmation_links).values(row))
    return at + LINK_LASTS


async def get_asked(connection: AsyncConnection, code: str, *, at: datetime) -> Asked:
    """What a link asks.

    Raises:
        UnknownConfirmationLink, ConfirmationLinkExpired
    """
    row = await _get_link(connection, code, at)
    (lead, *_) = await get_ids(connection, row.aed_id)
    return Asked(aed_id=lead, role=KeeperRole(row.role), confirmed_at=row.used_at)


async def confirm_by_link(connection: AsyncConnection, code: str, *, at: datetime) -> Asked:
    """The keeper says that the AED is there; saying so twice with one link counts once.

    Raises:
        UnknownConfirmationLink, ConfirmationLinkExpired
    """
    await lock_registry(connection)
    asked = await get_asked(connection, code, at=at)
    if asked.confirmed_at is not None:
        return asked
    mine = _link.code_digest == _digest(code)
    await connection.execute(update(aed_confirmation_links).where(mine).values(used_at=at))
    await confirm(connection, asked.aed_id, Author(by=asked.role.value, at=at))
    return Asked(aed_id=asked.aed_id, role=asked.role, confirmed_at=at)


async def confirm(connection: AsyncConnection, aed_id: str, author: Author) -> Confirmation:
    """Somebody says that the AED is there.

    Raises:
        UnknownAed
    """
    await lock_registry(connection)
    ids = await get_ids(connection, aed_id)
    lead = ids[0]
    row = {"aed_id": lead, "at": author.at, "by": author.by}
    await connection.execute(insert(aed_confirmations).values(row))
    await renew_confirmation_due(connection, ids, author.at)
    change = Change(kind=KIND, subject_id=lead, action="confirmed", before=None, after={"at": author.at.isoformat()})
    await record(connection, change, author)
    return Confirmation(aed_id=lead, at=author.at, by=author.by)


async def list_confirmations(connection: AsyncConnection, aed_id: str, *, limit: int) -> list[Confirmation]:
    """The newest first, under whatever id of the cabinet they were said.

    Raises:
        UnknownAed
    """
    ids = await get_ids(connection, aed_id)
    kept = aed_confirmations.c
    query = select(aed_confirmations).where(kept.aed_id.in_(ids)).order_by(kept.at.desc(), kept.confirmation_id.desc())
    rows = await connection.execute(query.limit(limit))
    return [Confirmation(aed_id=row.aed_id, at=row.at, by=row.by) for row in rows]


async def _get_holder(connection: AsyncConnection, aed_id: str, role: KeeperRole) -> str:
    """The id under which the keeper of a cabinet stands."""
    ids = await get_ids(connection, aed_id)
    mine = aed_keepers.c.aed_id.in_(ids) & (aed_keepers.c.role == role.value)
    held: list[str] = list((await connection.execute(select(aed_keepers.c.aed_id).where(mine))).scalars())
    if not held:
        raise NoKeeper(f"{aed_id} has no {role}: name one first")
    return min(held, key=ids.index)


async def _get_link(connection: AsyncConnection, code: str, at: datetime) -> Row[tuple[str, ...]]:
    query = select(aed_confirmation_links).where(_link.code_digest == _digest(code))
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise UnknownConfirmationLink(UnknownConfirmationLink.__doc__)
    if at >= row.expires_at:
        raise ConfirmationLinkExpired(ConfirmationLinkExpired.__doc__)
    return row


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
