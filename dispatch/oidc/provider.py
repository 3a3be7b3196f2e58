"""The provider as we speak with it, by Authlib: its addresses, the way there, and who it says that came back.

Nothing of it is asked before somebody signs in, and no answer is waited for longer than `PATIENCE_S`.
"""

import asyncio
import time
import warnings
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import httpx
import structlog

with warnings.catch_warnings():
    from authlib.deprecate import AuthlibDeprecationWarning

    # Authlib would rather have httpx's successor; until it needs that there is one client for HTTP here. Its warnings
    # turn themselves on when they are imported, hence the order.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client.async_app import AsyncOAuth2Mixin
from authlib.integrations.base_client.async_openid import AsyncOpenIDMixin
from authlib.integrations.base_client.sync_app import BaseApp
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError, MissingClaimError

from dispatch.oidc.claims import BadClaims, Said
from dispatch.oidc.config import SECOND_FACTOR_CLAIMS, OidcConfig, is_safe
from dispatch.oidc.flow import Flow
from dispatch.oidc.refusals import ProviderAway, ProviderClock, ProviderWrong

log = structlog.get_logger(__name__)

PATIENCE_S = 8.0
"""For all that one step of a sign-in asks of the provider: a person waits (assumption)."""

METADATA_FOR_S = 3600.0
"""Then its addresses and keys are read anew. A key that we do not know is asked for at once."""

LEEWAY_S = 60
"""By which its clock may differ from ours (assumption; clocks that are set by NTP differ by less than a second)."""

ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
"""With a public key: whoever knows our secret at the provider cannot sign with it, and nobody can leave it unsigned."""

_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
_TIMES = frozenset({"exp", "iat", "nbf"})
_NO_ANSWER = (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError)
_FAILED = (AuthlibBaseError, JoseError, BadClaims, ValueError, KeyError, TypeError, AttributeError, RuntimeError)


class Provider:
    """redirect_uri: where the provider sends browsers back to, as it was told when we were registered there."""

    def __init__(
        self,
        config: OidcConfig,
        *,
        redirect_uri: str,
        patience_s: float = PATIENCE_S,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._patience_s = patience_s
        self._redirect_uri = redirect_uri
        self._now_s = now_s
        self._app: _App | None = None
        self._read_at_s = 0.0
        self._reading = asyncio.Lock()

    async def begin(self, flow: Flow) -> str:
        """Where to send the browser.

        Raises:
            ProviderAway, ProviderWrong
        """
        async with _told_apart(self._patience_s):
            app = await self._known()
            begun = await app.create_authorization_url(
                self._redirect_uri,
                state=flow.state,
                nonce=flow.nonce,
                code_verifier=flow.code_verifier,
                # At a desk that several people share, nobody is signed in as whoever sat there before.
                prompt="login",
                **self._asked_of_it(),
            )
        return str(begun["url"])

    async def finish(self, flow: Flow, code: str) -> Said:
        """Who came back with this code.

        Raises:
            ProviderAway, ProviderWrong, ProviderClock
        """
        async with _told_apart(self._patience_s):
            app = await self._known()
            token = await app.fetch_access_token(self._redirect_uri, code=code, code_verifier=flow.code_verifier)
            if "id_token" not in token:
                raise BadClaims("the answer has no ID token")
            id_token = await app.parse_id_token(token, flow.nonce, self._must_say(), leeway=LEEWAY_S)
            about = await self._all_about(app, token, id_token)
            return Said.read(id_token, about, self._config)

    async def _known(self) -> "_App":
        async with self._reading:
            if self._app is None or self._now_s() - self._read_at_s > METADATA_FOR_S:
                # Reads the authorities that it trusts, which takes some tens of milliseconds.
                trusted = await asyncio.to_thread(httpx.create_ssl_context)
                app = _App(self._config, verify=trusted)
                await app.load_server_metadata()
                self._app, self._read_at_s = app, self._now_s()
            return self._app

    def _asked_of_it(self) -> dict[str, str]:
        wanted = [value for claim, value in self._config.second_factor if claim == SECOND_FACTOR_CLAIMS[1]]
        return {"acr_values": " ".join(wanted)} if wanted else {}

    def _must_say(self) -> dict[str, Any]:
        return {
            "iss": {"essential": True, "value": self._config.issuer},
            "aud": {"essential": True, "value": self._config.client_id},
        }

    async def _all_about(self, app: "_App", token: Mapping[str, Any], id_token: Mapping[str, Any]) -> dict[str, Any]:
        """With what the provider tells beside the ID token, as most do of e-mail and groups; what is signed counts."""
        if "userinfo_endpoint" not in app.server_metadata or "access_token" not in token:
            return dict(id_token)
        told = await app.userinfo(token=token)
        # Core 1.0, section 5.3.2: another person's may have been put in its place.
        if told.get("sub") != id_token.get("sub"):
            raise BadClaims("the provider told of another person")
        return {**told, **id_token}


class _App(AsyncOAuth2Mixin, AsyncOpenIDMixin, BaseApp):  # type: ignore[misc]  # Authlib has no types
    """Put together as Authlib's apps for web frameworks are, without a framework's session."""

    client_cls = AsyncOAuth2Client
    server_metadata: dict[str, Any]

    def __init__(self, config: OidcConfig, **client_options: Any) -> None:
        self._issuer = config.issuer
        super().__init__(
            None,
            client_id=config.client_id,
            client_secret=config.client_secret or None,
            server_metadata_url=f"{config.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": config.scopes,
                "code_challenge_method": "S256",
                "timeout": PATIENCE_S,
                "follow_redirects": False,
                "trust_env": False,
                **client_options,
            },
            user_agent="rescue-circle",
        )

    async def load_server_metadata(self) -> dict[str, Any]:
        """What we need of it and nothing else, since Authlib makes options of its client out of all that there is."""
        if "_loaded_at" not in self.server_metadata:
            await super().load_server_metadata()
            needed = _checked(self.server_metadata, self._issuer)
            if self.client_secret:
                needed["token_endpoint_auth_method"] = _auth_method(self.server_metadata)
            self.server_metadata = needed
        return self.server_metadata


