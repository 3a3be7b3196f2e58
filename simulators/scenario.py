"""A scenario: what a 120 system sends over a day, message by message, as a file of JSON lines.

The first line is the head, every other line one message; offsets are seconds of simulated time after `start`:

    {"scenario": "my-city", "version": 1, "start": "2025-06-11T00:00:00+08:00", "synthetic": true, "source": "..."}
    {"offset_s": 31.5, "id": "msg_1", "type": "call.created", "cad_ref": "C-1", "ambulance_eta_offset_s": 640.0,
     "location": {"lon": 113.66, "lat": 34.75, "datum": "gcj02", "accuracy_m": 30, "address": "..."}}
    {"offset_s": 655.0, "id": "msg_2", "type": "ambulance.arrived", "cad_ref": "C-1"}

`location`, `ambulance_eta_offset_s` and `caller_phone` may be left out. Recorded calls are written in the same form.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from dispatch.contracts.webhook import CallData, CallLocation, CallMessage, MessageType, ToldLocation

Model = TypeVar("Model", bound=BaseModel)

ENDING = frozenset({MessageType.CALL_CANCELLED, MessageType.CALL_CLOSED})


class BadScenario(ValueError):
    """The scenario file cannot be used; the message names the line and what to write there."""


class ScenarioHead(BaseModel):
    """The first line of a scenario file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scenario: Annotated[str, Field(min_length=1)]
    version: Literal[1]
    start: AwareDatetime
    synthetic: bool
    source: str
    seed: int | None = None


class ScenarioMessage(BaseModel):
    """One message of 120, `offset_s` simulated seconds after the scenario's start."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    offset_s: Annotated[float, Field(ge=0)]
    id: Annotated[str, Field(min_length=1, max_length=200)]
    type: MessageType
    cad_ref: Annotated[str, Field(min_length=1, max_length=190)]
    location: CallLocation | None = None
    ambulance_eta_offset_s: float | None = None
    caller_phone: str = ""

    def to_wire(self, base: datetime, *, run: str = "") -> CallMessage:
        """The message as 120 sends it, for a replay from `base`; `run` keeps two replays apart."""
        eta = self.ambulance_eta_offset_s
        return CallMessage(
            type=self.type,
            timestamp=base + timedelta(seconds=self.offset_s),
            data=CallData(
                cad_ref=self.cad_ref + run,
                location=ToldLocation(**self.location.model_dump()) if self.location else None,
                ambulance_eta=None if eta is None else base + timedelta(seconds=eta),
                caller_phone=self.caller_phone,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Messages in the order in which they are sent."""

    head: ScenarioHead
    messages: tuple[ScenarioMessage, ...]

    def calls(self) -> Iterator[ScenarioMessage]:
        return (message for message in self.messages if message.type is MessageType.CALL_CREATED)

    def dump(self) -> str:
        """The file's text; the same scenario always gives the same text."""
        models = (self.head, *self.messages)
        return "".join(
            json.dumps(model.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False) + "\n"
            for model in models
        )


def save_scenario(scenario: Scenario, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(scenario.dump(), encoding="utf-8")


def load_scenario(path: Path) -> Scenario:
    """Raises BadScenario where the file cannot be read, a line is wrong, or a call has no beginning."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadScenario(f"{path} cannot be read as UTF-8 text: {error}") from error
    numbered = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not numbered:
        raise BadScenario(f"{path} is empty: its first line is the head, every other line one message")
    head = _parse(ScenarioHead, *numbered[0], path)
    messages = [_parse(ScenarioMessage, number, line, path) for number, line in numbered[1:]]
    _check(messages, path)
    return Scenario(head=head, messages=tuple(sorted(messages, key=lambda message: message.offset_s)))


def _parse(model: type[Model], number: int, line: str, path: Path) -> Model:
    try:
        return model.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the line"
        raise BadScenario(f"{path} line {number}: {where}: {first['msg']}") from error


def _check(messages: list[ScenarioMessage], path: Path) -> None:
    ids = [message.id for message in messages]
    if len(set(ids)) != len(ids):
        raise BadScenario(f"{path}: two messages have the same id; 120 gives every message its own")
    created = [message.cad_ref for message in messages if message.type is MessageType.CALL_CREATED]
    if not created:
        raise BadScenario(f"{path}: no message of type call.created, so there is nothing to replay")
    if len(set(created)) != len(created):
        raise BadScenario(f"{path}: a cad_ref is created twice; every call has its own")
    orphans = {message.cad_ref for message in messages} - set(created)
    if orphans:
        raise BadScenario(f"{path}: {min(orphans)} has messages but no call.created")
