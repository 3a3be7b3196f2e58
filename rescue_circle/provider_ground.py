"""The provider that the settings name, for desks to sign in at; Authlib is imported where there is one."""

from dispatch.oidc.config import OidcConfig, read_roles, read_second_factor
from dispatch.oidc.flow import Flows
from dispatch.people.people import AtOidcProvider
from rescue_circle.settings import Settings

CALLBACK = "/api/session/provider/callback"
"""Of `RESCUE_PUBLIC_URL`; to be named to the provider."""


def find_provider(settings: Settings) -> AtOidcProvider | None:
    """Nothing is asked of it yet: the service starts whether it is there or not."""
    if not settings.oidc_issuer:
        return None
    from dispatch.oidc.provider import Provider  # noqa: PLC0415 - most services have none

    config = OidcConfig(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        scopes=settings.oidc_scopes,
        roles=read_roles(settings.oidc_roles),
        second_factor=read_second_factor(settings.oidc_second_factor),
    )
    provider = Provider(config, redirect_uri=settings.public_address + CALLBACK)
    return AtOidcProvider(name=settings.provider_name, provider=provider, flows=Flows(*settings.token_secrets))
