"""What an officer types about a person, checked: no number of an identity card gets past here."""

from registry.importers.people.identity_cards import holds_card
from registry.importers.people.phones import find_phone
from registry.importers.report import Rejected
from registry.storage.words import storable

LONGEST_NAME = 200
LONGEST_NOTE = 2000


class IdentityCardTyped(ValueError):
    """A field holds the number of an identity card; the message repeats nothing of it."""

    code = "identity_card"


class BadPersonField(ValueError):
    """A field about a person cannot be used; the message says why and repeats nothing personal."""

    code = "bad_person_field"


def checked_text(field: str, text: str, *, most: int, least: int = 0) -> str:
    """`text` without blanks around it, and with single ones within.

    Raises:
        IdentityCardTyped, BadPersonField
    """
    plain = " ".join(storable(text).split())
    if holds_card(plain):
        raise IdentityCardTyped(
            f"{field} holds the number of an identity card, which is kept nowhere: leave the number out"
        )
    if not least <= len(plain) <= most:
        raise BadPersonField(f"{field} has {least} to {most} characters, not {len(plain)}")
    return plain


def checked_phone(text: str, region: str) -> str:
    """In E.164; "" of none. region: country of numbers without a country code, by two letters.

    Raises:
        IdentityCardTyped, BadPersonField
    """
    checked_text("phone", text, most=LONGEST_NAME)
    try:
        phone = find_phone(text, region)
    except Rejected as error:
        raise BadPersonField(f"phone: {error}") from error
    return phone.e164 if phone is not None else ""