def _checked(told: Mapping[str, Any], issuer: str) -> dict[str, Any]:
    """Raises: BadClaims: not this provider's (Discovery 1.0, section 4.3), or an address that others can read."""
    if told.get("issuer") != issuer:
        raise BadClaims("the provider names itself otherwise than RESCUE_OIDC_ISSUER does")
    addresses = {name: told[name] for name in _ENDPOINTS if name in told}
    if not all(isinstance(url, str) and is_safe(url) for url in addresses.values()):
        raise BadClaims("an address of the provider's is not https")
    may_sign = told.get("id_token_signing_alg_values_supported") or ["RS256"]
    return {
        "issuer": issuer,
        **addresses,
        "id_token_signing_alg_values_supported": [one for one in may_sign if one in ALGORITHMS],
        "_loaded_at": told["_loaded_at"],
    }


def _auth_method(told: Mapping[str, Any]) -> str:
    """How we show our secret; in the header unless the provider takes it in the form alone (Discovery, section 3)."""
    takes = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return "client_secret_basic" if "client_secret_basic" in takes else "client_secret_post"


@asynccontextmanager
async def _told_apart(patience_s: float) -> AsyncIterator[None]:
    """Whatever goes wrong with the provider, as one of our refusals; the log says which, and nothing that it sent."""
    try:
        async with asyncio.timeout(patience_s):
            yield
    except _NO_ANSWER as error:
        status = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else 0
        log.warning("oidc_provider_away", reason=type(error).__name__, status=status)
        if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ProviderWrong(ProviderWrong.__doc__) from error
        raise ProviderAway(ProviderAway.__doc__) from error
    except _FAILED as error:
        claim = error.claim if isinstance(error, ClaimError) else ""
        log.warning("oidc_provider_wrong", reason=type(error).__name__, claim=claim)
        is_missing = isinstance(error, MissingClaimError)
        if isinstance(error, ExpiredTokenError) or (claim in _TIMES and not is_missing):
            raise ProviderClock(ProviderClock.__doc__) from error
        raise ProviderWrong(ProviderWrong.__doc__) from error
