"""Names and phones for the few screens that may show them, read when they are asked for and kept nowhere."""

from collections.abc import Collection

from sqlalchemy import select

from registry.models import Contact
from registry.personal.phones import contact_of
from registry.storage.database import Database
from registry.storage.watched_database import DatabaseAway
from registry.tables import rescuer_personal


class ContactBook:
    """Reads contacts; it remembers none, so that whoever is erased is gone from the next answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, rescuer_ids: Collection[str]) -> dict[str, Contact]:
        """By id: of those who are known. Nobody's while the database is away: the rest of a screen goes without."""
        if not rescuer_ids:
            return {}
        query = select(rescuer_personal).where(rescuer_personal.c.rescuer_id.in_(sorted(rescuer_ids)))
        keys = self._database.personal_keys
        try:
            rows = await self._database.consult(lambda connection: connection.execute(query).all())
        except DatabaseAway:
            return {}
        return {row.rescuer_id: contact_of(row, keys) for row in rows}
