"""What docs/callbacks.md and docs/operation-centre.md promise works as it is written."""

import json
from datetime import UTC, datetime
from typing import Any, get_args

from dispatch.callbacks.targets import CallbackTarget
from dispatch.contracts.callback import CALLBACK_MESSAGE, CallbackMessage
from dispatch.contracts.centre import CENTRE_MESSAGE, CentreMessage
from dispatch.core.callbacks import CallbackKind
from tests.acceptance.test_documents import block
from tests.support.receiver import CALLBACK_SECRET

DOCUMENT = "docs/callbacks.md"


def test_the_documented_callbacks_are_the_contract_whole_and_in_every_type() -> None:
    documented = json.loads(block(DOCUMENT, "callbacks"))
    messages = [CALLBACK_MESSAGE.validate_python(one) for one in documented]

    known = {kind.model_fields["type"].default for kind in get_args(get_args(CallbackMessage)[0])}
    assert {message.type for message in messages} == known == {f"incident.{kind}" for kind in CallbackKind}
    for message, one in zip(messages, documented, strict=True):
        assert json.loads(CALLBACK_MESSAGE.dump_json(message))["data"].keys() == one["data"].keys()


def test_the_documented_way_to_take_a_callback_takes_each_id_once() -> None:
    kept: dict[str, dict[str, Any]] = {}
    code: dict[str, Any] = {"SECRET": CALLBACK_SECRET, "already_taken": kept.__contains__, "keep": kept.__setitem__}
    exec(block(DOCUMENT, "take-callback"), code)  # noqa: S102 - our own document
    body = json.dumps(json.loads(block(DOCUMENT, "callbacks"))[0])
    target = CallbackTarget(url="https://120.example/", secrets=(CALLBACK_SECRET,))

    for _ in range(2):
        assert code["take"](target.headers("cb_6f1d4b_1", body, datetime.now(UTC)), body.encode()) == 204

    assert list(kept) == ["cb_6f1d4b_1"]


def test_the_documented_messages_to_the_operation_centre_are_the_contract_whole_and_in_every_type() -> None:
    documented = json.loads(block("docs/operation-centre.md", "operation-centre"))
    messages = [CENTRE_MESSAGE.validate_python(one) for one in documented]

    known = {kind.model_fields["type"].default for kind in get_args(get_args(CentreMessage)[0])}
    assert {message.type for message in messages} == known
    for message, one in zip(messages, documented, strict=True):
        assert json.loads(CENTRE_MESSAGE.dump_json(message))["data"].keys() == one["data"].keys()
