"""The certificates of a person after an import: what an officer said of one outlives the list that names it again."""

from collections.abc import Iterable, Sequence
from typing import Any

from registry.models import BY_HAND, Certificate

_TOLD = ("kind", "number", "valid_from", "valid_until")


def rows_after(
    rescuer_id: str, held: Iterable[Any], told: Sequence[Certificate], *, source: str
) -> list[dict[str, Any]]:
    """Rows of `certificates`: those that are told, each with its ordinal and its verification where it is held, and
    those that an officer typed. held: rows of the table.

    A number is not given again while anything refers to it, so that nobody verifies another certificate than they saw.
    """
    rows = [dict(row._mapping) for row in held]
    known = {_key(row): row for row in reversed(rows)}
    kept = {row["ordinal"]: row for paper in told if (row := known.get(_said(paper))) is not None}
    kept |= {row["ordinal"]: row for row in rows if row["source"] == BY_HAND}
    free = max((number for row in rows for number in (row["ordinal"], row["follows"] or 0)), default=-1) + 1
    new = [paper for paper in dict.fromkeys(told) if _said(paper) not in known]
    return [
        *(kept[ordinal] for ordinal in sorted(kept)),
        *(_new_row(rescuer_id, free + place, paper, source) for place, paper in enumerate(new)),
    ]


def _new_row(rescuer_id: str, ordinal: int, paper: Certificate, source: str) -> dict[str, Any]:
    untouched = {"issuer": "", "verified_at": None, "verified_by": None, "follows": None}
    told = dict(zip(_TOLD, _said(paper), strict=True))
    return {"rescuer_id": rescuer_id, "ordinal": ordinal, "source": source, **told, **untouched}


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _TOLD)


def _said(paper: Certificate) -> tuple[Any, ...]:
    return tuple(getattr(paper, name) for name in _TOLD)
