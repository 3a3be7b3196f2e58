"""Messages through an interface that wants a token first: WeChat's subscription messages, a phone maker's push.

What such interfaces have in common is here; what is peculiar to one stands in its `Recipe`. Their answers hold a code
of their own, often under HTTP 200.
"""

import asyncio
import json
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import tzinfo
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from dispatch.callbacks.retrying import Outcome
from dispatch.channels.addresses import AddressBook
from dispatch.channels.port import TAKEN, UNREACHABLE, Attempt, Fault, Message
from dispatch.channels.posting import Posted, post
from dispatch.channels.recipe import Recipe, filled
from dispatch.channels.texts import Language, short_text_of, text_of, title_of

RENEWED_BEFORE_S = 300.0
"""A token is fetched anew this long before it ends, or at nine tenths of a short life."""
LIVES_S = 3_600.0
"""Of a token whose answer does not say."""
LEAST_PAUSE_S = 1.0
"""Between two tokens: an interface that refuses each new one must not be asked for one after the other."""


class TokenPush:
    """A channel by a recipe. app_url: what messages tell people to open. zone: of `local_time`."""

    def __init__(
        self,
        recipe: Recipe,
        *,
        addresses: AddressBook,
        http: httpx.AsyncClient,
        language: Language,
        app_url: str,
        zone: tzinfo,
    ) -> None:
        self.name = recipe.name
        self._recipe = recipe
        self._addresses = addresses
        self._http = http
        self._language: Language = language
        self._app_url = app_url
        self._zone = zone
        self._tokens = _Tokens(recipe, http)

    def reaches(self, rescuer_id: str) -> bool:
        return self._addresses.has_address(rescuer_id, self.name)

    def carrier_to(self, rescuer_id: str) -> str:
        return self.name

    async def send(self, message: Message) -> Attempt:
        address = await self._addresses.find_address(message.rescuer_id, self.name)
        if address is None:
            return UNREACHABLE
        body = json.dumps(filled(self._recipe.body, self._words(message, address)), ensure_ascii=False).encode()
        for _ in range(2):
            token = await self._tokens.get()
            if isinstance(token, Attempt):
                return token
            posted = await self._post(token, body)
            code = _code_of(posted, self._recipe.code_field)
            if posted.status == httpx.codes.UNAUTHORIZED or code in self._recipe.stale_token:
                self._tokens.drop(token)
                continue
            return await self._judged(posted, code, message, address)
        return Attempt(outcome=Outcome.RETRIED, error="every token is refused", fault=Fault.CARRIER)

    async def _post(self, token: str, body: bytes) -> Posted:
        headers = {"content-type": "application/json"}
        if "{token}" not in self._recipe.send_url:
            headers["authorization"] = f"Bearer {token}"
        url = self._recipe.send_url.replace("{token}", quote(token, safe=""))
        return await post(self._http, url, body=body, headers=headers, is_read=True)

    async def _judged(self, posted: Posted, code: str, message: Message, address: str) -> Attempt:
        recipe = self._recipe
        if code in recipe.address_over:
            await self._addresses.forget_address(message.rescuer_id, self.name, address)
            return Attempt(outcome=Outcome.DEAD, error=f"code {code}: the address is over")
        if code in recipe.address_refused:
            return Attempt(outcome=Outcome.DEAD, error=f"code {code}: not wanted", fault=Fault.ADDRESS)
        if posted.attempt.outcome is not Outcome.DELIVERED:
            return replace(posted.attempt, error=f"{posted.attempt.error} {code}".strip())
        if not recipe.code_field or code in recipe.taken:
            return TAKEN
        told = f"code {code}" if code else "an answer without its code"
        return Attempt(outcome=Outcome.RETRIED, error=told, fault=Fault.CARRIER)

    def _words(self, message: Message, address: str) -> Mapping[str, str]:
        return {
            "address": address,
            "title": title_of(message.kind, self._language),
            "text": text_of(message.kind, self._language, url=self._app_url),
            "short": short_text_of(message.kind, self._language),
            "url": self._app_url,
            "ref": message.ref,
            "kind": message.kind,
            "ttl_s": str(int(message.good_for_s)),
            "at": message.at.isoformat(),
            "local_time": f"{message.at.astimezone(self._zone):%Y-%m-%d %H:%M}",
        }


class _Tokens:
    """The token that is good now: one for all messages, fetched by whoever needs it first."""

    def __init__(self, recipe: Recipe, http: httpx.AsyncClient) -> None:
        self._recipe = recipe
        self._http = http
        self._token = ""
        self._until_s = 0.0
        self._fetched_s = -LEAST_PAUSE_S
        self._turn = asyncio.Lock()

    async def get(self) -> str | Attempt:
        """The token, or why there is none."""
        async with self._turn:
            if self._token and time.monotonic() < self._until_s:
                return self._token
            if time.monotonic() - self._fetched_s < LEAST_PAUSE_S:
                return Attempt(outcome=Outcome.RETRIED, error="the last token was refused", fault=Fault.CARRIER)
            return await self._fetch()

    def drop(self, token: str) -> None:
        """It is refused; another may have been fetched meanwhile."""
        if token == self._token:
            self._token = ""

    async def _fetch(self) -> str | Attempt:
        url, body, content_type = self._request()
        posted = await post(self._http, url, body=body, headers={"content-type": content_type}, is_read=True)
        self._fetched_s = time.monotonic()
        answer = _json_of(posted)
        token, lives_s = answer.get("access_token"), _seconds(answer.get("expires_in"))
        if posted.attempt.outcome is not Outcome.DELIVERED or not isinstance(token, str) or not token:
            # Whatever is wrong with our own key, the message itself is not.
            code = _code_of(posted, self._recipe.code_field)
            told = f"no token: {posted.attempt.error or 'HTTP 200'} {code}".strip()
            return Attempt(
                outcome=Outcome.RETRIED, error=told, retry_after_s=posted.attempt.retry_after_s, fault=Fault.CARRIER
            )
        self._token = token
        self._until_s = self._fetched_s + max(lives_s - RENEWED_BEFORE_S, 0.9 * lives_s if lives_s < 600 else 0.0)
        return token

    def _request(self) -> tuple[str, bytes, str]:
        fields = dict(self._recipe.token_fields)
        match self._recipe.ask_as:
            case "json":
                return self._recipe.token_url, json.dumps(fields).encode(), "application/json"
            case "query":
                return f"{self._recipe.token_url}?{urlencode(fields)}", b"", "application/json"
            case "form":
                return self._recipe.token_url, urlencode(fields).encode(), "application/x-www-form-urlencoded"


def _json_of(posted: Posted) -> Mapping[str, Any]:
    try:
        answer = json.loads(posted.reason)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _code_of(posted: Posted, code_field: str) -> str:
    code = _json_of(posted).get(code_field) if code_field else None
    # A code of theirs goes into our log: no more than a code may.
    return str(code) if isinstance(code, int | str) and re.fullmatch(r"[\w.-]{1,32}", str(code)) else ""


def _seconds(said: Any) -> float:
    try:
        return max(float(said), 0.0)
    except (TypeError, ValueError):
        return LIVES_S
