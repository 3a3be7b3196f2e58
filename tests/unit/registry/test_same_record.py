"""Which row of a list is which record of the same list before."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from registry.importers.same_record import matched
from registry.models import Aed

WORDS = ("Library", "小学校", "体育馆", "Mill Lane 7", "Lake Road", "市民病院 1階", "Pool", "Town hall 2F")
DEGREE_M = 111_195.0


def aed(aed_id: str, **fields: object) -> Aed:
    told: dict[str, object] = {"lon": 121.2, "lat": 25.0, "time_zone": "Asia/Taipei", "source": "s"}
    made = Aed(aed_id=aed_id, **{**told, **fields})  # type: ignore[arg-type]
    return made if made.source_ref else replace(made, source_ref=" | ".join((made.name, made.location_text)))


def shifted(one: Aed, metres: float) -> Aed:
    return replace(one, aed_id="", lat=one.lat + metres / DEGREE_M)


def test_a_corrected_address_or_floor_and_some_metres_make_no_other_aed() -> None:
    known = [aed("a", name="Library", location_text="Main Street 1, 1F")]
    for found in (
        replace(known[0], location_text="Main Street 1a, 1F", source_ref="Library | Main Street 1a, 1F"),
        replace(known[0], location_text="Main Street 1, 2F", source_ref="Library | Main Street 1, 2F"),
        shifted(known[0], 150),
        replace(shifted(known[0], 20), name="The library", source_ref="The library | Main Street 1, 1F"),
    ):
        assert matched([found], known) == {0: "a"}


def test_another_place_or_another_name_is_another_aed() -> None:
    known = [aed("a", name="Library", location_text="Main Street 1")]
    elsewhere = aed("", name="Swimming pool", location_text="Main Street 1", lat=25.0005)
    assert matched([elsewhere], known) == {}
    assert matched([replace(elsewhere, source_ref="17")], [replace(known[0], source_ref="16")]) == {}


def test_a_list_that_numbers_its_devices_anew_keeps_those_that_hang_where_they_hung() -> None:
    known = [aed("a", name="Library", source_ref="1"), aed("b", name="Library annex", source_ref="2")]
    found = [replace(one, aed_id="", source_ref=f"2026-{one.source_ref}") for one in reversed(known)]
    assert matched(found, known) == {0: "b", 1: "a"}


def test_of_several_in_one_building_each_stays_itself() -> None:
    floors = [aed(name, name="Mall", location_text=f"{name} floor", floor=name) for name in ("1F", "2F", "3F")]
    found = [shifted(one, 2) for one in floors[1:]]
    assert matched(found, floors) == {0: "2F", 1: "3F"}


places = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), unique=True, min_size=1, max_size=15)


@given(places, st.data())
def test_a_list_in_another_order_with_small_moves_is_the_same_list(
    where: list[tuple[int, int]], data: st.DataObject
) -> None:
    known = [
        aed(
            f"aed-{x}-{y}",
            name=data.draw(st.sampled_from(WORDS)),
            location_text=f"{x}/{y}",
            lon=121 + x / 100,
            lat=25 + y / 100,
        )
        for x, y in where
    ]
    order = data.draw(st.permutations(range(len(known))))
    found = [shifted(known[index], data.draw(st.floats(-20, 20))) for index in order]

    assert matched(found, known) == {place: known[index].aed_id for place, index in enumerate(order)}


@given(st.data())
def test_no_record_is_two_rows(data: st.DataObject) -> None:
    def some(names: str) -> list[Aed]:
        drawn = [
            aed(
                name,
                name=data.draw(st.sampled_from(WORDS)),
                lon=121.2 + data.draw(st.integers(0, 4)) / 10_000,
                source_ref=data.draw(st.sampled_from(["", "", name])),
            )
            for name in names
        ]
        return list({one.source_ref: one for one in drawn}.values())

    matches = matched(some("pqrst"), some("abcde"))
    assert len(set(matches.values())) == len(matches)
