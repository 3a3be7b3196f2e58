"""Reading what 120 sends: nothing raises, what is readable counts, and the rest asks for a dispatcher."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dispatch.contracts.webhook import CallData, CallMessage, MessageType, ToldLocation
from dispatch.incidents.intake import MAX_REF, WIDER_THAN_A_WALK_M, Understood, understand
from dispatch.incidents.service_area import ServiceArea

NOW = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
AREA = ServiceArea(min_lon=113.4, min_lat=34.5, max_lon=114.0, max_lat=35.0)
GOOD_LOCATION: dict[str, Any] = {"lon": 113.665, "lat": 34.757, "datum": "wgs84", "address": "中原路1号"}
GOOD: dict[str, Any] = {
    "type": "call.created",
    "timestamp": "2026-01-05T12:00:00+08:00",
    "data": {"cad_ref": "ZZ-1", "location": GOOD_LOCATION},
}


def read(body: bytes | dict[str, Any]) -> Understood:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return understand(raw, area=AREA, received_at=NOW)


def with_data(**changes: Any) -> dict[str, Any]:
    return {**GOOD, "data": {**GOOD["data"], **changes}}


def with_location(**changes: Any) -> dict[str, Any]:
    return with_data(location={**GOOD_LOCATION, **changes})


def check_readable_or_attention(understood: Understood) -> None:
    """What the journal, of either kind, can store; and either a message with its type and call, or a reason why not."""
    if understood.attention is None:
        assert understood.type is not None
        assert understood.cad_ref
    else:
        assert len(understood.attention) <= 64
        assert understood.detail
    assert understood.reported_at.utcoffset() is not None
    details = understood.details
    texts = [understood.detail, understood.cad_ref or ""]
    if details is not None:
        texts += [details.address, details.floor, details.note, details.caller_phone]
        assert -180 <= details.place.lon <= 180
        assert -90 <= details.place.lat <= 90
        assert details.accuracy_m is None or 0 <= details.accuracy_m < float("inf")
    for text in texts:
        assert "\x00" not in text
        text.encode()


json_text = st.text(st.characters() | st.sampled_from("\x00\ud800\udfff"), max_size=20)
numbers = st.integers() | st.floats() | st.sampled_from([10**400, -(10**400), 1e308, 113.665, 34.757])
json_values = st.recursive(
    st.none() | st.booleans() | numbers | json_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(json_text, inner, max_size=3),
    max_leaves=8,
)
location_like = st.fixed_dictionaries(
    {},
    optional={
        "lon": json_values | st.just(113.665),
        "lat": json_values | st.just(34.757),
        "datum": json_values | st.sampled_from(["wgs84", "GCJ-02", "bd09"]),
        **dict.fromkeys(("accuracy_m", "address", "floor", "note"), json_values),
    },
)
data_like = st.fixed_dictionaries(
    {},
    optional={
        "cad_ref": json_values,
        "location": json_values | location_like,
        "ambulance_eta": json_values | st.just("2026-01-05T12:10:00+08:00"),
        "caller_phone": json_values,
    },
)
message_like = st.fixed_dictionaries(
    {},
    optional={
        "type": json_values | st.sampled_from(list(MessageType)),
        "timestamp": json_values | st.just("2026-01-05T12:00:00+08:00"),
        "data": json_values | data_like,
    },
)


@given(st.binary(max_size=200))
@example(b"")
@example(b"null")
@example(b"{}")
@example(b"\xff\xfe{\x00}\x00")
def test_any_bytes_are_read_or_ask_for_attention(body: bytes) -> None:
    check_readable_or_attention(read(body))


@given(json_values | message_like)
def test_any_json_is_read_or_asks_for_attention(message: object) -> None:
    check_readable_or_attention(read(json.dumps(message).encode()))


@pytest.mark.parametrize("depth", [50, 500, 900, 970, 990, 5_000, 100_000])
@pytest.mark.parametrize("field", ["type", "timestamp", "data"])
def test_json_nested_however_deep_asks_for_attention(depth: int, field: str) -> None:
    nested = b"[" * depth + b"]" * depth

    understood = read(b'{"%s": %s}' % (field.encode(), nested))

    assert understood.attention in {"broken_json", "unknown_type", "no_data"}
    check_readable_or_attention(understood)


aware = st.builds(
    lambda away_s, offset_h: (NOW + timedelta(seconds=away_s)).astimezone(timezone(timedelta(hours=offset_h))),
    st.floats(-1e9, 80_000),
    st.integers(-12, 14),
)
plain_text = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=50)


@given(
    st.builds(
        CallMessage,
        type=st.sampled_from(MessageType),
        timestamp=aware,
        data=st.builds(
            CallData,
            cad_ref=plain_text.filter(bool),
            location=st.builds(
                ToldLocation,
                lon=st.floats(AREA.min_lon, AREA.max_lon),
                lat=st.floats(AREA.min_lat, AREA.max_lat),
                datum=st.just("wgs84"),
                accuracy_m=st.none() | st.floats(0, 10_000),
                address=plain_text,
                floor=plain_text,
                note=plain_text,
            ),
            ambulance_eta=st.none() | aware,
            caller_phone=plain_text.map(lambda text: text[:40]),
        ),
    )
)
def test_a_message_by_the_contract_is_understood_as_it_was_meant(message: CallMessage) -> None:
    understood = read(message.model_dump_json().encode())

    accuracy_m = message.data.location.accuracy_m if message.data.location else None
    assert understood.attention == ("vague_place" if (accuracy_m or 0.0) > WIDER_THAN_A_WALK_M else None)
    assert understood.type is message.type
    assert understood.cad_ref == message.data.cad_ref
    assert understood.reported_at == min(message.timestamp, NOW)
    assert understood.by_arrival == (message.timestamp > NOW)
    assert understood.ambulance_eta_at == message.data.ambulance_eta
    details, location = understood.details, message.data.location
    assert details
    assert location
    assert (details.place.lon, details.place.lat) == (location.lon, location.lat)
    assert (details.address, details.floor, details.note) == (location.address, location.floor, location.note)
    assert details.accuracy_m == location.accuracy_m
    assert details.caller_phone == message.data.caller_phone


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 400, "1" + "0" * 5_000])
def test_a_coordinate_that_is_no_number_asks_for_attention(number: str) -> None:
    body = json.dumps(with_location(lon="@")).replace('"@"', number).encode()

    understood = read(body)

    assert understood.attention in {"bad_location", "broken_json", "bad_coordinates"}
    assert understood.details is None


@pytest.mark.parametrize("cad_ref", ["", "x" * (MAX_REF + 1), "a\x00b", "\ud800", 7, None, ["ZZ-1"]])
def test_a_reference_that_cannot_be_kept_is_none(cad_ref: object) -> None:
    understood = read(with_data(cad_ref=cad_ref))

    assert understood.cad_ref is None
    assert understood.attention == "no_cad_ref"
    assert understood.details, "the place still counts"


@pytest.mark.parametrize(
    "timestamp", ["2026-01-05T12:00:00", "noon", "", None, True, [], 10**400, "2026-13-01T00:00:00Z"]
)
def test_a_time_without_its_offset_is_that_of_receipt_and_said(timestamp: object) -> None:
    understood = read({**GOOD, "timestamp": timestamp})

    assert understood.attention == "bad_timestamp"
    assert understood.reported_at == NOW
    assert understood.details, "the place still counts"


@pytest.mark.parametrize("eta", ["in ten minutes", "2026-01-05T12:10:00", {}, float("nan"), 480, "480", "4.8e2", True])
def test_an_ambulance_time_that_cannot_be_read_leaves_the_rest_of_the_call(eta: object) -> None:
    understood = read(with_data(ambulance_eta=eta))

    assert understood.attention == "bad_ambulance_eta"
    assert understood.ambulance_eta_at is None
    assert understood.details


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("address", "路" * 600, "路" * 500),
        ("note", "n" * 5_000, "n" * 1_000),
        ("floor", 5, "5"),
        ("floor", None, ""),
        ("address", ["中原路"], ""),
        ("address", "a\x00b", "a\ufffdb"),
        ("note", "a\ud800b", "a?b"),
    ],
)
def test_a_place_with_words_that_do_not_fit_is_still_a_place(field: str, value: object, kept: str) -> None:
    understood = read(with_location(**{field: value}))

    assert understood.details
    assert getattr(understood.details, field) == kept


@pytest.mark.parametrize("accuracy_m", [-1, float("nan"), float("inf"), "good", True, {}])
def test_a_place_with_an_accuracy_that_cannot_be_is_still_a_place(accuracy_m: object) -> None:
    understood = read(with_location(accuracy_m=accuracy_m))

    assert understood.details
    assert understood.details.accuracy_m is None
    assert understood.attention == "bad_accuracy_m"


@pytest.mark.parametrize("phone", ["\ud800", "\x00", 13900000000, ["139"], "1" * 400])
def test_a_phone_number_that_cannot_be_kept_costs_no_call(phone: object) -> None:
    understood = read(with_data(caller_phone=phone))

    assert understood.details
    check_readable_or_attention(understood)


def test_of_a_field_given_twice_the_last_counts() -> None:
    body = json.dumps(GOOD).replace('"cad_ref": "ZZ-1"', '"cad_ref": "ZZ-0", "cad_ref": "ZZ-1"').encode()

    assert read(body).cad_ref == "ZZ-1"


def test_a_byte_order_mark_is_no_reason_to_refuse_a_call() -> None:
    understood = read(b"\xef\xbb\xbf" + json.dumps(GOOD).encode())

    assert understood.attention is None
    assert understood.details


def test_an_older_chinese_encoding_is_read_and_said() -> None:
    understood = read(json.dumps(GOOD, ensure_ascii=False).encode("gb18030"))

    assert understood.attention == "not_utf8"
    assert understood.details
    assert understood.details.address == "中原路1号"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({**GOOD, "type": "call.exploded"}, "unknown_type"),
        ({**GOOD, "type": None}, "unknown_type"),
        ({**GOOD, "data": None}, "no_data"),
        ({**GOOD, "data": []}, "no_data"),
        (with_data(location="at home"), "bad_location"),
        (with_location(lon=None), "bad_location"),
        (with_location(datum=None), "no_datum"),
        (with_location(datum="mars"), "unknown_datum"),
    ],
)
def test_what_cannot_be_understood_is_named(message: dict[str, Any], code: str) -> None:
    understood = read(message)

    assert understood.attention == code
    assert understood.detail


def test_every_problem_is_told_and_the_first_one_names_the_attention() -> None:
    understood = read({"type": "?", "timestamp": "?", "data": {"cad_ref": "", "location": {}}})

    assert understood.attention == "unknown_type"
    for word in ("type", "cad_ref", "timestamp", "location"):
        assert word in understood.detail


@pytest.mark.parametrize("edge", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-10:00"])
def test_a_time_that_is_none_in_utc_is_that_of_receipt_and_said(edge: str) -> None:
    understood = read({**GOOD, "timestamp": edge})

    assert understood.attention == "bad_timestamp"
    assert understood.reported_at == NOW


def test_a_clock_far_ahead_does_not_make_later_words_old_ones() -> None:
    ahead = (NOW + timedelta(days=2)).isoformat()

    understood = read({**GOOD, "timestamp": ahead})

    assert understood.reported_at == NOW
    assert understood.attention == "timestamp_in_future"
    assert understood.details is not None


@pytest.mark.parametrize("ahead_s", [1, 180, 8 * 3600])
def test_a_time_ahead_of_its_receipt_counts_as_now_and_cannot_order_what_follows(ahead_s: int) -> None:
    understood = read({**GOOD, "timestamp": (NOW + timedelta(seconds=ahead_s)).isoformat()})

    assert (understood.reported_at, understood.by_arrival, understood.attention) == (NOW, True, None)


def test_of_the_words_only_those_are_told_that_the_message_mentions() -> None:
    location = {"lon": 113.665, "lat": 34.757, "datum": "wgs84", "floor": "5", "note": None, "address": ""}

    understood = read(with_data(location=location, caller_phone=""))

    assert understood.words == {"floor": "5", "note": ""}, "an empty text is left out, null takes back"


def test_words_without_a_place_are_told_to_the_desk() -> None:
    understood = read(with_data(location={"address": "中原路1号", "floor": "5"}))

    assert (understood.details, understood.attention) == (None, None)
    assert understood.words == {"address": "中原路1号", "floor": "5"}
    assert understood.detail == "It says: 中原路1号; 5."


def test_a_place_wider_than_a_walk_asks_where_exactly() -> None:
    understood = read(with_location(accuracy_m=8_000))

    assert understood.attention == "vague_place"
    assert understood.details
    assert "8000 m" in understood.detail


def test_what_the_contract_does_not_know_is_kept_under_its_own_name() -> None:
    location = {**GOOD_LOCATION, "building": "3号楼"}

    understood = read(with_data(location=location, age=61, determinant="9-E-1", hazards=["dog"], sex=None))

    said = {"age": "61", "determinant": "9-E-1", "hazards": '["dog"]', "location.building": "3号楼"}
    assert understood.more == {**said, "sex": None}
    assert understood.details
    assert understood.details.more == said
    assert understood.attention is None
