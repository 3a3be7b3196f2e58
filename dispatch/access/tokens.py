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


DESK_ROLES = frozenset({Access.DISPATCHER, Access.REGISTRY_OFFICER, Access.ADMIN})
"""Those that an account can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """issued_by: the account of a desk that issued the token to somebody else, and answers for it; else empty."""

    subject: str
    access: Access
    issued_by: str = ""

    @property
    def answerable(self) -> tuple[str, ...]:
        """The accounts on whose standing the token depends."""
        own = (self.subject,) if self.access in DESK_ROLES else ()
        return (*own, self.issued_by) if self.issued_by else own


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Who showed a token, how long it was issued for and when it expires."""

    identity: Identity
    ttl_s: float
    expires_at: datetime


class TokenSigner:
    """Issues tokens with the first of its secrets and believes those of any; times are real time, whatever the
    service's clock says. An old secret behind the new one keeps the tokens valid that were issued with it."""

    def __init__(self, *secrets: str) -> None:
        if not secrets or any(len(secret.encode()) < LEAST_SECRET_BYTES for secret in secrets):
            raise WeakSecret(WeakSecret.__doc__)
        self._secrets = secrets

    def issue(self, identity: Identity, *, ttl_s: float, not_after: datetime | None = None) -> tuple[str, datetime]:
        """The token and when it expires. not_after: when the token of whoever asks for this one does."""
        now = datetime.now(UTC)
        expires_at = now + timedelta(seconds=ttl_s)
        if not_after is not None:
            expires_at = min(expires_at, not_after)
        claims = {"sub": identity.subject, "role": identity.access, "aud": AUDIENCE, "iat": now, "exp": expires_at}
        if identity.issued_by:
            claims["by"] = identity.issued_by
        return jwt.encode(claims, self._secrets[0], algorithm=ALGORITHM), expires_at

    def check(self, token: str) -> Bearer:
        """Whose token it is.

        Raises:
            BadToken: it must not be believed.
        """
        # Every secret is tried whichever fits, so that the time it takes tells nothing of them.
        found = [bearer for bearer in [_find_bearer(token, secret) for secret in self._secrets] if bearer]
        if not found:
            raise BadToken(BadToken.__doc__)
        return found[0]


def _find_bearer(token: str, secret: str) -> Bearer | None:
    try:
        claims = jwt.decode(
            token, secret, algorithms=[ALGORITHM], audience=AUDIENCE, options={"require": ["exp", "iat", "sub", "aud"]}
        )
        identity = Identity(
            subject=claims["sub"], access=Access(str(claims.get("role"))), issued_by=str(claims.get("by", ""))
        )
        return Bearer(
            identity=identity,
            ttl_s=float(claims["exp"]) - float(claims["iat"]),
            expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        )
    except (jwt.InvalidTokenError, ValueError, OverflowError):
        return None
