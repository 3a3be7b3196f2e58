"""A whole file of people: which of its tables are of people, what was taken of them, and what there is to mend."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import phonenumbers

from registry.importers.columns import MissingColumns
from registry.importers.files import ImportRefused
from registry.importers.people.columns import PeopleColumns, find_columns, looks_like_rescuers
from registry.importers.people.drafts import ReadRow, RescuerDraft, joined
from registry.importers.people.privacy import ending_of
from registry.importers.people.row_reader import PeopleOptions, RowReader, rows_of
from registry.importers.people.sheets import PeopleSheet, read_people_sheets
from registry.importers.people.unread_columns import refuse_unread_dates, remarks_on_unused
from registry.importers.report import Progress, Rejected, Remark


class UnknownRegion(ImportRefused):
    """The phone region is not a two-letter country code."""

    code = "unknown_region"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFile:
    """Those who were taken, and what was refused or needs a look; nothing personal is in a remark."""

    people: list[RescuerDraft] = field(repr=False)
    rejected: list[Remark]
    warnings: list[Remark]


def checked_rescuers(path: Path, options: PeopleOptions, *, encoding: str, progress: Progress) -> PeopleFile:
    """The people of a file whose headers `columns.toml` knows.

    Raises:
        MissingColumns, UnknownDatumOfFile, UnknownRegion, DateColumnNotUnderstood, NoPeopleSecret, WrongEncoding,
        UnreadableFile
    """
    if options.region not in phonenumbers.SUPPORTED_REGIONS:
        raise UnknownRegion(f"{options.region!r} is no country code for phone numbers: use two letters, such as CN")
    read: list[ReadRow] = []
    rejected: list[Remark] = []
    warnings: list[Remark] = []
    order: dict[str, int] = {}
    for sheet in _tables_of_people(read_people_sheets(path, encoding)):
        columns = _checked_columns(sheet, options)
        warnings += remarks_on_unused(columns)
        reader = RowReader(sheet, columns, options)
        for done, row in enumerate(rows_of(sheet), start=1):
            order[row.where] = len(order)
            try:
                person, remarks = reader.read(row)
            except Rejected as error:
                rejected.append(Remark(where=row.where, reason=error.reason, text=str(error)))
            else:
                read.append(person)
                warnings += remarks
            if done % 1000 == 0:
                progress(done, len(sheet.rows))
    people, doubled = joined(read)
    return PeopleFile(
        people=people,
        rejected=sorted(rejected + doubled, key=lambda remark: order[remark.where]),
        warnings=_gathered([*warnings, *_shared_phones(people)]),
    )


def _tables_of_people(sheets: list[PeopleSheet]) -> list[PeopleSheet]:
    """All of a workbook's tables that are of people; the only one that there is, whatever it looks like."""
    found = [sheet for sheet in sheets if looks_like_rescuers(sheet.headers)]
    return found or [sheet for sheet in sheets if find_columns(sheet.headers).has_people] or sheets[:1]


def _checked_columns(sheet: PeopleSheet, options: PeopleOptions) -> PeopleColumns:
    columns = find_columns(sheet.headers, ignored=options.ignored_columns)
    if not columns.has_people:
        raise MissingColumns(
            f"{sheet.name} has neither a column id (编号) nor one of certificate numbers (证书编号) or phones (手机号) "
            f"(found: {', '.join(sheet.headers)})"
        )
    refuse_unread_dates(sheet, columns, options.ignored_columns)
    return columns


def _shared_phones(people: Iterable[RescuerDraft]) -> Iterable[Remark]:
    """One phone of two people rings once, and one person in two rows would fill two places."""
    first: dict[str, RescuerDraft] = {}
    for person in people:
        if not person.phone_e164:
            continue
        other = first.setdefault(person.phone_e164, person)
        if other is not person:
            text = (
                f"{other.where} and {person.where} have one phone ({ending_of(person.phone_e164)}): if they are one "
                "person, leave one of them out"
            )
            yield Remark(where=person.where, reason="shared_phone", text=text)


def _gathered(remarks: Iterable[Remark]) -> list[Remark]:
    """One for each thing that is said, with the number of rows that it is said of."""
    alike: dict[tuple[str, str], list[Remark]] = defaultdict(list)
    for remark in remarks:
        alike[remark.reason, remark.text].append(remark)
    return [
        first if not others else replace(first, text=f"{first.text} (and {len(others)} more rows)")
        for first, *others in alike.values()
    ]
