"""Whether a row of a sheet speaks of the person who has its id here, and which certificates they hold after it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.importers.people.drafts import RescuerDraft
from registry.models import Certificate, Contact
from registry.people_tables import rescuer_profiles
from registry.personal.phones import contact_of
from registry.repository import in_batches
from registry.storage.personal_keys import PersonalKeys
from registry.tables import certificates, rescuer_homes, rescuer_personal


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is known of a person; repr hides it."""

    name: str = field(default="", repr=False)
    phone_e164: str = field(default="", repr=False)
    papers: tuple[Certificate, ...] = field(default=(), repr=False)
    home: tuple[float, float] | None = field(default=None, repr=False)
    corrected: frozenset[str] = frozenset()
    phone_unreadable: bool = False

    def as_set_here(self, draft: RescuerDraft) -> RescuerDraft:
        """What the sheet says, but for what an officer set."""
        mine: dict[str, Any] = {"name": self.name, "phone_e164": self.phone_e164, "home": self.home}
        leaves_phone = self.phone_unreadable and "phone_e164" in self.corrected
        return replace(draft, leaves_phone=leaves_phone, **{name: mine[name] for name in self.corrected & mine.keys()})


async def load_held(connection: AsyncConnection, rescuer_ids: Sequence[str], keys: PersonalKeys) -> dict[str, Held]:
    """By id, of those of whom anything is known."""
    papers: defaultdict[str, list[Certificate]] = defaultdict(list)
    contacts: dict[str, Contact] = {}
    set_here: dict[str, tuple[frozenset[str], tuple[float, float] | None]] = {}
    for some in in_batches(rescuer_ids):
        query = select(certificates).where(certificates.c.rescuer_id.in_(some)).order_by(certificates.c.ordinal)
        for row in await connection.execute(query):
            papers[row.rescuer_id].append(
                Certificate(kind=row.kind, number=row.number, valid_from=row.valid_from, valid_until=row.valid_until)
            )
        personal = select(rescuer_personal).where(rescuer_personal.c.rescuer_id.in_(some))
        set_here.update(await _set_here(connection, some))
        for row in await connection.execute(personal):
            contacts[row.rescuer_id] = contact_of(row, keys)
    return {
        one: Held(
            name=contacts[one].name if one in contacts else "",
            phone_e164=contacts[one].phone_e164 if one in contacts else "",
            phone_unreadable=one in contacts and contacts[one].phone_unreadable,
            papers=tuple(papers.get(one, ())),
            corrected=set_here.get(one, _NOTHING)[0],
            home=set_here.get(one, _NOTHING)[1],
        )
        for one in contacts.keys() | papers.keys()
    }


_NOTHING: tuple[frozenset[str], None] = frozenset(), None


async def _set_here(
    connection: AsyncConnection, rescuer_ids: Sequence[str]
) -> dict[str, tuple[frozenset[str], tuple[float, float] | None]]:
    """What officers set, and the home, of those of whom they set anything."""
    profile = rescuer_profiles.c
    query = (
        select(profile.rescuer_id, profile.corrected, rescuer_homes.c.position)
        .outerjoin(rescuer_homes, rescuer_homes.c.rescuer_id == profile.rescuer_id)
        .where(profile.rescuer_id.in_(rescuer_ids))
    )
    return {key: (frozenset(names), home) for key, names, home in await connection.execute(query)}


def is_same_person(held: Held, draft: RescuerDraft, *, same_source: bool) -> bool:
    """By phone or certificate number; a name alone tells only within one sheet.

    Of another sheet's row nothing that contradicts is not enough: ids such as 001 stand in every sheet.
    """
    if held.phone_e164 and held.phone_e164 == draft.phone_e164:
        return True
    if _numbers(held.papers) & _numbers(draft.certificates):
        return True
    if not same_source:
        return False
    return held.name == draft.name or not held.name or not draft.name or not _both_tell(held, draft)


def kept_papers(held: Sequence[Certificate], told: Sequence[Certificate]) -> tuple[Certificate, ...]:
    """What a sheet says, and of what is held that which ends later than all that the sheet says of its kind: a sheet
    may be older than what it is imported after. No end is not a later one."""
    ends: dict[str, date] = {}
    for paper in told:
        ends[paper.kind] = max(ends.get(paper.kind, date.min), paper.valid_until or date.min)
    newer = [
        paper
        for paper in held
        if paper not in told and paper.valid_until and paper.valid_until > ends.get(paper.kind, date.min)
    ]
    renewed = {(paper.kind, paper.number) for paper in newer if paper.number}
    return (*(paper for paper in told if (paper.kind, paper.number) not in renewed), *newer)


def _numbers(papers: Iterable[Certificate]) -> set[str]:
    return {paper.number for paper in papers if paper.number}


def _both_tell(held: Held, draft: RescuerDraft) -> bool:
    """Whether phones or certificates could have told that they are one."""
    phones = bool(held.phone_e164 and draft.phone_e164)
    return phones or bool(_numbers(held.papers) and _numbers(draft.certificates))
