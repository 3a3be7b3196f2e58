"""The one place that knows how it stands in its row what an import found and left of a person: as it is, or sealed."""

from typing import Any, Protocol

from sqlalchemy import ColumnElement, String, cast, or_

from registry.people_tables import import_people
from registry.storage.personal_keys import PersonalKeys

PURPOSE = "import"
_kept = import_people.c

KEPT: ColumnElement[str] = (cast(_kept.import_id, String) + "/" + _kept.rescuer_id).label("kept")
"""What a row is bound to, and what tells it from the others."""


class KeptRow(Protocol):
    """A row of `import_people`."""

    @property
    def import_id(self) -> int: ...
    @property
    def rescuer_id(self) -> str: ...
    @property
    def told(self) -> str: ...
    @property
    def told_sealed(self) -> str: ...


def told_columns(import_id: int, rescuer_id: str, told: str, keys: PersonalKeys) -> dict[str, str]:
    """What is written of it."""
    if not keys:
        return {"told": told, "told_sealed": ""}
    return {"told": "", "told_sealed": keys.seal(told, purpose=PURPOSE, owner=f"{import_id}/{rescuer_id}")}


def read_told(row: KeptRow | Any, keys: PersonalKeys) -> str:
    """Raises: BrokenSeal, MissingPersonalKey."""
    if not row.told_sealed:
        return str(row.told)
    return keys.unseal(row.told_sealed, purpose=PURPOSE, owner=f"{row.import_id}/{row.rescuer_id}")


def outdated_told(keys: PersonalKeys) -> ColumnElement[bool]:
    """Rows that are not under the newest key."""
    sealed_before = (_kept.told_sealed != "") & _kept.told_sealed.not_like(f"{keys.newest_id}.%")
    return or_(_kept.told != "", sealed_before)
