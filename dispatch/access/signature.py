"""Is a webhook really from 120, and of now? Standard Webhooks signatures over id, timestamp and body."""

import base64
import binascii
import hmac
import time
from collections.abc import Mapping

from standardwebhooks import Webhook, WebhookVerificationError

TOLERANCE_S = 300
"""A timestamp this far from now is refused, as the Standard Webhooks specification advises."""

MAX_ID = 256


class BadSignature(PermissionError):
    """The signature or timestamp does not hold: check the secret, the clock, and that the body is sent as signed."""

    code = "bad_signature"


class SignatureChecker:
    """Checks against one secret, or two while one takes the other's place: `whsec_` and base64 each."""

    def __init__(self, *secrets: str) -> None:
        self._keys = tuple(_Key(secret) for secret in secrets)

    def get_message_id(self, headers: Mapping[str, str], body: bytes) -> str:
        """The id of an authentic message.

        Raises:
            BadSignature: missing, malformed, stale or wrong.
        """
        names = ("webhook-id", "webhook-timestamp", "webhook-signature")
        signed = {name: headers.get(name, "") for name in names}
        # Every secret is tried whichever fits, so that the time it takes tells nothing of them.
        fitting = [key for key in self._keys if key.fits(signed, body)]
        if not fitting:
            raise BadSignature(BadSignature.__doc__)
        if len(signed["webhook-id"]) > MAX_ID:
            raise BadSignature(f"the webhook-id is longer than {MAX_ID} characters")
        return signed["webhook-id"]


class _Key:
    def __init__(self, secret: str) -> None:
        self._webhook = Webhook(secret)
        self._key = base64.b64decode(secret.removeprefix("whsec_") + "==")

    def fits(self, signed: dict[str, str], body: bytes) -> bool:
        try:
            self._check(signed, body)
        # The library lets malformed base64 and numbers through as what they raise.
        except (BadSignature, WebhookVerificationError, ValueError, binascii.Error, OverflowError):
            return False
        return True

    def _check(self, signed: dict[str, str], body: bytes) -> None:
        try:
            text = body.decode()
        except UnicodeDecodeError:
            self._check_bytes(signed, body)
        else:
            self._webhook.verify(text, signed, json_parse=False)

    def _check_bytes(self, signed: dict[str, str], body: bytes) -> None:
        # The library signs text only; a body in another encoding is still authentic when its bytes are.
        message_id, timestamp = signed["webhook-id"], signed["webhook-timestamp"]
        if not message_id or abs(time.time() - float(timestamp)) > TOLERANCE_S:
            raise BadSignature("stale or incomplete")
        expected = hmac.digest(self._key, f"{message_id}.{int(timestamp)}.".encode() + body, "sha256")
        given = [part.removeprefix("v1,") for part in signed["webhook-signature"].split() if part.startswith("v1,")]
        if not any(hmac.compare_digest(expected, base64.b64decode(one)) for one in given):
            raise BadSignature("no signature matches")
