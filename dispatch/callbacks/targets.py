"""Where an integration's callbacks go, in which form, and with which secrets they are signed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from standardwebhooks import Webhook


class Wording(Protocol):
    """Another form than ours."""

    def wants(self, kind: str) -> bool:
        """Whether callbacks of this type are sent at all."""
        ...

    @property
    def reads_answers(self) -> bool:
        """Whether a 2xx alone does not say that a callback was taken."""
        ...

    def took(self, answer: bytes) -> bool:
        """Whether the body of a 2xx says so."""
        ...

    def request(
        self, callback_id: str, body: str, at: datetime, *, secrets: Sequence[str], path: str
    ) -> tuple[dict[str, str], bytes]:
        """Headers and body. Raises: ValueError: it cannot be said."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackTarget:
    """secrets: each signs, so that the receiver may change over at any time; `whsec_` and base64 if the form is ours.

    wording: None where the form is ours.
    """

    url: str
    secrets: tuple[str, ...] = field(repr=False)
    wording: Wording | None = field(default=None, repr=False)

    def wants(self, kind: str) -> bool:
        return self.wording is None or self.wording.wants(kind)

    @property
    def reads_answers(self) -> bool:
        return self.wording is not None and self.wording.reads_answers

    def took(self, answer: bytes) -> bool:
        return self.wording is None or self.wording.took(answer)

    def headers(self, callback_id: str, body: str, at: datetime) -> dict[str, str]:
        """Standard Webhooks headers of one attempt, at real time."""
        return standard_headers(callback_id, body, at, self.secrets)

    def request(self, callback_id: str, body: str, at: datetime) -> tuple[dict[str, str], bytes]:
        """Headers and body of one attempt, at real time. body: our own message.

        Raises:
            ValueError: the wording cannot say it.
        """
        if self.wording is None:
            return self.headers(callback_id, body, at), body.encode()
        path = urlsplit(self.url).path or "/"
        return self.wording.request(callback_id, body, at, secrets=self.secrets, path=path)


def standard_headers(callback_id: str, body: str, at: datetime, secrets: Sequence[str]) -> dict[str, str]:
    return {
        "content-type": "application/json",
        "webhook-id": callback_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(callback_id, at, body) for secret in secrets),
    }


FindCallbackTarget = Callable[[str], CallbackTarget | None]
"""By the name of an integration; None where it wants no callbacks."""
