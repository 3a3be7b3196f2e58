"""Message authentication codes over a text that is put together as a sender describes it, with SHA-256 or SM3."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

from dispatch.access.secrets import BadSecret

Hash = Literal["sha256", "sm3"]
Encoding = Literal["hex", "base64"]
SecretForm = Literal["text", "hex", "base64"]

PARTS = ("method", "path", "body", "body_sha256", "body_sm3")
"""What a text may hold beside headers; hashes are in hexadecimal digits, small letters."""

WHOLE_BODY = frozenset({"body", "body_sha256", "body_sm3"})

LEAST_KEY_BYTES = 16
"""128 bits; makers of 120 systems hand out keys of this size."""

_PART = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is signed. headers: by their names in small letters, each once. peer: the address of the connection itself,
    None where that is not known."""

    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"
    path: str = "/"
    peer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HmacScheme:
    """text: with `{header:NAME}` and `{PARTS}` in the places of what they name."""

    hash: Hash
    text: str
    encoding: Encoding = "hex"

    def sign(self, key: bytes, request: Request) -> bytes:
        text = self._text(request)
        if self.hash == "sha256":
            return hmac.digest(key, text, "sha256")
        code = HMAC(key, hashes.SM3())
        code.update(text)
        return code.finalize()

    def write(self, signature: bytes) -> str:
        return signature.hex() if self.encoding == "hex" else base64.b64encode(signature).decode()

    def read(self, text: str) -> bytes:
        """Raises: ValueError: no such text."""
        # Python's own parsers pass over what does not belong there, or take more than ASCII.
        if self.encoding == "hex":
            if not re.fullmatch(r"[0-9A-Fa-f]{64}", text):
                raise ValueError("64 hexadecimal digits are a signature")
            return bytes.fromhex(text)
        return base64.b64decode(text.encode("ascii"), validate=True)

    def _text(self, request: Request) -> bytes:
        pieces, last = bytearray(), 0
        for found in _PART.finditer(self.text):
            pieces += self.text[last : found.start()].encode() + _part(found.group(1), request)
            last = found.end()
        return bytes(pieces + self.text[last:].encode())


def get_key(secret: str, form: SecretForm) -> bytes:
    """Raises: BadSecret."""
    try:
        key = {"text": _as_text, "hex": bytes.fromhex, "base64": _as_base64}[form](secret)
    except (ValueError, binascii.Error) as error:
        raise BadSecret(f"the secret is not {form}, as the dialect's secret_form says") from error
    if len(key) < LEAST_KEY_BYTES:
        raise BadSecret(f"the secret must be at least {LEAST_KEY_BYTES} bytes")
    return key


def _as_text(secret: str) -> bytes:
    return secret.encode()


def _as_base64(secret: str) -> bytes:
    return base64.b64decode(secret, validate=True)


def _part(name: str, request: Request) -> bytes:
    if name.startswith("header:"):
        return request.headers.get(name.partition(":")[2].strip().lower(), "").encode("latin-1", errors="replace")
    if name == "body":
        return request.body
    if name == "body_sha256":
        return hashlib.sha256(request.body).hexdigest().encode()
    if name == "body_sm3":
        digest = hashes.Hash(hashes.SM3())
        digest.update(request.body)
        return digest.finalize().hex().encode()
    return {"method": request.method, "path": request.path}[name].encode()
