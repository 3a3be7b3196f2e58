"""The streams as an AsyncAPI 3.0 document, made from the frames' own definitions."""

from typing import Any, Literal, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from dispatch.contracts import stream as wire

Json = dict[str, Any]
Mode = Literal["validation", "serialization"]

SCHEMAS = "#/components/schemas/"
MESSAGES = "#/components/messages/"
DISPATCHERS_ONLY = frozenset({wire.IncidentChanged, wire.ResponderPosition})
VOLUNTEERS_ONLY = frozenset(
    {wire.AlertAnswer, wire.Position, wire.Duty, wire.Alert, wire.Assignment, wire.AlertEnded}
    | {wire.TestAlarm, wire.TestAlarmSeen, wire.Ping}
)
STREAMS = {
    "volunteer": "A volunteer's phone: alerts, assignments and answers.",
    "dispatcher": "A dispatcher's console: what happens to every incident.",
}

Frames = tuple[type[BaseModel], ...]


def client_frames() -> Frames:
    """What phones and consoles send, the hello first."""
    return (wire.Hello, *get_args(get_args(wire.ClientFrame)[0]))


def server_frames() -> Frames:
    return get_args(get_args(wire.ServerFrame)[0])


def asyncapi(*, title: str, version: str) -> Json:
    """The document. In AsyncAPI's words the service receives what a phone sends."""
    # What only the service sends is described as it is written out, everything else as it is read.
    modes: dict[type[BaseModel], Mode] = dict.fromkeys(client_frames(), "validation")
    for frame in server_frames():
        modes.setdefault(frame, "serialization")
    _, found = models_json_schema(list(modes.items()), ref_template=SCHEMAS + "{model}")
    schemas: Json = {name: _plain(schema) for name, schema in found["$defs"].items()}
    for frame in modes:
        _require_type(schemas[frame.__name__])
    return {
        "asyncapi": "3.0.0",
        "info": {"title": title, "version": version, "description": _description()},
        "defaultContentType": "application/json",
        "channels": {name: _channel(name) for name in STREAMS},
        "operations": {key: value for name in STREAMS for key, value in _operations(name).items()},
        "components": {
            "messages": {frame.__name__: _message(frame) for frame in modes},
            "schemas": schemas,
        },
    }


def _of(stream: str, frames: Frames) -> Frames:
    barred = DISPATCHERS_ONLY if stream == "volunteer" else VOLUNTEERS_ONLY
    return tuple(frame for frame in frames if frame not in barred)


def _channel(stream: str) -> Json:
    frames = dict.fromkeys((*_of(stream, client_frames()), *_of(stream, server_frames())))
    return {
        "address": f"/streams/{stream}",
        "description": STREAMS[stream],
        "messages": {frame.__name__: {"$ref": MESSAGES + frame.__name__} for frame in frames},
        "bindings": {"ws": {"method": "GET"}},
    }


def _operations(stream: str) -> Json:
    channel = f"#/channels/{stream}"

    def operation(action: str, frames: Frames, summary: str) -> Json:
        return {
            "action": action,
            "channel": {"$ref": channel},
            "summary": summary,
            "messages": [{"$ref": f"{channel}/messages/{frame.__name__}"} for frame in frames],
        }

    return {
        f"from_{stream}": operation("receive", _of(stream, client_frames()), f"What a {stream} sends."),
        f"to_{stream}": operation("send", _of(stream, server_frames()), f"What the service sends to a {stream}."),
    }


def _message(frame: type[BaseModel]) -> Json:
    text = " ".join((frame.__doc__ or "").split())
    return {
        "name": frame.__name__,
        "title": frame.__name__,
        "summary": text.partition(". ")[0].rstrip(".") + ".",
        "description": text,
        "payload": {"$ref": SCHEMAS + frame.__name__},
    }


def _description() -> str:
    closed = "\n".join(f"- {code}: {why}" for code, why in wire.CLOSE_CODES.items())
    notes = " ".join((wire.__doc__ or "").split())
    return f"{notes}\n\nThe service closes a stream with one of these codes:\n\n{closed}\n"


def _require_type(schema: Json) -> None:
    """A frame's type tells frames apart, so a client must send it, although the code that makes one need not say it."""
    schema["required"] = list(dict.fromkeys(("type", *schema.get("required", ()))))


def _plain(schema: Any) -> Any:
    """AsyncAPI's own schemas are those of draft 7, which writes a pair as an array of two."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _plain(value) for name, value in schema.items()}
    if "prefixItems" in plain:
        plain["items"] = plain.pop("prefixItems")
    return plain
