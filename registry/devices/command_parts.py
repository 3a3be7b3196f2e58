"""What the commands about devices share: their options, who is at the terminal, and how fields are written there."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console

from registry.devices.device import Device
from registry.history.log import Author
from registry.terminal.parts import who

MAX_NAME = 64
_SPAN = re.compile(r"(\d{1,4})\s*([dw]?)")
_DAYS_OF = {"": 1, "d": 1, "w": 7}

out = Console()

ByOption = Annotated[str | None, typer.Option("--by", help="Who does it; default whoever is logged in")]
WhyOption = Annotated[str, typer.Option("--why", help="Kept in the history")]
LimitOption = Annotated[int, typer.Option(min=1, max=1_000, help="Show so many")]
AedArgument = Annotated[str, typer.Argument(metavar="AED", help="Its id, as lists and pages show it")]


class BadField(ValueError):
    """What was given for a field cannot be that; the message says which and what one looks like."""

    code = "bad_field"


def author(by: str | None, why: str = "") -> Author:
    return Author(by=who(by), at=datetime.now(UTC), why=why.strip())


def fields_of(words: Iterable[str], known: Device) -> Mapping[str, Any]:
    """What `maker=Mindray addresses.zh=... battery_expires_on=` asks for, by field.

    known: what is so now; of a field with parts those that are not named stay.

    Raises:
        BadField
    """
    asked: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        field, dot, part = name.partition(".")
        if not equals or field not in Device.model_fields:
            names = ", ".join(Device.model_fields)
            raise BadField(f"{name!r} is no field: write FIELD=VALUE, with FIELD one of {names}")
        asked[field] = _with_part(asked.get(field) or _parts_of(known, field), part, text) if dot else _value(text)
    try:
        read = Device.model_validate(asked)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False))
        raise BadField(told) from None
    return {name: getattr(read, name) for name in asked}


def days_of(span: str) -> int:
    """Days that an option names, such as 60d or 8w."""
    read = _SPAN.fullmatch(span.strip().lower())
    if read is None:
        raise typer.BadParameter("write a number of days or weeks, such as 60d or 8w")
    return int(read[1]) * _DAYS_OF[read[2]]


def _parts_of(known: Device, field: str) -> dict[str, Any]:
    parts = known.model_dump(mode="json")[field]
    return parts if isinstance(parts, dict) else {}


def _with_part(parts: Any, part: str, text: str) -> dict[str, Any]:
    kept = {name: value for name, value in parts.items() if name != part} if isinstance(parts, dict) else {}
    return {**kept, part: _value(text)} if text else kept


def _value(text: str) -> Any:
    """A list is written as JSON has it; everything else as it is."""
    if text.startswith("["):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
