"""The file of integrations: which 120 systems may send calls, with which secrets, and where they are told of progress.

[120]                                              # POST /webhooks/120
secrets = ["whsec_NEW...", "whsec_OLD..."]         # the old one until the centre signs with the new one

[zhongmou]                                         # POST /webhooks/zhongmou
secrets = ["whsec_..."]
callback_url = "https://120.example/rescue-circle"
callback_secret = "whsec_..."
"""

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from dispatch.access.integrations import CONSOLE, MESSAGES_PER_MINUTE, NAME, Integration
from dispatch.access.secrets import MAX_VALID, check_webhook_secret, split_secrets
from dispatch.core.events import DEFAULT_INTEGRATION


class BadIntegrations(ValueError):
    """The integrations cannot be used; the message says what to write, and shows no secret."""

    code = "bad_integrations"


def _checked(secret: str) -> str:
    check_webhook_secret(secret)
    return secret


def _all_checked(text: str) -> str:
    for secret in split_secrets(text):
        check_webhook_secret(secret)
    return text


def _named(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError("a name is at most 64 of a-z, 0-9, - and _")
    if name == CONSOLE:
        raise ValueError(f"{CONSOLE} is the name of the calls that dispatchers take by hand")
    return name


_Secret = Annotated[str, AfterValidator(_checked)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    secrets: Annotated[tuple[_Secret, ...], Field(min_length=1, max_length=MAX_VALID)]
    callback_url: HttpUrl | None = None
    callback_secret: Annotated[str, AfterValidator(_all_checked)] | None = None
    messages_per_minute: Annotated[int, Field(ge=1)] = MESSAGES_PER_MINUTE

    @model_validator(mode="after")
    def _secret_of_its_own(self) -> "_Entry":
        if self.callback_url and self.callback_secret is None:
            raise ValueError("callback_url needs a callback_secret to sign with")
        # With one secret for both ways a callback sent back to us would count as the centre's word.
        if set(split_secrets(self.callback_secret or "")) & set(self.secrets):
            raise ValueError("give callbacks another secret than the messages have")
        return self


_FILE: TypeAdapter[dict[str, _Entry]] = TypeAdapter(
    dict[Annotated[str, AfterValidator(_named)], _Entry], config=ConfigDict(hide_input_in_errors=True)
)


def get_integrations(file: Path | None, default_secrets: tuple[str, ...]) -> tuple[Integration, ...]:
    """The integrations of the file, and the one named 120 where its secrets are given by themselves.

    Raises:
        BadIntegrations: the message names the file or the setting.
    """
    found = _read(file) if file else ()
    if default_secrets:
        if any(integration.name == DEFAULT_INTEGRATION for integration in found):
            raise BadIntegrations(
                f"RESCUE_WEBHOOK_SECRET and {file} both name the secrets of {DEFAULT_INTEGRATION}: leave one out"
            )
        found = (Integration(name=DEFAULT_INTEGRATION, secrets=default_secrets), *found)
    if not found:
        raise BadIntegrations(
            "RESCUE_WEBHOOK_SECRET: Field required (or RESCUE_INTEGRATIONS, a file with the secrets of several systems)"
        )
    return found


def _read(file: Path) -> tuple[Integration, ...]:
    try:
        entries = _FILE.validate_python(tomllib.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadIntegrations(f"RESCUE_INTEGRATIONS: cannot read {file}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadIntegrations(f"RESCUE_INTEGRATIONS: {file} is not TOML: {error}") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, part['loc']))}: {part['msg']}" for part in error.errors())
        raise BadIntegrations(f"RESCUE_INTEGRATIONS: {file}: {wrong}") from error
    return tuple(
        Integration(
            name=name,
            secrets=entry.secrets,
            callback_url=str(entry.callback_url) if entry.callback_url else None,
            callback_secret=entry.callback_secret,
            messages_per_minute=entry.messages_per_minute,
        )
        for name, entry in entries.items()
    )
