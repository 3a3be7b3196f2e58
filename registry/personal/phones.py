"""The one place that knows how a phone stands in its row: as it is, or sealed beside a mark that finds it."""

from typing import Any, Protocol

import structlog
from sqlalchemy import ColumnElement, Row, or_

from registry.models import Contact
from registry.storage.personal_keys import BrokenSeal, MissingPersonalKey, PersonalKeys
from registry.tables import rescuer_personal

log = structlog.get_logger(__name__)

PURPOSE = "phone"
_stored = rescuer_personal.c

PHONE_COLUMNS = (_stored.rescuer_id, _stored.phone_e164, _stored.phone_sealed)
"""What `phone_of` needs of a row."""


class PhoneRow(Protocol):
    """A row of `rescuer_personal` with at least `PHONE_COLUMNS`."""

    @property
    def rescuer_id(self) -> str: ...
    @property
    def phone_e164(self) -> str: ...
    @property
    def phone_sealed(self) -> str: ...


def phone_of(row: PhoneRow, keys: PersonalKeys) -> str:
    """The phone (E.164), "" where there is none.

    Also where it cannot be read: a screen goes without one phone rather than not at all, and the log says that it does.
    """
    if not row.phone_sealed:
        return row.phone_e164
    try:
        return read_phone(row, keys)
    except (BrokenSeal, MissingPersonalKey) as error:
        log.error("phone_not_readable", reason=error.code)
        return ""


def contact_of(row: Row[Any], keys: PersonalKeys) -> Contact:
    """Of a whole row of `rescuer_personal`."""
    phone = phone_of(row, keys)
    return Contact(
        rescuer_id=row.rescuer_id,
        name=row.name,
        phone_e164=phone,
        phone_unreadable=bool(row.phone_sealed) and not phone,
    )


def read_phone(row: PhoneRow, keys: PersonalKeys) -> str:
    """As `phone_of`.

    Raises:
        BrokenSeal, MissingPersonalKey
    """
    if not row.phone_sealed:
        return row.phone_e164
    return keys.unseal(row.phone_sealed, purpose=PURPOSE, owner=row.rescuer_id)


def phone_columns(rescuer_id: str, phone_e164: str, keys: PersonalKeys) -> dict[str, str]:
    """What is written of a phone; "" is no phone."""
    if not (keys and phone_e164):
        return {"phone_e164": phone_e164, "phone_sealed": "", "phone_mark": ""}
    return {
        "phone_e164": "",
        "phone_sealed": keys.seal(phone_e164, purpose=PURPOSE, owner=rescuer_id),
        "phone_mark": keys.marks_of(phone_e164)[0],
    }


def has_phone() -> ColumnElement[bool]:
    return or_(_stored.phone_e164 != "", _stored.phone_sealed != "")


def ways_to_find(phone_e164: str, keys: PersonalKeys) -> tuple[str, ...]:
    """Every form by which this phone may be found: itself, and its mark under each key."""
    return (phone_e164, *keys.marks_of(phone_e164))


def found_by(phone_e164: str, phone_mark: str) -> str:
    """Of these forms the one that a row has, from its two columns; "" without a phone."""
    return phone_mark or phone_e164


def outdated(keys: PersonalKeys) -> ColumnElement[bool]:
    """Rows whose phone is not under the newest key."""
    sealed_before = (_stored.phone_sealed != "") & _stored.phone_sealed.not_like(f"{keys.newest_id}.%")
    return or_(_stored.phone_e164 != "", sealed_before)
