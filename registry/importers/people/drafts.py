"""A person as a list tells of them, checked, and how several rows about one person come together."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from registry.importers.report import Rejected, Remark
from registry.models import Certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class RescuerDraft:
    """A person as the file tells of them, checked; repr hides what is personal.

    leaves_phone: their phone stays as it stands here, whatever `phone_e164` says.
    """

    rescuer_id: str
    where: str
    on_duty: bool
    name: str = field(repr=False)
    phone_e164: str = field(repr=False)
    certificates: tuple[Certificate, ...] = field(repr=False)
    home: tuple[float, float] | None = field(repr=False)
    leaves_phone: bool = False

    def digest(self) -> str:
        """A fingerprint of what the source says, to tell its changes from those made here."""
        papers = [[c.kind, c.number, str(c.valid_from), str(c.valid_until)] for c in self.certificates]
        told = [self.rescuer_id, self.on_duty, self.name, self.phone_e164, papers, self.home]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRow:
    """One row: its person, and what tells whether another row is about them as well.

    has_made_id: the list gives no id, so that name and phone say who is the same.
    claims_certificate: it names one, whether or not that was taken. begins: of the certificate, where it is known.
    """

    draft: RescuerDraft
    has_made_id: bool
    claims_certificate: bool
    begins: date | None = None

    @property
    def who(self) -> tuple[str, str]:
        return self.draft.name, self.draft.phone_e164


def joined(rows: Iterable[ReadRow]) -> tuple[list[RescuerDraft], list[Remark]]:
    """(people, rejected rows): a second row of a person adds its certificate, and nothing else."""
    people: dict[str, RescuerDraft] = {}
    rejected: list[Remark] = []
    for row in _with_one_id(list(rows)):
        try:
            people[row.draft.rescuer_id] = _merged(people.get(row.draft.rescuer_id), row)
        except Rejected as error:
            rejected.append(Remark(where=row.draft.where, reason=error.reason, text=str(error)))
    return list(people.values()), rejected


def _with_one_id(rows: Sequence[ReadRow]) -> list[ReadRow]:
    """Of several made ids of one person the one of the oldest certificate, so that a newer one makes nobody new."""
    oldest: dict[tuple[str, str], ReadRow] = {}
    for row in rows:
        if row.has_made_id and all(row.who):
            oldest[row.who] = min(oldest.get(row.who, row), row, key=_age)
    return [
        replace(row, draft=replace(row.draft, rescuer_id=oldest[row.who].draft.rescuer_id))
        if row.who in oldest and row.has_made_id
        else row
        for row in rows
    ]


def _age(row: ReadRow) -> tuple[date, str]:
    return row.begins or date.max, row.draft.rescuer_id


def _merged(earlier: RescuerDraft | None, row: ReadRow) -> RescuerDraft:
    draft = row.draft
    if earlier is None:
        return draft
    if replace(earlier, where=draft.where, certificates=draft.certificates) != draft:
        what = "certificate number or phone" if row.has_made_id else f"id {draft.rescuer_id}"
        raise Rejected("id_taken", f"the {what} stands in {earlier.where} already, for someone else")
    new = tuple(item for item in draft.certificates if item not in earlier.certificates)
    if not new and (draft.certificates or not row.claims_certificate):
        raise Rejected("duplicate", f"the same person stands in {earlier.where} already, with the same certificate")
    return replace(earlier, certificates=earlier.certificates + new)
