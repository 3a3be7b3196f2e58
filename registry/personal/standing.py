"""Under which keys what says who somebody is stands in the database, and whether they are all given."""

from collections.abc import Sequence

import structlog
from sqlalchemy import Column, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.people_tables import aed_cabinet_codes, aed_keepers, import_people, totp_secrets
from registry.personal.phones import outdated
from registry.storage.database import Database
from registry.storage.personal_keys import KEY_ID_LETTERS, VARIABLE, MissingPersonalKey, PersonalKeys
from registry.tables import rescuer_personal, rescuers

log = structlog.get_logger(__name__)

SEALED: Sequence[Column[str]] = (
    *(rescuer_personal.c.phone_sealed, rescuers.c.source_digest),
    *(totp_secrets.c.secret, aed_keepers.c.phone_sealed, aed_cabinet_codes.c.code_sealed),
    import_people.c.told_sealed,
)
"""Every column that holds what was made under a key."""


async def require_keys(connection: AsyncConnection, keys: PersonalKeys) -> None:
    """Nothing is to be read or written with keys of which some are missing: phones would be lost, or stand in plain
    beside others that are encrypted.

    Raises:
        MissingPersonalKey
    """
    used = set[str]()
    for column in SEALED:
        key_id = func.substr(column, 1, KEY_ID_LETTERS)
        query = select(key_id).where(column.like(f"{'_' * KEY_ID_LETTERS}.%")).distinct()
        used.update((await connection.execute(query)).scalars())
    if missing := sorted(used - set(keys.ids)):
        given = f"it holds {', '.join(keys.ids)}" if keys else "it is not set"
        raise MissingPersonalKey(
            f"{VARIABLE}: people's phones or desks' secrets stand encrypted in the database under the key "
            f"{', '.join(missing)}, and {given}: give that key, behind the newer one while it is being changed"
        )


async def count_outdated_phones(connection: AsyncConnection, keys: PersonalKeys) -> int:
    """How many are not under the newest key; without keys all that there are."""
    query = select(func.count()).select_from(rescuer_personal).where(outdated(keys))
    return (await connection.execute(query)).scalar_one()


async def look_at_start(database: Database) -> None:
    """Warn the operator of phones that anybody reads who has the database.

    Raises:
        MissingPersonalKey: a service without a key that is needed would ring nobody by phone.
    """
    keys = database.personal_keys
    async with database.read() as connection:
        await require_keys(connection, keys)
        left = await count_outdated_phones(connection, keys)
    if left:
        advice = "run `rescue-circle registry rotate-key`" if keys else f"set {VARIABLE}, see docs/operations.md"
        log.warning("phones_not_encrypted", phones=left, newest_key=keys.newest_id or "none", advice=advice)
