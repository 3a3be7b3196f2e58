"""Messages of several 120 systems mean what they say in any form; what cannot be understood is said and kept."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.contracts.webhook import MessageType
from dispatch.dialects.dialect import BadDialect, Dialect, parse_dialect, product_dialects, read_dialect
from dispatch.dialects.translation import Translated
from dispatch.incidents.intake import Understood, understand_translated
from geo.places.datum import Datum, convert
from tests.unit.dispatch.test_intake import AREA, check_readable_or_attention, json_values

DATA = Path(__file__).parent.parent.parent / "data" / "dialects"
EIGHT = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)
NOW = EIGHT + timedelta(seconds=3)
VENDORS = {name: read_dialect(f"{name}.toml", DATA) for name in ("kangtuo", "minghe", "notruf")}
ALL = {**VENDORS, **{name: read_dialect(name) for name in product_dialects()}}

PLAIN = """
[message]
format = "json"
default_event = "call.created"
[fields]
cad_ref = "ref"
timestamp = "at"
[proof]
kind = "token"
"""


def read(dialect: Dialect, body: bytes | dict[str, Any]) -> tuple[Translated, Understood]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    translated, _ = dialect.read(raw, received_at=NOW)
    return translated, understand_translated(translated, area=AREA, received_at=NOW)


def sample(name: str) -> bytes:
    return (DATA / name).read_bytes()


def changed(name: str, **changes: Any) -> dict[str, Any]:
    """A sample in which dotted paths (with __ for the dot) hold something else."""
    message: dict[str, Any] = json.loads(sample(name))
    for path, value in changes.items():
        *steps, last = path.split("__")
        inner = message
        for step in steps:
            inner = inner[step]
        inner[last] = value
    return message


def place_of(understood: Understood) -> tuple[float, float]:
    assert understood.details
    return understood.details.place.lon, understood.details.place.lat


def test_a_vendor_that_counts_microdegrees_of_baidu_and_milliseconds() -> None:
    translated, understood = read(VENDORS["kangtuo"], sample("kangtuo.json"))

    assert understood.attention is None
    assert (understood.type, understood.cad_ref) == (MessageType.CALL_CREATED, "20260105001")
    assert understood.reported_at == EIGHT
    assert understood.ambulance_eta_at == EIGHT + timedelta(minutes=8)
    assert place_of(understood) == pytest.approx(convert(113.6837, 34.761, source=Datum.BD09, target=Datum.WGS84))
    assert understood.details
    assert understood.details.accuracy_m == 25
    assert (understood.details.address, understood.details.floor, understood.details.note) == (
        "中原区中原路1号",
        "5",
        "",
    )
    assert understood.details.caller_phone == "13900000000"
    assert translated.message_id == "K20260105080000001"


def test_what_the_dialect_does_not_know_is_kept_by_its_path_and_what_is_left_out_is_not() -> None:
    _, understood = read(VENDORS["kangtuo"], sample("kangtuo.json"))

    assert understood.details
    assert understood.details.more == {
        "body.caller.kin": "女儿",
        "body.car.plate": "豫A00001",
        "body.patient.age": "67",
        "body.patient.sex": "男",
        "body.determinant": "09E01",
    }


def test_a_vendor_that_writes_xml_in_gbk_with_degrees_minutes_and_seconds() -> None:
    _, understood = read(VENDORS["minghe"], sample("minghe.xml"))

    assert understood.attention is None
    assert (understood.type, understood.cad_ref) == (MessageType.CALL_CREATED, "2026-01-05/17")
    assert understood.reported_at == EIGHT
    assert understood.ambulance_eta_at == EIGHT + timedelta(minutes=8)
    degrees = (113 + 40 / 60 + 16.3 / 3600, 34 + 45 / 60 + 18.4 / 3600)
    assert place_of(understood) == pytest.approx(convert(*degrees, source=Datum.GCJ02, target=Datum.WGS84))
    assert understood.details
    assert (understood.details.address, understood.details.note) == ("中原路1号3单元502", "门禁 2580")
    assert understood.details.more == {
        "Alarm.@ver": "3",
        "Alarm.Caller.@name": "李某",
        "Alarm.Kind.@code": "心跳骤停",
        "Alarm.Kind.#text": "A1",
    }


def test_attributes_that_nobody_knew_of_do_not_hide_a_text() -> None:
    told = (
        sample("minghe.xml")
        .decode("gbk")
        .replace("<Addr>", '<Addr lang="zh">')
        .replace("<Floor/>", '<Floor unit="F"/>')
    )

    _, understood = read(VENDORS["minghe"], told.encode("gbk"))

    assert understood.attention is None
    assert understood.details
    assert (understood.details.address, understood.details.floor) == ("中原路1号3单元502", "")
    assert understood.details.more["Alarm.Addr.@lang"] == "zh"
    assert "Alarm.Addr.#text" not in understood.details.more


@pytest.mark.parametrize(
    ("told", "attention"), [({"datum": "utm"}, "unknown_datum"), ({"datum": {"a": 1}}, "unknown_datum"), ({}, None)]
)
def test_a_datum_that_stands_there_and_is_not_known_is_never_the_usual_one(
    told: dict[str, Any], attention: str | None
) -> None:
    place = '[fields.location]\nlon = "x"\nlat = "y"\ndatum = "datum"\n[place]\ndatum = "wgs84"\n[proof]'
    dialect = parse_dialect(PLAIN.replace("[proof]", place), "plain")

    _, understood = read(dialect, {"ref": "A", "at": "2026-01-05T08:00:00Z", "x": 113.665, "y": 34.757, **told})

    assert understood.attention == attention
    assert (understood.details is None) is (attention is not None)


def test_a_vendor_whose_numbers_have_commas() -> None:
    _, understood = read(VENDORS["notruf"], sample("notruf.json"))

    assert understood.attention is None
    assert understood.reported_at == EIGHT
    assert understood.ambulance_eta_at == EIGHT + timedelta(minutes=8, seconds=30)
    assert place_of(understood) == (113.6712, 34.7551)
    assert understood.details
    assert understood.details.accuracy_m == 12.5
    assert understood.details.floor == "3. OG"
    assert understood.details.more == {"stichwort": "REA", "rtw.funkrufname": "1/83-1"}


@pytest.mark.parametrize(
    ("event", "kind"),
    [("MOD", "call.updated"), ("DEL", "call.cancelled"), ("ONSITE", "ambulance.arrived"), ("END", "call.closed")],
)
def test_each_event_has_its_meaning(event: str, kind: str) -> None:
    _, understood = read(VENDORS["kangtuo"], changed("kangtuo.json", head__event=event))

    assert understood.type == kind
    assert understood.attention is None


def test_a_finer_place_leaves_the_rest_as_it_was_and_a_word_is_taken_back() -> None:
    told = {"head": {"serial": "K2", "event": "MOD", "biz": "OHCA", "sentAt": 1767571200000}}
    told["body"] = {"eventNo": "1", "site": {"x": 113683700, "y": 34761000, "storey": "#", "road": ""}}  # type: ignore[assignment]

    _, understood = read(VENDORS["kangtuo"], told)

    assert understood.details
    assert understood.words == {"floor": ""}
    assert understood.attention is None


@pytest.mark.parametrize(
    ("changes", "attention", "told"),
    [
        ({"head__event": "NEU"}, "unknown_type", "`head.event`: the event 'NEU' is none of NEW, MOD"),
        ({"head__event": None}, "unknown_type", "`head.event` holds no event"),
        ({"head__sentAt": "08:00"}, "bad_timestamp", "`head.sentAt`: '08:00' is not a time of the form unix_ms"),
        ({"head__sentAt": None}, "bad_timestamp", "`head.sentAt` holds no time"),
        ({"body__eventNo": ""}, "no_cad_ref", "`body.eventNo` holds no reference"),
        ({"body__eventNo": {"no": 1}}, "no_cad_ref", "fields of its own"),
        ({"body__site__x": "113,68"}, "bad_location", "`body.site.x`: '113,68' is not a number"),
        ({"body__site__x": 0, "body__site__y": 0}, "zero_coordinates", "an exact 0"),
        ({"body__site__radius": "near"}, "bad_accuracy_m", "`body.site.radius`"),
        ({"body__car__etaSeconds": "soon"}, "bad_ambulance_eta", "`body.car.etaSeconds`"),
        ({"body__site__hint": {"a": 1}}, "bad_note", "`body.site.hint`"),
    ],
)
def test_what_cannot_be_read_is_said_in_the_senders_words_and_the_rest_counts(
    changes: dict[str, Any], attention: str, told: str
) -> None:
    _, understood = read(VENDORS["kangtuo"], changed("kangtuo.json", **changes))

    assert understood.attention == attention
    assert told in understood.detail
    if "site__x" not in str(changes):
        assert understood.details


@pytest.mark.parametrize(
    ("dialect", "body", "attention"),
    [
        ("kangtuo", b"{", "broken_json"),
        ("kangtuo", b"<a/>", "broken_json"),
        ("minghe", b"{}", "broken_xml"),
        ("minghe", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "forbidden_xml"),
        ("minghe", b"<a>" * 1000, "too_deep"),
        ("kangtuo", b"[1]", "unknown_type"),
        ("kangtuo", b"{}", "unknown_type"),
    ],
)
def test_a_body_without_sense_is_kept_with_its_reason(dialect: str, body: bytes, attention: str) -> None:
    translated, understood = read(ALL[dialect], body)

    assert understood.attention == attention
    assert understood.type is None
    assert translated.ignored is None


def test_a_heartbeat_and_what_is_for_others_are_ignored_by_the_dialects_word() -> None:
    heartbeat, _ = read(VENDORS["kangtuo"], {"head": {"event": "HEARTBEAT", "sentAt": 1767571200000}})
    stroke, _ = read(VENDORS["kangtuo"], changed("kangtuo.json", head__biz="STROKE"))
    arrest, _ = read(VENDORS["kangtuo"], sample("kangtuo.json"))
    of_no_kind, understood = read(VENDORS["kangtuo"], changed("kangtuo.json", head__biz=None))

    assert heartbeat.ignored
    assert stroke.ignored
    assert arrest.ignored is None
    assert of_no_kind.ignored is None
    assert understood.details


def test_a_time_that_the_sender_never_tells_is_that_of_receipt() -> None:
    dialect = parse_dialect(PLAIN.replace('timestamp = "at"', 'message_id = "id"'), "plain")

    translated, understood = read(dialect, {"ref": "A", "id": "7"})

    assert understood.reported_at == NOW
    assert understood.attention is None
    assert translated.message_id == "7"


def test_the_same_long_end_of_two_paths_names_two_fields() -> None:
    deep = "x" * 70
    dialect = parse_dialect(PLAIN, "plain")

    translated, understood = read(
        dialect, {"ref": "A", "at": "2026-01-05T08:00:00Z", "one": {deep: 1}, "two": {deep: 2}}
    )

    assert sorted(understood.more.values(), key=str) == ["1", "2"]
    assert all(len(name) <= 64 for name in translated.more)


@given(
    st.sampled_from(sorted(ALL)),
    st.binary(max_size=300) | json_values.map(lambda value: json.dumps(value).encode(errors="replace")),
)
@settings(max_examples=300)
def test_whatever_comes_is_read_or_asks_for_a_dispatcher(name: str, body: bytes) -> None:
    translated, understood = read(ALL[name], body)

    if translated.ignored is None:
        check_readable_or_attention(understood)


fields_of_kangtuo = st.fixed_dictionaries(
    {},
    optional={
        "head": json_values
        | st.fixed_dictionaries({}, optional=dict.fromkeys(("serial", "event", "biz", "sentAt"), json_values)),
        "body": json_values
        | st.fixed_dictionaries(
            {},
            optional={
                "eventNo": json_values,
                "site": json_values
                | st.fixed_dictionaries({}, optional=dict.fromkeys(("x", "y", "radius", "storey"), json_values)),
                "car": json_values,
            },
        ),
    },
)


@given(fields_of_kangtuo)
@settings(max_examples=300)
def test_whatever_stands_in_a_known_field_is_read_or_asks_for_a_dispatcher(message: dict[str, Any]) -> None:
    translated, understood = read(VENDORS["kangtuo"], json.dumps(message).encode(errors="replace"))

    if translated.ignored is None:
        check_readable_or_attention(understood)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (
            PLAIN.replace('cad_ref = "ref"', ""),
            "x.toml: fields.cad_ref is missing: write an expression for 120's own reference",
        ),
        (PLAIN.replace('"ref"', '"ref["'), "x.toml: fields.cad_ref: not JMESPath"),
        (PLAIN.replace('"ref"', "7"), "x.toml: fields.cad_ref: write a JMESPath expression in quotes"),
        (PLAIN.replace("cad_ref", "cadref"), "x.toml: fields.cadref is not known: there are cad_ref"),
        (
            PLAIN.replace('"json"', '"yaml"'),
            "x.toml: message.format: input should be 'json' or 'xml': write json or xml",
        ),
        (PLAIN.replace('"call.created"', '"call.new"'), "x.toml: message.default_event: write one of call.created"),
        (PLAIN.replace('default_event = "call.created"', ""), "fields.type: write an expression for the event's name"),
        (PLAIN.replace('timestamp = "at"', ""), "fields.timestamp: write it, or an expression for message_id"),
        (PLAIN.replace('"token"', '"password"'), "x.toml: proof"),
        (PLAIN + "[times]\nform = '%H:%M'", "x.toml: times.form"),
        (PLAIN + "[times]\nform = '%Y-%m-%d %H:%M'", "x.toml: times.zone: write one such as Asia/Shanghai"),
        (PLAIN + "[times]\nzone = 'Mars'", "x.toml: times.zone: write a time zone such as Asia/Shanghai"),
        (PLAIN + "[times]\nambulance_eta = 'hours'", "x.toml: times.ambulance_eta"),
        (
            PLAIN.replace("[proof]", "[fields.location]\nlon = 'x'\n[proof]"),
            "x.toml: fields.location.lon: write both lon and lat",
        ),
        (
            PLAIN.replace("[proof]", "[fields.location]\nlon = 'x'\nlat = 'y'\n[proof]"),
            "place.datum: write wgs84, gcj02 or bd09",
        ),
        (PLAIN + "[place]\ndatum = 'utm'", "x.toml: place.datum: write wgs84, gcj02 or bd09"),
        (PLAIN + "[events]\nA = 'call.new'", "x.toml: events.A: write one of call.created"),
        (PLAIN + "[answer]\nbody = {a = '{b[}'}", "x.toml: answer.body: {b[}"),
        (PLAIN + "[answer]\nbody = {a = '{b'}", "x.toml: answer.body: '{b' has a brace without its other one"),
        (PLAIN.replace("[fields]", "only = {field = 'a'}\n[fields]"), "x.toml: message.only.among is missing"),
        (
            PLAIN + "[answer]\nformat = 'text'\nbody = {a = 'b'}",
            "x.toml: answer.body: write a text where format is text",
        ),
        (
            PLAIN + "[answer]\nformat = 'xml'\nbody = {a = '1', b = '2'}",
            "x.toml: answer.body: XML has one outermost element",
        ),
        (
            PLAIN + "[answer]\nformat = 'xml'\nbody = {'a b' = '1'}",
            "x.toml: answer.body: 'a b' is no name of an XML element",
        ),
        (PLAIN + "[answer]\nstatus = 500\nbody = {}", "x.toml: answer.status"),
        (PLAIN + "[answer]\nbody = {a = '{sum(detail)}'}", "x.toml: answer.sum(detail) cannot be carried out"),
        (
            PLAIN + "[callback]\nbody = {a = '{sum(data.eta_at)}'}",
            "x.toml: callback.sum(data.eta_at) cannot be carried",
        ),
        (PLAIN + "[parts]\nplace = 'a'", "x.toml: parts.place"),
        ("[message", "x.toml is not TOML"),
    ],
)
def test_a_file_that_cannot_be_used_is_explained_by_its_place_and_what_to_write(wrong: str, told: str) -> None:
    with pytest.raises(BadDialect) as refused:
        parse_dialect(wrong, "x", "x.toml")

    assert told in str(refused.value)


HMAC = """
[proof]
kind = "hmac"
hash = "sm3"
text = "{header:x-time}.{body}"
signature_header = "X-Signature"
timestamp_header = "X-Time"
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{header:x-time}.{body}", "{header:x-time}", "x.toml: proof.text: it must hold {body} or a hash of it"),
        ("{header:x-time}.{body}", "{body}", "x.toml: proof.text: it must hold {header:x-time}, or a recording"),
        ("{header:x-time}.{body}", "{header:x-time}{body}{nonce}", "x.toml: proof.text: {nonce} is none of"),
        ("sm3", "md5", "x.toml: proof.hash: input should be 'sha256' or 'sm3'"),
        ("X-Signature", "x signature", "x.toml: proof.signature_header: write the name of a header"),
        ("text =", "words =", "x.toml: proof.text is missing: write what is signed"),
    ],
)
def test_a_code_that_leaves_the_call_or_its_time_open_is_refused(old: str, new: str, told: str) -> None:
    with pytest.raises(BadDialect) as refused:
        parse_dialect(PLAIN.partition("[proof]")[0] + HMAC.replace(old, new), "x", "x.toml")

    assert told in str(refused.value)


def test_an_id_that_is_not_signed_is_no_id() -> None:
    with pytest.raises(BadDialect, match="header:x-id"):
        parse_dialect(
            PLAIN.partition("[proof]")[0].replace('format = "json"', 'format = "json"\nid_header = "x-id"') + HMAC, "x"
        )


def test_a_dialect_that_is_not_there_names_those_that_come_with_the_product(tmp_path: Path) -> None:
    with pytest.raises(BadDialect, match="nena-eido, ws-t-451"):
        read_dialect("nowhere.toml", tmp_path)
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadDialect, match="UTF-8"):
        read_dialect("x.toml", tmp_path)
