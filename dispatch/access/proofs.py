"""How a sender proves who it is: Standard Webhooks, a code over its request, a token, or a client certificate."""

import hmac
import math
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from dispatch.access.hmac_scheme import HmacScheme, Request
from dispatch.access.proxies import TrustedProxies
from dispatch.access.signature import BadSignature, SignatureChecker

_NUMBER = re.compile(r"\d{1,16}(\.\d{1,9})?", re.ASCII)


class Proof(Protocol):
    """Says whether a request is from whom it should be. `in_words`: for people, without a secret."""

    @property
    def in_words(self) -> str: ...

    def check(self, request: Request) -> str | None:
        """The message's id where the proof holds one.

        Raises:
            BadSignature: it does not hold; the message tells what to look at, and nothing of what would have held.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardWebhooksProof:
    checker: SignatureChecker = field(repr=False)

    @property
    def in_words(self) -> str:
        return "Standard Webhooks"

    def check(self, request: Request) -> str | None:
        return self.checker.get_message_id(request.headers, request.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class HmacProof:
    """keys: every one is tried whichever fits, so that the time it takes tells nothing of them.

    timestamp_header: which the text holds as well; None where messages are told apart by a time or id of their own.
    """

    scheme: HmacScheme
    keys: tuple[bytes, ...] = field(repr=False)
    signature_header: str
    signature_prefix: str = ""
    timestamp_header: str | None = None
    timestamp_form: str = "unix_s"
    tolerance_s: float = 300.0
    now_s: Callable[[], float] = field(default=time.time, repr=False)

    @property
    def in_words(self) -> str:
        return f"HMAC-{self.scheme.hash.upper()} in {self.signature_header}"

    def check(self, request: Request) -> str | None:
        told = request.headers.get(self.signature_header, "")
        if not told.startswith(self.signature_prefix):
            raise BadSignature(f"{self.signature_header} must begin with {self.signature_prefix!r}")
        try:
            given = self.scheme.read(told.removeprefix(self.signature_prefix).strip())
        except ValueError as error:
            raise BadSignature(f"{self.signature_header} holds no {self.scheme.encoding} signature") from error
        fits = [hmac.compare_digest(self.scheme.sign(key, request), given) for key in self.keys]
        if not any(fits):
            raise BadSignature("the signature does not hold: check the secret, and the text that is signed")
        if self.timestamp_header is not None:
            self._check_age(request.headers.get(self.timestamp_header, ""))
        return None

    def _check_age(self, told: str) -> None:
        signed_s = _find_seconds(told.strip(), self.timestamp_form)
        if signed_s is None:
            raise BadSignature(f"{self.timestamp_header} must be a time, {self.timestamp_form}")
        if abs(self.now_s() - signed_s) > self.tolerance_s:
            late = f"{self.timestamp_header} is more than {self.tolerance_s:g} s from now"
            raise BadSignature(f"{late}: check the clock, and sign each try anew")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenProof:
    header: str
    prefix: str = ""
    tokens: tuple[str, ...] = field(repr=False)

    @property
    def in_words(self) -> str:
        return f"token in {self.header}"

    def check(self, request: Request) -> str | None:
        told = request.headers.get(self.header, "").encode("utf-8", errors="replace")
        wanted = [f"{self.prefix}{token}".encode() for token in self.tokens]
        fits = [hmac.compare_digest(told, one) for one in wanted]
        if not any(fits):
            raise BadSignature(f"{self.header} holds no token that is known")
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateProof:
    """certificates: fingerprints or subjects, as the proxy writes them. proxies: whose word on them is believed."""

    header: str
    certificates: tuple[str, ...]
    proxies: TrustedProxies
    verified_header: str | None = None
    verified_value: str = "SUCCESS"

    @property
    def in_words(self) -> str:
        return f"client certificate in {self.header}"

    def check(self, request: Request) -> str | None:
        if request.peer not in self.proxies:
            raise BadSignature("the certificate must be told by a proxy that RESCUE_TRUSTED_PROXIES names")
        if self.verified_header and request.headers.get(self.verified_header, "") != self.verified_value:
            raise BadSignature("the proxy has not found the client's certificate to hold")
        told = _plain(request.headers.get(self.header, ""))
        fits = [hmac.compare_digest(told, one) for one in self._known]
        if not told or not any(fits):
            raise BadSignature("the client's certificate is none that is known")
        return None

    @property
    def _known(self) -> Sequence[bytes]:
        return [_plain(one) for one in self.certificates]


_FINGERPRINT = re.compile(r"(?:sha256[:=])?([0-9a-f]{2}(?::?[0-9a-f]{2}){19,63})", re.IGNORECASE)


def _plain(certificate: str) -> bytes:
    """Fingerprints are written with and without colons, in small and capital letters; subjects in one way."""
    found = _FINGERPRINT.fullmatch(certificate.strip())
    text = found.group(1).replace(":", "").lower() if found else certificate.strip()
    return text.encode("utf-8", errors="replace")


def _find_seconds(told: str, form: str) -> float | None:
    if form == "iso":
        try:
            at = datetime.fromisoformat(told)
        except ValueError:
            return None
        return at.astimezone(UTC).timestamp() if at.tzinfo else None
    if not _NUMBER.fullmatch(told):
        return None
    seconds = float(told) / (1_000 if form == "unix_ms" else 1)
    return seconds if math.isfinite(seconds) else None
