"""Lets a request in or not, by the table of roles; who it is from is known to the endpoint afterwards."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.requests import HTTPConnection

from dispatch.access.tokens import BadToken, Bearer, Identity, TokenSigner
from dispatch.api.errors import Forbidden
from dispatch.api.roles import ENDPOINTS, Rule
from dispatch.operations.limits import Limits
from dispatch.people.accounts import Accounts


def guard(tokens: TokenSigner, limits: Limits, accounts: Accounts) -> Callable[[HTTPConnection], Awaitable[None]]:
    """The dependency of every endpoint but 120's, which is signed. A stream is not its business: there the first frame
    brings the token."""

    # Not a plain function: FastAPI would send each request to another thread and back for it.
    async def let_in(connection: HTTPConnection) -> None:
        if connection.scope["type"] != "http":
            return
        endpoint = f"{connection.scope['method']} {connection.scope['route'].path}"
        rule = ENDPOINTS.get(endpoint)
        if rule is None:
            raise Forbidden(f"{endpoint} has no row in dispatch/api/roles.py, so it is closed to everybody")
        if not (rule.open or rule.signed):
            try:
                bearer = _get_allowed(connection, tokens, rule)
            except BadToken:
                limits.authentication_failed(host_of(connection))
                raise
            await accounts.require_good(bearer.identity)
            connection.state.bearer = bearer

    return let_in


def host_of(connection: HTTPConnection) -> str | None:
    """The caller's address; behind a proxy on this machine the one that it reports."""
    return connection.client.host if connection.client else None


def _get_allowed(connection: HTTPConnection, tokens: TokenSigner, rule: Rule) -> Bearer:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise BadToken("send a token: Authorization: Bearer ...")
    bearer = tokens.check(token.strip())
    identity = bearer.identity
    if not rule.allows(identity.access, identity.subject, connection.path_params):
        raise Forbidden(f"the role {identity.access} may not do this")
    return bearer


async def _get_shown(request: Request) -> Bearer:
    bearer: Bearer = request.state.bearer
    return bearer


async def _get_caller(request: Request) -> Identity:
    return (await _get_shown(request)).identity


def caller_of(request: Request) -> str:
    """The subject of the token that let the request in."""
    bearer: Bearer = request.state.bearer
    return bearer.identity.subject


Caller = Annotated[Identity, Depends(_get_caller)]
"""Whose token let the request in."""

Shown = Annotated[Bearer, Depends(_get_shown)]
"""The token itself, for whoever asks for another one."""
