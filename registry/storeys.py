"""How people count storeys where an AED hangs: whether the ground floor is the first, and how a floor is written there.

OSM's `level` counts from 0 everywhere, a list's column of floors as people there do; both become what stands on the
lift's button, since a volunteer reads it.
"""

import re
from collections.abc import Callable, Iterable, Mapping

# Zones rather than borders: every AED has one, and no country on this list shares its zones with one that counts
# otherwise.
_COUNTED_FROM_ONE: Mapping[str, Callable[[int], str]] = {
    **dict.fromkeys(("Asia/Shanghai", "Asia/Urumqi"), "{}楼".format),
    "Asia/Taipei": "{}樓".format,
    "Asia/Tokyo": "{}階".format,
    **dict.fromkeys(("Asia/Seoul", "Asia/Pyongyang"), "{}층".format),
    **dict.fromkeys(
        (
            *("America/New_York", "America/Detroit", "America/Chicago", "America/Denver", "America/Boise"),
            *("America/Phoenix", "America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu"),
            *("America/Toronto", "America/Winnipeg", "America/Regina", "America/Edmonton", "America/Vancouver"),
            *("America/Halifax", "America/St_Johns", "America/Moncton"),
            *("Europe/Moscow", "Europe/Kaliningrad", "Europe/Samara", "Europe/Kyiv", "Europe/Kiev", "Europe/Minsk"),
            *("Europe/Oslo", "Europe/Helsinki"),
        ),
        "{}F".format,
    ),
}
_COUNTED_FROM_GROUND: Mapping[str, Callable[[int], str]] = {
    **dict.fromkeys(("Asia/Hong_Kong", "Asia/Macau"), lambda level: f"{level}/F" if level else "G/F")
}
_NUMBER = re.compile(r"(-?\d{1,3})(?:\.0+)?")


def ground_is_first(time_zone: str) -> bool:
    """Whether "1F" is at street level there; Europe and the British way count from the ground, as does Hong Kong."""
    if time_zone in _COUNTED_FROM_GROUND:
        return False
    return time_zone in _COUNTED_FROM_ONE or not time_zone.startswith(("Europe/", "Australia/"))


def level_as_said(level: str, time_zone: str) -> str:
    """OSM's `level`, one or several ("0;1"), as people there call it; what is no whole number stays as it is."""
    write = _COUNTED_FROM_ONE.get(time_zone)
    numbers = _numbers(level)
    if numbers is None:
        return level
    if write is not None:
        return _joined(f"B{-number}" if number < 0 else write(number + 1) for number in numbers)
    write = _COUNTED_FROM_GROUND.get(time_zone)
    if write is not None:
        return _joined(f"B{-number}" if number < 0 else write(number) for number in numbers)
    return level


def floor_as_said(floor: str, time_zone: str) -> str:
    """A list's bare number with what makes it a floor there, so that it cannot be read as OSM's; other text stays."""
    write = _COUNTED_FROM_ONE.get(time_zone)
    numbers = _numbers(floor)
    if write is None or numbers is None or 0 in numbers:
        return floor
    return _joined(f"B{-number}" if number < 0 else write(number) for number in numbers)


def _numbers(text: str) -> list[int] | None:
    matches = [_NUMBER.fullmatch(part.strip()) for part in text.split(";")]
    return None if None in matches else [int(match.group(1)) for match in matches if match is not None]


def _joined(floors: Iterable[str]) -> str:
    # The ideographic comma is one that the reader of floors takes for a list, in every script.
    return "、".join(floors)
