"""A message becomes one tree, JSON or XML, whatever its encoding; nothing in it makes the reader work or reach out."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.dialects.expressions import BadExpression, Expression, Seen
from dispatch.dialects.trees import MOST_DEPTH, MOST_NODES, Unreadable, decode, leaves, read_tree

BOMB = (
    '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><b>&b;</b>',
    '<!DOCTYPE b SYSTEM "http://127.0.0.1:9/x.dtd"><b/>',
    '<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]><b>&a;</b>',
    "<!DOCTYPE b><b/>",
)


def test_xml_becomes_the_tree_that_json_would_be() -> None:
    xml = (
        '<call xmlns="urn:x" id="7"><place lon="113.6" s:lat="34.7" xmlns:s="urn:y">Road 1</place>'
        "<tag>a</tag><tag>b</tag><floor/></call>"
    )

    tree = read_tree(xml, form="xml")

    assert tree == {
        "call": {
            "@id": "7",
            "place": {"@lon": "113.6", "@lat": "34.7", "#text": "Road 1"},
            "tag": ["a", "b"],
            "floor": "",
        }
    }


def test_an_element_that_may_come_often_is_a_list_also_alone_and_nil_is_nothing() -> None:
    xml = '<c xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><tag>a</tag><eta i:nil="true"/></c>'

    assert read_tree(xml, form="xml", lists=["tag"]) == {"c": {"tag": ["a"], "eta": None}}


def test_a_message_within_a_message_stands_in_the_place_of_its_text() -> None:
    told = json.dumps({"parts": [{"value": "<p><pos>1 2</pos></p>"}, {"value": "no message"}]})

    assert read_tree(told, form="json", embedded={"value": "xml"}) == {
        "parts": [{"value": {"p": {"pos": "1 2"}}}, {"value": "no message"}]
    }


@pytest.mark.parametrize("xml", BOMB)
def test_no_document_type_and_no_entity_is_read(xml: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_tree(xml, form="xml")

    assert refused.value.code == "forbidden_xml"


@pytest.mark.parametrize("xml", BOMB)
def test_neither_is_one_that_hides_in_a_text(xml: str) -> None:
    assert read_tree(json.dumps({"value": xml}), form="json", embedded={"value": "xml"}) == {"value": xml}


@pytest.mark.parametrize(
    ("text", "form", "code"),
    [
        ("<a>" * (MOST_DEPTH + 1), "xml", "too_deep"),
        ("<a>" + "<b/>" * MOST_NODES + "</a>", "xml", "too_many_parts"),
        ("<a", "xml", "broken_xml"),
        ("", "xml", "broken_xml"),
        ("<a>&x;</a>", "xml", "broken_xml"),
        ('{"a":' * (MOST_DEPTH + 1) + "1" + "}" * (MOST_DEPTH + 1), "json", "too_deep"),
        ("[" * 200_000, "json", "too_deep"),
        ("[" + "1," * MOST_NODES + "1]", "json", "too_many_parts"),
        ("{", "json", "broken_json"),
    ],
)
def test_what_is_broken_or_beyond_all_bounds_is_named(text: str, form: str, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_tree(text, form="xml" if form == "xml" else "json")

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("body", "encoding", "text", "guessed"),
    [
        ("中原路".encode(), None, "中原路", False),
        (b"\xef\xbb\xbf" + "中原路".encode(), None, "中原路", False),
        ("中原路".encode("gb18030"), None, "中原路", True),
        ("中原路".encode("gb18030"), "gbk", "中原路", False),
        ('<?xml version="1.0" encoding="GB2312"?><a>镕</a>'.encode("gbk"), None, "镕", False),
        ("<a>中</a>".encode("utf-16"), "utf-16", "中", False),
        (b'<?xml version="1.0" encoding="rot13"?><a>b</a>', None, "<a>b</a>", True),
    ],
)
def test_each_encoding_is_read_and_a_guess_is_told(body: bytes, encoding: str | None, text: str, guessed: bool) -> None:
    found, was_guessed = decode(body, encoding)

    assert text in found
    assert was_guessed is guessed


def test_what_no_expression_looks_at_is_known() -> None:
    tree = read_tree(
        '{"a": {"b": 1, "c": [{"k": "x", "v": 1}, {"k": "y", "v": 2}]}, "tags": ["p", "q"], "n": null}', form="json"
    )
    seen = Seen()

    found = [Expression(text).find(tree, seen) for text in ("a.b", "a.c[?k == 'y'].v | [0]")]

    assert found == [1, 2]
    assert [path for path, held_by, _ in leaves(tree) if held_by not in seen.fields] == [
        "a.c[0].v",
        "tags[0]",
        "tags[1]",
        "n",
    ]


@pytest.mark.parametrize("text", ["", "a..b", "a[", "what(a)", "a" * 2_000, "*" * 900])
def test_what_is_no_expression_is_refused_when_it_is_read(text: str) -> None:
    with pytest.raises(BadExpression):
        Expression(text)


def test_an_expression_that_does_not_fit_the_message_says_so() -> None:
    with pytest.raises(BadExpression, match="sum"):
        Expression("sum(a)").find({"a": ["x"]})


def test_parts_of_a_text_and_texts_of_parts() -> None:
    tree = {"pos": " 34.7  113.6 ", "road": "中原路", "no": 1, "unit": None}

    assert Expression("split(pos, ' ')[1]").find(tree) == "113.6"
    assert Expression("joined([road, no, unit], '')").find(tree) == "中原路1"
    assert Expression("split(gone, ' ')[1]").find(tree) is None
    assert Expression("joined(gone, '')").find(tree) is None


@given(st.text(max_size=200))
def test_any_text_is_an_expression_or_is_refused(text: str) -> None:
    with suppress(BadExpression):
        Expression(text).find({"a": [{"b": 1}, "x", None]})
