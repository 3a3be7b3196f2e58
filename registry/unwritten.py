"""What phones told the live picture and the database does not have yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice

from registry.models import Rescuer
from registry.repository import save_live_changes
from registry.storage.database import Database

# A write of so many rows holds SQLite's only writer for some milliseconds (assumption: a call can wait for that).
ROWS_A_FLUSH = 200


@dataclass(slots=True)
class Unwritten:
    """Ids of rescuers whose position, last sign of life or duty changed since they were last written."""

    presence: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    duty: set[str] = field(default_factory=set)

    def forget(self, rescuer_id: str) -> None:
        """Write nothing of this rescuer."""
        for changed in (self.presence, self.seen, self.duty):
            changed.discard(rescuer_id)

    async def flush(self, database: Database, records: Mapping[str, Rescuer]) -> int:
        """Write what has changed, as `records` has it now; how many rows. Nothing is lost if it fails.

        In parts, each a transaction of its own: a call that comes meanwhile waits for one of them, not for all phones.
        """
        most = max(len(self.presence), len(self.seen), len(self.duty))
        return sum([await self._flush_part(database, records) for _ in range(0, most, ROWS_A_FLUSH)])

    async def _flush_part(self, database: Database, records: Mapping[str, Rescuer]) -> int:
        part = self._take()
        try:
            presences, seen, duty = (
                [records[key] for key in sorted(keys)] for keys in (part.presence, part.seen, part.duty)
            )
            await database.transact_aside(
                lambda connection: save_live_changes(database, connection, presences=presences, seen=seen, duty=duty)
            )
        except BaseException:
            self.presence |= part.presence
            self.seen |= part.seen
            self.duty |= part.duty
            raise
        return len(part.presence) + len(part.seen) + len(part.duty)

    def _take(self) -> "Unwritten":
        presence, seen, duty = (set(islice(ids, ROWS_A_FLUSH)) for ids in (self.presence, self.seen, self.duty))
        self.presence -= presence
        self.seen -= seen
        self.duty -= duty
        return Unwritten(presence, seen, duty)
