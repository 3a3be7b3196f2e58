"""The file of other apps that ring volunteers, each a channel under a name of its own.

[wechat]                                           # a mini-programme's subscription messages
kind = "wechat"
app_id = "wx..."
secret = "..."
template_id = "..."
page = "pages/call"
data = { thing1 = "{short}", time2 = "{local_time}" }

[huawei]                                           # any push that wants a token first
kind = "push"
token_url = "https://oauth-login.cloud.huawei.com/oauth2/v3/token"
token_fields = { grant_type = "client_credentials", client_id = "...", client_secret = "..." }
send_url = "https://push-api.cloud.huawei.com/v1/APP_ID/messages:send"
body = '{"message": {"token": ["{address}"], ...}}'
code_field = "code"
taken = ["80000000"]
"""

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

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

from dispatch.access.integrations import NAME
from dispatch.channels.recipe import KNOWN, AskAs, Recipe, unknown_placeholders
from dispatch.channels.wechat import API, wechat_recipe

OURS = frozenset({"stream", "push", "sms", "voice"})
LONGEST_NAME = 32


class BadAppChannels(ValueError):
    """The file cannot be used; the message says what to write, and shows no secret."""

    code = "bad_app_channels"


def _named(name: str) -> str:
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise ValueError(f"a name is at most {LONGEST_NAME} of a-z, 0-9, - and _")
    if name in OURS:
        raise ValueError(f"{name} is the name of another channel")
    return name


def _words_known(body: Any) -> None:
    if unknown := unknown_placeholders(body):
        raise ValueError(f"{{{', '.join(sorted(unknown))}}} is no word: there are {', '.join(sorted(KNOWN))}")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class _WeChat(_Entry):
    kind: Literal["wechat"]
    app_id: Annotated[str, Field(min_length=1)]
    secret: Annotated[str, Field(min_length=1, repr=False)]
    template_id: Annotated[str, Field(min_length=1)]
    data: Annotated[dict[str, str], Field(min_length=1)]
    page: str = ""
    api: HttpUrl = HttpUrl(API)

    @model_validator(mode="after")
    def _words(self) -> "_WeChat":
        _words_known(self.data)
        return self

    def recipe(self, name: str) -> Recipe:
        return wechat_recipe(
            name,
            app_id=self.app_id,
            secret=self.secret,
            template_id=self.template_id,
            data=self.data,
            page=self.page,
            api=str(self.api).rstrip("/"),
        )


class _Push(_Entry):
    kind: Literal["push"]
    token_url: HttpUrl
    ask_as: AskAs = "form"
    token_fields: Annotated[dict[str, str], Field(min_length=1, repr=False)]
    send_url: HttpUrl
    body: str
    code_field: str = ""
    taken: frozenset[str] = frozenset({"0"})
    stale_token: frozenset[str] = frozenset()
    address_over: frozenset[str] = frozenset()
    address_refused: frozenset[str] = frozenset()

    @model_validator(mode="after")
    def _usable_body(self) -> "_Push":
        try:
            body = json.loads(self.body)
        except ValueError as error:
            raise ValueError("body is no JSON") from error
        _words_known(body)
        if "{address}" not in self.body:
            raise ValueError("body needs {address} where the person's address belongs")
        return self

    def recipe(self, name: str) -> Recipe:
        said = self.model_dump(exclude={"kind", "token_url", "send_url", "body"})
        # A URL that was read writes the braces of {token} as percents.
        send_url = str(self.send_url).replace("%7Btoken%7D", "{token}")
        return Recipe(name=name, token_url=str(self.token_url), send_url=send_url, body=json.loads(self.body), **said)


_FILE: TypeAdapter[dict[str, _WeChat | _Push]] = TypeAdapter(
    dict[Annotated[str, AfterValidator(_named)], Annotated[_WeChat | _Push, Field(discriminator="kind")]],
    config=ConfigDict(hide_input_in_errors=True),
)


def read_app_channels(file: Path) -> tuple[Recipe, ...]:
    """Raises: BadAppChannels: the message names the setting and the file."""
    try:
        entries = _FILE.validate_python(tomllib.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadAppChannels(f"RESCUE_APP_CHANNELS: cannot read {file}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadAppChannels(f"RESCUE_APP_CHANNELS: {file} is not TOML: {error}") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, part['loc']))}: {part['msg']}" for part in error.errors())
        raise BadAppChannels(f"RESCUE_APP_CHANNELS: {file}: {wrong}") from error
    return tuple(entry.recipe(name) for name, entry in entries.items())
