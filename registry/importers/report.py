"""What an import did, row by row where something was wrong: for the terminal and as JSON."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

# Called with rows done and rows in all, None where that is not known beforehand.
Progress = Callable[[int, int | None], None]


def no_progress(_done: int, _total: int | None) -> None:
    """For callers that show none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something about one row. where: "line 12", "node/123"; reason: machine-readable; text: what to do about it.

    ref: the source's id of the row, or what the AED is called, where it was refused.
    """

    where: str
    reason: str
    text: str
    ref: str = ""


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """Rows of one file: each is accepted (new), changed, unchanged or rejected.

    warnings: rows that were taken, with something to mend.
    absent: ids known from this source before but no longer taken from its file; `retired` of them are not fetched any
    more, where that was asked for. returned: retired ones that the list has again, part of `changed`.
    doubles: pairs of an AED in this list and one of another that may be one cabinet. import_id: None in a dry run.
    notes: what was found out about the file as a whole, such as its encoding or datum, and what was passed over.
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

    def as_json(self) -> dict[str, Any]:
        """A JSON object; `rejected` and `warnings` name the line where the file has lines."""
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
            "warnings": [_remark_json(remark) for remark in self.warnings],
            "notes": self.notes,
            "absent": self.absent,
            "retired": self.retired,
            "returned": self.returned,
            "doubles": self.doubles,
            "import_id": self.import_id,
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
