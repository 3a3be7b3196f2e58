"""The documents that are made from code are as the code is now, and say what they must."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from dispatch.api import streams
from dispatch.contracts import stream as wire
from dispatch.contracts.asyncapi import asyncapi, client_frames, server_frames
from rescue_circle.documents import NoPlaceForTable, make_documents, with_table
from rescue_circle.settings_table import settings_rows
from tests.conftest import PROJECT

Json = dict[str, Any]


async def test_the_documents_made_from_code_are_current() -> None:
    made = await make_documents(PROJECT)
    stale = [str(path) for path, text in made.items() if not _same(PROJECT / path, text)]

    assert not stale, f"run `make docs` and commit {', '.join(stale)}"


def test_every_setting_says_what_it_means_in_both_languages() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")

    assert [row.variable for row in settings_rows() if not row.meaning or chinese.search(row.meaning)] == []
    assert [row.variable for row in settings_rows("zh") if not chinese.search(row.meaning)] == []


def test_both_tables_of_settings_name_the_same_settings_and_defaults() -> None:
    english, chinese = (
        [(row.variable, row.default, row.needed) for row in settings_rows(language)] for language in ("en", "zh")
    )

    assert english == chinese


def test_a_document_without_a_place_for_its_table_is_refused() -> None:
    with pytest.raises(NoPlaceForTable):
        with_table("# README", "settings", "| a |")


@pytest.fixture(scope="module")
def document() -> Json:
    return asyncapi(title="streams", version="1")


def test_every_frame_is_in_the_streams_document_and_explained(document: Json) -> None:
    messages = document["components"]["messages"]

    assert set(messages) == {frame.__name__ for frame in (*client_frames(), *server_frames())}
    assert [name for name, message in messages.items() if len(message["description"]) < 10] == []


def test_every_reference_of_the_streams_document_leads_somewhere(document: Json) -> None:
    references = set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document)))

    assert references
    for reference in references:
        found: Any = document
        for part in reference.split("/"):
            assert part in found, reference
            found = found[part]


def test_every_frame_schema_is_a_schema_and_wants_the_type(document: Json) -> None:
    schemas = document["components"]["schemas"]
    for name in document["components"]["messages"]:
        schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
        jsonschema_rs.meta.validate({**schemas[name], "$schema": "http://json-schema.org/draft-07/schema#"})
        validator = jsonschema_rs.Draft7Validator(schema)
        assert not validator.is_valid({}), name


@pytest.mark.parametrize(
    ("frame", "name"),
    [
        (wire.Heartbeat(), "Heartbeat"),
        (wire.Ack(seq=3), "Ack"),
        (wire.Result(re=None, ok=False, code="malformed", message="?"), "Result"),
        (wire.RouteFrame(lonlat=((113.6, 34.7), (113.7, 34.7)), length_m=10), "RouteFrame"),
    ],
)
def test_a_frame_fits_its_schema(document: Json, frame: wire.Frame, name: str) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}

    assert jsonschema_rs.Draft7Validator(schema).is_valid(frame.model_dump(mode="json"))


def test_every_code_that_closes_a_stream_is_documented() -> None:
    used = {value for name, value in vars(streams).items() if name.startswith("CLOSE_")}
    page = (PROJECT / "docs" / "streams.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| ((?:\d{4}(?:, )?)+) \|", page, re.MULTILINE)

    assert used <= set(wire.CLOSE_CODES)
    assert set(wire.CLOSE_CODES) == {int(code) for codes in told for code in codes.split(", ")}


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text
