"""Texts that no database can store, such as half a character, become ones that it can, in whatever statement."""

import json
from collections.abc import Sequence
from typing import Any

from pydantic_core import PydanticSerializationError, to_json
from sqlalchemy import Engine, event

REPLACEMENT = "�"


def storable(text: str) -> str:
    """`text` without NUL, which PostgreSQL refuses, and without half surrogate pairs, which are no UTF-8."""
    if "\0" in text:
        text = text.replace("\0", REPLACEMENT)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return text


def json_text(value: Any) -> str:
    """`value`, of JSON's own types, as text."""
    try:
        return to_json(value).decode()
    except PydanticSerializationError:
        # Half a surrogate pair, which can be written with an escape.
        return json.dumps(value)


def keep_storable(engine: Engine) -> None:
    """Let no text that somebody sent fail a statement: an id with such a character is simply not found."""

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def clean(
        _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, executemany: bool
    ) -> tuple[str, Any]:
        if executemany:
            return statement, [_cleaned(row) for row in parameters]
        return statement, _cleaned(parameters)


def _cleaned(parameters: Sequence[Any]) -> Sequence[Any]:
    if not isinstance(parameters, tuple | list):
        return parameters
    return tuple(storable(one) if isinstance(one, str) else one for one in parameters)
