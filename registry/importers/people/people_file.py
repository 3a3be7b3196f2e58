"""A whole file of people: which of its tables are of people, what was taken of them, and what there is to mend."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import phonenumbers

from registry.importers.columns import MissingColumns
from registry.importers.files import ImportRefused
from registry.importers.people.columns import (
    RESCUER_COLUMNS,
    PeopleColumns,
    find_columns,
    header_key,
    looks_like_rescuers,
)
from registry.importers.people.drafts import ReadRow, RescuerDraft, joined
from registry.importers.people.person_ids import count_rows
from registry.importers.people.privacy import ending_of
from registry.importers.people.row_reader import PeopleOptions, RowReader, rows_of
from registry.importers.people.sheets import PeopleRow, PeopleSheet
from registry.importers.people.unread_columns import refuse_unread_dates, remarks_on_unused
from registry.importers.report import Progress, Rejected, Remark


class BadMapping(ImportRefused):
    """`--map` or `--ignore` names a column that the list has not, or a meaning that there is not."""

    code = "bad_mapping"


class UnknownRegion(ImportRefused):
    """The phone region is not a two-letter country code."""

    code = "unknown_region"


_TOLD_EVERY = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFile:
    """Those who were taken, and what was refused or needs a look; nothing personal is in a remark but in the cells of a
    rejected row, which go into the file that the officer asks for and nowhere else."""

    people: list[RescuerDraft] = field(repr=False)
    rejected: list[Remark]
    warnings: list[Remark]


def checked_rescuers(tables: Sequence[PeopleSheet], options: PeopleOptions, *, progress: Progress) -> PeopleFile:
    """The people of a file's tables, whose headers `columns.toml` knows.

    Raises:
        MissingColumns, UnknownDatumOfFile, UnknownRegion, BadMapping, DateColumnNotUnderstood, NoPeopleSecret
    """
    if options.region not in phonenumbers.SUPPORTED_REGIONS:
        raise UnknownRegion(f"{options.region!r} is no country code for phone numbers: use two letters, such as CN")
    sheets = _tables_of_people(tables)
    _check_mapping(sheets, options)
    found = _Found(warnings=[*_remarks_on_tables(tables, sheets)])
    for sheet in sheets:
        _read_sheet(sheet, options, found, progress)
    people, doubled = joined(found.rows)
    rejected = sorted(found.rejected + doubled, key=lambda remark: found.order[remark.where])
    return PeopleFile(
        people=people,
        rejected=[replace(remark, row=found.cells_at(remark.where)) for remark in rejected],
        warnings=[*found.warnings, *_shared_phones(people)],
    )


@dataclass(slots=True)
class _Found:
    """order: when each row came, by where it stands; readers: each sheet's rows and who read them, by the same."""

    rows: list[ReadRow] = field(default_factory=list)
    rejected: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    order: dict[str, int] = field(default_factory=dict)
    readers: dict[str, tuple[RowReader, PeopleRow]] = field(default_factory=dict, repr=False)

    def cells_at(self, where: str) -> dict[str, str]:
        """What a row holds, apart from numbers of identity cards."""
        reader, row = self.readers[where]
        return reader.without_cards(row)


def _read_sheet(sheet: PeopleSheet, options: PeopleOptions, found: _Found, progress: Progress) -> None:
    columns = _checked_columns(sheet, options)
    found.warnings += [*remarks_on_unused(columns), *_remarks_on_ids(sheet, columns)]
    reader = RowReader(sheet, columns, options)
    for done, row in enumerate(rows_of(sheet), start=1):
        found.order[row.where] = len(found.order)
        found.readers[row.where] = reader, row
        try:
            person, remarks = reader.read(row)
        except Rejected as error:
            found.rejected.append(Remark(where=row.where, reason=error.reason, text=str(error)))
        else:
            found.rows.append(person)
            found.warnings += remarks
        if done % _TOLD_EVERY == 0:
            progress(done, len(sheet.rows))


def _tables_of_people(sheets: Sequence[PeopleSheet]) -> Sequence[PeopleSheet]:
    """All of a workbook's tables that are of people; the only one that there is, whatever it looks like."""
    found = [sheet for sheet in sheets if looks_like_rescuers(sheet.headers)]
    return found or [sheet for sheet in sheets if find_columns(sheet.headers).has_people] or sheets[:1]


def _remarks_on_tables(tables: Sequence[PeopleSheet], taken: Sequence[PeopleSheet]) -> Iterable[Remark]:
    if left_out := [table.name for table in tables if table not in taken]:
        text = f"tables that are not of people and were not read: {', '.join(left_out)}"
        yield Remark(where="file", reason="tables_not_read", text=text)


def _check_mapping(sheets: Sequence[PeopleSheet], options: PeopleOptions) -> None:
    present = {header_key(header) for sheet in sheets for header in sheet.headers}
    for header in (*options.mapped, *options.ignored):
        if header_key(header) not in present:
            raise BadMapping(f"there is no column {header!r} (found: {', '.join(sheets[0].headers)})")
    for header, field_name in options.mapped.items():
        if field_name not in RESCUER_COLUMNS:
            raise BadMapping(f"{header}={field_name}: a column of people means one of {', '.join(RESCUER_COLUMNS)}")


def _checked_columns(sheet: PeopleSheet, options: PeopleOptions) -> PeopleColumns:
    columns = find_columns(sheet.headers, ignored=options.ignored, mapped=options.mapped)
    if not columns.has_people:
        raise MissingColumns(
            f"{sheet.name} has neither a column id (编号) nor one of certificate numbers (证书编号) or phones (手机号) "
            f"(found: {', '.join(sheet.headers)})"
        )
    refuse_unread_dates(sheet, columns, options.ignored)
    return columns


def _remarks_on_ids(sheet: PeopleSheet, columns: PeopleColumns) -> Iterable[Remark]:
    if count_rows([columns.take(row.cells, "id") for row in rows_of(sheet)]):
        text = (
            f"the ids under {columns.by_field['id'][0]} count the rows: in a list that is sorted otherwise, or that "
            "somebody is gone from, they are other people's. Give numbers that stay, or leave them out with --ignore"
        )
        yield Remark(where="header", reason="ids_count_rows", text=text)


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
