"""Reads one sheet's rows into people: what each cell says, judged together with the other cells of its column."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from geo.places.datum import Datum
from registry.importers.columns import CoordinateColumns, find_coordinates
from registry.importers.files import plain
from registry.importers.people.certificates import CertificateWithoutEnd, find_certificate
from registry.importers.people.columns import PeopleColumns
from registry.importers.people.date_words import folded, is_blank
from registry.importers.people.drafts import ReadRow, RescuerDraft
from registry.importers.people.identity_cards import CardColumn, card_number, holds_card, without_cards
from registry.importers.people.person_ids import PersonIds
from registry.importers.people.phones import Phone, find_phone
from registry.importers.people.sheets import PeopleRow, PeopleSheet
from registry.importers.people.validity import Role, Validity, ValidityReader
from registry.importers.positions.checked import read_position
from registry.importers.report import Rejected, Remark
from registry.models import Certificate

_YES = {
    "yes",
    "y",
    "true",
    "1",
    "on",
    "是",
    "在岗",
    "值班",
    "待命",
    "√",
    "✓",
    "✔",
    "有",
    "はい",
    "예",
    "oui",
    "ja",
    "si",
}
_NO = {
    "",
    "no",
    "n",
    "false",
    "0",
    "off",
    "否",
    "不在岗",
    "休息",
    "未待命",
    "×",
    "✗",
    "无",
    "無",
    "いいえ",
    "아니오",
    "non",
    "nein",
}
_MAX_ID = 64
# Of a phone, without its country's and its area's code.
_FEWEST_DIGITS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleOptions:
    """How to read a list of people.

    datum: of the positions of homes, where their headers do not say.
    region: country of phone numbers without a country code, by two letters; its way to write dates counts where the
    list does not tell.
    secret: makes ids where the list gives none.
    valid_years: for how long a kind of certificate holds from its beginning on, for rows without an end.
    ignored: headers that are left out though they look as if they told something. mapped: fields by header.
    """

    datum: Datum | None = None
    region: str = "CN"
    secret: str = field(default="", repr=False)
    valid_years: Mapping[str, int] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    mapped: Mapping[str, str] = field(default_factory=dict)


class RowReader:
    """Reads the rows of one sheet; it has seen all of them before it reads the first."""

    def __init__(self, sheet: PeopleSheet, columns: PeopleColumns, options: PeopleOptions) -> None:
        """Raises: UnknownDatumOfFile, NoPeopleSecret."""
        self._sheet, self._columns, self._options = sheet, columns, options
        self._home = _home_columns(sheet, options.datum)
        roles = {header: role for role in Role for header in columns.by_field[role]}
        self._validity = ValidityReader(roles, (row.cells for row in sheet.rows), region=options.region)
        self._ids = CardColumn(columns.take(row.cells, "id") for row in sheet.rows)
        numbers = (columns.take(row.cells, "certificate_number") for row in sheet.rows)
        self._numbers = CardColumn(numbers, may_be_numbering=True)
        is_without_ids = self._ids.is_empty or self._ids.are_cards
        self._person_ids = PersonIds(options.secret, sheet.name) if is_without_ids else None

    def read(self, row: PeopleRow) -> tuple[ReadRow, list[Remark]]:
        """The row's person, and what to mend about them.

        Raises:
            Rejected: the row cannot be taken.
            NoPeopleSecret: it needs an id made.
        """
        remarks: dict[str, str] = {}
        kind, number = self._paper(row, remarks)
        validity = self._validity.read(row.cells)
        phone = self._phone(row, remarks)
        name = self._name(row, remarks)
        rescuer_id = self._written_id(row, name, phone, remarks)
        certificate = self._certificate(kind, number, validity, remarks=remarks)
        draft = RescuerDraft(
            rescuer_id=rescuer_id or self._made_id(number, phone),
            where=row.where,
            on_duty=self._on_duty(row),
            name=name,
            phone_e164=phone.e164 if phone else "",
            certificates=(certificate,) if certificate else (),
            home=self._home_of(row),
        )
        read = ReadRow(
            draft=draft,
            has_made_id=not rescuer_id,
            claims_certificate=bool(kind or number or validity.is_said),
            begins=validity.valid_from,
        )
        return read, [Remark(where=row.where, reason=reason, text=text) for reason, text in remarks.items()]

    def _paper(self, row: PeopleRow, remarks: dict[str, str]) -> tuple[str, str]:
        """(kind, number) of the row's certificate, "" where it says nothing."""
        kind, number = (self._columns.take(row.cells, field) for field in ("certificate_kind", "certificate_number"))
        if self._is_card(row, number, self._numbers):
            remarks["identity_card_as_number"] = (
                "a certificate's number is that of an identity card, which is not stored: the certificate has none"
            )
            number = ""
        return without_cards(kind), number

    def _phone(self, row: PeopleRow, remarks: dict[str, str]) -> Phone | None:
        phone = find_phone(self._columns.take(row.cells, "phone"), self._options.region)
        if phone is None:
            if self._columns.by_field["phone"]:
                remarks["no_phone"] = "it has no phone: no message and no call can reach its holder, only the app"
            return None
        if phone.more:
            remarks["more_phones"] = "more than one phone stands in a cell: the first mobile is taken, else the first"
        if not phone.is_mobile:
            remarks["landline"] = "its phone is a landline, which no text message reaches: is there a mobile?"
        return phone

    def _certificate(
        self, kind: str, number: str, validity: Validity, *, remarks: dict[str, str]
    ) -> Certificate | None:
        try:
            certificate, is_reckoned = find_certificate(kind, number, validity, self._options.valid_years)
        except CertificateWithoutEnd as error:
            remarks[error.reason] = str(error)
            return None
        if is_reckoned:
            remarks["end_reckoned"] = "its certificate's end is reckoned from its beginning, by --valid-years"
        if validity.ends_differ:
            remarks["ends_differ"] = "its certificate has several ends: the earliest counts"
        return certificate

    def without_cards(self, row: PeopleRow) -> dict[str, str]:
        """The row's cells without any that holds the number of an identity card."""
        columns = dict.fromkeys(self._columns.by_field["id"], self._ids)
        columns |= dict.fromkeys(self._columns.by_field["certificate_number"], self._numbers)
        return {
            header: text
            for header, text in row.cells.items()
            if header not in self._columns.cards
            and not holds_card(text)
            and not (header in columns and self._is_card(row, text, columns[header]))
        }

    def _written_id(self, row: PeopleRow, name: str, phone: Phone | None, remarks: dict[str, str]) -> str:
        """The id that the list gives, "" where it gives none that may be kept.

        Raises:
            Rejected: other rows have an id, and this one has none, or one that is too long.
        """
        if self._ids.is_empty:
            return ""
        written = self._columns.take(row.cells, "id")
        if self._ids.are_cards or self._is_card(row, written, self._ids):
            remarks["identity_card_as_id"] = (
                "its id is the number of an identity card, which is not stored: another id is made for it"
            )
            return ""
        if is_blank(written):
            raise Rejected("no_id", "it has no id")
        if written == name or (phone is not None and _is_phone(written, phone, self._options.region)):
            remarks["personal_id"] = (
                "its id is a name or a phone, which would outlast an erasure of its holder: another id is made for it"
            )
            return ""
        if len(written) > _MAX_ID:
            raise Rejected("bad_id", f"its id is longer than {_MAX_ID} characters")
        return written

    def _made_id(self, number: str, phone: Phone | None) -> str:
        if self._person_ids is None:
            self._person_ids = PersonIds(self._options.secret, self._sheet.name)
        if number:
            return self._person_ids.of_certificate(number)
        if phone is not None:
            return self._person_ids.of_phone(phone.e164)
        raise Rejected("no_id", "it has no id, and neither certificate number nor phone to make one of")

    def _is_card(self, row: PeopleRow, text: str, column: CardColumn) -> bool:
        if not text:
            return False
        numbers = {card_number(row.cells.get(header, "")) for header in self._columns.cards}
        return column.is_card(text) or card_number(text) in numbers

    def _name(self, row: PeopleRow, remarks: dict[str, str]) -> str:
        name = self._columns.take(row.cells, "name")
        if not name:
            family, given = (self._columns.take(row.cells, field) for field in ("family_name", "given_name"))
            # Where no letter needs a blank, the family's name stands first.
            name = f"{given} {family}".strip() if _is_latin(family + given) else family + given
        if holds_card(name):
            remarks["identity_card_in_name"] = "the number of an identity card stands in a name: it is left out"
        return without_cards(name)

    def _on_duty(self, row: PeopleRow) -> bool:
        word = folded(self._columns.take(row.cells, "on_duty"))
        if word not in _YES and word not in _NO:
            raise Rejected("bad_on_duty", f"{self._columns.by_field['on_duty'][0]} is neither yes nor no: write one")
        return word in _YES

    def _home_of(self, row: PeopleRow) -> tuple[float, float] | None:
        if self._home is None:
            return None
        cells = {plain(header): cell for header, cell in row.cells.items()}
        lon, lat = cells.get(self._home.lon), cells.get(self._home.lat)
        if not lon and not lat:
            return None
        try:
            return read_position(lon, lat, self._home.datum)
        except Rejected as error:
            # The message of a list of AEDs shows the numbers, and these are somebody's address.
            raise Rejected(error.reason, "its home lies nowhere: correct longitude and latitude") from None


def rows_of(sheet: PeopleSheet) -> Iterator[PeopleRow]:
    """The rows that hold anything."""
    return (row for row in sheet.rows if any(cell.strip() for cell in row.cells.values()))


def _is_phone(written: str, phone: Phone, region: str) -> bool:
    if sum(letter.isdigit() for letter in written) < _FEWEST_DIGITS:
        return False
    try:
        other = find_phone(written, region)
    except Rejected:
        return False
    return other is not None and other.e164 == phone.e164


def _is_latin(text: str) -> bool:
    return any("a" <= letter <= "z" for letter in folded(text))


def _home_columns(sheet: PeopleSheet, datum: Datum | None) -> CoordinateColumns | None:
    """Columns that stand empty in every row need no datum."""
    columns = find_coordinates(sheet.headers, datum=datum or Datum.WGS84, file=sheet.name)
    if columns is None:
        return None
    told = {columns.lon, columns.lat}
    if not any(cell for row in sheet.rows for header, cell in row.cells.items() if plain(header) in told):
        return None
    return find_coordinates(sheet.headers, datum=datum, file=sheet.name)
