"""The page behind a keeper's link: it names the AED and asks whether it is there. Plain, so that any phone shows it."""

from html import escape
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from dispatch.api.access import host_of
from dispatch.api.keepers import take_word
from dispatch.contracts.devices import ConfirmationRequest
from dispatch.service import DispatchService
from registry.devices import confirming
from registry.models import Aed
from registry.storage.database import Database

POLICY = {"content-security-policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'"}
MAX_FORM_FIELDS = 8

PROBLEMS = {
    "": "在位，可以使用 · It is there and in order",
    "missing": "不在原处 · It is missing",
    "broken": "坏了，或指示灯异常 · It is broken, or its light says so",
    "locked": "拿不到 · It cannot be reached",
    "wrong_place": "换了位置 · It hangs elsewhere",
    "pads_expired": "电极片过期 · Its pads have expired",
    "other": "其他问题 · Something else",
}
THANKS = "谢谢，已记录。Thank you, it is noted."
THANKS_PROBLEM = "谢谢，我们会去看。Thank you, somebody will look at it."
GONE = "这个链接已失效，请向红十字会要一个新的。This link is no longer good: ask the Red Cross for a new one."
UNREADABLE = "没有看懂，请返回重选。That was not understood: go back and choose again."
_GONE = (confirming.UnknownConfirmationLink, confirming.ConfirmationLinkExpired)


def build_router(service: DispatchService, database: Database) -> APIRouter:
    router = APIRouter(prefix="/confirm", include_in_schema=False)

    @router.get("/{code}")
    async def ask(code: str, request: Request) -> HTMLResponse:
        service.limits.take("confirm", host_of(request))
        try:
            async with database.read() as connection:
                asked = await confirming.get_asked(connection, code, at=service.clock.now())
        except _GONE as error:
            return _page(escape(GONE), 410 if isinstance(error, confirming.ConfirmationLinkExpired) else 404)
        aed = service.directory.get_aed(asked.aed_id)
        return _page(_place(aed) + (escape(THANKS) if asked.confirmed_at else _form()))

    @router.post("/{code}")
    async def take(code: str, request: Request) -> HTMLResponse:
        service.limits.take("confirm", host_of(request))
        try:
            said = _read(code, await request.body())
        except ValueError:
            return _page(escape(UNREADABLE), 422)
        try:
            confirmed_at = await take_word(service, database, said)
        except _GONE as error:
            return _page(escape(GONE), 410 if isinstance(error, confirming.ConfirmationLinkExpired) else 404)
        return _page(escape(THANKS if confirmed_at else THANKS_PROBLEM))

    return router


def _read(code: str, body: bytes) -> ConfirmationRequest:
    """Raises: ValueError."""
    told = parse_qs(body.decode(), max_num_fields=MAX_FORM_FIELDS)
    problem, note = (told.get(name, [""])[0] for name in ("problem", "note"))
    if "answer" not in told:
        raise ValueError("no answer was chosen")
    try:
        return ConfirmationRequest.model_validate({"code": code, "problem": problem or None, "note": note})
    except ValidationError as error:
        raise ValueError("the form was changed on the way") from error


def _place(aed: Aed) -> str:
    lines = (aed.name, aed.location_text, aed.floor)
    return "".join(f"<p>{escape(line)}</p>" for line in lines if line)


def _form() -> str:
    choices = "".join(
        f'<p><label><input type="radio" name="problem" value="{value}"{" checked" if not value else ""}> '
        f"{escape(words)}</label></p>"
        for value, words in PROBLEMS.items()
    )
    return (
        f'<form method="post">{choices}'
        '<p><label>备注 · Note<br><input name="note" maxlength="300"></label></p>'
        '<p><button name="answer" value="1">发送 · Send</button></p></form>'
    )


def _page(body: str, status: int = 200) -> HTMLResponse:
    view = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    head = f'<meta charset="utf-8">{view}<title>AED</title>'
    title = "<h1>这台 AED 还在吗？ Is this AED still there?</h1>"
    whole = f'<!doctype html><html lang="zh"><head>{head}</head><body>{title}{body}</body></html>'
    return HTMLResponse(whole, status_code=status, headers=POLICY)
