"""Which column means what: what its header may mean, weighed against what its cells say."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from registry.importers.meanings.fields import OF_DEVICE, UNUSED, Field
from registry.importers.meanings.headers import NOTHING, Reading, language_of, read_header, risks_of, week_of
from registry.importers.meanings.samples import ColumnCells

# A kind that this share of a column's different texts is of is what the column is about.
MOST = 0.5
AGREED = 0.65
# Remarks of which this share speaks of hours are where the list keeps its hours.
SOME = 0.3
# Of a wrong column these many different texts would have told.
ENOUGH = 3
# Ids are all different; a column in which fewer are is a number within each place.
DIFFERENT = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column and what it means. field: a `Field`, a column by day ("mo_start"), or "" where nobody understood it.

    told_by: "header", "samples", "profile", "map" or "ignore". risk: what it may be about where it is not understood:
    one of `words.RISKS`, else "".
    """

    header: str
    field: str
    confidence: float
    told_by: str
    cells: ColumnCells
    risk: str = ""

    @property
    def is_unused(self) -> bool:
        """Whether its meaning is known and has no use here."""
        return self.field in UNUSED or self.told_by == "ignore"


Evidence = Callable[[ColumnCells], float]


def _share(*kinds: str) -> Evidence:
    return lambda cells: max(cells.share(kind) for kind in kinds)


def _tells_apart(cells: ColumnCells) -> float:
    return cells.distinct / cells.filled if cells.filled else 0.0


# What the cells must say for one of a header's several meanings to be taken; the others are what is left.
_EVIDENCE: Mapping[Field, tuple[Evidence, float]] = {
    Field.ADDRESS: (_share("address"), MOST),
    Field.PROVINCE: (_share("letters"), DIFFERENT),
    Field.POSITION: (_share("position"), MOST),
    Field.OPENING_HOURS: (_share("hours"), SOME),
    Field.HOURS_NOTE: (_share("hours"), SOME),
    Field.DAYS: (_share("hours"), SOME),
    Field.START: (_share("clock"), MOST),
    Field.END: (_share("clock"), MOST),
    Field.START_DATE: (_share("date"), MOST),
    Field.END_DATE: (_share("never"), MOST),
    Field.OTHER_DAY: (_share("never"), MOST),
    Field.UPDATED_ON: (_share("date"), MOST),
    Field.STATE: (_share("state", "yes_no"), MOST),
    Field.PUBLIC: (_share("yes_no"), MOST),
    Field.ACCESS: (_share("access"), MOST),
    Field.LEVEL: (_share("number"), MOST),
    Field.WHEELCHAIR: (_share("yes_no"), MOST),
}
# These two tell a shorter text from a longer one about the same place; what is left is the header's first meaning.
_BY_PLACE = Field.LOCATION_TEXT
_HOURS_INSTEAD = frozenset({Field.ACCESS, Field.PUBLIC, Field.STATE, Field.ALWAYS_OPEN, Field.UNAVAILABLE})
# A header that only contains a known word, or is spelt otherwise, needs cells that agree where a mistake does harm.
_MUST_AGREE: Mapping[Field, Evidence] = {
    Field.OPENING_HOURS: _share("hours", "clock"),
    Field.ALWAYS_OPEN: _share("yes_no"),
    Field.DAYS: _share("hours"),
    Field.TIMES: _share("hours", "clock"),
    Field.START: _share("clock"),
    Field.END: _share("clock"),
    Field.HOURS_NOTE: _share("hours"),
    Field.STATE: _share("state", "yes_no"),
    Field.UNAVAILABLE: _share("yes_no", "state"),
    Field.REMOVED: _share("yes_no"),
    Field.DISUSED: _share("yes_no"),
    Field.ACCESS: _share("access"),
    Field.PUBLIC: _share("yes_no", "access"),
    Field.LOCKED: _share("yes_no"),
    Field.START_DATE: _share("never"),
    Field.END_DATE: _share("never"),
    Field.LON: _share("degrees"),
    Field.LAT: _share("degrees"),
    Field.POSITION: _share("position"),
    Field.REF: _tells_apart,
}
# Days on which nothing hangs for whoever is sent.
_DAYS = (
    *(Field.PADS_EXPIRY, Field.CHILD_PADS_EXPIRY, Field.BATTERY_EXPIRY, Field.INSTALLED_ON, Field.CHECKED_ON),
    *(Field.NEXT_CHECK_ON, Field.OTHER_DAY, Field.UPDATED_ON),
)
# A header of which only a small part is known means that where its cells say so.
_AGREES: Mapping[Field, Evidence] = {
    **_MUST_AGREE,
    Field.ADDRESS: _share("address"),
    Field.LOCATION_TEXT: _share("place"),
    Field.FLOOR: _share("floor"),
    Field.PHONE: _share("phone"),
    Field.EMAIL: _share("email"),
    Field.URL: _share("url"),
    Field.PHOTO: _share("photo"),
    **dict.fromkeys(_DAYS, _share("date")),
}
_TEXTS = frozenset(
    {Field.NAME, Field.ADDRESS, Field.PROVINCE, Field.CITY, Field.DISTRICT, Field.STREET, Field.LOCATION_TEXT}
)
# Nothing hangs on these, and nothing else looks like them.
_TOLD_BY_CELLS: tuple[tuple[str, Field], ...] = (
    ("email", Field.EMAIL),
    ("photo", Field.PHOTO),
    ("url", Field.URL),
    ("phone", Field.PHONE),
)
_RISKY_CELLS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("hours", ("hours", "clock")),
    ("date", ("date",)),
    ("state", ("state",)),
    ("access", ("access",)),
)


