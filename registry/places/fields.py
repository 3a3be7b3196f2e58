"""What may be said of a place, checked: words that the database can hold, a station's own phone, floors as said."""

import re
from collections.abc import Iterable
from typing import Any

import phonenumbers

from registry.eligibility import time_zone_at
from registry.hours.holidays import find_country
from registry.places.kinds import PlaceKind
from registry.storage.words import storable
from registry.storeys import floor_as_said

LONGEST = {"name": 200, "address": 500, "entrance": 500, "phone": 64}
MOST_LEVELS, LONGEST_LEVEL = 20, 60
_OF_STATIONS = ("entrance", "levels", "phone")
_PHONE = re.compile(r"[0-9+()（）/.,;#*\-\s转至extEXT]{3,64}")
_BETWEEN_LEVELS = re.compile(r"[;；、,，\n]")


class BadPlace(ValueError):
    """What was said of a place cannot be; the message says what to do."""

    code = "bad_place"


def checked(said: dict[str, Any], kind: PlaceKind, position: tuple[float, float]) -> dict[str, Any]:
    """The values to write of those that are given. position: (lon, lat), WGS-84, whose country reads phone and floors.

    Raises:
        BadPlace
    """
    values = {name: _text(name, value) if name in LONGEST else value for name, value in said.items()}
    if values.get("name") == "":
        raise BadPlace("name: a place has one")
    if kind.is_area and (strange := [name for name in _OF_STATIONS if values.get(name)]):
        raise BadPlace(f"a {kind} has no {' and no '.join(strange)}: leave it out")
    if values.get("phone"):
        values["phone"] = _phone(values["phone"], find_country(time_zone_at(*position)) or "CN")
    if "levels" in values:
        values["levels"] = _levels(values["levels"], position)
    return values


def levels_in(text: str) -> list[str]:
    """Floors that are written in one text: "B1 concourse; B2 platform"."""
    return [level for part in _BETWEEN_LEVELS.split(text) if (level := part.strip())]


def _text(name: str, value: str) -> str:
    plain = " ".join(storable(value).split())
    if len(plain) > LONGEST[name]:
        raise BadPlace(f"{name} has at most {LONGEST[name]} characters, not {len(plain)}")
    return plain


def _levels(levels: Iterable[str], position: tuple[float, float]) -> list[str]:
    zone = time_zone_at(*position)
    plain = [floor_as_said(" ".join(storable(level).split()), zone) for level in levels]
    if len(plain) > MOST_LEVELS or any(not 0 < len(level) <= LONGEST_LEVEL for level in plain):
        raise BadPlace(f"levels: up to {MOST_LEVELS} floors of 1 to {LONGEST_LEVEL} characters each")
    return list(dict.fromkeys(plain))


def _phone(text: str, region: str) -> str:
    if not _PHONE.fullmatch(text):
        raise BadPlace("phone: give the station's number in digits, such as 0371-12345678 转 8001")
    for match in phonenumbers.PhoneNumberMatcher(text, region):
        if phonenumbers.number_type(match.number) is phonenumbers.PhoneNumberType.MOBILE:
            # A place is shown to whoever may see the map; the phone of a person is kept with the person.
            raise BadPlace("phone: this is a mobile phone's, a person's: give the station's own line, or none")
    return text
