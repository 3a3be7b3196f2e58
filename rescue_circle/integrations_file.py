"""The file of integrations: which 120 systems may send calls, with which secrets, in which dialect, and where they are
told of progress.

[120]                                              # POST /webhooks/120
secrets = ["whsec_NEW...", "whsec_OLD..."]         # the old one until the centre signs with the new one

[zhongmou]                                         # POST /webhooks/zhongmou
dialect = "zhongmou.toml"                          # beside this file, or the name of one that comes with the product
secrets_from = "ZHONGMOU_SECRET"                   # an environment variable
callback_url = "https://120.example/rescue-circle"
callback_secret = "whsec_..."
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl, TypeAdapter, ValidationError

from dispatch.access.integrations import CENTRE, CONSOLE, MESSAGES_PER_MINUTE, NAME, Integration
from dispatch.access.proofs import Proof
from dispatch.access.proxies import TrustedProxies
from dispatch.access.secrets import MAX_VALID, BadSecret, check_webhook_secret, split_secrets
from dispatch.core.events import DEFAULT_INTEGRATION

if TYPE_CHECKING:
    from dispatch.dialects.dialect import Dialect


class BadIntegrations(ValueError):
    """The integrations cannot be used; the message says what to write, and shows no secret."""

    code = "bad_integrations"


def _named(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError("a name is at most 64 of a-z, 0-9, - and _")
    if name == CONSOLE:
        raise ValueError(f"{CONSOLE} is the name of the calls that dispatchers take by hand")
    if name == CENTRE:
        raise ValueError(f"{CENTRE} is the name of the city's operation centre, which is told and does not call")
    return name


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    dialect: str | None = None
    secrets: Annotated[tuple[str, ...], Field(min_length=1, max_length=MAX_VALID)] | None = None
    secrets_from: str | None = None
    client_certificates: tuple[str, ...] = ()
    callback_url: HttpUrl | None = None
    callback_secret: str | None = None
    callback_secret_from: str | None = None
    messages_per_minute: Annotated[int, Field(ge=1)] = MESSAGES_PER_MINUTE


_FILE: TypeAdapter[dict[str, _Entry]] = TypeAdapter(
    dict[Annotated[str, AfterValidator(_named)], _Entry], config=ConfigDict(hide_input_in_errors=True)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """Everybody who may call, and by their names the dialects of those who speak one."""

    integrations: tuple[Integration, ...]
    dialects: "Mapping[str, Dialect]"


def get_configured(
    file: Path | None,
    default_secrets: tuple[str, ...],
    *,
    trusted_proxies: str = "",
    environment: Mapping[str, str] = os.environ,
) -> Configured:
    """The integrations of the file, and the one named 120 where its secrets are given by themselves.

    Raises:
        BadIntegrations: the message names the file or the setting.
    """
    reader = _Reader(file, TrustedProxies(trusted_proxies), environment) if file else None
    found = tuple(reader.read()) if reader else ()
    if default_secrets:
        if any(integration.name == DEFAULT_INTEGRATION for integration in found):
            raise BadIntegrations(
                f"RESCUE_WEBHOOK_SECRET and {file} both name the secrets of {DEFAULT_INTEGRATION}: leave one out"
            )
        found = (Integration(name=DEFAULT_INTEGRATION, secrets=default_secrets), *found)
    if not found:
        raise BadIntegrations(
            "RESCUE_WEBHOOK_SECRET is missing: 120's secret, whsec_ and base64 (or RESCUE_INTEGRATIONS, a file with "
            "the secrets of several systems)"
        )
    return Configured(integrations=found, dialects=reader.dialects if reader else {})


class _Reader:
    """One file. `dialects`: after reading, by the names of the integrations that speak one."""

    def __init__(self, file: Path, proxies: TrustedProxies, environment: Mapping[str, str]) -> None:
        self._file = file
        self._proxies = proxies
        self._environment = environment
        self.dialects: dict[str, Dialect] = {}

    def read(self) -> Iterator[Integration]:
        wrong: list[str] = []
        for name, entry in self._entries().items():
            try:
                yield self._integration(name, entry)
            except ValueError as error:
                wrong.append(f"{name}.{error}")
        if wrong:
            raise BadIntegrations(f"RESCUE_INTEGRATIONS: {self._file}: {'; '.join(wrong)}")

    def _entries(self) -> dict[str, _Entry]:
        try:
            return _FILE.validate_python(tomllib.loads(self._file.read_text(encoding="utf-8")))
        except OSError as error:
            raise BadIntegrations(f"RESCUE_INTEGRATIONS: cannot read {self._file}: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadIntegrations(f"RESCUE_INTEGRATIONS: {self._file} is not TOML: {error}") from error
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, part['loc']))}: {part['msg']}" for part in error.errors())
            raise BadIntegrations(f"RESCUE_INTEGRATIONS: {self._file}: {wrong}") from error

    def _integration(self, name: str, entry: _Entry) -> Integration:
        """Raises: ValueError: a field and what to write in it."""
        secrets = self._secrets(entry)
        dialect = self._dialect(entry)
        proof = self._proof(entry, dialect, secrets)
        if dialect is not None:
            self.dialects[name] = dialect
        return Integration(
            name=name,
            secrets=() if proof else secrets,
            callback_url=str(entry.callback_url) if entry.callback_url else None,
            callback_secret=self._callback_secret(entry, dialect, secrets),
            messages_per_minute=entry.messages_per_minute,
            proof=proof,
            dialect=dialect.name if dialect else None,
        )

    def _dialect(self, entry: _Entry) -> "Dialect | None":
        if entry.dialect is None:
            return None
        from dispatch.dialects.dialect import BadDialect, read_dialect  # noqa: PLC0415  # whoever has none is ready sooner

        try:
            return read_dialect(entry.dialect, self._file.parent)
        except BadDialect as error:
            raise ValueError(f"dialect: {error}") from error

    def _secrets(self, entry: _Entry) -> tuple[str, ...]:
        if entry.secrets and entry.secrets_from:
            raise ValueError("secrets: write them or secrets_from, not both")
        if entry.secrets_from:
            with _of("secrets_from"):
                return split_secrets(self._from(entry.secrets_from, "secrets_from"))
        return entry.secrets or ()

    def _from(self, variable: str | None, field: str) -> str:
        text = self._environment.get(variable or "", "")
        if not text.strip():
            raise ValueError(f"{field}: the environment variable {variable} is not set: put the secret there")
        return text

    def _proof(self, entry: _Entry, dialect: "Dialect | None", secrets: tuple[str, ...]) -> Proof | None:
        if dialect is not None:
            from dispatch.dialects.proving import build_proof  # noqa: PLC0415  # as above

            return build_proof(
                dialect.form.proof, secrets=secrets, certificates=entry.client_certificates, proxies=self._proxies
            )
        if entry.client_certificates:
            raise ValueError("client_certificates: only a dialect says where they are told")
        if not secrets:
            raise ValueError("secrets: Field required (or secrets_from, an environment variable's name)")
        with _of("secrets"):
            for secret in secrets:
                check_webhook_secret(secret)
        return None

    def _callback_secret(self, entry: _Entry, dialect: "Dialect | None", secrets: tuple[str, ...]) -> str | None:
        if entry.callback_secret and entry.callback_secret_from:
            raise ValueError("callback_secret: write it or callback_secret_from, not both")
        text = entry.callback_secret
        if entry.callback_secret_from:
            text = self._from(entry.callback_secret_from, "callback_secret_from")
        if entry.callback_url and not (text or "").strip():
            raise ValueError("callback_url needs a callback_secret to sign with")
        with _of("callback_secret"):
            theirs = split_secrets(text or "")
            _check_callback_secrets(dialect, theirs)
        # With one secret for both ways a callback sent back to us would count as the centre's word.
        if set(theirs) & set(secrets):
            raise ValueError("callback_secret: give callbacks another secret than the messages have")
        return text


def _check_callback_secrets(dialect: "Dialect | None", secrets: tuple[str, ...]) -> None:
    if dialect is None or dialect.form.callback is None:
        for secret in secrets:
            check_webhook_secret(secret)
        return
    from dispatch.dialects.proving import check_secrets  # noqa: PLC0415  # as above

    check_secrets(dialect.form.callback.proof, secrets)


@contextmanager
def _of(field: str) -> Iterator[None]:
    try:
        yield
    except BadSecret as error:
        raise ValueError(f"{field}: {error}") from error
