"""Random codes and session secrets, and how a session's secret gives way to the next. Pure: the time is passed in."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto

CODE_BYTES = 16
MAX_DIGITS = 9

GRACE = timedelta(seconds=60)
"""The secret before is still good for so long: an answer that was lost, or a second tab, locks nobody out."""


def new_code() -> str:
    """128 random bits: nobody guesses it, and so a plain digest of it is as good as a slow one."""
    return secrets.token_urlsafe(CODE_BYTES)


def digest(secret: str) -> str:
    """What is stored instead of the secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Turn(Enum):
    """What becomes of a session when a secret is shown.

    ROTATE: it is the last one. REPEAT: the step after it was made, and the answer lost. RESTORED: it is ours and newer
    than any the database knows, so the database is a copy of an earlier day; what the phone holds counts.
    """

    ROTATE = auto()
    REPEAT = auto()
    RESTORED = auto()
    END = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSession:
    """A session as it is stored: digests, never secrets. generation: how often its secret was changed."""

    session_id: str
    generation: int
    secret_digest: str
    previous_digest: str
    rotated_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a cookie says: which session, which of its secrets in order, and that secret."""

    session_id: str
    generation: int
    secret: str = field(repr=False)

    @property
    def cookie(self) -> str:
        return f"{self.session_id}.{self.generation}.{self.secret}"

    @classmethod
    def read(cls, cookie: str) -> "Shown | None":
        """None where it is no cookie of ours."""
        session_id, _, rest = cookie.partition(".")
        number, _, secret = rest.partition(".")
        if not (session_id and secret and number.isascii() and number.isdigit() and len(number) <= MAX_DIGITS):
            return None
        return cls(session_id=session_id, generation=int(number), secret=secret)


class SessionKeys:
    """Makes the secrets of sessions: each follows from the key, the session and its place in the order.

    So two tabs that renew at once are given one secret, not two of which the browser keeps the wrong one; and a phone
    is believed by a service whose database was restored from before its last change. Nobody without the key makes one.
    """

    def __init__(self, *token_secrets: str) -> None:
        """Keys of the sessions' own, of the secrets that sign tokens: the first one makes, any is believed."""
        self._keys = [
            hmac.new(one.encode(), b"rescue-circle sessions", hashlib.sha256).digest() for one in token_secrets
        ]

    def make(self, session_id: str, generation: int) -> Shown:
        secret = _secret(self._keys[0], session_id, generation)
        return Shown(session_id=session_id, generation=generation, secret=secret)

    def is_ours(self, shown: Shown) -> bool:
        ours = (_secret(key, shown.session_id, shown.generation) for key in self._keys)
        return any(hmac.compare_digest(digest(one), digest(shown.secret)) for one in ours)

    def judge(self, held: HeldSession, shown: Shown, now: datetime) -> Turn:
        """A secret that is neither the last nor, for a moment, the one before has been copied: the session ends for
        both. The digests are believed before the keys, which may have been changed since."""
        mine = digest(shown.secret)
        if now >= held.expires_at:
            return Turn.END
        if hmac.compare_digest(mine, held.secret_digest):
            return Turn.ROTATE
        if hmac.compare_digest(mine, held.previous_digest) and now - held.rotated_at <= GRACE:
            return Turn.REPEAT
        if shown.generation > held.generation and self.is_ours(shown):
            return Turn.RESTORED
        return Turn.END


def _secret(key: bytes, session_id: str, generation: int) -> str:
    made = hmac.new(key, f"{session_id}.{generation}".encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")
