"""Every event comes back from the journal as it went in, and none is guessed."""

import json
from collections.abc import Callable
from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.core import events as ev
from dispatch.event_codec import UnreadableEvent, decode, encode, encode_all, event_type, stamped

KINDS: tuple[type[ev.Event], ...] = get_args(ev.Event)
NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-9, minutes=-30))])

st.register_type_strategy(
    datetime, st.builds(lambda s, zone: (NOON + timedelta(seconds=s)).astimezone(zone), st.floats(-1e9, 1e9), ZONES)
)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(str, st.text(st.characters(codec="utf-8")))
any_event = st.one_of([st.from_type(kind) for kind in KINDS])


def through_json(event: ev.Event) -> ev.Event:
    body: dict[str, Any] = json.loads(json.dumps(encode(event)))
    return decode(event_type(event), event.schema_version, body)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_event_survives_the_journal(kind: type[ev.Event]) -> None:
    @given(st.from_type(kind))
    def check(event: ev.Event) -> None:
        assert through_json(event) == event
        assert type(through_json(event)) is kind

    check()


@given(any_event, st.integers(-3, 100).filter(lambda version: version != 1))
def test_an_event_of_another_version_is_not_guessed(event: ev.Event, version: int) -> None:
    with pytest.raises(UnreadableEvent, match="version"):
        decode(event_type(event), version, encode(event))


@given(any_event)
def test_an_event_of_an_unknown_name_is_not_guessed(event: ev.Event) -> None:
    with pytest.raises(UnreadableEvent, match="not known"):
        decode(f"{event_type(event)}Twice", 1, encode(event))


def needed(event: ev.Event) -> list[str]:
    """Fields that have no default for events of before they were there."""
    return sorted(one.name for one in fields(event) if one.default is MISSING)


@given(any_event.filter(lambda event: bool(needed(event))), st.data())
def test_an_event_that_lacks_a_field_is_not_guessed(event: ev.Event, data: st.DataObject) -> None:
    body = encode(event)
    del body[data.draw(st.sampled_from(needed(event)))]

    with pytest.raises(UnreadableEvent, match="fit"):
        decode(event_type(event), 1, body)


@given(any_event)
def test_dispatchers_see_the_event_by_its_name_and_time(event: ev.Event) -> None:
    (told,) = json.loads(json.dumps(stamped((event,), encode_all((event,)), NOON)))

    assert told["type"] == event_type(event)
    assert datetime.fromisoformat(told["at"]) == NOON


def test_no_event_has_room_for_personal_data() -> None:
    names = {name for kind in KINDS for name in kind.__dataclass_fields__}

    assert not names & {"lon", "lat", "address", "floor", "note", "phone", "caller_phone", "name", "place"}


def test_a_journal_of_the_first_schema_can_be_read_for_ever() -> None:
    lines = (Path(__file__).parents[2] / "data" / "events-schema-1.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]

    read = [decode(row["type"], row["schema_version"], row["body"]) for row in rows]

    assert [event_type(event) for event in read] == [row["type"] for row in rows]
    # What was written comes back in the same words; newer fields have what they mean where nobody said anything.
    for event, row in zip(read, rows, strict=True):
        assert encode(event).items() >= row["body"].items()


def test_an_older_body_is_brought_up_step_by_step() -> None:
    steps: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {
        ("AlertAccepted", -1): lambda body: {"alert": body["id"]},
        ("AlertAccepted", 0): lambda body: {"alert_id": body["alert"]},
    }

    assert decode("AlertAccepted", -1, {"id": "a-1"}, steps) == ev.AlertAccepted(alert_id="a-1")
    with pytest.raises(UnreadableEvent):
        decode("AlertAccepted", -2, {"id": "a-1"}, steps)
