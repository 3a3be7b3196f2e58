"""Settings of the service, each from an environment variable RESCUE_...; the README has the table."""

import base64
import binascii
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AwareDatetime, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from dispatch.service_area import ServiceArea
from registry.database import DEFAULT_URL

LEAST_KEY_BYTES = 24
"""What the Standard Webhooks specification asks of a secret."""


class BadSettings(ValueError):
    """A setting is missing or cannot be used; the message names the variable."""

    code = "bad_settings"


class Settings(BaseSettings):
    """Secrets have no default: a service that anybody can sign for must not start."""

    model_config = SettingsConfigDict(env_prefix="RESCUE_", env_ignore_empty=True, frozen=True)

    database_url: str = DEFAULT_URL
    network: Path | None = Field(None, description="walk network of the city; without it straight lines are used")
    host: str = "127.0.0.1"
    port: int = Field(8120, ge=0, le=65535)
    webhook_secret: str = Field(description="120's secret, whsec_ and base64")
    token_secret: str = Field(min_length=32, description="signs tokens; at least 32 characters, random")
    time_zone: str = Field("Asia/Shanghai", description="in which certificates' days begin and end")
    service_area: str | None = Field(None, description="min_lon,min_lat,max_lon,max_lat; default: the network's")
    walk_speed_m_s: float = Field(1.4, gt=0, le=5)
    clock_start: AwareDatetime | None = Field(None, description="instant at which a simulated clock begins")
    clock_speed: float = Field(1.0, gt=0, le=3600, description="how many times faster the clock runs")
    heartbeat_s: float = Field(20.0, gt=0)
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$")

    @field_validator("webhook_secret")
    @classmethod
    def _usable_secret(cls, secret: str) -> str:
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error as error:
            raise ValueError(
                "write whsec_ and the base64 of the secret, as openssl rand -base64 32 gives it"
            ) from error
        if len(key) < LEAST_KEY_BYTES:
            raise ValueError(f"the secret must be at least {LEAST_KEY_BYTES} random bytes")
        return secret

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{name!r} is no time zone; write one like Asia/Shanghai") from error
        return name

    @field_validator("service_area")
    @classmethod
    def _four_numbers(cls, text: str | None) -> str | None:
        if text is not None:
            _parse_area(text)
        return text

    @property
    def area(self) -> ServiceArea | None:
        return _parse_area(self.service_area) if self.service_area else None


def get_settings() -> Settings:
    """Settings from the environment.

    Raises:
        BadSettings: with every wrong variable and what is wrong with it.
    """
    try:
        return Settings()  # type: ignore[call-arg]  # the environment gives what has no default
    except ValidationError as error:
        wrong = "; ".join(f"RESCUE_{str(part['loc'][0]).upper()}: {part['msg']}" for part in error.errors())
        raise BadSettings(wrong) from error


def _parse_area(text: str) -> ServiceArea:
    try:
        min_lon, min_lat, max_lon, max_lat = (float(part) for part in text.split(","))
    except ValueError as error:
        raise ValueError("write four numbers: min_lon,min_lat,max_lon,max_lat") from error
    if not (-180 <= min_lon < max_lon <= 180 and -90 <= min_lat < max_lat <= 90):
        raise ValueError("the order is min_lon,min_lat,max_lon,max_lat, in degrees")
    return ServiceArea(min_lon=min_lon, min_lat=min_lat, max_lon=max_lon, max_lat=max_lat)
