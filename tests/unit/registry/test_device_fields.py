"""What may be said of a device, how its days are read, and that no column of the known lists is without a place."""

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from registry.devices.command_parts import BadField, fields_of
from registry.devices.device import Device, Lock
from registry.importers.meanings.fields import UNUSED
from tests.conftest import PROJECT

NOTHING = Device()


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2027-06-15", date(2027, 6, 15)),
        ("2027-06", date(2027, 6, 30)),
        ("2028-02", date(2028, 2, 29)),
        ("2027/6", date(2027, 6, 30)),
        ("", None),
        (None, None),
    ],
)
def test_a_month_on_a_label_stands_for_its_last_day(written: str | None, day: date | None) -> None:
    assert Device.model_validate({"battery_expires_on": written}).battery_expires_on == day


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_every_sensible_day_is_read_as_it_is_written(day: date) -> None:
    assert Device.model_validate({"adult_pads_expire_on": day.isoformat()}).adult_pads_expire_on == day


@pytest.mark.parametrize(
    "fields",
    [
        {"battery_expires_on": "0203-06-01"},
        {"battery_expires_on": "2027-13"},
        {"battery_expires_on": "soon"},
        {"lock": "padlock"},
        {"web_pages": ["ftp://example.org"]},
        {"addresses": {"Chinese": "中原路1号"}},
        {"site_email": "nobody"},
        {"check_every_days": 0},
        {"maker": "x" * 129},
        {"cabinet_code": "2580"},
        {"operator": {"chief": "王芳"}},
    ],
)
def test_what_cannot_be_meant_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Device.model_validate(fields)


def test_an_empty_text_says_that_nothing_is_known() -> None:
    said = Device.model_validate({"maker": " ", "names": {}, "site_phones": [], "has_child_pads": "", "lock": ""})
    assert said == NOTHING


def test_phones_and_remarks_are_not_printed() -> None:
    shown = repr(Device(emergency_phone="0371-6666", remarks="key with Mrs Wang", operator={"name": "Wang"}))
    assert "6666" not in shown
    assert "Wang" not in shown


def test_fields_are_written_on_the_command_line_by_name_and_part() -> None:
    known = Device.model_validate({"addresses": {"zh": "中原路1号", "fr": "ancien"}, "lock": "no"})

    asked = fields_of(
        [
            "addresses.en=1 Zhongyuan Road",
            "addresses.fr=",
            "lock=code",
            "has_child_pads=yes",
            "maker=",
            'site_phones=["1"]',
        ],
        known,
    )

    assert asked == {
        "addresses": {"zh": "中原路1号", "en": "1 Zhongyuan Road"},
        "lock": Lock.CODE,
        "has_child_pads": True,
        "maker": None,
        "site_phones": ("1",),
    }


@pytest.mark.parametrize(
    ("word", "told"),
    [("colour=red", "battery_expires_on"), ("maker", "FIELD=VALUE"), ("lock=padlock", "lock"), ("maker.x=1", "maker")],
)
def test_a_field_that_is_none_is_refused_with_what_one_looks_like(word: str, told: str) -> None:
    with pytest.raises(BadField, match=told):
        fields_of([word], NOTHING)


def places() -> dict[str, str]:
    text = (PROJECT / "docs/devices.md").read_text(encoding="utf-8")
    table = text.partition("<!-- places -->")[2].partition("<!-- end places -->")[0]
    return dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", table, re.MULTILINE))


def test_every_column_that_other_lists_have_of_a_device_has_a_place() -> None:
    assert set(places()) == set(UNUSED)
    named = {name for place in places().values() for name in re.findall(r"`(\w+)`", place)}
    assert named <= set(Device.model_fields)


def test_every_field_of_a_device_is_explained() -> None:
    text = (PROJECT / "docs/devices.md").read_text(encoding="utf-8")
    assert [name for name in Device.model_fields if f"`{name}`" not in text.partition("### Where")[0]] == []
