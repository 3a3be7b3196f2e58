"""From what a row writes of a device to what the registry keeps of it; what cannot be read is named and left out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from pydantic import ValidationError

from registry.devices.device import Device
from registry.importers.meanings.dates import find_day
from registry.importers.meanings.fields import Field
from registry.importers.meanings.states import Unclear, yes_or_no

# It is tomorrow in the east already.
_SLACK = timedelta(days=1)

Told = dict[str, Any]
"""What a list says of a device, by field of `Device`, in JSON's values."""

_TEXTS: Mapping[Field, str] = {
    Field.MAKER: "maker",
    Field.MODEL: "model",
    Field.SERIAL: "serial",
    Field.ENTRANCE: "entrance",
}
_ORGANISATIONS: Mapping[Field, str] = {Field.OWNER: "operator", Field.MAINTAINER: "maintainer"}
# Of several columns the one that is the more careful: pads that expire first, the newest look at it.
_DAYS: Mapping[Field, tuple[str, Callable[[Iterable[date]], date]]] = {
    Field.INSTALLED_ON: ("installed_on", min),
    Field.PADS_EXPIRY: ("adult_pads_expire_on", min),
    Field.CHILD_PADS_EXPIRY: ("child_pads_expire_on", min),
    Field.BATTERY_EXPIRY: ("battery_expires_on", min),
    Field.CHECKED_ON: ("last_checked_on", max),
    Field.NEXT_CHECK_ON: ("next_check_on", min),
}


def device_told(texts: Mapping[Field, Sequence[str]], today: date | None) -> tuple[Told, list[Unclear]]:
    """What a row says of its device, and what of it was not understood. today: nobody has checked it after that."""
    told: Told = {}
    unclear: list[Unclear] = []
    for meaning, written in texts.items():
        if meaning in _DAYS:
            _add_day(told, unclear, meaning, written, today)
        elif meaning is Field.FOR_CHILDREN:
            _add_flag(told, unclear, written[0])
        else:
            _add_text(told, unclear, meaning, written[0])
    return told, unclear


def _add_day(told: Told, unclear: list[Unclear], meaning: Field, written: Sequence[str], today: date | None) -> None:
    name, choose = _DAYS[meaning]
    days = []
    for text in written:
        day = find_day(text)
        is_early = meaning is Field.CHECKED_ON and day is not None and today is not None and day > today + _SLACK
        if day is None or is_early or not _is_kept(name, day):
            why = _why_not(day, is_early=is_early)
            unclear.append(
                Unclear(
                    reason="device_day_unclear",
                    text=f"{name} is written as {text!r}, which {why}: it is left out until the list says one such as "
                    "2027-06-30, or 2027-06 for its last day",
                )
            )
        else:
            days.append(day)
    if days:
        told[name] = choose(days).isoformat()


def _why_not(day: date | None, *, is_early: bool) -> str:
    if day is None:
        return "is no day that can be told without a doubt"
    return "is still to come" if is_early else "no device has"


def _add_flag(told: Told, unclear: list[Unclear], text: str) -> None:
    flag = yes_or_no(text)
    if flag is None:
        text = f"whether it has pads for children is written as {text!r}, which is neither yes nor no: it is left out"
        unclear.append(Unclear(reason="device_text_unclear", text=text))
    else:
        told["has_child_pads"] = flag


def _add_text(told: Told, unclear: list[Unclear], meaning: Field, text: str) -> None:
    name = _TEXTS.get(meaning) or _ORGANISATIONS[meaning]
    value = {"name": text} if meaning in _ORGANISATIONS else text
    if _is_kept(name, value):
        told[name] = value
    else:
        # Not with the text: it may name a person.
        told_so = f"{name} is longer than what is kept of it, or not a text: it is left out"
        unclear.append(Unclear(reason="device_text_unclear", text=told_so))


def _is_kept(name: str, value: Any) -> bool:
    try:
        Device.model_validate({name: value})
    except ValidationError:
        return False
    return True
