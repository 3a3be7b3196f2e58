"""Where an integration's callbacks go, and with which secrets they are signed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from standardwebhooks import Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackTarget:
    """secrets: `whsec_` and base64; each signs, so that the receiver may change over at any time."""

    url: str
    secrets: tuple[str, ...] = field(repr=False)

    def headers(self, callback_id: str, body: str, at: datetime) -> dict[str, str]:
        """Standard Webhooks headers of one attempt, at real time."""
        return {
            "content-type": "application/json",
            "webhook-id": callback_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(Webhook(secret).sign(callback_id, at, body) for secret in self.secrets),
        }


FindCallbackTarget = Callable[[str], CallbackTarget | None]
"""By the name of an integration; None where it wants no callbacks."""
