"""Signing in at the city's OpenID provider: the way there, the way back, and the code where an account asks for one.

No token and no reason of the provider's stands in an address: the way back leaves the session in its cookie, and a word
of ours behind the `#` where there is none. Nobody is led anywhere but to the provider and to the console.
"""

import hmac
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from dispatch.api.access import host_of
from dispatch.api.description import may_refuse
from dispatch.api.sessions import PATH, is_secure, session_of
from dispatch.contracts.people import ProviderView, Session, TotpCode
from dispatch.oidc import refusals
from dispatch.oidc.flow import GOOD_FOR, Flow
from dispatch.operations.limits import TooMany
from dispatch.people.people import AtOidcProvider
from dispatch.people.provider_sign_in import AwaitsCode
from dispatch.people.refusals import AccountDisabled, NotKnownHere, RoleWithdrawn, TotpNotEnrolled, TotpWrong
from dispatch.service import DispatchService
from registry.storage.watched_database import DatabaseAway

log = structlog.get_logger(__name__)

CONSOLE = "/console/"
FLOW, AWAITING = "rescue_sign_in", "rescue_sign_in_code"
COOKIES_PATH = f"{PATH}/provider"
CODE_WANTED = "code_wanted"
SEE_OTHER = 303

_TOLD = (
    *(refusals.ProviderAway, refusals.ProviderWrong, refusals.ProviderClock, refusals.ProviderSaidNo),
    *(refusals.SignInStale, refusals.ProviderNotOffered),
    *(AccountDisabled, NotKnownHere, RoleWithdrawn, TotpNotEnrolled, TooMany, DatabaseAway),
)
Text = Annotated[str, Query(max_length=4096)]
_LEADS_ON: dict[int | str, dict[str, Any]] = {SEE_OTHER: {"description": "On to the provider, or to the console."}}


def build_router(service: DispatchService) -> APIRouter:
    router = APIRouter(prefix=COOKIES_PATH, tags=["people"])
    people = service.people

    @router.get("")
    async def get_provider() -> ProviderView:
        """Whether desks may sign in at a provider."""
        return ProviderView(name=people.at_provider.name if people.at_provider else None)

    @router.get("/start", status_code=SEE_OTHER, response_class=RedirectResponse, responses=_LEADS_ON)
    async def start(request: Request) -> Response:
        """Where the desk's page leads to: on to the provider, or back to the page with the word of what is wrong."""

        async def led() -> Response:
            service.limits.take("provider", host_of(request))
            at = _offered(service)
            flow = at.flows.begin(datetime.now(UTC))
            response = RedirectResponse(await at.provider.begin(flow), status_code=SEE_OTHER)
            # Lax, since it must come along when the provider sends the browser back.
            _remember(service, request, response, FLOW, flow.cookie, same_site="lax")
            return response

        return await _or_word(led)

    @router.get("/callback", status_code=SEE_OTHER, response_class=RedirectResponse, responses=_LEADS_ON)
    async def callback(
        request: Request, *, code: Text = "", state: Text = "", error: Text = "", iss: Text | None = None
    ) -> Response:
        """Where the provider sends the browser back to: on to the console, signed in or with the word of why not."""

        async def led() -> Response:
            service.limits.take("provider", host_of(request))
            at = _offered(service)
            flow = _begun_here(at, request, state)
            if error or not code:
                raise refusals.ProviderSaidNo(refusals.ProviderSaidNo.__doc__)
            return await _let_in(service, request, flow=flow, code=code, iss=iss)

        response = await _or_word(led)
        response.delete_cookie(FLOW, path=COOKIES_PATH)
        return response

    @router.post("/code", responses=may_refuse(400, 401, 403, 409, 429, 503))
    async def send_code(body: TotpCode, request: Request, response: Response) -> Session:
        """A code of the account's authenticator app, where the provider's word is not enough: the page was led back
        with `code_wanted`. 401 with `totp_wrong` for another one, with `sign_in_stale`: begin anew."""
        awaiting = request.cookies.get(AWAITING, "")
        account = _offered(service).flows.find_awaiting(awaiting, datetime.now(UTC))
        if account is None:
            raise refusals.SignInStale(refusals.SignInStale.__doc__)
        service.limits.signs_in(account, host_of(request))
        try:
            opened = await people.provider_sign_in.finish(account, body.code)
        except TotpWrong:
            log.warning("second_factor_refused", account=account, code=TotpWrong.code)
            raise
        service.limits.signed_in(account, host_of(request))
        log.info("signed_in", account=account, at="provider")
        response.delete_cookie(AWAITING, path=COOKIES_PATH)
        return session_of(service, opened, request, response)

    return router


async def _let_in(service: DispatchService, request: Request, *, flow: Flow, code: str, iss: str | None) -> Response:
    at = _offered(service)
    said = await at.provider.finish(flow, code)
    # RFC 9207: another provider's answer, brought here.
    if iss is not None and not hmac.compare_digest(iss.encode("utf-8", "surrogatepass"), said.issuer.encode()):
        raise refusals.ProviderWrong(refusals.ProviderWrong.__doc__)
    opened = await service.people.provider_sign_in.sign_in(said)
    if isinstance(opened, AwaitsCode):
        response = _to_console(CODE_WANTED)
        awaiting = at.flows.await_code(opened.account, datetime.now(UTC))
        _remember(service, request, response, AWAITING, awaiting, same_site="strict")
        return response
    response = _to_console()
    session_of(service, opened, request, response)
    log.info("signed_in", account=opened.owner.identity.subject, at="provider")
    return response


async def _or_word(led: Callable[[], Awaitable[Response]]) -> Response:
    """A person looks at the answer: what failed is said by the page, in their language."""
    try:
        return await led()
    except _TOLD as refusal:
        word = refusal.code
        log.info("sign_in_refused", at="provider", code=word)
        return _to_console(word)


def _to_console(word: str = "") -> Response:
    return RedirectResponse(f"{CONSOLE}#sign-in={word}" if word else CONSOLE, status_code=SEE_OTHER)


def _offered(service: DispatchService) -> AtOidcProvider:
    if service.people.at_provider is None:
        raise refusals.ProviderNotOffered(refusals.ProviderNotOffered.__doc__)
    return service.people.at_provider


def _begun_here(at: AtOidcProvider, request: Request, state: str) -> Flow:
    flow = at.flows.find(request.cookies.get(FLOW, ""), state, datetime.now(UTC))
    if flow is None:
        raise refusals.SignInStale(refusals.SignInStale.__doc__)
    return flow


def _remember(
    service: DispatchService, request: Request, response: Response, name: str, value: str, *, same_site: Any
) -> None:
    response.set_cookie(
        name,
        value,
        max_age=round(GOOD_FOR.total_seconds()),
        path=COOKIES_PATH,
        httponly=True,
        samesite=same_site,
        secure=is_secure(service, request),
    )
