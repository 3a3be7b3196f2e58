"""One table from a failure to its HTTP status; every error leaves as a code for machines and a sentence for people."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from dispatch.access.integrations import UnknownIntegration
from dispatch.access.signature import BadSignature
from dispatch.access.tokens import BadToken
from dispatch.api import register_errors, said_in_dialect, training_errors
from dispatch.callbacks.outbox import CallbackDelivered, UnknownCallback
from dispatch.clock import ClockIsReal
from dispatch.contracts.aeds import ChangeAnswer
from dispatch.contracts.webhook import Problem, Refusal
from dispatch.core.refusals import Refused
from dispatch.incidents.engine import NoAedAway, UnknownAlert
from dispatch.incidents.service_area import BadLocation
from dispatch.incidents.writer import UnknownIncident
from dispatch.maps.map_tiles import TilesBusy, UnknownTile
from dispatch.oidc import refusals as oidc
from dispatch.operations.limits import TooMany
from dispatch.operations.metrics import Metrics
from dispatch.people import refusals as people
from dispatch.people.public_walk import BadBox, TooFar
from dispatch.retention.retention import IncidentOpen
from dispatch.spool.file import SpoolFull, SpoolInUse
from registry.devices.confirming import ConfirmationLinkExpired, UnknownConfirmationLink
from registry.devices.device_store import CabinetQrTaken, NoCabinetCode
from registry.devices.inspecting import BadInspection
from registry.devices.inspection_store import UnknownInspection
from registry.devices.keeper_store import NoKeeper
from registry.devices.keepers import BadPhone
from registry.doubles import NotDecided
from registry.editing.taken_back import NotTakenBack
from registry.editing.versions import Stale
from registry.exporters.refused import ExportRefused
from registry.exporters.serving import ExportsBusy
from registry.history.log import UnknownChange
from registry.importers.import_log import NotUndone, UnknownImport
from registry.lifecycle import NotCorrected
from registry.photos.preparer import PhotosBusy
from registry.photos.preparing import BadPhoto
from registry.photos.store import TooManyPhotos, UnknownPhoto
from registry.places.districts import UnknownDistrict
from registry.places.fields import BadPlace
from registry.places.store import PlaceChanged, UnknownPlace
from registry.repository import UnknownAed, UnknownRescuer
from registry.storage.watched_database import DatabaseAway

log = structlog.get_logger(__name__)

PROBLEM = "application/problem+json"
ALWAYS_PROBLEMS = frozenset({412})


class TooLarge(ValueError):
    """The body is larger than any message of 120 needs to be."""

    code = "body_too_large"


class Forbidden(PermissionError):
    """This token's role may not do that."""

    code = "forbidden"


class IncidentsOpen(RuntimeError):
    """Time cannot be skipped while an incident is open: close it first, or wait."""

    code = "incidents_open"


class ChangesRefused(ValueError):
    """One of several changes was refused, so none was made; the answers say which and why."""

    code = "changes_refused"

    def __init__(self, answers: Sequence[ChangeAnswer]) -> None:
        refused = [str(number) for number, one in enumerate(answers, start=1) if one.outcome == "refused"]
        super().__init__(f"nothing was changed: of {len(answers)} changes were refused number {', '.join(refused)}")
        self.more = {"answers": [one.model_dump(mode="json") for one in answers]}


