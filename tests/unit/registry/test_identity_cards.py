"""Numbers of identity cards are recognised in any spelling, and numberings of papers are not taken for them.

The numbers are invented: examples of the standards, and ones whose check digit is reckoned here.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.importers.people.identity_cards import CardColumn, holds_card, is_card, may_be_card, without_cards

CHINESE = "11010519491231002X"
"""The example of GB 11643."""


@pytest.mark.parametrize(
    "text",
    [
        CHINESE,
        CHINESE.lower(),
        "110105 19491231 002X",
        "110105-19491231-002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        f"'{CHINESE}",
        f'="{CHINESE}"',
        "110105194912310021.0",
        "110105194912310021",
        "4.10102E+17",
        "4.1010219900101E17",
        "820701-1234567",
        "RSSMRA85T10A562S",
        "2 55 08 14 168 025 38",
    ],
)
def test_what_can_only_be_a_card_is_one(text: str) -> None:
    assert is_card(text)


@pytest.mark.parametrize(
    "text",
    [
        *("110105491231002", "A123456789", "A123456(3)", "A1234563", "8801011234568", "123456789018"),
        *("12345678Z", "X1234567L"),
    ],
)
def test_a_short_number_with_a_right_check_digit_may_be_a_card(text: str) -> None:
    assert may_be_card(text)
    assert CardColumn([text]).is_card(text)


@pytest.mark.parametrize(
    "text",
    ["A1", "r00", "4101-01", "13800000001", "20240501", "2024-05-01", "V0012345", "", "赵一鸣", "110105194913310021"],
)
def test_other_numbers_are_none(text: str) -> None:
    assert not is_card(text)
    assert not holds_card(text)
    assert not CardColumn([text]).is_card(text)


def test_a_card_among_words_is_found_and_left_out() -> None:
    assert holds_card(f"赵一鸣 {CHINESE}")
    assert without_cards(f"赵一鸣({CHINESE})") == "赵一鸣"
    assert without_cards("Ana-María O'Neill") == "Ana-María O'Neill"


@given(st.text())
def test_nothing_is_left_of_a_card_whatever_stands_around_it(words: str) -> None:
    around = "".join(letter for letter in words if not letter.isalnum())
    assert not holds_card(without_cards(f"{around}{CHINESE}{around}"))


def test_one_number_in_ten_passes_a_weak_check_and_the_column_tells() -> None:
    numbering = [f"A12345{n}({n % 10})" for n in range(10)]
    assert any(map(may_be_card, numbering))
    column = CardColumn(numbering)
    assert not any(map(column.is_card, numbering))
    assert not column.are_cards


def test_papers_numbered_by_place_and_date_are_no_cards() -> None:
    numbers = [f"4101022010050100{n:02}" for n in range(20)]
    assert not any(map(CardColumn(numbers, may_be_numbering=True).is_card, numbers))
    assert all(map(CardColumn(numbers).is_card, numbers))
    of_a_course = [f"4101002024050100{n:02}" for n in range(4)]
    assert not any(map(CardColumn(of_a_course, may_be_numbering=True).is_card, of_a_course))


def test_in_a_column_of_cards_what_is_a_part_of_one_is_kept_from_view_too() -> None:
    assert CardColumn([CHINESE, "410102199001010011", "4101021990", "410102199202020022"]).are_cards
