"""Brings all that stands encrypted, and what should, under the newest key: a few rows at a time, beside a running
service, from wherever it was interrupted.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.people_tables import aed_cabinet_codes, aed_keepers, import_people, totp_secrets
from registry.personal.cabinet_secrets import (
    KEEPER,
    code_columns,
    keeper_phone_columns,
    outdated_codes,
    outdated_keepers,
    read_code,
    read_keeper_phone,
)
from registry.personal.import_secrets import KEPT, outdated_told, read_told, told_columns
from registry.personal.phones import PHONE_COLUMNS, outdated, phone_columns, read_phone
from registry.personal.source_digests import digest_column, is_plain
from registry.personal.standing import require_keys
from registry.personal.totp_secrets import read_secret, secret_column
from registry.storage.database import Database
from registry.storage.personal_keys import VARIABLE, BrokenSeal, MissingPersonalKey, PersonalKeys
from registry.storage.postgres import lock_registry
from registry.tables import rescuer_personal, rescuers

BATCH = 500
"""Some milliseconds each, for which SQLite lets nobody else write."""

PAUSE_S = 0.02
"""In which those who waited have their turn."""

Remade = Callable[[Row[Any], PersonalKeys], dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """How many were brought under the newest key: phones, of keepers as well, what lists said of people, secrets of
    authenticator apps, codes of cabinets, what imports found of people.

    unreadable: rows that somebody changed, or put into another's place; they stay as they are.
    """

    phones: int
    digests: int
    secrets: int
    codes: int
    unreadable: int
    kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """remade: what a row gets. Its `key` is the row's first column."""

    table: Table
    columns: Sequence[ColumnElement[Any]]
    outdated: ColumnElement[bool]
    remade: Remade


async def rotate(database: Database, *, pause_s: float = PAUSE_S) -> Rotated:
    """Run again it does what is left.

    Raises:
        MissingPersonalKey: there is none, or one is missing under which something stands.
    """
    keys = database.personal_keys
    if not keys:
        raise MissingPersonalKey(f"{VARIABLE} is not set: openssl rand -base64 32 makes a key to encrypt with")
    async with database.read() as connection:
        await require_keys(connection, keys)
    digest = rescuers.c.source_digest
    said = _Kind(
        table=rescuers,
        columns=(rescuers.c.rescuer_id, digest),
        outdated=(digest != "") & digest.not_like(f"{keys.newest_id}.%"),
        remade=_remade_digest,
    )
    phones = _Kind(table=rescuer_personal, columns=PHONE_COLUMNS, outdated=outdated(keys), remade=_remade_phone)
    secret = totp_secrets.c.secret
    apps = _Kind(
        table=totp_secrets,
        columns=(totp_secrets.c.account_name, secret),
        outdated=secret.not_like(f"{keys.newest_id}.%"),
        remade=_remade_secret,
    )
    kinds = (phones, said, apps, *_of_cabinets(keys), _of_imports(keys))
    done = [await _rotate_all(database, kind, pause_s) for kind in kinds]
    # Erased pages would stay in SQLite's log until then, and the phones with them.
    await database.checkpoint()
    written, unreadable = zip(*done, strict=True)
    return Rotated(
        phones=written[0] + written[3],
        digests=written[1],
        secrets=written[2],
        codes=written[4],
        kept=written[5],
        unreadable=sum(unreadable),
    )


def _of_cabinets(keys: PersonalKeys) -> tuple[_Kind, _Kind]:
    """Phones of keepers, and codes."""
    keeper, code = aed_keepers.c, aed_cabinet_codes.c
    phones = _Kind(
        table=aed_keepers,
        columns=(KEEPER, keeper.aed_id, keeper.role, keeper.phone_e164, keeper.phone_sealed),
        outdated=outdated_keepers(keys),
        remade=_remade_keeper,
    )
    codes = _Kind(
        table=aed_cabinet_codes,
        columns=(code.aed_id, code.code, code.code_sealed),
        outdated=outdated_codes(keys),
        remade=_remade_code,
    )
    return phones, codes


def _of_imports(keys: PersonalKeys) -> _Kind:
    kept = import_people.c
    return _Kind(
        table=import_people,
        columns=(KEPT, kept.import_id, kept.rescuer_id, kept.told, kept.told_sealed),
        outdated=outdated_told(keys),
        remade=_remade_told,
    )


async def _rotate_all(database: Database, kind: _Kind, pause_s: float) -> tuple[int, int]:
    """(rows written, rows that cannot be read)."""
    written = unreadable = 0
    after: str | None = ""
    while after is not None:
        async with database.write() as connection:
            await lock_registry(connection)
            rows, remade = await _rotate_some(connection, kind, after, database.personal_keys)
        written, unreadable = written + remade, unreadable + len(rows) - remade
        after = rows[-1][0] if len(rows) == BATCH else None
        await asyncio.sleep(pause_s)
    return written, unreadable


async def _rotate_some(
    connection: AsyncConnection, kind: _Kind, after: str, keys: PersonalKeys
) -> tuple[Sequence[Row[Any]], int]:
    key = kind.columns[0]
    query = select(*kind.columns).where(kind.outdated, key > after).order_by(key).limit(BATCH).with_for_update()
    rows = (await connection.execute(query)).all()
    values = [{"_key": row[0], **made} for row in rows if (made := _remade(kind, row, keys)) is not None]
    if values:
        names = [name for name in values[0] if name != "_key"]
        change = update(kind.table).where(key == bindparam("_key")).values({name: bindparam(name) for name in names})
        await connection.execute(change, values)
    return rows, len(values)


def _remade(kind: _Kind, row: Row[Any], keys: PersonalKeys) -> dict[str, str] | None:
    try:
        return kind.remade(row, keys)
    except (BrokenSeal, MissingPersonalKey):
        return None


def _remade_phone(row: Row[Any], keys: PersonalKeys) -> dict[str, str]:
    return phone_columns(row.rescuer_id, read_phone(row, keys), keys)


def _remade_keeper(row: Row[Any], keys: PersonalKeys) -> dict[str, str]:
    return keeper_phone_columns(row.aed_id, row.role, read_keeper_phone(row._asdict(), keys), keys)


def _remade_code(row: Row[Any], keys: PersonalKeys) -> dict[str, str]:
    return code_columns(row.aed_id, read_code(row._asdict(), keys), keys)


def _remade_digest(row: Row[Any], keys: PersonalKeys) -> dict[str, str]:
    stored = row.source_digest
    told = stored if is_plain(stored) else keys.unhide(stored, owner=row.rescuer_id)
    return {"source_digest": digest_column(told, row.rescuer_id, keys)}


def _remade_secret(row: Row[Any], keys: PersonalKeys) -> dict[str, str]:
    return {"secret": secret_column(row.account_name, read_secret(row.account_name, row.secret, keys), keys)}


def _remade_told(row: Row[Any], keys: PersonalKeys) -> dict[str, str]:
    return told_columns(row.import_id, row.rescuer_id, read_told(row, keys), keys)
