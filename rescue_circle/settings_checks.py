"""What one setting's text must be like: each check gives it back, or says what to write instead."""

import ipaddress
import os
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dispatch.access.secrets import check_webhook_secret, split_secrets
from dispatch.access.tokens import LEAST_SECRET_BYTES
from dispatch.incidents.service_area import ServiceArea
from geo.streets.pace import get_pace
from registry.storage.personal_keys import PersonalKeys
from rescue_circle.emblem import read_emblem


def usable_secrets(text: str) -> str:
    """Webhook secrets."""
    _check_each(split_secrets(text))
    return text


def signing_secrets(text: str, needed: str) -> str:
    """Webhook secrets, of which there must be one where `needed` says what for."""
    secrets = split_secrets(text)
    if needed and not secrets:
        raise ValueError(needed)
    _check_each(secrets)
    return text


def personal_keys(text: str) -> str:
    """Keys that encrypt what says who somebody is, or none."""
    PersonalKeys.read(text)
    return text


def long_secrets(text: str) -> str:
    """Secrets that sign tokens."""
    secrets = split_secrets(text)
    if not secrets or any(len(secret.encode()) < LEAST_SECRET_BYTES for secret in secrets):
        raise ValueError(f"a secret is at least {LEAST_SECRET_BYTES} random characters, without spaces or commas")
    return text


def a_name_of_its_own(text: str) -> str:
    """Scheme and name of a public address, or nothing."""
    parts = urlsplit(text)
    if text and not (parts.scheme in {"http", "https"} and parts.hostname and not re.search(r"\s", text)):
        raise ValueError("write an address like https://rescue.example")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(
            "write no more than scheme and name, like https://rescue.example: pages, streams and 120's door stand "
            "at the root of an address, so give the service a name of its own instead of a path"
        )
    return text


def a_pace(text: str) -> str:
    """A pace that is known."""
    get_pace(text)
    return text


def a_vapid_key(text: str) -> str:
    """A private key for Web Push, or nothing."""
    if text and not re.fullmatch(r"[A-Za-z0-9_-]{43}=?", text):
        raise ValueError("write the 43 characters that `rescue-circle channels vapid-key` prints")
    return text


def a_time_zone(name: str) -> str:
    """An IANA name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is no time zone; write one like Asia/Shanghai") from error
    return name


def a_tile_address(text: str) -> str:
    """The address of a map's tiles."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or set(" ;,'") & set(parts.netloc):
        raise ValueError("write an address like https://tiles.example/{z}/{x}/{y}.png")
    if not all(f"{{{name}}}" in text for name in "zxy"):
        raise ValueError("the address needs {z}, {x} and {y} where zoom, column and row belong")
    return text


def a_picture(path: Path) -> Path:
    """A file with an emblem."""
    read_emblem(path)
    return path


def a_folder(path: Path) -> Path:
    """A folder that files can be written into."""
    if not path.is_dir():
        raise ValueError(f"{path} is no folder: make it, and let the service's user write into it")
    if not os.access(path, os.W_OK | os.X_OK):
        raise ValueError(f"files cannot be written into {path}: let the service's user write into it")
    return path


def addresses(text: str) -> str:
    """Addresses and networks."""
    for one in text.split(","):
        try:
            ipaddress.ip_network(one.strip())
        except ValueError as error:
            raise ValueError(
                f"{one.strip()!r} is neither an address nor a network: write them like 127.0.0.1,172.30.120.0/24"
            ) from error
    return text


def an_area(text: str) -> str:
    """The four numbers of a service area."""
    parse_area(text)
    return text


def parse_area(text: str) -> ServiceArea:
    """Raises: ValueError."""
    try:
        min_lon, min_lat, max_lon, max_lat = (float(part) for part in text.split(","))
    except ValueError as error:
        raise ValueError("write four numbers: min_lon,min_lat,max_lon,max_lat") from error
    if not (-180 <= min_lon < max_lon <= 180 and -90 <= min_lat < max_lat <= 90):
        raise ValueError("the order is min_lon,min_lat,max_lon,max_lat, in degrees")
    return ServiceArea(min_lon=min_lon, min_lat=min_lat, max_lon=max_lon, max_lat=max_lat)


def _check_each(secrets: Iterable[str]) -> None:
    for secret in secrets:
        check_webhook_secret(secret)
