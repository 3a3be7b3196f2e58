"""Whom the registry knows already under another id, and ids in it that should never have been taken."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select

from registry.importers.people.drafts import RescuerDraft
from registry.importers.people.identity_cards import is_card
from registry.importers.people.privacy import ending_of
from registry.importers.report import Remark
from registry.personal.phones import found_by, ways_to_find
from registry.storage.database import Database
from registry.tables import rescuer_personal, rescuers


async def remarks_on_known(database: Database, people: Iterable[RescuerDraft]) -> list[Remark]:
    """Whoever of the list has the phone of somebody else in the registry, and how many ids are identity cards there."""
    personal, keys = rescuer_personal.c, database.personal_keys
    query = select(rescuers.c.rescuer_id, rescuers.c.source, personal.phone_e164, personal.phone_mark).outerjoin(
        rescuer_personal, personal.rescuer_id == rescuers.c.rescuer_id
    )
    holders: dict[str, list[tuple[str, str]]] = defaultdict(list)
    cards = 0
    async with database.read() as connection:
        for rescuer_id, source, phone, mark in await connection.execute(query):
            cards += is_card(rescuer_id)
            if held := found_by(phone, mark):
                holders[held].append((rescuer_id, source))
    remarks = [
        Remark(where=person.where, reason="shared_phone", text=_shared(person, rescuer_id, source))
        for person in people
        if person.phone_e164
        for way in ways_to_find(person.phone_e164, keys)
        for rescuer_id, source in holders.get(way, ())
        if rescuer_id != person.rescuer_id
    ]
    return [*remarks, _cards_remark(cards)] if cards else remarks


def _shared(person: RescuerDraft, rescuer_id: str, source: str) -> str:
    other = "somebody" if is_card(rescuer_id) else rescuer_id
    return (
        f"{person.where} has the phone ({ending_of(person.phone_e164)}) of {other} of the list {source!r}: if they are "
        "one person, leave one of them out"
    )


def _cards_remark(count: int) -> Remark:
    return Remark(
        where="registry",
        reason="identity_card_in_registry",
        text=(
            f"{count} people in the registry have the number of an identity card as their id, from an earlier import: "
            "import their list anew, which gives them other ids, erase the old ones, and let the operator delete the "
            "bare ids that stay behind"
        ),
    )
