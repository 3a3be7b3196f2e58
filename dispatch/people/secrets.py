"""Random codes and session secrets, and how a session's secret gives way to the next. Pure: the time is passed in."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

CODE_BYTES = 16
SECRET_BYTES = 32

GRACE = timedelta(seconds=60)
"""The secret before is still good for so long: an answer that was lost, or a second tab, locks nobody out."""


def new_code() -> str:
    """128 random bits: nobody guesses it, and so a plain digest of it is as good as a slow one."""
    return secrets.token_urlsafe(CODE_BYTES)


def new_secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def digest(secret: str) -> str:
    """What is stored instead of the secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Turn(Enum):
    """What becomes of a session when a secret is shown. REPEAT: the step before was made, and its answer lost."""

    ROTATE = auto()
    REPEAT = auto()
    END = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSession:
    """A session as it is stored: digests, never secrets."""

    session_id: str
    secret_digest: str
    previous_digest: str
    rotated_at: datetime
    expires_at: datetime


def judge(held: HeldSession, secret: str, now: datetime) -> Turn:
    """A secret that is neither the last nor, for a moment, the one before has been copied: the session ends for all."""
    shown = digest(secret)
    if now >= held.expires_at:
        return Turn.END
    if hmac.compare_digest(shown, held.secret_digest):
        return Turn.ROTATE
    if hmac.compare_digest(shown, held.previous_digest) and now - held.rotated_at <= GRACE:
        return Turn.REPEAT
    return Turn.END


def successor(key: bytes, session_id: str, secret: str) -> str:
    """The secret after this one. Always the same: two tabs that renew at once are given one secret, not two of which
    the browser keeps the wrong one. Nobody without the service's key can tell it."""
    made = hmac.new(key, f"{session_id}.{secret}".encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def session_key(token_secret: str) -> bytes:
    """A key of the sessions' own, made of the secret that signs tokens."""
    return hmac.new(token_secret.encode(), b"rescue-circle sessions", hashlib.sha256).digest()
