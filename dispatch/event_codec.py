"""Events to JSON and back. Every stored event names its type and schema version; an unknown one is never guessed."""

from datetime import datetime
from functools import lru_cache
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from dispatch.core.events import Event

_TYPES: dict[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}
_ADAPTERS: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(kind) for name, kind in _TYPES.items()}


class UnreadableEvent(ValueError):
    """The journal holds an event that this version cannot read: run the version that wrote it, or a newer one."""

    code = "unreadable_event"


def event_type(event: Event) -> str:
    return type(event).__name__


def encode(event: Event) -> dict[str, Any]:
    """The event's fields as JSON values; times as ISO 8601 with offset."""
    return dict(_encoded(event))


@lru_cache(maxsize=1024)
def _encoded(event: Event) -> dict[str, Any]:
    # The journal, the dispatchers' frame and the log ask for the same events one after another.
    body: dict[str, Any] = _ADAPTERS[event_type(event)].dump_python(event, mode="json")
    return body


def decode(name: str, schema_version: int, body: dict[str, Any]) -> Event:
    """The event again.

    Raises:
        UnreadableEvent: unknown type or version, or a body that does not fit.
    """
    kind = _TYPES.get(name)
    if kind is None or kind.schema_version != schema_version:
        raise UnreadableEvent(f"event {name} of schema version {schema_version} is not known here")
    try:
        event: Event = _ADAPTERS[name].validate_python(body)
    except ValidationError as error:
        raise UnreadableEvent(f"event {name} of schema version {schema_version} does not fit: {error}") from error
    return event


def stamped(event: Event, at: datetime) -> dict[str, Any]:
    """The event as dispatchers see it on their stream."""
    return {"type": event_type(event), "at": _iso(at), **_encoded(event)}


# All events of one append are of one moment.
_iso = lru_cache(maxsize=16)(datetime.isoformat)
