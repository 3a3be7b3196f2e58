"""Certificates in an officer's hands: entered, verified, renewed, struck out. An old one stays as what was before."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.history.log import Author, Change, record
from registry.models import BY_HAND
from registry.register.person_file import Paper, PersonFile, get_person, hold_file
from registry.register.standing import of_person
from registry.register.typed import BadPersonField, checked_text
from registry.storage.personal_keys import PersonalKeys
from registry.tables import certificates

_LONGEST_KIND, _LONGEST_SERIAL, _LONGEST_ISSUER = 64, 128, 200


class UnknownCertificate(LookupError):
    """The person has no certificate with this number."""

    code = "unknown_certificate"


class NoRenewal(ValueError):
    """The new certificate does not end later than the one that it is to follow."""

    code = "no_renewal"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPaper:
    """What an officer reads on a certificate. serial: its own number, which names its holder."""

    kind: str
    serial: str = field(default="", repr=False)
    issuer: str = ""
    valid_from: date | None = None
    valid_until: date

    def checked(self) -> "NewPaper":
        """Raises: IdentityCardTyped, BadPersonField."""
        if self.valid_from is not None and self.valid_until < self.valid_from:
            raise BadPersonField(f"the certificate ends on {self.valid_until} before it begins on {self.valid_from}")
        return NewPaper(
            kind=checked_text("kind", self.kind, most=_LONGEST_KIND, least=1),
            serial=checked_text("number", self.serial, most=_LONGEST_SERIAL),
            issuer=checked_text("issuer", self.issuer, most=_LONGEST_ISSUER),
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )


async def add_paper(
    connection: AsyncConnection,
    keys: PersonalKeys,
    rescuer_id: str,
    paper: NewPaper,
    author: Author,
    *,
    is_seen: bool,
    expected: str | None = None,
) -> PersonFile:
    """Enter a certificate. is_seen: the officer has it before them, and so verifies it.

    Raises:
        UnknownRescuer, ErasedPerson, PersonChanged, IdentityCardTyped, BadPersonField
    """
    paper = paper.checked()
    person = await hold_file(connection, keys, rescuer_id, expected)
    await _insert(connection, person, paper, author, is_seen=is_seen, follows=None)
    return await _done(
        connection, keys, of_person(rescuer_id, "certificate added", None, _told(paper, is_seen=is_seen)), author
    )


async def renew_paper(
    connection: AsyncConnection,
    keys: PersonalKeys,
    rescuer_id: str,
    number: int,
    paper: NewPaper,
    *,
    author: Author,
    is_seen: bool,
    expected: str | None = None,
) -> PersonFile:
    """Let a new certificate follow an old one, which stays as it is.

    Raises:
        UnknownRescuer, ErasedPerson, PersonChanged, UnknownCertificate, NoRenewal, IdentityCardTyped, BadPersonField
    """
    paper = paper.checked()
    person = await hold_file(connection, keys, rescuer_id, expected)
    old = get_paper(person, number)
    if old.valid_until is None or paper.valid_until <= old.valid_until:
        raise NoRenewal(f"certificate {number} holds until {old.valid_until or 'ever'}: a renewal ends later")
    await _insert(connection, person, paper, author, is_seen=is_seen, follows=number)
    before = {"certificate": number, "kind": old.kind, "valid_until": str(old.valid_until)}
    return await _done(
        connection, keys, of_person(rescuer_id, "certificate renewed", before, _told(paper, is_seen=is_seen)), author
    )


async def verify_paper(
    connection: AsyncConnection,
    keys: PersonalKeys,
    rescuer_id: str,
    number: int,
    author: Author,
    *,
    expected: str | None = None,
) -> PersonFile:
    """An officer has seen it: it counts from now on. Once verified it stays verified by whoever came first.

    Raises:
        UnknownRescuer, ErasedPerson, PersonChanged, UnknownCertificate
    """
    person = await hold_file(connection, keys, rescuer_id, expected)
    if get_paper(person, number).verified_at is not None:
        return person
    seen = {"verified_at": author.at, "verified_by": author.by}
    await connection.execute(update(certificates).where(_this(rescuer_id, number)).values(seen))
    before, after = ({"certificate": number, "verified": verified} for verified in (False, True))
    return await _done(connection, keys, of_person(rescuer_id, "certificate verified", before, after), author)


async def remove_paper(
    connection: AsyncConnection,
    keys: PersonalKeys,
    rescuer_id: str,
    number: int,
    author: Author,
    *,
    expected: str | None = None,
) -> PersonFile:
    """Strike out a certificate that is not the person's, or that was typed wrongly.

    Raises:
        UnknownRescuer, ErasedPerson, PersonChanged, UnknownCertificate
    """
    person = await hold_file(connection, keys, rescuer_id, expected)
    old = get_paper(person, number)
    await connection.execute(delete(certificates).where(_this(rescuer_id, number)))
    before = {"certificate": number, "kind": old.kind, "valid_until": str(old.valid_until)}
    return await _done(connection, keys, of_person(rescuer_id, "certificate removed", before, None), author)


def get_paper(person: PersonFile, number: int) -> Paper:
    """Raises: UnknownCertificate."""
    found = next((paper for paper in person.papers if paper.number == number), None)
    if found is None:
        held = ", ".join(str(paper.number) for paper in person.papers) or "none"
        raise UnknownCertificate(f"{person.rescuer_id} has no certificate {number}, but {held}")
    return found


async def _insert(
    connection: AsyncConnection,
    person: PersonFile,
    paper: NewPaper,
    author: Author,
    *,
    is_seen: bool,
    follows: int | None,
) -> None:
    taken = [number for one in person.papers for number in (one.number, one.follows or 0)]
    await connection.execute(
        insert(certificates).values(
            rescuer_id=person.rescuer_id,
            ordinal=max(taken, default=-1) + 1,
            kind=paper.kind,
            number=paper.serial,
            issuer=paper.issuer,
            valid_from=paper.valid_from,
            valid_until=paper.valid_until,
            source=BY_HAND,
            verified_at=author.at if is_seen else None,
            verified_by=author.by if is_seen else None,
            follows=follows,
        )
    )


async def _done(connection: AsyncConnection, keys: PersonalKeys, change: Change, author: Author) -> PersonFile:
    await record(connection, change, author)
    return await get_person(connection, keys, change.subject_id)


def _told(paper: NewPaper, *, is_seen: bool) -> dict[str, Any]:
    return {"kind": paper.kind, "valid_until": str(paper.valid_until), "verified": is_seen}


def _this(rescuer_id: str, number: int) -> Any:
    return (certificates.c.rescuer_id == rescuer_id) & (certificates.c.ordinal == number)
