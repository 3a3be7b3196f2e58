"""What a list says of people as it stands in the registry, read before and after an import, and kept for an undo."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Self

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.people_tables import import_people, rescuer_profiles
from registry.personal.import_secrets import read_told, told_columns
from registry.personal.phones import contact_of
from registry.personal.source_digests import is_plain
from registry.repository import in_batches
from registry.storage.personal_keys import BrokenSeal, MissingPersonalKey, PersonalKeys
from registry.tables import certificates, rescuer_homes, rescuer_personal, rescuers

Paper = dict[str, Any]
"""A row of `certificates`, its days and times as ISO 8601 texts."""

DAYS, TIMES = ("valid_from", "valid_until"), ("verified_at",)
_OF_PAPER = tuple(column.name for column in certificates.c if column.name != "rescuer_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonState:
    """A person as the registry has them; repr hides what is personal.

    phone_e164: None where it cannot be read. home: [lon, lat], WGS-84 degrees. papers: by ordinal. digest: of what
    their list said last, open. corrected: what an officer set. Times are ISO 8601.
    """

    source: str
    source_file: str
    digest: str = field(repr=False)
    imported_at: str
    on_duty: bool
    duty_changed_at: str | None
    last_seen_at: str | None
    name: str = field(repr=False)
    phone_e164: str | None = field(repr=False)
    home: list[float] | None = field(repr=False)
    papers: list[Paper] = field(repr=False)
    corrected: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What an import found of a person, None where it brought them, and what it left."""

    before: PersonState | None
    after: PersonState

    @classmethod
    def read(cls, text: str) -> Self:
        told = json.loads(text)
        before = told["before"]
        return cls(before=None if before is None else PersonState(**before), after=PersonState(**told["after"]))

    def text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


async def load_states(
    connection: AsyncConnection, rescuer_ids: Sequence[str], keys: PersonalKeys
) -> dict[str, PersonState]:
    """By id, of those who are known and not erased."""
    found: dict[str, PersonState] = {}
    for some in in_batches(rescuer_ids):
        contacts = {row.rescuer_id: row for row in await connection.execute(_of(rescuer_personal, some))}
        papers: defaultdict[str, list[Paper]] = defaultdict(list)
        for row in await connection.execute(_of(certificates, some).order_by(certificates.c.ordinal)):
            papers[row.rescuer_id].append(_paper(row))
        for row in await connection.execute(_people(some)):
            found[row.rescuer_id] = _state(row, contacts.get(row.rescuer_id), papers[row.rescuer_id], keys)
    return found


async def keep_states(
    connection: AsyncConnection,
    import_id: int,
    before: Mapping[str, PersonState],
    after: Mapping[str, PersonState],
    keys: PersonalKeys,
) -> None:
    """Remember what an import found and left of these people."""
    for some in in_batches(sorted(after)):
        told = {one: Kept(before=before.get(one), after=after[one]).text() for one in some}
        rows = [
            {"import_id": import_id, "rescuer_id": one, **told_columns(import_id, one, text, keys)}
            for one, text in told.items()
        ]
        await connection.execute(insert(import_people), rows)


async def load_kept(connection: AsyncConnection, import_id: int, keys: PersonalKeys) -> dict[str, Kept | None]:
    """By id what is kept of an import; None where it cannot be read. Who was erased since is not among them."""
    query = select(import_people).where(import_people.c.import_id == import_id).order_by(import_people.c.rescuer_id)
    return {row.rescuer_id: _kept(row, keys) for row in await connection.execute(query)}


def _kept(row: Row[Any], keys: PersonalKeys) -> Kept | None:
    try:
        return Kept.read(read_told(row, keys))
    except (BrokenSeal, MissingPersonalKey):
        return None


def _of(table: Any, rescuer_ids: Sequence[str]) -> Any:
    return select(table).where(table.c.rescuer_id.in_(rescuer_ids))


def _people(rescuer_ids: Sequence[str]) -> Any:
    row = rescuers.c
    return (
        select(rescuers, rescuer_homes.c.position.label("home"), rescuer_profiles.c.corrected)
        .outerjoin(rescuer_homes, rescuer_homes.c.rescuer_id == row.rescuer_id)
        .outerjoin(rescuer_profiles, rescuer_profiles.c.rescuer_id == row.rescuer_id)
        .where(row.rescuer_id.in_(rescuer_ids), row.erased_at.is_(None))
    )


def _state(row: Row[Any], contact: Row[Any] | None, papers: list[Paper], keys: PersonalKeys) -> PersonState:
    known = None if contact is None else contact_of(contact, keys)
    return PersonState(
        source=row.source,
        source_file=row.source_file,
        digest=_open_digest(row, keys),
        imported_at=row.imported_at.isoformat(),
        on_duty=row.on_duty,
        duty_changed_at=_iso(row.duty_changed_at),
        last_seen_at=_iso(row.last_seen_at),
        name=known.name if known else "",
        phone_e164=None if known and known.phone_unreadable else known.phone_e164 if known else "",
        home=None if row.home is None else list(row.home),
        papers=papers,
        corrected=sorted(row.corrected or ()),
    )


def _open_digest(row: Row[Any], keys: PersonalKeys) -> str:
    """Open, since the key under which it stands may be another when it is put back."""
    if is_plain(row.source_digest):
        return str(row.source_digest)
    try:
        return keys.unhide(row.source_digest, owner=row.rescuer_id)
    except (BrokenSeal, MissingPersonalKey):
        # The next list is then looked at whatever it said last.
        return ""


def _paper(row: Row[Any]) -> Paper:
    return {name: _iso(getattr(row, name)) for name in _OF_PAPER}


def _iso(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
