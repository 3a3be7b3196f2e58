"""Short-lived signed tokens: who somebody is on a stream or the HTTP interface, and in which role."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import jwt

ALGORITHM = "HS256"
AUDIENCE = "rescue-circle"
LEAST_SECRET_BYTES = 32


class Access(StrEnum):
    """What a token lets its bearer do."""

    VOLUNTEER = "volunteer"
    DISPATCHER = "dispatcher"
    REGISTRY_OFFICER = "registry_officer"
    ADMIN = "admin"
    SIMULATOR = "simulator"


class WeakSecret(ValueError):
    """The token secret is too short: set RESCUE_TOKEN_SECRET to at least 32 random bytes."""

    code = "weak_secret"


class BadToken(ValueError):
    """The token is missing, forged, expired or not ours: ask for a new one."""

    code = "bad_token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    subject: str
    access: Access


class TokenSigner:
    """Issues tokens with the first of its secrets and believes those of any; times are real time, whatever the
    service's clock says. An old secret behind the new one keeps the tokens valid that were issued with it."""

    def __init__(self, *secrets: str) -> None:
        if not secrets or any(len(secret.encode()) < LEAST_SECRET_BYTES for secret in secrets):
            raise WeakSecret(WeakSecret.__doc__)
        self._secrets = secrets

    def issue(self, identity: Identity, *, ttl_s: float) -> tuple[str, datetime]:
        """The token and when it expires."""
        now = datetime.now(UTC)
        expires_at = now + timedelta(seconds=ttl_s)
        claims = {"sub": identity.subject, "role": identity.access, "aud": AUDIENCE, "iat": now, "exp": expires_at}
        return jwt.encode(claims, self._secrets[0], algorithm=ALGORITHM), expires_at

    def check(self, token: str) -> Identity:
        """Whose token it is.

        Raises:
            BadToken: it must not be believed.
        """
        # Every secret is tried whichever fits, so that the time it takes tells nothing of them.
        found = [identity for identity in [_find_identity(token, secret) for secret in self._secrets] if identity]
        if not found:
            raise BadToken(BadToken.__doc__)
        return found[0]


def _find_identity(token: str, secret: str) -> Identity | None:
    try:
        claims = jwt.decode(
            token, secret, algorithms=[ALGORITHM], audience=AUDIENCE, options={"require": ["exp", "sub", "aud"]}
        )
        return Identity(subject=claims["sub"], access=Access(str(claims.get("role"))))
    except (jwt.InvalidTokenError, ValueError):
        return None
