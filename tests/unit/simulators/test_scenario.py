"""Scenario files: read back as written, refused with the line that is wrong."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dispatch.contracts.webhook import CallLocation, MessageType
from simulators.scenario import BadScenario, Scenario, ScenarioHead, ScenarioMessage, load_scenario, save_scenario

START = datetime(2025, 6, 11, tzinfo=UTC)
HEAD = '{"scenario": "s", "version": 1, "start": "2025-06-11T00:00:00+08:00", "synthetic": true, "source": "test"}\n'
CALL = '{"offset_s": 5, "id": "m1", "type": "call.created", "cad_ref": "C-1"}\n'


def scenario(*messages: ScenarioMessage) -> Scenario:
    head = ScenarioHead(scenario="s", version=1, start=START, synthetic=True, source="test")
    return Scenario(head=head, messages=messages)


def message(**changes: object) -> ScenarioMessage:
    values: dict[str, object] = {"offset_s": 1.5, "id": "m1", "type": MessageType.CALL_CREATED, "cad_ref": "C-1"}
    return ScenarioMessage.model_validate({**values, **changes})


def test_a_scenario_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    place = CallLocation(lon=113.7, lat=34.7, datum="gcj02", address="某路", floor="3F")
    written = scenario(message(location=place, ambulance_eta_offset_s=300.0), message(id="m2", type="call.closed"))
    path = tmp_path / "sub" / "scenario.jsonl"

    save_scenario(written, path)

    assert load_scenario(path) == written


def test_messages_are_sent_in_the_order_of_their_offsets(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text(HEAD + '{"offset_s": 9, "id": "m2", "type": "call.closed", "cad_ref": "C-1"}\n' + CALL)

    assert [m.id for m in load_scenario(path).messages] == ["m1", "m2"]


def test_a_message_goes_on_the_wire_with_instants_counted_from_the_base_of_the_replay() -> None:
    base = datetime(2030, 1, 1, tzinfo=UTC)

    wire = message(ambulance_eta_offset_s=61.5).to_wire(base, run="-again")

    assert wire.timestamp == datetime(2030, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)
    assert wire.data.ambulance_eta == datetime(2030, 1, 1, 0, 1, 1, 500_000, tzinfo=UTC)
    assert wire.data.cad_ref == "C-1-again"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        (CALL, "line 1"),
        (HEAD, "nothing to replay"),
        (HEAD + "{broken\n", "line 2"),
        (HEAD + CALL.replace("call.created", "call.unknown"), "line 2: type"),
        (HEAD + CALL.replace('"offset_s": 5', '"offset_s": -5'), "line 2: offset_s"),
        (HEAD + CALL + CALL, "same id"),
        (HEAD + CALL + CALL.replace("m1", "m2"), "created twice"),
        (HEAD + CALL + CALL.replace("m1", "m2").replace("call.created", "call.closed").replace("C-1", "C-2"), "C-2"),
    ],
)
def test_a_file_that_cannot_be_replayed_says_where_it_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text(text)

    with pytest.raises(BadScenario, match=said):
        load_scenario(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadScenario, match=r"nowhere\.jsonl"):
        load_scenario(tmp_path / "nowhere.jsonl")
