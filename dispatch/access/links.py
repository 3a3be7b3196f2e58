"""Whether the systems that send calls are heard of: when each last spoke, and whether it was understood."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, func, select

from dispatch import tables as t
from registry.storage.database import Database
from registry.storage.watched_database import DatabaseAway


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What is known of one integration. Real time; None where it has never been heard.

    understood: whether the newest signed message could be read as a whole. refused_at: when something last came in its
    name whose signature was wrong: an attack, or a secret that was changed on one side only.
    """

    name: str
    heard_at: datetime | None = None
    understood: bool | None = None
    refused_at: datetime | None = None


class LinkWatch:
    """Remembers the newest message of each integration; a look at the journal stands in for those before the start."""

    def __init__(self) -> None:
        self._links: dict[str, Link] = {}
        self._looked_back = False

    def heard(self, name: str, at: datetime, *, understood: bool) -> None:
        self._links[name] = replace(self.find(name), heard_at=at, understood=understood)

    def refused(self, name: str, at: datetime) -> None:
        self._links[name] = replace(self.find(name), refused_at=at)

    async def look_back(self, database: Database) -> None:
        """Once: what the journal has of each integration. While the database is away it is left for the next time."""
        if self._looked_back:
            return
        try:
            found = await database.consult(_newest)
        except DatabaseAway:
            return
        self._looked_back = True
        for name, (at, understood) in found.items():
            if self.find(name).heard_at is None:
                self.heard(name, at, understood=understood)

    def find(self, name: str) -> Link:
        """The link; of one that has never been heard just its name."""
        return self._links.get(name) or Link(name=name)


def _newest(connection: Connection) -> Mapping[str, tuple[datetime, bool]]:
    messages = t.call_messages.c
    newest = (
        select(messages.integration, func.max(messages.received_at).label("at"))
        .group_by(messages.integration)
        .subquery()
    )
    same = (messages.integration == newest.c.integration) & (messages.received_at == newest.c.at)
    query = select(messages.integration, messages.received_at, messages.attention).join(newest, same)
    return {row.integration: (row.received_at, row.attention is None) for row in connection.execute(query)}
