"""Who may call what: a bearer token's role against the roles an endpoint names."""

from collections.abc import Callable

from fastapi import Request

from dispatch.api.errors import Forbidden
from dispatch.tokens import Access, BadToken, Identity, TokenSigner

Authorize = Callable[..., Callable[[Request], Identity]]


def authorizer(tokens: TokenSigner) -> Authorize:
    """`authorize(*roles)` makes a dependency that lets these roles in; an admin may do everything."""

    def authorize(*allowed: Access | str) -> Callable[[Request], Identity]:
        roles = {Access(role) for role in allowed} | {Access.ADMIN}

        def dependency(request: Request) -> Identity:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not token:
                raise BadToken("send a token: Authorization: Bearer ...")
            identity = tokens.check(token.strip())
            if identity.access not in roles:
                raise Forbidden(f"the role {identity.access} may not do this")
            return identity

        return dependency

    return authorize