STATUS: dict[type[Exception], int] = {
    BadSignature: 401,
    BadToken: 401,
    oidc.SignInStale: 401,
    people.NoSession: 401,
    people.TotpRequired: 401,
    people.TotpWrong: 401,
    people.WrongNameOrPassword: 401,
    Forbidden: 403,
    people.AccountDisabled: 403,
    people.NotKnownHere: 403,
    people.TotpNotEnrolled: 403,
    people.UnknownAccount: 404,
    people.UnknownInvitation: 404,
    people.UnknownProblem: 404,
    UnknownAlert: 404,
    UnknownCallback: 404,
    UnknownIncident: 404,
    UnknownAed: 404,
    UnknownChange: 404,
    UnknownImport: 404,
    UnknownPlace: 404,
    UnknownIntegration: 404,
    UnknownRescuer: 404,
    **register_errors.STATUS,
    **training_errors.STATUS,
    UnknownTile: 404,
    NoCabinetCode: 404,
    NoKeeper: 404,
    UnknownInspection: 404,
    UnknownPhoto: 404,
    UnknownConfirmationLink: 404,
    oidc.ProviderNotOffered: 409,
    people.ConsentOutdated: 409,
    people.NoConsent: 409,
    people.OwnTotp: 409,
    people.TotpEnrolled: 409,
    people.TotpNotBegun: 409,
    people.PushNotOffered: 409,
    people.ChannelNotOffered: 409,
    people.RescuerErased: 409,
    CallbackDelivered: 409,
    ChangesRefused: 409,
    CabinetQrTaken: 409,
    TooManyPhotos: 409,
    NoAedAway: 409,
    NotCorrected: 409,
    NotDecided: 409,
    NotTakenBack: 409,
    NotUndone: 409,
    ClockIsReal: 409,
    IncidentOpen: 409,
    IncidentsOpen: 409,
    Refused: 409,
    people.InvitationExpired: 410,
    people.InvitationUsed: 410,
    PlaceChanged: 412,
    Stale: 412,
    ConfirmationLinkExpired: 410,
    TooLarge: 413,
    BadBox: 422,
    BadInspection: 422,
    BadPlace: 422,
    ExportRefused: 422,
    BadLocation: 422,
    BadPhone: 422,
    BadPhoto: 422,
    people.BadSubscription: 422,
    TooFar: 422,
    UnknownDistrict: 422,
    TooMany: 429,
    DatabaseAway: 503,
    ExportsBusy: 503,
    PhotosBusy: 503,
    SpoolFull: 503,
    SpoolInUse: 503,
    TilesBusy: 503,
}


def refusal(
    request: Request,
    status: int,
    code: str,
    message: str,
    *,
    retry_after_s: int | None = None,
    more: Mapping[str, object] | None = None,
) -> JSONResponse:
    """As `application/problem+json` for whoever accepts it; what older clients never met comes as nothing else."""
    seconds = retry_after_s or (1 if status == 503 else None)
    headers = {"retry-after": str(seconds)} if seconds else None
    body, media_type = Refusal(code=code, message=message).model_dump(), None
    if PROBLEM in request.headers.get("accept", "") or status in ALWAYS_PROBLEMS or more:
        media_type, title = PROBLEM, HTTPStatus(status).phrase
        body = Problem(code=code, message=message, title=title, status=status, detail=message).model_dump()
    return JSONResponse({**body, **(more or {})}, status_code=status, headers=headers, media_type=media_type)


def install(app: FastAPI, metrics: Metrics) -> None:
    """Turn every failure of the table into its answer, and count it."""

    async def known(request: Request, error: Exception) -> Response:
        code = getattr(error, "code", "refused")
        metrics.refused.labels(code=code).inc()
        log.info("refused", code=code, status=STATUS[type(error)], method=request.method, route=_route(request))
        told = {name: getattr(error, name, None) for name in ("retry_after_s", "more")}
        response = refusal(request, STATUS[type(error)], code, str(error), **told)
        return said_in_dialect.refused(request, code, str(error), response)

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        metrics.refused.labels(code="bad_request").inc()
        log.info("refused", code="bad_request", status=422, method=request.method, route=_route(request))
        assert isinstance(error, RequestValidationError)  # noqa: S101  # registered for this type only
        wrong = "; ".join(f"{'.'.join(map(str, part['loc']))}: {part['msg']}" for part in error.errors())
        return refusal(request, 422, "bad_request", wrong)

    async def http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101  # registered for this type only
        code = {400: "bad_request", 404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "http_error")
        return refusal(request, error.status_code, code, str(error.detail))

    for kind in STATUS:
        app.add_exception_handler(kind, known)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)


def _route(request: Request) -> str:
    """The route as it is declared: what somebody put into its place for an id may be anything."""
    return str(getattr(request.scope.get("route"), "path", ""))
