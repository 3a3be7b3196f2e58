"""Passwords of those who work at a desk, hashed by argon2id away from the event loop."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dispatch.people.refusals import BadAccount

LEAST_CHARACTERS = 12
MAX_CHARACTERS = 256

NO_PASSWORD = "!"  # noqa: S105 - it is none
"""In place of a hash: no password lets in, not even with an older version of this program."""

# OWASP's password storage cheat sheet: argon2id with 19 MiB, two passes and one lane. More lanes would take the
# processor from the calls.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Passwords:
    """One hash at a time: whoever tries passwords in masses waits for themselves."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="passwords")
        # A name that nobody has must take as long as one with a wrong password.
        self._nobodys = hash_password("nobody has this password")

    async def fits(self, password: str, hashed: str | None) -> bool:
        """Whether it is the password; False, as slowly, where there is no hash or none is wanted."""
        loop = asyncio.get_running_loop()
        known = None if hashed == NO_PASSWORD else hashed
        fits = await loop.run_in_executor(self._thread, _fits, password, known or self._nobodys)
        return fits and known is not None


def hash_password(password: str) -> str:
    """Raises: BadAccount: too short or too long."""
    if not LEAST_CHARACTERS <= len(password) <= MAX_CHARACTERS:
        raise BadAccount(f"a password has {LEAST_CHARACTERS} to {MAX_CHARACTERS} characters")
    return _HASHER.hash(password)


def _fits(password: str, hashed: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
