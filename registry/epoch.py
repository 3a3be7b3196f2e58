"""The epoch of a database: a few letters in every id that it gives, drawn anew when it comes back from a backup.

After a restore the numbers of the time since the backup are given once more, to other people and other news. With the
epoch in their ids no phone, gateway or 120 takes those for repeats.
"""

import secrets
import string
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, insert, select

from registry.storage.database import Database
from registry.tables import epochs

LETTERS = string.ascii_lowercase + string.digits
LENGTH = 8
"""36 ** 8 epochs: that two restores of one database draw the same is out of the question."""


def new_epoch() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def draw_epoch(connection: Connection) -> str:
    """A new one from now on; a service that runs meanwhile goes on with the old one until it starts anew."""
    epoch = new_epoch()
    connection.execute(delete(epochs))
    connection.execute(insert(epochs).values(epoch=epoch, drawn_at=datetime.now(UTC)))
    return epoch


async def get_epoch(database: Database) -> str:
    """Of a migrated database."""
    return await database.consult(lambda connection: str(connection.execute(select(epochs.c.epoch)).scalar_one()))
