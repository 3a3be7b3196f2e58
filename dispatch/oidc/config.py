"""What the settings say of the provider. Pure: text in, and a ValueError that says what to write instead."""

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from dispatch.access.tokens import DESK_ROLES, Access

SECOND_FACTOR_CLAIMS = ("amr", "acr")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleClaim:
    """Which of a claim's values gives which role; of several that somebody has the first counts."""

    claim: str
    roles: tuple[tuple[str, Access], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcConfig:
    """client_secret: "" for a public client, which proves itself by PKCE alone. second_factor: claims and values of an
    ID token that say that a second factor was used; none: the provider's word on it does not count."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scopes: str
    roles: RoleClaim | None = None
    second_factor: tuple[tuple[str, str], ...] = ()


def check_issuer(text: str) -> str:
    """Raises: ValueError: not an https address; plain http is for this machine alone."""
    if not text:
        return text
    parts = urlsplit(text)
    if not parts.hostname or parts.query or parts.fragment or not is_safe(text):
        raise ValueError("write the provider's issuer as it names itself, like https://login.example/realms/rescue")
    return text


def is_safe(url: str) -> bool:
    """Whether nobody on the way reads what goes there: by TLS, or not beyond this machine."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname)))


def read_roles(text: str) -> RoleClaim | None:
    """`groups /desk=dispatcher, /chiefs=admin`: a claim's name, and its values with their roles.

    Raises:
        ValueError
    """
    claim, _, rest = text.strip().partition(" ")
    if not claim:
        return None
    pairs = [part.strip().rpartition("=") for part in rest.split(",")]
    known = {str(role) for role in DESK_ROLES}
    if any(not value.strip() or role.strip() not in known for value, _, role in pairs):
        raise ValueError(
            "write a claim's name, a space, and its values with roles, like groups /rescue/desk=dispatcher, "
            f"/rescue/chiefs=admin; a role is one of {', '.join(sorted(known))}"
        )
    return RoleClaim(claim=claim, roles=tuple((value.strip(), Access(role.strip())) for value, _, role in pairs))


def read_second_factor(text: str) -> tuple[tuple[str, str], ...]:
    """`amr=mfa amr=otp acr=gold`: claims and values of which any is enough.

    Raises:
        ValueError
    """
    pairs = [part.partition("=") for part in text.split()]
    if any(claim not in SECOND_FACTOR_CLAIMS or not value for claim, _, value in pairs):
        raise ValueError("write what the provider says where somebody used a second factor, like amr=mfa acr=gold")
    return tuple((claim, value) for claim, _, value in pairs)


def check_scopes(text: str) -> str:
    """Raises: ValueError: it is not OpenID Connect that is asked for."""
    if "openid" not in text.split():
        raise ValueError("openid must be among the scopes, as in openid email profile")
    return text


def checked_roles(text: str) -> str:
    """Raises: ValueError."""
    read_roles(text)
    return text


def checked_factors(text: str) -> str:
    """Raises: ValueError."""
    read_second_factor(text)
    return text


def _is_here(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
