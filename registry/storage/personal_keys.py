"""Encrypts what says who somebody is before it reaches the database, under keys that stand elsewhere.

A key of 32 bytes gives three, each for one purpose: one seals, one makes the digests that equal texts are found by, one
hides the digests of what a list said. Pure but for the random nonces of the seals.
"""

import base64
import binascii
import hmac
import os
import re
from functools import cached_property
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VARIABLE = "RESCUE_PERSONAL_KEY"
KEY_BYTES = 32
MAX_VALID = 2
"""The new one and the old one; a third would be a change that nobody has finished."""

KEY_ID_LETTERS = 8
"""With a dot behind it the beginning of all that was made under a key. Tells keys apart and nothing else of them."""

_NONCE_BYTES = 12
DIGEST_LETTERS = 32
"""128 bits of a digest are kept: enough to tell changes, and what hides them fits into the column of before."""


class BadPersonalKey(ValueError):
    """The setting cannot be used; the message says what one looks like and never shows it."""

    code = "bad_personal_key"


class MissingPersonalKey(RuntimeError):
    """Something stands encrypted under a key that is not given; the message names the setting."""

    code = "missing_personal_key"


class BrokenSeal(ValueError):
    """What stands encrypted was changed, or stands in another's row."""

    code = "broken_seal"


class PersonalKeys:
    """Newest first: the first one seals, any of them opens. Without one they are false, and nothing is sealed."""

    def __init__(self, *keys: bytes) -> None:
        self._keys = tuple(_Key(key) for key in keys)
        self._by_id = {key.key_id: key for key in self._keys}

    @classmethod
    def read(cls, text: str) -> Self:
        """Of a setting's text: base64, newest first, parted by a space or a comma.

        Raises:
            BadPersonalKey
        """
        written = [part for part in re.split(r"[\s,]+", text) if part]
        if len(written) > MAX_VALID:
            raise BadPersonalKey(f"give at most {MAX_VALID} keys, the new one first; spaces and commas part them")
        keys = [_decoded(one) for one in written]
        if len(set(keys)) < len(keys):
            raise BadPersonalKey("the same key stands there twice: give the new one and the old one")
        return cls(*keys)

    @classmethod
    def of_environment(cls) -> Self:
        """Raises: BadPersonalKey."""
        try:
            return cls.read(os.environ.get(VARIABLE, ""))
        except BadPersonalKey as error:
            raise BadPersonalKey(f"{VARIABLE}: {error}") from None

    def __bool__(self) -> bool:
        return bool(self._keys)

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self._by_id)

    @property
    def newest_id(self) -> str:
        """Of the key that seals; "" without one."""
        return self._keys[0].key_id if self._keys else ""

    def is_newest(self, made: str) -> bool:
        """Whether a seal, mark or hidden digest was made under the key that seals now."""
        return bool(self._keys) and made.startswith(f"{self.newest_id}.")

    def seal(self, text: str, *, purpose: str, owner: str) -> str:
        """The text under the newest key, which opens for this purpose and owner only."""
        return self._keys[0].seal(text, _bound(purpose, owner))

    def unseal(self, sealed: str, *, purpose: str, owner: str) -> str:
        """Raises: MissingPersonalKey, BrokenSeal."""
        return self._key_of(sealed).unseal(sealed, _bound(purpose, owner))

    def marks_of(self, text: str) -> tuple[str, ...]:
        """Digests that equal texts share and that nobody makes without the key: under each key, the newest first."""
        return tuple(key.mark(text) for key in self._keys)

    def hide(self, digest: str, *, owner: str) -> str:
        """A digest (hexadecimal) of which nobody without the key can try what it was made of. Always the same."""
        return self._keys[0].hide(digest, owner)

    def unhide(self, hidden: str, *, owner: str) -> str:
        """The first `DIGEST_LETTERS` of the digest.

        Raises:
            MissingPersonalKey, BrokenSeal
        """
        return self._key_of(hidden).unhide(hidden, owner)

    def _key_of(self, made: str) -> "_Key":
        key_id = made[:KEY_ID_LETTERS]
        key = self._by_id.get(key_id)
        if key is None:
            raise MissingPersonalKey(f"{VARIABLE} does not hold the key {key_id}, under which this stands encrypted")
        return key


NO_KEYS = PersonalKeys()


class _Key:
    def __init__(self, key: bytes) -> None:
        self._key = key
        self.key_id = _derived(key, "id", KEY_ID_LETTERS // 2).hex()

    # Made when they are needed: most commands carry keys and use none.
    @cached_property
    def _sealing(self) -> AESGCM:
        return AESGCM(_derived(self._key, "seal", 32))

    @cached_property
    def _marking(self) -> bytes:
        return _derived(self._key, "mark", 32)

    @cached_property
    def _hiding(self) -> AESSIV:
        return AESSIV(_derived(self._key, "hide", 32))

    def seal(self, text: str, bound: bytes) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        return self._written(nonce + self._sealing.encrypt(nonce, text.encode(), bound))

    def unseal(self, sealed: str, bound: bytes) -> str:
        made = self._read(sealed)
        try:
            return self._sealing.decrypt(made[:_NONCE_BYTES], made[_NONCE_BYTES:], bound).decode()
        except (InvalidTag, ValueError) as error:
            raise BrokenSeal(BrokenSeal.__doc__) from error

    def mark(self, text: str) -> str:
        return self._written(hmac.digest(self._marking, text.encode(), "sha256"))

    def hide(self, digest: str, owner: str) -> str:
        return self._written(self._hiding.encrypt(bytes.fromhex(digest[:DIGEST_LETTERS]), [owner.encode()]))

    def unhide(self, hidden: str, owner: str) -> str:
        try:
            return self._hiding.decrypt(self._read(hidden), [owner.encode()]).hex()
        except (InvalidTag, ValueError) as error:
            raise BrokenSeal(BrokenSeal.__doc__) from error

    def _written(self, made: bytes) -> str:
        return f"{self.key_id}.{base64.urlsafe_b64encode(made).decode().rstrip('=')}"

    def _read(self, made: str) -> bytes:
        text = made[KEY_ID_LETTERS + 1 :]
        try:
            return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except binascii.Error as error:
            raise BrokenSeal(BrokenSeal.__doc__) from error


def _bound(purpose: str, owner: str) -> bytes:
    return f"{purpose}\0{owner}".encode()


def _derived(key: bytes, purpose: str, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=f"rescue-circle personal {purpose}".encode()).derive(key)


def _decoded(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise BadPersonalKey(f"a key is {KEY_BYTES} random bytes in base64, as openssl rand -base64 32 gives it")
    return key
