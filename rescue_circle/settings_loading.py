"""Settings from the environment, with everything that is wrong with them said at once."""

import os
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dispatch.access.secrets import split_secrets
from rescue_circle.app_channels_file import BadAppChannels
from rescue_circle.environment import PREFIX, find_misspelt
from rescue_circle.integrations_file import BadIntegrations, get_configured
from rescue_circle.settings import Settings


class BadSettings(ValueError):
    """A setting is missing or cannot be used; the message names the variable."""

    code = "bad_settings"


def get_settings() -> Settings:
    """Settings from the environment.

    Raises:
        BadSettings: with every wrong variable and what is wrong with it.
    """
    wrong = find_misspelt(os.environ, map(_variable, Settings.model_fields))
    settings = None
    try:
        settings = Settings()  # type: ignore[call-arg]  # the environment gives what has no default
    except ValidationError as error:
        wrong += [_told(part) for part in error.errors()]
    try:
        # Read once here, so that a mistake in the file ends the start and not the first call.
        _load_integrations(settings)
        if settings is not None:
            settings.load_app_channels()
    except (BadIntegrations, BadAppChannels) as error:
        wrong.append(str(error))
    except ValueError:
        # Told above: a secret that is none.
        pass
    if settings is None or wrong:
        raise BadSettings("; ".join(wrong))
    return settings


def _load_integrations(settings: Settings | None) -> None:
    """Also where other settings cannot be used: whoever has several secrets to make is told so once."""
    if settings is not None:
        settings.load_configured()
        return
    file, secret, proxies = (
        os.environ.get(_variable(name), "") for name in ("integrations", "webhook_secret", "trusted_proxies")
    )
    get_configured(Path(file) if file else None, split_secrets(secret), trusted_proxies=proxies)


def _variable(field: str) -> str:
    return f"{PREFIX}{field.upper()}"


def _told(wrong: ErrorDetails) -> str:
    field = str(wrong["loc"][0])
    if wrong["type"] == "missing":
        return f"{_variable(field)} is missing: {Settings.model_fields[field].description}"
    return f"{_variable(field)}: {wrong['msg'].removeprefix('Value error, ')}"
