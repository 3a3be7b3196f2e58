"""What the columns of one table mean, from profile, command line, headers and cells; refuses to leave unread what may
be hours, state, access or a date."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from registry.importers.files import ImportRefused
from registry.importers.meanings.fields import DAYS_OF_WEEK, Field
from registry.importers.meanings.guess import Column, guess_columns
from registry.importers.meanings.headerless import guess_without_headers
from registry.importers.meanings.keys import key
from registry.importers.meanings.profile import BadProfile, Profile, checked_meaning, profile_text
from registry.importers.meanings.samples import is_blank, look_at

_SHOWN_LENGTH = 60
_RISK_WORDS: Mapping[str, tuple[str, str]] = {
    "hours": ("hours", "opening_hours"),
    "state": ("a state of the device", "state"),
    "access": ("who may take it", "access"),
    "date": ("a date", "updated_on"),
}


class ColumnNotUnderstood(ImportRefused):
    """A column that may be about hours, state, access or a date is not understood; the message says what to type."""

    code = "column_not_understood"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanings:
    """What whoever imports says of the columns, above all that is guessed.

    mapped: meaning by header; ignored: headers waved through; waves_through: nothing stops, for readers that only look.
    """

    profile: Profile = field(default_factory=Profile)
    mapped: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    waves_through: bool = False


NOTHING_SAID = Meanings()


@dataclass(frozen=True, kw_only=True)
class Understanding:
    """The columns of a table, in its order. has_header: False where their names are only numbers."""

    columns: tuple[Column, ...]
    has_header: bool = True
    states: Mapping[str, Any] = field(default_factory=dict)
    access: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def by_field(self) -> Mapping[str, tuple[str, ...]]:
        """Headers by meaning, in the table's order; what is ignored has none."""
        found: dict[str, tuple[str, ...]] = {}
        for column in self.columns:
            if column.field and column.told_by != "ignore":
                found[column.field] = (*found.get(column.field, ()), column.header)
        return found

    def values(self, cells: Mapping[str, str], meaning: str) -> tuple[str, ...]:
        """The cells of one meaning that say something."""
        headers = self.by_field.get(meaning)
        if headers is None:
            return ()
        return tuple(text for header in headers if not is_blank(text := cells.get(header, "").strip()))

    def first(self, cells: Mapping[str, str], meaning: str) -> str:
        """The first cell of one meaning that says something, else ""."""
        for header in self.by_field.get(meaning, ()):
            text = cells.get(header, "").strip()
            if text and not is_blank(text):
                return text
        return ""

    @cached_property
    def days(self) -> tuple[str, ...]:
        """Days of the week that have columns of their own."""
        return tuple(
            day for day in DAYS_OF_WEEK if any(f"{day}{part}" in self.by_field for part in ("", "_start", "_end"))
        )

    def with_positions(self, used: Sequence[str]) -> "Understanding":
        """With the columns that positions were read from, longitude and latitude or one with both, for what they are;
        others that were taken for positions only repeat them."""
        axes = {1: (Field.POSITION,), 2: (Field.LON, Field.LAT)}.get(len(used), ())
        fields = dict(zip(used, axes, strict=True))
        return replace(self, columns=tuple(_as_position(column, fields.get(column.header)) for column in self.columns))

    def refuse_unread(self, file: str) -> None:
        """Raises: ColumnNotUnderstood: one may be about hours, state, access or a date, and nobody said what it is."""
        _refuse_risks(self.columns, file)

    @property
    def not_understood(self) -> tuple[Column, ...]:
        """Columns whose meaning nobody told and nobody found."""
        return tuple(column for column in self.columns if not column.field and column.told_by != "ignore")

    @property
    def unused(self) -> tuple[Column, ...]:
        """Columns whose meaning is known and not taken into the registry."""
        return tuple(column for column in self.columns if column.is_unused)

    def as_profile(self, name: str) -> Profile:
        """What a later list of the same publisher can be read with."""
        known = {column.header: column.field for column in self.columns if column.field and column.told_by != "ignore"}
        ignored = tuple(column.header for column in self.columns if not column.field or column.told_by == "ignore")
        return Profile(name=name, columns=known, ignore=ignored, states=self.states, access=self.access)

    def as_json(self) -> list[dict[str, Any]]:
        """Every column with its meaning, how sure that is, and examples of its cells."""
        return [
            {
                "column": column.header,
                "means": column.field or None,
                "used": bool(column.field) and not column.is_unused,
                "told_by": column.told_by or None,
                "confidence": column.confidence,
                "filled": column.cells.filled,
                "examples": [_shown(text) for text in column.cells.examples],
            }
            for column in self.columns
        ]


