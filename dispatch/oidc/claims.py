"""What the claims of a provider mean here. Pure: the claims have been checked, and are still strangers' words."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from dispatch.access.tokens import Access
from dispatch.oidc.config import OidcConfig, RoleClaim

MOST_SUBJECT = 255
"""OpenID Connect Core 1.0, section 2: a subject has at most 255 ASCII characters."""

MOST_EMAIL = 254
_NOT_IN_NAMES = re.compile(r"[^a-z0-9._-]+")
READABLE = 40


class BadClaims(ValueError):
    """The provider's claims have not the form that the standard gives them."""

    code = "bad_claims"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Who the provider says that somebody is. email: casefolded; "" where the provider has not verified it. role: that
    their claims give. has_second_factor: the provider says so, and the settings believe it."""

    issuer: str
    subject: str = field(repr=False)
    email: str = field(repr=False)
    account_name: str = field(repr=False)
    role: Access | None
    has_second_factor: bool

    @classmethod
    def read(cls, id_token: Mapping[str, Any], about: Mapping[str, Any], config: OidcConfig) -> Self:
        """id_token: its claims, which are signed. about: these and what the provider told beside them.

        Raises:
            BadClaims
        """
        subject = id_token.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= MOST_SUBJECT or not subject.isascii():
            raise BadClaims(BadClaims.__doc__)
        return cls(
            issuer=config.issuer,
            subject=subject,
            email=verified_email(about),
            account_name=account_name_for(about, config.issuer, subject),
            role=role_of(about, config.roles),
            has_second_factor=has_second_factor(id_token, config.second_factor),
        )


def role_of(claims: Mapping[str, Any], given_by: RoleClaim | None) -> Access | None:
    """The role of the first of the settings' values that is among the claim's."""
    if given_by is None:
        return None
    has = _values(_find(claims, given_by.claim))
    return next((role for value, role in given_by.roles if value in has), None)


def has_second_factor(id_token: Mapping[str, Any], wanted: tuple[tuple[str, str], ...]) -> bool:
    """Only what is signed counts."""
    return any(value in _values(id_token.get(claim)) for claim, value in wanted)


def verified_email(claims: Mapping[str, Any]) -> str:
    """Many providers let anybody write any address into their profile: only one that was verified says who it is."""
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str) or len(email) > MOST_EMAIL:
        return ""
    return as_email(email)


def as_email(text: str) -> str:
    """As it is compared."""
    return text.strip().casefold()


def account_name_for(claims: Mapping[str, Any], issuer: str, subject: str) -> str:
    """The name of an account that is made for them: readable in the history, and nobody else's, since its end follows
    from who they are and not from a name that they choose."""
    told = claims.get("preferred_username")
    readable = _NOT_IN_NAMES.sub("", (told if isinstance(told, str) else "").partition("@")[0].lower())[:READABLE]
    return f"{readable or 'desk'}-{hashlib.sha256(f'{issuer} {subject}'.encode()).hexdigest()[:10]}"


def _find(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, or by the way to it, as Keycloak's realm_access.roles."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _values(claim: Any) -> frozenset[str]:
    many = claim if isinstance(claim, list | tuple) else [claim]
    return frozenset(one for one in many if isinstance(one, str))
