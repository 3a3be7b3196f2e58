"""Which records are one cabinet, and what the cabinet says where they say different things."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from registry.models import Aed, AedState
from registry.records import Records, cabinet_of, cabinets_of

NAMES = "abcde"


def aed(aed_id: str, **fields: object) -> Aed:
    told: dict[str, object] = {"lon": 121.2, "lat": 25.0, "time_zone": "Asia/Taipei", "source": aed_id}
    return Aed(aed_id=aed_id, **{**told, **fields})  # type: ignore[arg-type]


def test_the_lead_speaks_first_and_others_fill_what_it_leaves_out() -> None:
    lead, other = aed("a", name="Hall"), aed("b", name="Town hall", floor="1樓", indoor=True, lon=122.0)
    cabinet = cabinet_of(lead, [other])
    assert (cabinet.aed_id, cabinet.name, cabinet.floor, cabinet.indoor) == ("a", "Hall", "1樓", True)
    assert cabinet.lon == lead.lon


def test_what_a_person_set_counts_before_what_lists_say() -> None:
    lead = aed("a", opening_hours="24/7")
    other = aed("b", opening_hours="", state=AedState.IN_SERVICE, corrected=frozenset({"opening_hours", "state"}))
    cabinet = cabinet_of(replace(lead, state=AedState.MISSING), [other])
    assert (cabinet.opening_hours, cabinet.state) == ("", AedState.IN_SERVICE)


def test_a_record_that_is_retired_says_nothing() -> None:
    lead, other = aed("a", name="Old", retired=True), aed("b", name="New", lon=122.0)
    cabinet = cabinet_of(lead, [other])
    assert (cabinet.aed_id, cabinet.name, cabinet.lon, cabinet.retired) == ("a", "New", 122.0, False)
    assert cabinets_of([replace(lead, joined_to=""), replace(other, joined_to="a", retired=True)]) == []


def test_the_other_id_stands_for_the_cabinet() -> None:
    records = Records([aed("a"), aed("b", joined_to="a")])
    assert records.lead("b") == "a"
    assert records.find("b") is None
    assert records.together == {"a": frozenset({"b"})}


def test_those_beside_a_joined_one_are_beside_the_cabinet() -> None:
    records = Records([aed("a"), aed("b", joined_to="a"), aed("c")], [("b", "c"), ("a", "b")])
    assert records.together == {"a": frozenset({"b", "c"}), "c": frozenset({"a", "b"})}


_rows = st.lists(
    st.builds(
        aed,
        st.sampled_from(NAMES),
        joined_to=st.sampled_from(["", "", "", "a"]),
        retired=st.booleans(),
    ),
    max_size=12,
)
_pairs = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda two: two[0] < two[1]))


@given(_rows, _pairs)
def test_however_they_come_in_they_are_what_the_last_of_each_says(
    rows: list[Aed], pairs: list[tuple[str, str]]
) -> None:
    rows = [replace(row, joined_to="") if row.aed_id == "a" else row for row in rows]
    one_by_one = Records([])
    for row in rows:
        one_by_one.put(row.aed_id, row)
    one_by_one.pair(NAMES, pairs)
    last = {row.aed_id: row for row in rows}
    at_once = Records(last.values(), pairs)

    assert one_by_one.standing() == at_once.standing()
    assert one_by_one.together == at_once.together
    for one, others in at_once.together.items():
        assert one not in others
