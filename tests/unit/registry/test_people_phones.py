"""Phones as sheets hold them: each form comes to one E.164 number, and what is not whole is refused unrepeated."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.importers.people.phones import find_phone
from registry.importers.report import Rejected

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
MOBILES = st.integers(0, 99_999_999).map(lambda number: f"138{number:08}")
FORMS: dict[str, Callable[[str], str]] = {
    "13800000001": lambda it: it,
    "138 0000 0001": lambda it: f"{it[:3]} {it[3:7]} {it[7:]}",
    " 138-0000-0001 ": lambda it: f" {it[:3]}-{it[3:7]}-{it[7:]} ",
    "+86 13800000001": lambda it: f"+86 {it}",
    "+86-138-0000-0001": lambda it: f"+86-{it[:3]}-{it[3:7]}-{it[7:]}",
    "8613800000001": lambda it: f"86{it}",
    "008613800000001": lambda it: f"0086{it}",
    "(86)13800000001": lambda it: f"(86){it}",
    "13800000001.0": lambda it: f"{it}.0",
    "1.3800000001E+10": lambda it: f"1.{it[1:]}E+10",
    "13,800,000,001": lambda it: f"{int(it):,}",
    '="13800000001"': lambda it: f'="{it}"',
    "'13800000001": lambda it: f"'{it}",
    "full width": lambda it: it.translate(FULL_WIDTH),
    "\u202a13800000001\u202c": lambda it: f"\u202a{it}\u202c",
    "(微信同号)": lambda it: f"{it}\n(微信同号)",
    "（微信同号）": lambda it: f"{it}（微信同号）",
    "微信同号": lambda it: f"微信同号{it}",
    "手机：": lambda it: f"手机：{it}",
    "(father's)": lambda it: f"{it} (父亲)",
}


@pytest.mark.parametrize("form", [*FORMS])
@settings(max_examples=30)
@given(mobile=MOBILES)
def test_every_form_of_a_mobile_reads_back(form: str, mobile: str) -> None:
    phone = find_phone(FORMS[form](mobile), "CN")
    assert phone is not None
    assert (phone.e164, phone.is_mobile, phone.more) == (f"+86{mobile}", True, 0)


@pytest.mark.parametrize("between", ["/", " / ", "、", "，", ",", "；", ";", ",,", "\n", " ", "或"])
def test_of_two_in_a_cell_the_first_mobile_is_taken(between: str) -> None:
    for cell in (f"13800000006{between}13900000006", f"0371-60000008{between}13800000006"):
        phone = find_phone(cell, "CN")
        assert phone is not None
        assert (phone.e164, phone.more) == ("+8613800000006", 1)


@pytest.mark.parametrize(
    ("text", "region", "e164", "is_mobile"),
    [
        ("0371-60000008", "CN", "+8637160000008", False),
        ("(0371)60000008", "CN", "+8637160000008", False),
        ("0371-60000008转801", "CN", "+8637160000008", False),
        ("030/1234567", "DE", "+49301234567", False),
        ("0171 1234567", "DE", "+491711234567", True),
        ("06 12 34 56 78", "FR", "+33612345678", True),
        ("+33 (0)6 12 34 56 78", "CN", "+33612345678", True),
        ("090-1234-5678", "JP", "+819012345678", True),
        ("010-1234-5678", "KR", "+821012345678", True),
        ("0912-345-678", "TW", "+886912345678", True),
        ("9123 4567", "HK", "+85291234567", True),
    ],
)
def test_landlines_and_other_countries_are_read(text: str, region: str, e164: str, *, is_mobile: bool) -> None:
    phone = find_phone(text, region)
    assert phone is not None
    assert (phone.e164, phone.is_mobile) == (e164, is_mobile)


@pytest.mark.parametrize("text", ["", " ", "-", "无", "暂无", "N/A"])
def test_a_cell_without_a_phone_is_none(text: str) -> None:
    assert find_phone(text, "CN") is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.38E+10", "phone_digits_lost"),
        ("1.38000000E10", "phone_digits_lost"),
        ("138****0001", "phone_masked"),
        ("138xxxx0001", "phone_masked"),
        ("1380000001", "bad_phone"),
        ("138000000011", "bad_phone"),
        ("call me", "bad_phone"),
        ("410102199001010011", "bad_phone"),
    ],
)
def test_what_is_not_whole_is_refused_with_words_and_without_its_digits(text: str, reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        find_phone(text, "CN")
    assert caught.value.reason == reason
    assert not any(part in str(caught.value) for part in ("138", "4101", "call"))


@given(st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    try:
        find_phone(text, "CN")
    except Rejected:
        return
