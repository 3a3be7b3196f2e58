"""Pairs of ids, followed change by change."""

from hypothesis import given
from hypothesis import strategies as st

from registry.pairs import Pairs

ids = st.sampled_from("abcdef")
changes = st.lists(st.tuples(st.sets(ids), st.sets(st.tuples(ids, ids).filter(lambda two: two[0] < two[1]))))


@given(changes)
def test_they_are_what_the_last_word_on_each_says(told: list[tuple[set[str], set[tuple[str, str]]]]) -> None:
    pairs, held = Pairs(), set[tuple[str, str]]()
    for some, drawn in told:
        kept, before = pairs.others, dict(pairs.others)
        # As a reader of the database tells it: all pairs that one of these ids has.
        wanted = {two for two in drawn if not some.isdisjoint(two)}
        is_news = pairs.pair(some, wanted)
        new = {two for two in held if some.isdisjoint(two)} | wanted

        assert is_news == (new != held)
        assert kept == before
        held = new
        assert pairs.others == {
            one: frozenset({a if b == one else b for a, b in held if one in {a, b}}) for two in held for one in two
        }
