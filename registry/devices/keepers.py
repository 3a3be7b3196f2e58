"""Who keeps an AED: a keeper and a deputy, with the phone on which they are reached. All of it is personal data."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import phonenumbers


class KeeperRole(StrEnum):
    KEEPER = "keeper"
    DEPUTY = "deputy"


class BadPhone(ValueError):
    """The phone is no valid number; the message repeats nothing of it."""

    code = "bad_phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """phone_e164: as +8613812345678. position: what they are on the spot, such as 值班站长. rescuer_id: the registered
    person that they are, None for most. since: when they became it."""

    role: KeeperRole
    name: str = field(repr=False)
    phone_e164: str = field(repr=False)
    email: str = field(default="", repr=False)
    position: str = field(default="", repr=False)
    rescuer_id: str | None = None
    since: datetime | None = None


def phone_e164(text: str, region: str = "CN") -> str:
    """A phone as people write it, in E.164. region: of numbers without a country code, by two letters.

    Raises:
        BadPhone
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise BadPhone(
            f"the phone is no valid number in {region or 'this country'}: from elsewhere it needs +country code"
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