def guess_columns(columns: Sequence[ColumnCells]) -> list[Column]:
    """What each column of a table with headers means, in the table's order."""
    headers = [cells.header for cells in columns]
    language, week = language_of(headers), week_of(headers)
    readings = {header: read_header(header, language) for header in headers if header not in week}
    sure = Counter(reading.fields[0] for reading in readings.values() if len(reading.fields) == 1)
    found = []
    for cells in columns:
        if cells.header in week:
            found.append(_column(cells, week[cells.header], 0.95))
        else:
            found.append(_weighed(cells, readings[cells.header], sure))
            if found[-1].field:
                sure[Field(found[-1].field)] += 1
    return _with_one_id(_with_one_position(found))


def _weighed(cells: ColumnCells, reading: Reading, taken: Counter[Field]) -> Column:
    if reading is NOTHING:
        return _by_cells(cells)
    if reading.weak:
        return _agreed(cells, reading)
    if len(reading.fields) > 1:
        return _as_hours_note(_decided(cells, reading, taken), taken)
    (field,) = reading.fields
    if reading.confidence < 0.9 and (_by_cells(cells).field or _hides(field, cells)):
        return _by_cells(cells)
    if reading.confidence < 0.9 and _contradicts(field, cells):
        return _agreed(cells, _of_other_words(reading))
    if field in _HOURS_INSTEAD and cells.share("hours") >= MOST:
        return _column(cells, Field.OPENING_HOURS, 0.8)
    if reading.confidence < 0.9 and field in _MUST_AGREE and cells.filled and _MUST_AGREE[field](cells) < MOST:
        return _by_cells(cells)
    agrees = field in _EVIDENCE and _EVIDENCE[field][0](cells) >= MOST
    return _as_hours_note(_column(cells, field, min(0.99, reading.confidence + (0.04 if agrees else 0.0))), taken)


def _of_other_words(reading: Reading) -> Reading:
    return Reading(reading.others, reading.confidence, weak=True)


def _contradicts(field: Field, cells: ColumnCells) -> bool:
    """Whether a text is expected and the cells are all of a form that no such text has."""
    return field in _TEXTS and any(cells.share(kind) >= DIFFERENT for kind in ("degrees", "number", "date", "url"))


def _hides(field: Field, cells: ColumnCells) -> bool:
    """Whether a meaning on which nothing hangs would hide hours, states or dates, were the header read wrongly."""
    risk = risk_of_cells(cells) if field in UNUSED or field in OF_DEVICE else ""
    return bool(risk) and not (risk == "date" and field in _DAYS)


def _agreed(cells: ColumnCells, reading: Reading) -> Column:
    agreeing = [field for field in reading.fields if field in _AGREES and _AGREES[field](cells) >= AGREED]
    return _column(cells, agreeing[0], reading.confidence) if agreeing else _by_cells(cells)


