"""The one place that knows how a keeper's phone and a cabinet's code stand in their rows: as they are, or sealed."""

from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import ColumnElement, or_

from registry.people_tables import aed_cabinet_codes, aed_keepers
from registry.storage.personal_keys import BrokenSeal, MissingPersonalKey, PersonalKeys

log = structlog.get_logger(__name__)

PHONE, CODE = "keeper_phone", "cabinet_code"
_keeper, _code = aed_keepers.c, aed_cabinet_codes.c

KEEPER: ColumnElement[str] = (_keeper.aed_id + "/" + _keeper.role).label("keeper")
"""Whom a keeper's phone is bound to, and what tells a row of keepers from the others."""


def keeper_phone_columns(aed_id: str, role: str, phone_e164: str, keys: PersonalKeys) -> dict[str, str]:
    """What is written of a keeper's phone."""
    if not keys:
        return {"phone_e164": phone_e164, "phone_sealed": "", "phone_mark": ""}
    sealed = keys.seal(phone_e164, purpose=PHONE, owner=f"{aed_id}/{role}")
    return {"phone_e164": "", "phone_sealed": sealed, "phone_mark": keys.marks_of(phone_e164)[0]}


def read_keeper_phone(row: Mapping[str, Any], keys: PersonalKeys) -> str:
    """Raises: BrokenSeal, MissingPersonalKey."""
    if not row["phone_sealed"]:
        return str(row["phone_e164"])
    return keys.unseal(row["phone_sealed"], purpose=PHONE, owner=f"{row['aed_id']}/{row['role']}")


def keeper_phone_of(row: Mapping[str, Any], keys: PersonalKeys) -> str:
    """ "" where it cannot be read: who keeps the AED is shown all the same, and the log says so."""
    try:
        return read_keeper_phone(row, keys)
    except (BrokenSeal, MissingPersonalKey) as error:
        log.error("keeper_phone_not_readable", reason=error.code, aed_id=row["aed_id"])
        return ""


def is_keepers_phone(phone_e164: str, keys: PersonalKeys) -> ColumnElement[bool]:
    """Rows of keepers with this phone, in whichever form it stands."""
    return or_(_keeper.phone_e164 == phone_e164, _keeper.phone_mark.in_(keys.marks_of(phone_e164)))


def outdated_keepers(keys: PersonalKeys) -> ColumnElement[bool]:
    """Rows whose phone is not under the newest key."""
    return (_keeper.phone_e164 != "") | (
        (_keeper.phone_sealed != "") & _keeper.phone_sealed.not_like(f"{keys.newest_id}.%")
    )


def code_columns(aed_id: str, code: str, keys: PersonalKeys) -> dict[str, str]:
    """What is written of the code of a cabinet."""
    if not keys:
        return {"code": code, "code_sealed": ""}
    return {"code": "", "code_sealed": keys.seal(code, purpose=CODE, owner=aed_id)}


def read_code(row: Mapping[str, Any], keys: PersonalKeys) -> str:
    """Raises: BrokenSeal, MissingPersonalKey."""
    if not row["code_sealed"]:
        return str(row["code"])
    return keys.unseal(row["code_sealed"], purpose=CODE, owner=row["aed_id"])


def find_code(row: Mapping[str, Any], keys: PersonalKeys) -> str | None:
    """None where it cannot be read: whoever is on the way is told the rest, and the log says so."""
    try:
        return read_code(row, keys)
    except (BrokenSeal, MissingPersonalKey) as error:
        log.error("cabinet_code_not_readable", reason=error.code, aed_id=row["aed_id"])
        return None


def outdated_codes(keys: PersonalKeys) -> ColumnElement[bool]:
    """Rows whose code is not under the newest key."""
    return (_code.code != "") | ((_code.code_sealed != "") & _code.code_sealed.not_like(f"{keys.newest_id}.%"))
