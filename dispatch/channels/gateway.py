"""SMS and voice calls through a gateway of the operator's: one signed JSON message by HTTP for each."""

import json
from datetime import UTC, datetime, timedelta

import httpx

from dispatch.callbacks.targets import CallbackTarget
from dispatch.channels.addresses import AddressBook
from dispatch.channels.port import UNREACHABLE, Attempt, Message
from dispatch.channels.posting import post
from dispatch.channels.texts import Language, text_of


class Gateway:
    """name: "sms" or "voice", which the gateway is told. app_url: what the text says to open."""

    def __init__(
        self,
        name: str,
        target: CallbackTarget,
        *,
        addresses: AddressBook,
        http: httpx.AsyncClient,
        language: Language,
        app_url: str,
    ) -> None:
        self.name = name
        self._target = target
        self._addresses = addresses
        self._http = http
        self._language: Language = language
        self._app_url = app_url

    def reaches(self, rescuer_id: str) -> bool:
        return self._addresses.has_phone(rescuer_id)

    def carrier_to(self, rescuer_id: str) -> str:
        return self.name

    async def send(self, message: Message) -> Attempt:
        phone = await self._addresses.find_phone(message.rescuer_id)
        if phone is None:
            return UNREACHABLE
        body = json.dumps(self._body(message, phone), ensure_ascii=False)
        headers = self._target.headers(message.id_in(self.name), body, datetime.now(UTC))
        return (await post(self._http, self._target.url, body=body.encode(), headers=headers)).attempt

    def _body(self, message: Message, phone: str) -> dict[str, object]:
        return {
            "id": message.id_in(self.name),
            "channel": self.name,
            "type": message.kind,
            "to": phone,
            "language": self._language,
            "text": text_of(message.kind, self._language, url=self._app_url),
            # For gateways whose texts are approved beforehand and take parameters only.
            "parameters": {"url": self._app_url},
            "at": message.at.isoformat(),
            "expires_at": (message.at + timedelta(seconds=message.good_for_s)).isoformat(),
        }