def _as_hours_note(column: Column, taken: Counter[Field]) -> Column:
    """Remarks that speak of hours are the list's hours, or restrict those of another column."""
    if column.field not in {Field.REMARKS, Field.OPENING_HOURS} or column.cells.share("hours") < MOST:
        return column
    if column.field == Field.REMARKS:
        return replace(column, field=Field.HOURS_NOTE if taken[Field.OPENING_HOURS] else Field.OPENING_HOURS)
    return column


def _decided(cells: ColumnCells, reading: Reading, taken: Counter[Field]) -> Column:
    """One of several meanings: the one that the cells speak for, else the first that needs no such word."""
    fields = [field for field in reading.fields if not _contradicts(field, cells)]
    for field in fields:
        evidence, wanted = _EVIDENCE.get(field, (_share("never"), MOST))
        if cells.distinct and evidence(cells) >= wanted:
            return _column(cells, field, min(reading.confidence, 0.6 + 0.35 * evidence(cells)))
    if _BY_PLACE in fields and cells.share("place") >= SOME:
        return _column(cells, _BY_PLACE, 0.8)
    # Who writes "state" and means neither Texas nor NSW speaks of the device, in whatever words.
    plainly = {Field.STATE} if Field.PROVINCE in fields else set()
    left = [field for field in fields if field not in _EVIDENCE or field in plainly]
    # A list names its places once: where another column does, this one is about something else.
    free = [field for field in left if not taken[field]] or left
    named = [field for field in free if field is Field.NAME and cells.share("place") < SOME]
    if named or free:
        return _column(cells, (named or free)[0], 0.6)
    return _by_cells(cells)


def _by_cells(cells: ColumnCells) -> Column:
    """A column whose header says nothing: told by its cells where nothing hangs on it, else not understood."""
    for kind, field in _TOLD_BY_CELLS:
        if cells.share(kind) >= DIFFERENT and not (kind == "phone" and "date" in risks_of(cells.header)):
            return _column(cells, field, 0.6 * cells.share(kind), told_by="samples")
    return Column(header=cells.header, field="", confidence=0.0, told_by="", cells=cells, risk=risk_of(cells))


def risk_of(cells: ColumnCells) -> str:
    """What a column that nobody understood may be about: of `words.RISKS`, by its cells or its header; else ""."""
    if not cells.filled:
        return ""
    if risk := risk_of_cells(cells):
        return risk
    said = risks_of(cells.header)
    return next((risk for risk, _ in _RISKY_CELLS if risk in said), "")


def risk_of_cells(cells: ColumnCells) -> str:
    """What a column may be about by its cells alone: of `words.RISKS`, else ""."""
    for risk, kinds in _RISKY_CELLS:
        if max(cells.share(kind) for kind in kinds) >= (SOME if risk == "hours" else MOST):
            return risk
    return ""


def _column(cells: ColumnCells, field: str, confidence: float, told_by: str = "header") -> Column:
    return Column(header=cells.header, field=field, confidence=round(confidence, 2), told_by=told_by, cells=cells)


def _with_one_position(columns: list[Column]) -> list[Column]:
    """Longitudes and latitudes need no column that holds both; of several such the most detailed counts."""
    fields = {column.field for column in columns}
    positions = [column for column in columns if column.field == Field.POSITION]
    if Field.LON in fields and Field.LAT in fields:
        keep: Column | None = None
    else:
        keep = max(positions, key=lambda column: (column.cells.distinct, column.cells.filled), default=None)
    return [
        replace(column, field=Field.PRECISION) if column in positions and column is not keep else column
        for column in columns
    ]


def _with_one_id(columns: list[Column]) -> list[Column]:
    """The one column of ids that tells all rows apart; other such columns are ids of something else."""
    ids = [column for column in columns if column.field == Field.REF]
    best = max(ids, key=lambda column: (_tells_apart(column.cells), column.cells.filled), default=None)
    if best is None:
        return columns
    alone = len(ids) == 1 or _tells_apart(best.cells) >= DIFFERENT
    if best.cells.rows > 10 and _tells_apart(best.cells) < MOST:
        # Numbered anew in every place, such as Kobe's wards.
        return [replace(column, field=Field.ROW_NUMBER) if column in ids else column for column in columns]
    return [
        replace(column, field=Field.OTHER_ID) if alone and column in ids and column is not best else column
        for column in columns
    ]