def understand(
    headers: Sequence[str],
    rows: Iterable[Mapping[str, str]],
    meanings: Meanings,
    *,
    has_header: bool = True,
    file: str,
    known: Mapping[str, str] | None = None,
) -> Understanding:
    """What the columns mean; `rows` hold cells by header as written. `known`: meaning by header, found otherwise.

    Raises:
        ColumnNotUnderstood: one may be about hours, state, access or a date, and nobody said what it is.
    """
    taken = list(rows)
    looked = [look_at(header, (row.get(header, "") for row in taken)) for header in headers]
    guessed = guess_columns(looked) if has_header else guess_without_headers(looked)
    told = [_told(column, meanings, known or {}) for column in guessed]
    found = Understanding(
        columns=tuple(told),
        has_header=has_header,
        states=meanings.profile.states,
        access=meanings.profile.access,
    )
    if not meanings.waves_through:
        found.refuse_unread(file)
    return found


def check_options(headers: Sequence[str], meanings: Meanings, file: str) -> None:
    """Raises: BadProfile: `--map` or `--ignore` names a column that the file has not, or a meaning that none has."""
    present = {*headers, *map(key, headers)}
    for option, names in (("--map", tuple(meanings.mapped)), ("--ignore", meanings.ignored)):
        for name in names:
            if name not in present and key(name) not in present:
                raise BadProfile(f"{file} has no column {name!r} for {option}: it has {', '.join(headers)}")
    for meaning in meanings.mapped.values():
        checked_meaning(meaning)


def save_profile_of(tables: Sequence[Understanding], path: Path) -> None:
    """Write what the columns of a file's tables were taken for, to read its publisher's next list with.

    Raises:
        ImportRefused: the file cannot be written.
    """
    columns: dict[str, str] = {}
    ignore: dict[str, None] = {}
    for table in tables:
        profile = table.as_profile(path.stem)
        columns |= profile.columns
        ignore |= dict.fromkeys(profile.ignore)
    states = {word: state for table in tables for word, state in table.states.items()}
    access = {word: value for table in tables for word, value in table.access.items()}
    whole = Profile(name=path.stem, columns=columns, ignore=tuple(ignore), states=states, access=access)
    try:
        path.write_text(profile_text(whole), encoding="utf-8")
    except OSError as error:
        raise ImportRefused(f"imported, but cannot write the profile {path}: {error.strerror}") from error


def _told(column: Column, meanings: Meanings, known: Mapping[str, str]) -> Column:
    """The column as told by whoever knows best: the command line, the profile, then what was found."""
    name = key(column.header)
    for told_by, table in (("map", meanings.mapped), ("profile", meanings.profile.columns), ("header", known)):
        for header, meaning in table.items():
            if header == column.header or (name and key(header) == name):
                return replace(column, field=meaning, confidence=1.0, told_by=told_by, risk="")
        ignored = {"map": meanings.ignored, "profile": meanings.profile.ignore}.get(told_by, ())
        if any(header == column.header or (name and key(header) == name) for header in ignored):
            return replace(column, confidence=1.0, told_by="ignore", risk="")
    return column


def _as_position(column: Column, field: Field | None) -> Column:
    if field is None:
        is_other = column.field in {Field.LON, Field.LAT, Field.POSITION}
        return replace(column, field=Field.PRECISION) if is_other else column
    if column.field == field:
        return column
    return replace(column, field=field, confidence=0.9, told_by=column.told_by or "samples", risk="")


def _refuse_risks(columns: Iterable[Column], file: str) -> None:
    risky = [column for column in columns if column.risk and not column.field]
    if not risky:
        return
    told = "; ".join(_sentence(column) for column in risky)
    raise ColumnNotUnderstood(
        f"{file}: {told}. Nothing was imported: hours, states and dates that are left out would send people to locked "
        f"doors and broken AEDs"
    )


def _sentence(column: Column) -> str:
    what, meaning = _RISK_WORDS[column.risk]
    examples = ", ".join(repr(_shown(text)) for text in column.cells.examples)
    return (
        f"the column {column.header!r} may be {what} (such as {examples}) and is not understood: add "
        f'--map "{column.header}={meaning}", or another meaning of docs/generated/columns-and-words.md, or --ignore '
        f'"{column.header}" if it says nothing of use'
    )


def _shown(text: str) -> str:
    told = " ".join(text.split())
    return told if len(told) <= _SHOWN_LENGTH else told[: _SHOWN_LENGTH - 1] + "…"
