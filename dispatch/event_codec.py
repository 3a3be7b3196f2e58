"""Events to JSON and back. Every stored event names its type and schema version; an unknown one is never guessed.

A new schema version of an event comes with an upcaster from the one before, so that every journal can be read for ever.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from dispatch.core.events import Event

_TYPES: dict[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}
_ADAPTERS: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(kind) for name, kind in _TYPES.items()}
_SERIALIZERS = {kind: _ADAPTERS[name].serializer for name, kind in _TYPES.items()}


Body = dict[str, Any]
Upcasters = Mapping[tuple[str, int], Callable[[Body], Body]]

UPCASTERS: Upcasters = {}
"""By type and schema version: what makes of a body one of the next version. No event has had a second version yet."""


class UnreadableEvent(ValueError):
    """The journal holds an event that this version cannot read: run the version that wrote it, or a newer one."""

    code = "unreadable_event"


def event_type(event: Event) -> str:
    return type(event).__name__


def encode(event: Event) -> dict[str, Any]:
    """The event's fields as JSON values; times as ISO 8601 with offset."""
    return encode_all((event,))[0]


def encode_all(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Each event as `encode` gives it."""
    # By the serializer of its own type, which need not look at what each field holds: a third of the time.
    return [_SERIALIZERS[type(event)].to_python(event, mode="json") for event in events]


def decode(name: str, schema_version: int, body: Body, upcasters: Upcasters = UPCASTERS) -> Event:
    """The event again, whichever version wrote it.

    Raises:
        UnreadableEvent: unknown type, a version newer than this program, or a body that does not fit.
    """
    kind, version = _TYPES.get(name), schema_version
    while kind is not None and version < kind.schema_version and (upcast := upcasters.get((name, version))):
        body, version = upcast(body), version + 1
    if kind is None or kind.schema_version != version:
        raise UnreadableEvent(f"event {name} of schema version {schema_version} is not known here")
    try:
        event: Event = _ADAPTERS[name].validate_python(body)
    except ValidationError as error:
        raise UnreadableEvent(f"event {name} of schema version {schema_version} does not fit: {error}") from error
    return event


def stamped(events: Sequence[Event], bodies: Sequence[dict[str, Any]], at: datetime) -> list[dict[str, Any]]:
    """The events of one moment as dispatchers see them on their stream. bodies: `encode_all` of them."""
    told_at = at.isoformat()
    return [{"type": event_type(event), "at": told_at, **body} for event, body in zip(events, bodies, strict=True)]
