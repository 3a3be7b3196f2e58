"""Rescuers from a CSV: one row a person, or several where a person holds several certificates."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import phonenumbers

from geo.places.datum import Datum
from registry.importers.aed_rows import read_position
from registry.importers.columns import (
    RESCUER_COLUMNS,
    CoordinateColumns,
    MissingColumns,
    find_coordinates,
    take,
)
from registry.importers.files import CsvRow, ImportRefused, plain, read_csv
from registry.importers.report import Progress, Rejected, Remark
from registry.models import Certificate


class UnknownRegion(ImportRefused):
    """The phone region is not a two-letter country code."""

    code = "unknown_region"


@dataclass(frozen=True, slots=True, kw_only=True)
class RescuerDraft:
    """A person as the file tells of them, checked; repr hides what is personal."""

    rescuer_id: str
    where: str
    on_duty: bool
    name: str = field(repr=False)
    phone_e164: str = field(repr=False)
    certificates: tuple[Certificate, ...] = field(repr=False)
    home: tuple[float, float] | None = field(repr=False)

    def digest(self) -> str:
        """A fingerprint of what the source says, to tell its changes from those made here."""
        papers = [[c.kind, c.number, str(c.valid_from), str(c.valid_until)] for c in self.certificates]
        told = [self.rescuer_id, self.on_duty, self.name, self.phone_e164, papers, self.home]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


_YES = {"yes", "y", "true", "1", "on", "是", "在岗", "值班"}
_NO = {"", "no", "n", "false", "0", "off", "否", "不在岗", "休息"}
_DATE = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")
_MAX_ID = 64


def checked_rescuers(
    path: Path, *, encoding: str, datum: Datum | None, region: str, progress: Progress
) -> tuple[list[RescuerDraft], list[Remark]]:
    """(people, rejected rows) of a CSV whose headers `RESCUER_COLUMNS` knows, with home_lon and home_lat.

    datum: that of the home positions; needed only where there are any and their headers do not say.
    region: country of phone numbers without a country code, such as "CN".

    Raises:
        MissingColumns, UnknownDatumOfFile, UnknownRegion, WrongEncoding, UnreadableFile
    """
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise UnknownRegion(f"{region!r} is no country code for phone numbers: use two letters, such as CN")
    headers, rows = read_csv(path, encoding)
    if not any(plain(name) in map(plain, headers) for name in RESCUER_COLUMNS["id"]):
        raise MissingColumns(f"{path.name} has no column id (found: {', '.join(headers)})")
    coordinates = _home_columns(headers, rows, datum, path.name)
    people: dict[str, RescuerDraft] = {}
    rejected: list[Remark] = []
    for done, row in enumerate(rows, start=1):
        try:
            draft = _draft_of(row, coordinates, region)
            people[draft.rescuer_id] = _merged(people.get(draft.rescuer_id), draft)
        except Rejected as error:
            rejected.append(Remark(where=f"line {row.line}", reason=error.reason, text=str(error)))
        if done % 1000 == 0:
            progress(done, len(rows))
    return list(people.values()), rejected


def _home_columns(
    headers: Sequence[str], rows: Sequence[CsvRow], datum: Datum | None, file: str
) -> CoordinateColumns | None:
    """Columns that stand empty in every row need no datum."""
    columns = find_coordinates(headers, datum=datum or Datum.WGS84, file=file)
    if columns is None or not any(row.cells.get(columns.lon) or row.cells.get(columns.lat) for row in rows):
        return None
    return find_coordinates(headers, datum=datum, file=file)


def _draft_of(row: CsvRow, coordinates: CoordinateColumns | None, region: str) -> RescuerDraft:
    cells = row.cells
    value = {name: take(cells, headers) for name, headers in RESCUER_COLUMNS.items()}
    if not value["id"]:
        raise Rejected("no_id", "it has no id")
    if len(value["id"]) > _MAX_ID:
        raise Rejected("bad_id", f"its id is longer than {_MAX_ID} characters")
    home = None
    if coordinates is not None and (cells.get(coordinates.lon) or cells.get(coordinates.lat)):
        home = read_position(cells.get(coordinates.lon), cells.get(coordinates.lat), coordinates.datum)
    return RescuerDraft(
        rescuer_id=value["id"],
        where=f"line {row.line}",
        on_duty=_yes_or_no(value["on_duty"]),
        name=value["name"],
        phone_e164=_phone_of(value["phone"], region),
        certificates=_certificates_of(value),
        home=home,
    )


def _merged(earlier: RescuerDraft | None, draft: RescuerDraft) -> RescuerDraft:
    """A second row for the same person adds its certificate, and nothing else."""
    if earlier is None:
        return draft
    if replace(earlier, where=draft.where, certificates=draft.certificates) != draft:
        raise Rejected("id_taken", f"the id {draft.rescuer_id} stands in the file before, for someone else")
    new = tuple(item for item in draft.certificates if item not in earlier.certificates)
    if not new:
        raise Rejected("duplicate", f"{draft.rescuer_id} stands in the file before, with the same certificate")
    return replace(earlier, certificates=earlier.certificates + new)


def _phone_of(text: str, region: str) -> str:
    if not text:
        return ""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise Rejected("bad_phone", "its phone is not a phone number") from None
    if not phonenumbers.is_valid_number(number):
        raise Rejected("bad_phone", f"its phone is no valid number in {region}; from elsewhere it needs +country code")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _certificates_of(value: Mapping[str, str]) -> tuple[Certificate, ...]:
    names = ("certificate_kind", "certificate_number", "valid_from", "valid_until")
    if not any(value[name] for name in names):
        return ()
    begins, ends = _date_of(value["valid_from"]), _date_of(value["valid_until"])
    if begins is not None and ends is not None and ends < begins:
        raise Rejected("certificate_dates_reversed", f"its certificate ends ({ends}) before it begins ({begins})")
    return (
        Certificate(
            kind=value["certificate_kind"][:64],
            number=value["certificate_number"][:128],
            valid_from=begins,
            valid_until=ends,
        ),
    )


def _date_of(text: str) -> date | None:
    if not text:
        return None
    match = _DATE.fullmatch(text)
    try:
        return date(*(int(part) for part in match.groups())) if match else date.fromisoformat(text)
    except ValueError:
        raise Rejected("bad_date", f"{text!r} is no date: write it as 2025-12-31") from None


def _yes_or_no(text: str) -> bool:
    word = text.lower()
    if word not in _YES and word not in _NO:
        raise Rejected("bad_on_duty", f"on_duty is {text!r}: write yes or no")
    return word in _YES
