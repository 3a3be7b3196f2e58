"""Signing in, staying signed in and signing out. A token for the moment; a cookie that no script reads for later."""

import structlog
from fastapi import APIRouter, Request, Response

from dispatch.api.access import host_of
from dispatch.api.description import may_refuse
from dispatch.contracts.people import Session, SignIn
from dispatch.people.refusals import NoSession, TotpNotEnrolled, TotpWrong, WrongNameOrPassword
from dispatch.people.sessions import Opened
from dispatch.service import DispatchService

log = structlog.get_logger(__name__)

COOKIE = "rescue_session"
PATH = "/api/session"
MAX_COOKIE = 256


def build_router(service: DispatchService) -> APIRouter:
    router = APIRouter(prefix=PATH, tags=["people"])
    people = service.people

    @router.post("", responses=may_refuse(400, 401, 403, 429, 503))
    async def sign_in(body: SignIn, request: Request, response: Response) -> Session:
        """Sign in with an account's name and password, and the code of its authenticator app where it has one: 401 with
        `totp_required` asks for it, `totp_wrong` for another one. 403 with `totp_not_enrolled`: it needs one first."""
        service.limits.signs_in(body.name, host_of(request))
        try:
            opened = await people.accounts.sign_in(
                body.name,
                body.password,
                body.code,
                passwords=people.passwords,
                sessions=people.sessions,
                factors=people.factors,
            )
        except WrongNameOrPassword:
            log.info("sign_in_refused")
            raise
        except (TotpWrong, TotpNotEnrolled) as refusal:
            # Somebody has the password: whose it is should be asked.
            log.warning("second_factor_refused", account=body.name, code=refusal.code)
            raise
        service.limits.signed_in(body.name, host_of(request))
        log.info("signed_in", account=opened.owner.identity.subject)
        return session_of(service, opened, request, response)

    @router.post("/renew", responses=may_refuse(401, 429, 503))
    async def renew_session(request: Request, response: Response) -> Session:
        """A fresh token, and the cookie that takes the place of this one. One that was replaced more than a minute ago
        has been copied by somebody: showing it ends the session."""
        try:
            opened = await people.sessions.renew(_cookie_of(request))
        except NoSession:
            service.limits.authentication_failed(host_of(request))
            raise
        return session_of(service, opened, request, response)

    @router.delete("", status_code=204, response_class=Response, responses=may_refuse(503))
    async def sign_out(request: Request, response: Response) -> None:
        """Forget the session and its cookie."""
        if cookie := request.cookies.get(COOKIE):
            await people.sessions.end(cookie[:MAX_COOKIE])
        response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict", secure=is_secure(service, request))

    return router


def session_of(service: DispatchService, opened: Opened, request: Request, response: Response) -> Session:
    """What the caller is told of an opened session; its secret goes into the cookie."""
    owner = opened.owner
    token, expires_at = service.tokens.issue(owner.identity, ttl_s=owner.token_s)
    response.set_cookie(
        COOKIE,
        opened.cookie,
        max_age=round(owner.lasts.total_seconds()),
        path=PATH,
        httponly=True,
        samesite="strict",
        secure=is_secure(service, request),
    )
    identity = owner.identity
    return Session(
        token=token,
        expires_at=expires_at,
        good_for_s=owner.token_s,
        role=identity.access,
        subject=identity.subject,
        name=owner.name,
    )


def _cookie_of(request: Request) -> str:
    cookie = request.cookies.get(COOKIE, "")
    if not cookie or len(cookie) > MAX_COOKIE:
        raise NoSession(NoSession.__doc__)
    return cookie


def is_secure(service: DispatchService, request: Request) -> bool:
    """Over plain HTTP, as on a developer's own machine, a browser would not send a secure cookie back."""
    return request.url.scheme == "https" or service.people.public_url.startswith("https://")
