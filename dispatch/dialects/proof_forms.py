"""How a sender proves itself, as a dialect's file says it; the secrets are never in the file."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from dispatch.access.hmac_scheme import PARTS, WHOLE_BODY, Encoding, Hash, SecretForm
from dispatch.access.signature import TOLERANCE_S

MOST_TOLERANCE_S = 900
"""Longer ago, a request may be somebody's recording."""

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def _a_header(name: str) -> str:
    if not _HEADER.fullmatch(name):
        raise ValueError("write the name of a header, such as x-signature")
    return name.lower()


Header = Annotated[str, AfterValidator(_a_header)]


class _Kind(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def check_id_header(self, header: str | None) -> None:
        """Raises: ValueError: anybody could change the header, and a recording would count as a new message."""


class StandardWebhooks(_Kind):
    kind: Literal["standard_webhooks"]

    def check_id_header(self, header: str | None) -> None:
        if header:
            raise ValueError("message.id_header: leave it out: Standard Webhooks have webhook-id")


class Hmac(_Kind):
    kind: Literal["hmac"]
    hash: Hash = Field(description="sha256 or sm3")
    text: str = Field(description="what is signed, such as {header:x-time}.{body}", max_length=500)
    signature_header: Header = Field(description="the header that holds the signature")
    signature_prefix: str = Field(default="", description="what stands before the signature there")
    encoding: Encoding = Field(default="hex", description="hex or base64")
    secret_form: SecretForm = Field(default="text", description="text, hex or base64: how the secret is written")
    timestamp_header: Header | None = Field(
        default=None, description="the header that holds when the request was signed"
    )
    timestamp_form: Literal["unix_s", "unix_ms", "iso"] = Field(default="unix_s", description="unix_s, unix_ms or iso")
    tolerance_s: int = Field(
        default=TOLERANCE_S, ge=1, le=MOST_TOLERANCE_S, description="how old a signature may be, seconds"
    )

    @property
    def signed_headers(self) -> frozenset[str]:
        return frozenset(part.partition(":")[2].strip().lower() for part in self._parts if part.startswith("header:"))

    @property
    def _parts(self) -> list[str]:
        return _PLACEHOLDER.findall(self.text)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if unknown := [part for part in self._parts if part not in PARTS and not part.startswith("header:")]:
            raise ValueError(f"text: {{{unknown[0]}}} is none of {{header:NAME}}, {{{'}, {'.join(PARTS)}}}")
        if not set(self._parts) & WHOLE_BODY:
            raise ValueError("text: it must hold {body} or a hash of it, or anybody could change the call")
        if self.timestamp_header and self.timestamp_header not in self.signed_headers:
            raise ValueError(f"text: it must hold {{header:{self.timestamp_header}}}, or a recording never grows old")
        return self

    def check_id_header(self, header: str | None) -> None:
        if header and header.lower() not in self.signed_headers:
            raise ValueError(
                f"proof.text: it must hold {{header:{header}}}, the message's id, or a recording gets a new one"
            )


class Token(_Kind):
    kind: Literal["token"]
    header: Header = Field(default="authorization", description="the header that holds the token")
    prefix: str = Field(default="", description='what stands before the token there, such as "Bearer "')


class ClientCertificate(_Kind):
    kind: Literal["client_certificate"]
    header: Header = Field(description="where the proxy writes the certificate's fingerprint or subject")
    verified_header: Header | None = Field(default=None, description="where the proxy writes whether it holds")
    verified_value: str = Field(default="SUCCESS", description="what it writes there if it does")


Proof = Annotated[StandardWebhooks | Hmac | Token | ClientCertificate, Field(discriminator="kind")]


class CallbackHmac(Hmac):
    id_header: Header | None = Field(default=None, description="the header in which the callback's id is sent")

    @model_validator(mode="after")
    def _ours(self) -> Self:
        ours = {self.timestamp_header, self.id_header}
        if unknown := sorted(self.signed_headers - ours - {"content-type"}):
            raise ValueError(
                f"text: {{header:{unknown[0]}}} is no header that we send: name it as timestamp_header or id_header"
            )
        return self


class CallbackToken(Token):
    id_header: Header | None = Field(default=None, description="the header in which the callback's id is sent")


CallbackProof = Annotated[StandardWebhooks | CallbackHmac | CallbackToken, Field(discriminator="kind")]
