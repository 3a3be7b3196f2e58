"""Keys that encrypt what says who somebody is: what they open, what they refuse, what they tell apart."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.storage.personal_keys import (
    DIGEST_LETTERS,
    NO_KEYS,
    BadPersonalKey,
    BrokenSeal,
    MissingPersonalKey,
    PersonalKeys,
)

keys_bytes = st.binary(min_size=32, max_size=32)
phones = st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True)
owners = st.text(min_size=1, max_size=64)
digests = st.from_regex(r"[0-9a-f]{64}", fullmatch=True)


def written(*keys: bytes) -> str:
    return " ".join(base64.b64encode(key).decode() for key in keys)


OLD, NEW, OTHER = (bytes([number]) * 32 for number in (1, 2, 3))


@given(key=keys_bytes, phone=phones, owner=owners)
def test_what_is_sealed_opens_again_and_is_never_written_the_same_way_twice(key: bytes, phone: str, owner: str) -> None:
    keys = PersonalKeys(key)
    sealed = keys.seal(phone, purpose="phone", owner=owner)

    assert keys.unseal(sealed, purpose="phone", owner=owner) == phone
    assert keys.seal(phone, purpose="phone", owner=owner) != sealed
    assert phone not in sealed
    assert len(sealed) <= 128


@given(phone=phones, owner=owners, other=owners)
def test_a_seal_opens_for_its_owner_and_purpose_only(phone: str, owner: str, other: str) -> None:
    keys = PersonalKeys(NEW)
    sealed = keys.seal(phone, purpose="phone", owner=owner)

    with pytest.raises(BrokenSeal):
        keys.unseal(sealed, purpose="second factor", owner=owner)
    if other != owner:
        with pytest.raises(BrokenSeal):
            keys.unseal(sealed, purpose="phone", owner=other)


@given(place=st.integers(min_value=9), letter=st.sampled_from("Aq-_."))
def test_a_seal_that_somebody_changed_is_broken_and_not_another_phone(place: int, letter: str) -> None:
    keys = PersonalKeys(NEW)
    sealed = keys.seal("+8613812345678", purpose="phone", owner="r1")
    place = 9 + place % (len(sealed) - 9)
    changed = sealed[:place] + letter + sealed[place + 1 :]

    try:
        assert keys.unseal(changed, purpose="phone", owner="r1") == "+8613812345678"
    except BrokenSeal:
        assert changed != sealed


@given(one=phones, other=phones, key=keys_bytes)
def test_equal_phones_have_one_mark_and_different_ones_have_not(one: str, other: str, key: bytes) -> None:
    keys = PersonalKeys(key)

    assert (keys.marks_of(one) == keys.marks_of(other)) is (one == other)
    assert len(keys.marks_of(one)[0]) <= 64


def test_the_new_key_seals_and_both_open_and_find() -> None:
    before, between, after = PersonalKeys(OLD), PersonalKeys(NEW, OLD), PersonalKeys(NEW)
    sealed = before.seal("+8613812345678", purpose="phone", owner="r1")

    assert between.unseal(sealed, purpose="phone", owner="r1") == "+8613812345678"
    assert between.marks_of("+1555") == (*after.marks_of("+1555"), *before.marks_of("+1555"))
    assert between.is_newest(after.marks_of("+1555")[0])
    assert not between.is_newest(sealed)
    with pytest.raises(MissingPersonalKey, match="RESCUE_PERSONAL_KEY"):
        after.unseal(sealed, purpose="phone", owner="r1")


@given(digest=digests, owner=owners)
def test_a_hidden_digest_is_always_the_same_and_fits_where_it_stood(digest: str, owner: str) -> None:
    keys = PersonalKeys(NEW)
    hidden = keys.hide(digest, owner=owner)

    assert keys.hide(digest, owner=owner) == hidden
    assert keys.unhide(hidden, owner=owner) == digest[:DIGEST_LETTERS]
    assert len(hidden) <= 64
    assert digest[:DIGEST_LETTERS] not in hidden
    with pytest.raises(BrokenSeal):
        keys.unhide(hidden, owner=f"{owner}'")


def test_a_setting_holds_none_one_or_two_keys_newest_first() -> None:
    assert not PersonalKeys.read("")
    assert not NO_KEYS
    both = PersonalKeys.read(f" {written(NEW)}, {written(OLD)}")
    assert both.ids == (*PersonalKeys(NEW).ids, *PersonalKeys(OLD).ids)
    assert PersonalKeys.read(written(NEW)).newest_id == both.newest_id


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no-base64!", "openssl rand -base64 32"),
        (base64.b64encode(b"x" * 31).decode(), "32 random bytes"),
        (base64.b64encode(b"x" * 33).decode(), "32 random bytes"),
        ("密钥", "32 random bytes"),
        (written(NEW, OLD, OTHER), "at most 2"),
        (written(NEW, NEW), "twice"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_without_being_shown(text: str, told: str) -> None:
    with pytest.raises(BadPersonalKey, match=told) as refused:
        PersonalKeys.read(text)
    assert text not in str(refused.value)
