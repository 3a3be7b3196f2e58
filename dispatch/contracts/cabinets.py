"""Bodies of the HTTP interface for registry officers: AEDs that may be one, what left its list, and imports."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from dispatch.contracts.webhook import WireModel
from registry.editing.fields import Why

AedId = Annotated[str, Field(min_length=1, max_length=64)]


class RecordView(WireModel):
    """What one list says of an AED. absent_since, retired_at: null while it is listed and in service."""

    aed_id: str
    source: str
    source_ref: str
    name: str
    location_text: str
    floor: str
    lon: float
    lat: float


class DoubleView(WireModel):
    """Two records that may be one AED. score: 0 to 1. words: 0 to 1 how alike they are called, null where one says
    nothing. decision: `joined`, `apart`, or null while nobody has decided: until then one person is sent to both."""

    first: RecordView
    second: RecordView
    score: float
    metres: float | None
    words: float | None
    same_floor: bool
    shared_id: bool
    found_at: AwareDatetime
    decision: str | None
    decided_at: AwareDatetime | None
    decided_by: str


class JoinAeds(WireModel):
    """`other` is `keep`: it goes on standing for it."""

    keep: AedId
    other: AedId
    why: Why = ""


class PartAeds(WireModel):
    """They are two AEDs, also where they were joined before."""

    aed_id: AedId
    other: AedId
    why: Why = ""


class AbsentView(WireModel):
    """A record that its list does not name any more; retired_at: since when nobody fetches it, null while they do."""

    record: RecordView
    absent_since: AwareDatetime
    retired_at: AwareDatetime | None


class RecordFileView(RecordView):
    """A record with the file it came from, and when it left its list or was retired, by whom."""

    file: str
    imported_at: AwareDatetime
    absent_since: AwareDatetime | None
    retired_at: AwareDatetime | None
    retired_by: str


class FieldView(WireModel):
    """Where a field's value comes from. by: the person who set it, "" where the source's list says it."""

    source: str
    at: AwareDatetime | None
    by: str


class CabinetView(WireModel):
    """The records of one AED, its own first, and by field where its value comes from."""

    aed_id: str
    records: tuple[RecordFileView, ...]
    fields: dict[str, FieldView]


class ImportView(WireModel):
    """One import; accepted, changed, unchanged, rejected, absent: rows. undone_at: when it was taken back.

    undo_ended_at: since when it cannot be taken back any more.
    """

    import_id: int
    kind: str
    source: str
    file: str
    imported_at: AwareDatetime
    accepted: int
    changed: int
    unchanged: int
    rejected: int
    absent: int
    undone_at: AwareDatetime | None
    undo_ended_at: AwareDatetime | None


class UndoneImportView(ImportView):
    """An import that was taken back. ids: AEDs or people that are as they were; gone: of them what it had brought.

    stays: a sentence for each person of whom something stays as somebody set it since.
    """

    ids: list[str]
    gone: list[str]
    stays: list[str]
