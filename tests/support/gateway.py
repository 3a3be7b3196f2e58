"""What stands at the far end of channels: an SMS and voice gateway, and a browser's push service, on real sockets."""

import base64
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from standardwebhooks import Webhook

from tests.support.far_server import Posted, serving

GATEWAY_SECRET = "whsec_dGVzdHMtb25seS1zZWNyZXQtb2YtdGhlLWdhdGV3YXk="
VAPID_KEY = base64.urlsafe_b64encode(bytes(range(1, 33))).decode().rstrip("=")


@dataclass
class FarEnd:
    """`posted`: every request in order. `answers`: statuses of the next ones, then that of the path in `by_path`, then
    `status`. `reason`: the body of every answer."""

    url: str
    status: int = 201
    answers: list[int] = field(default_factory=list)
    by_path: dict[str, int] = field(default_factory=dict)
    reason: str = ""
    posted: list[Posted] = field(default_factory=list)

    def answer(self, posted: Posted) -> tuple[int, bytes]:
        self.posted.append(posted)
        status = self.answers.pop(0) if self.answers else self.by_path.get(posted.path, self.status)
        return status, self.reason.encode()

    def messages(self) -> list[dict[str, Any]]:
        """What a gateway was told, each signed as it should be."""
        found = []
        for one in list(self.posted):
            Webhook(GATEWAY_SECRET).verify(one.body, dict(one.headers))
            found.append(json.loads(one.body))
        return found

    def kinds(self) -> list[str]:
        return [str(one["type"]) for one in self.messages()]


@contextmanager
def far_end() -> Iterator[FarEnd]:
    with serving(FarEnd) as end:
        yield end


@dataclass
class Browser:
    """A browser's side of a subscription: its keys decrypt what its push service was given."""

    endpoint: str
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()), repr=False)
    auth: bytes = field(default_factory=lambda: os.urandom(16), repr=False)

    def subscription(self) -> dict[str, Any]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": self.endpoint, "keys": {"p256dh": _base64url(point), "auth": _base64url(self.auth)}}

    def read(self, pushed: Posted) -> dict[str, Any]:
        plain = http_ece.decrypt(pushed.body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        found: dict[str, Any] = json.loads(plain)
        return found


def proof_of(pushed: Posted) -> tuple[dict[str, Any], str]:
    """The claims of a push's VAPID proof, checked by the key that comes with it, and that key."""
    scheme, _, rest = pushed.headers["authorization"].partition(" ")
    assert scheme == "vapid"
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    raw = base64.urlsafe_b64decode(parts["k"] + "=" * (-len(parts["k"]) % 4))
    key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), raw)
    claims: dict[str, Any] = jwt.decode(parts["t"], key, algorithms=["ES256"], options={"verify_aud": False})
    return claims, parts["k"]


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
