"""People's export, for registry officers alone: a workbook that says what it is, and that an import reads again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import xlsxwriter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.exporters.refused import ExportRefused
from registry.models import Certificate, Rescuer
from registry.personal.phones import read_phone
from registry.repository import load_rescuers
from registry.storage.personal_keys import PersonalKeys
from registry.tables import rescuer_personal, rescuers

SHEET_NAME = "个人信息 personal data"
HEADERS = (
    *("id", "name", "phone", "certificate_kind", "certificate_number", "valid_from", "valid_until", "on_duty"),
    *("home_lon_wgs84", "home_lat_wgs84"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedPerson:
    """Somebody with what reaches them."""

    rescuer: Rescuer = field(repr=False)
    name: str = field(repr=False)
    phone_e164: str = field(repr=False)


async def load_people(
    connection: AsyncConnection, keys: PersonalKeys, sources: Sequence[str] = ()
) -> list[ExportedPerson]:
    """Everybody of one list who has not been erased, by id.

    Raises:
        ExportRefused: there are several lists, and none or several were named: an import takes one at a time.
        BrokenSeal, MissingPersonalKey: a phone cannot be read, and a file without it would take it off by its import.
    """
    query = select(rescuers.c.source).where(rescuers.c.erased_at.is_(None)).distinct()
    known = set((await connection.execute(query)).scalars())
    chosen = known & set(sources) if sources else known
    if len(chosen) > 1:
        raise ExportRefused(f"people are of several lists: say --source with one of {', '.join(sorted(chosen))}")
    mine = select(rescuers.c.rescuer_id).where(rescuers.c.source.in_(chosen), rescuers.c.erased_at.is_(None))
    ids = set((await connection.execute(mine)).scalars())
    contacts = {row.rescuer_id: row for row in await connection.execute(select(rescuer_personal))}
    return [
        ExportedPerson(rescuer=one, name=contact.name, phone_e164=read_phone(contact, keys))
        for one in await load_rescuers(connection)
        if one.rescuer_id in ids and (contact := contacts.get(one.rescuer_id)) is not None
    ]


def write_people(path: Path, people: Sequence[ExportedPerson]) -> None:
    """A row for each certificate, or one for who has none. A text is written as text, so that none is a formula."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"title": SHEET_NAME, "category": "personal data"})
        sheet = book.add_worksheet(SHEET_NAME)
        sheet.freeze_panes(1, 1)
        sheet.set_header(f"&C{SHEET_NAME}")
        rows = [HEADERS, *(row for person in people for row in _rows(person))]
        for number, cells in enumerate(rows):
            for place, text in enumerate(cells):
                if text:
                    sheet.write_string(number, place, text)


def _rows(person: ExportedPerson) -> list[tuple[str, ...]]:
    one = person.rescuer
    duty = "yes" if one.on_duty else "no"
    home = tuple("" if number is None else repr(number) for number in (one.home_lon, one.home_lat))
    papers = one.certificates or (Certificate(kind=""),)
    return [
        (
            *(one.rescuer_id, person.name, person.phone_e164, paper.kind, paper.number),
            *(_day(paper.valid_from), _day(paper.valid_until), duty, *home),
        )
        for paper in papers
    ]


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
