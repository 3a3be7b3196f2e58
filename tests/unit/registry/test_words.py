"""Texts as a database can store them."""

from hypothesis import given
from hypothesis import strategies as st

from registry.storage.words import storable


@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")))
def test_a_text_that_can_be_stored_stays_as_it_is(text: str) -> None:
    assert storable(text) == text


@given(st.text(st.characters()))
def test_every_text_can_be_stored_afterwards(text: str) -> None:
    stored = storable(text)

    assert "\0" not in stored
    assert stored.encode().decode() == stored


def test_what_cannot_be_stored_is_marked() -> None:
    assert storable("a\0b") == "a�b"
    assert storable("狗\ud800猫").startswith("狗�")
