"""Ids of people whose list gives them none: by a keyed digest, so that nobody without the key learns from them."""

import base64
import hashlib
import hmac
from collections.abc import Sequence

from registry.importers.files import ImportRefused
from registry.importers.people.date_words import folded

VARIABLE = "RESCUE_PEOPLE_SECRET"
LEAST_SECRET_CHARACTERS = 32
_LETTERS = 20
"""100 bits: no two people of a country share one by chance."""


class NoPeopleSecret(ImportRefused):
    """The list needs ids made for it, and there is no secret to make them with."""

    code = "no_people_secret"


_FEW = 3


def count_rows(ids: Sequence[str]) -> bool:
    """Whether ids are nothing but the numbers of their rows, which are other people's when the list is sorted anew."""
    return len(ids) >= _FEW and all(written.strip() == str(number) for number, written in enumerate(ids, start=1))


class PersonIds:
    """Always the same id for one certificate or phone, whatever list it comes in, as long as the secret is kept."""

    def __init__(self, secret: str, sheet: str) -> None:
        """Raises: NoPeopleSecret: it is missing or too short."""
        if len(secret) < LEAST_SECRET_CHARACTERS:
            wrong = f"at least {LEAST_SECRET_CHARACTERS} random characters" if secret else "openssl rand -hex 32"
            raise NoPeopleSecret(
                f"{sheet} gives no id that can be kept for each person, so that one must be made of the certificate's "
                f"number or the phone: set {VARIABLE} ({wrong}) and keep it: with another one everybody is new"
            )
        self._key = hmac.new(secret.encode(), b"rescue-circle people", hashlib.sha256).digest()

    def of_certificate(self, number: str) -> str:
        return self._made("certificate", folded(number).replace(" ", ""))

    def of_phone(self, e164: str) -> str:
        return self._made("phone", e164)

    def _made(self, kind: str, text: str) -> str:
        digest = hmac.new(self._key, f"{kind}\0{text}".encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
        return "p-" + base64.b32encode(digest).decode().lower()[:_LETTERS]
