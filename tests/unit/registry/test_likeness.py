"""How alike records of AEDs are, across scripts and spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.doubles import find_evidence
from registry.likeness import all_words_alike, floors_differ, near_pairs, words_alike
from registry.models import Aed


def aed(source: str = "a", **fields: object) -> Aed:
    told: dict[str, object] = {
        "aed_id": source,
        "lon": 121.2,
        "lat": 25.0,
        "time_zone": "Asia/Taipei",
        "source": source,
    }
    return Aed(**{**told, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("國立體育館", "国立体育馆"),
        ("ＡＢＣビル　２階", "abcビル 2階"),
        ("すこやかプラザ", "スコヤカプラザ"),
        ("郑州宇通客车股份有限公司", "郑州宇通客车"),
        ("Main St. 4", "main street 4"),
        ("Univ. Hospital", "University hospital"),
        ("MÜNSTERPLATZ", "Münsterplatz"),
    ],
)
def test_the_same_words_in_another_form_are_the_same(a: str, b: str) -> None:
    assert words_alike(a, b) == 1.0


@pytest.mark.parametrize(
    ("a", "b"), [("二七广场站 A口", "郑州东站"), ("Library", "Swimming pool"), ("市民病院", "小学校")]
)
def test_other_words_are_not(a: str, b: str) -> None:
    alike = words_alike(a, b)
    assert alike is not None
    assert alike < 0.6


def test_a_gate_is_not_the_next_gate() -> None:
    alike = words_alike("北门 2号口", "北门 3号口")
    assert alike is not None
    assert alike < 0.8


def test_who_says_nothing_is_alike_to_nobody() -> None:
    assert words_alike("", "Library") is None
    assert words_alike("...", "Library") is None
    assert all_words_alike(aed(), aed()) == 1.0


@given(st.text(max_size=40), st.text(max_size=40))
def test_it_is_the_same_both_ways_and_between_none_and_all(a: str, b: str) -> None:
    one, other = words_alike(a, b), words_alike(b, a)
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert one == pytest.approx(other, abs=0.02)
        assert 0.0 <= one <= 1.0


@pytest.mark.parametrize(
    ("floor", "other", "place", "differ"),
    [
        ("1樓", "1F", "", False),
        ("1樓", "2樓", "", True),
        ("B1", "", "地下一樓大廳", False),
        ("3樓", "", "一樓服務台", True),
        ("3樓", "", "服務台", False),
        ("", "", "", False),
    ],
)
def test_floors_are_compared_where_both_name_one(floor: str, other: str, place: str, *, differ: bool) -> None:
    assert floors_differ(aed(floor=floor), aed("b", floor=other, location_text=place)) is differ


def test_near_ones_are_found_anywhere_on_earth() -> None:
    here = [aed(lon=179.9999, lat=-89.0), aed(lon=0.0, lat=51.0), aed(lon=10.0, lat=60.0)]
    there = [aed(lon=-179.9999, lat=-89.0), aed(lon=0.0001, lat=51.0), aed(lon=10.01, lat=60.0)]
    found = near_pairs(here, there, 50.0)
    assert [(one, other) for one, other, _ in found] == [(here[0], there[0]), (here[1], there[1])]
    assert [far for *_, far in found] == [pytest.approx(0.4, abs=0.1), pytest.approx(7.0, abs=0.1)]
    assert near_pairs([], there, 50.0) == []


def test_metres_apart_they_may_be_one_whatever_they_are_called() -> None:
    assert find_evidence(aed(name="Town hall"), aed("b", name="Red Cross", lon=121.20002))


def test_farther_apart_only_the_words_tell() -> None:
    near = {"lon": 121.2006}
    assert find_evidence(aed(name="Town hall"), aed("b", name="Town Hall", **near))
    assert find_evidence(aed(name="Town hall"), aed("b", name="Red Cross", **near)) is None
    assert find_evidence(aed(name="Town hall"), aed("b", **near)) is None
    assert find_evidence(aed(name="Town hall"), aed("b", name="Town hall", lon=121.21)) is None


def test_what_one_list_tells_apart_is_apart() -> None:
    assert find_evidence(aed(name="Town hall"), aed(name="Town hall")) is None


def test_floors_tell_apart_unless_one_names_the_others_id() -> None:
    first, third = aed(floor="1樓", source_ref="node/123456"), aed("b", floor="3樓", source_ref="9")
    assert find_evidence(first, third) is None
    shared = find_evidence(first, aed("b", floor="3樓", source_ref="123456"))
    assert shared
    assert (shared.shared_id, shared.score) == (True, 1.0)


def test_the_nearer_and_the_more_alike_the_surer() -> None:
    def score(**other: object) -> float:
        found = find_evidence(aed(name="Town hall", floor="1樓"), aed("b", **other))
        assert found
        return found.score

    best = score(name="Town hall", floor="1樓")
    assert 1.0 >= best > score(name="Town hall") > score(name="Town hall", lon=121.2004)
    assert best > score(name="Red Cross", floor="1樓")
