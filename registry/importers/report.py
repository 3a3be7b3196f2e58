"""What an import did, row by row where something was wrong: for the terminal and as JSON."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.importers.differences import FieldDifference
from registry.importers.meanings.understanding import Understanding

# Called with rows done and rows in all, None where that is not known beforehand.
Progress = Callable[[int, int | None], None]


def no_progress(_done: int, _total: int | None) -> None:
    """For callers that show none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something about one row. where: "line 12", "node/123"; reason: machine-readable; text: what to do about it.

    ref: the source's id of the row, or what the AED is called, where it was refused.
    row: its cells by header as written, where it was rejected, without numbers of identity cards. A person's are
    personal: they are written into the file that whoever imports asks for, and into no report and no log.
    """

    where: str
    reason: str
    text: str
    ref: str = ""
    row: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What is said alike of several rows; where: all of them, in order."""

    reason: str
    text: str
    where: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many rows it is said of."""
        return len(self.where)

    def as_json(self) -> dict[str, Any]:
        """A JSON object."""
        return {"reason": self.reason, "text": self.text, "count": self.count, "where": list(self.where)}


def grouped(remarks: Iterable[Remark]) -> list[Group]:
    """One for each distinct text, what is said most often first."""
    places: dict[tuple[str, str], list[str]] = {}
    for remark in remarks:
        places.setdefault((remark.reason, remark.text), []).append(remark.where)
    groups = [Group(reason=reason, text=text, where=tuple(where)) for (reason, text), where in places.items()]
    return sorted(groups, key=lambda group: -group.count)


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """Rows of one file: each is accepted (new), changed, unchanged or rejected.

    warnings: rows that were taken, with something to mend.
    absent: ids known from this source before but no longer taken from its file; `retired` of them are not fetched any
    more, where that was asked for. returned: retired ones that the list has again, part of `changed`.
    doubles: pairs of an AED in this list and one of another that may be one cabinet, in a dry run those that would be
    proposed. import_id: None in a dry run.
    notes: what was found out about the file as a whole, such as its encoding or datum, and what was passed over.
    new: what a dry run would take, as its source calls it. differences: what changes, by field.
    tables: what the columns of the file's tables were taken for.
    """

    file: str
    kind: str
    source: str
    dry_run: bool = False
    accepted: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    retired: int = 0
    returned: int = 0
    doubles: int = 0
    import_id: int | None = None
    new: list[str] = field(default_factory=list)
    differences: dict[str, FieldDifference] = field(default_factory=dict)
    tables: list[Understanding] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """A JSON object; `rejected` names the line where there are lines; `warnings` has one for each distinct text."""
        return {
            "file": self.file,
            "kind": self.kind,
            "source": self.source,
            "dry_run": self.dry_run,
            "accepted": self.accepted,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "rejected_count": len(self.rejected),
            "rejected": [_remark_json(remark) for remark in self.rejected],
            "warnings_count": len(self.warnings),
            "warnings": [group.as_json() for group in grouped(self.warnings)],
            "notes": self.notes,
            "absent": self.absent,
            "retired": self.retired,
            "returned": self.returned,
            "doubles": self.doubles,
            "import_id": self.import_id,
            "new": self.new,
            "differences": {name: difference.as_json() for name, difference in self.differences.items()},
            "columns": [column for table in self.tables for column in table.as_json()],
            "not_understood": [column.header for table in self.tables for column in table.not_understood],
        }


class Rejected(Exception):
    """A row that cannot be taken. reason: machine-readable; the message says what is wrong with it."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


def _remark_json(remark: Remark) -> dict[str, Any]:
    word, _, number = remark.where.partition(" ")
    line = {"line": int(number)} if word == "line" else {}
    return {"where": remark.where, **line, "reason": remark.reason, "text": remark.text}
