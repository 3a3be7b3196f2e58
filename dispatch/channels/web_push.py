"""Web Push (RFC 8030, 8291, 8292): an encrypted message to the browser's own push service, which wakes the app."""

import asyncio
import base64
import binascii
import json
import re
import time
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from pywebpush import WebPusher

from dispatch.callbacks.retrying import Outcome
from dispatch.channels.addresses import AddressBook
from dispatch.channels.port import UNREACHABLE, Attempt, Fault, Kind, Message
from dispatch.channels.posting import Posted, post
from dispatch.people.reach import PushSubscription
from dispatch.people.refusals import BadSubscription

PROOF_S = 6 * 3600
"""How long a proof of who we are is used; push services take none that lasts longer than a day."""
GONE = frozenset({404, 410})
OF_THE_SUBSCRIPTION = frozenset({401, 403})
"""Every push shows the same proof, so whoever refuses one speaks of the key that its browser subscribed with."""

OTHER_KEY = re.compile(r"VapidPkHashMismatch|UnauthorizedRegistration|do(es)? not correspond|MismatchSenderId", re.I)
"""How push services say that a subscription was made with another key: Apple's, Google's, and Google's of old."""

KEY_BYTES = 32
AUTH_BYTES = 16


class BadVapidKey(ValueError):
    """The key is not 32 bytes in base64url; make one with `rescue-circle channels vapid-key`."""


class PushServices:
    """Where pushes may go. A subscription comes from a phone, and must not make us call addresses of its choice."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._exact: set[str] = set()
        self._below: list[tuple[str, str]] = []
        for origin in origins:
            scheme, _, host = origin.strip().rstrip("/").partition("://")
            if host.startswith("*."):
                self._below.append((scheme, host[1:]))
            else:
                self._exact.add(f"{scheme}://{host}")

    def allow(self, endpoint: str) -> bool:
        try:
            parts = urlsplit(endpoint)
            # A port or a name before the host would not be the service's.
            origin = f"{parts.scheme}://{parts.netloc}"
        except ValueError:
            return False
        if origin in self._exact:
            return True
        return any(
            parts.scheme == scheme and parts.netloc == parts.hostname and parts.netloc.endswith(suffix)
            for scheme, suffix in self._below
        )


class Vapid:
    """Proves to push services who sends. contact: where they may complain, `mailto:` or `https:`."""

    def __init__(self, private_key: str, contact: str) -> None:
        """Raises: BadVapidKey."""
        try:
            raw = _raw(private_key)
            if len(raw) != KEY_BYTES:
                raise BadVapidKey(BadVapidKey.__doc__)
            self._signer = Vapid02.from_raw(private_key.rstrip("=").encode())
        except (binascii.Error, ValueError) as error:
            raise BadVapidKey(BadVapidKey.__doc__) from error
        self._contact = contact
        self._proofs: dict[str, tuple[float, str]] = {}

    @property
    def public_key(self) -> str:
        """What a browser subscribes with: base64url without padding."""
        point = self._signer.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(point).decode().rstrip("=")

    def header(self, endpoint: str) -> str:
        """The Authorization of a push to this endpoint."""
        parts = urlsplit(endpoint)
        audience, now_s = f"{parts.scheme}://{parts.netloc}", time.time()
        until_s, proof = self._proofs.get(audience, (0.0, ""))
        if now_s > until_s:
            claims = {"aud": audience, "sub": self._contact, "exp": int(now_s + 2 * PROOF_S)}
            proof = self._signer.sign(claims)["Authorization"]
            self._proofs[audience] = (now_s + PROOF_S, proof)
        return proof


def new_private_key() -> str:
    """A fresh one, base64url without padding."""
    key: EllipticCurvePrivateKey = generate_private_key(SECP256R1())
    number = key.private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(KEY_BYTES, "big")).decode().rstrip("=")


class WebPush:
    """The channel named "push"."""

    name = "push"

    def __init__(
        self, vapid: Vapid, *, services: PushServices, addresses: AddressBook, http: httpx.AsyncClient
    ) -> None:
        self._vapid = vapid
        self._services = services
        self._addresses = addresses
        self._http = http

    def reaches(self, rescuer_id: str) -> bool:
        return self._addresses.has_subscription(rescuer_id)

    def check(self, subscription: PushSubscription) -> None:
        """Raises: BadSubscription: no push could ever be sent there."""
        if not self._services.allow(subscription.endpoint):
            raise BadSubscription("a push service that RESCUE_PUSH_SERVICES does not name")
        try:
            EllipticCurvePublicKey.from_encoded_point(SECP256R1(), _raw(subscription.p256dh))
            secret = _raw(subscription.auth)
        except ValueError as error:
            raise BadSubscription("p256dh is no point of the curve P-256, or auth no base64url") from error
        if len(secret) != AUTH_BYTES:
            raise BadSubscription(f"auth has {len(secret)} bytes, not {AUTH_BYTES}")

    def carrier_to(self, rescuer_id: str) -> str:
        """The push service."""
        return self._addresses.push_service_of(rescuer_id)

    async def send(self, message: Message) -> Attempt:
        found = await self._addresses.find_subscription(message.rescuer_id)
        if found is None:
            return UNREACHABLE
        try:
            self.check(found)
        except BadSubscription as error:
            return Attempt(outcome=Outcome.DEAD, error=str(error))
        try:
            # Some milliseconds of curves and ciphers, which no call waits for.
            body = await asyncio.to_thread(partial(_encrypted, found, _payload(message)))
        except (ValueError, KeyError, IndexError) as error:
            return Attempt(outcome=Outcome.DEAD, error=f"unusable subscription: {type(error).__name__}")
        headers = {
            "authorization": self._vapid.header(found.endpoint),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(int(message.good_for_s)),
            "urgency": "high" if message.kind is not Kind.CALL_OFF else "normal",
        }
        posted = await post(self._http, found.endpoint, body=body, headers=headers)
        if _is_over(posted):
            await self._addresses.forget_subscription(message.rescuer_id, found.endpoint)
            return Attempt(outcome=Outcome.DEAD, error=f"HTTP {posted.status}: the subscription is over")
        if posted.status in OF_THE_SUBSCRIPTION:
            return replace(posted.attempt, fault=Fault.ADDRESS)
        return posted.attempt


def _is_over(posted: Posted) -> bool:
    """No push to this subscription will ever be taken: its browser must subscribe anew."""
    refused = posted.status == 400 or posted.status in OF_THE_SUBSCRIPTION
    return posted.status in GONE or (refused and OTHER_KEY.search(posted.reason) is not None)


def _raw(base64url: str) -> bytes:
    """Raises: ValueError."""
    return base64.urlsafe_b64decode(base64url + "=" * (-len(base64url) % 4))


def _payload(message: Message) -> bytes:
    ref = "test_id" if message.kind is Kind.TEST else "alert_id"
    return json.dumps({"kind": message.kind, ref: message.ref, "at": message.at.isoformat()}).encode()


def _encrypted(to: PushSubscription, payload: bytes) -> bytes:
    pusher = WebPusher({"endpoint": to.endpoint, "keys": {"p256dh": to.p256dh, "auth": to.auth}})
    encoded: bytes = pusher.encode(payload)["body"]
    return encoded
