"""Seconds from the kerb to the patient's side by the kind of building."""

import pytest

from geo.walking.building import Building, find_building, to_patient_s
from geo.walking.floors import Floor
from geo.walking.vertical import inside_s


@pytest.mark.parametrize(
    ("kind", "address", "building"),
    [
        ("flats", "", Building.FLATS),
        (" Office ", "3号楼2单元", Building.OFFICE),
        ("outdoors", "", Building.OUTDOORS),
        ("castle", "", None),
        ("", "中原路1号3单元502", Building.FLATS),
        ("", "帝湖花园西区 12号楼 1803室", Building.FLATS),
        ("", "金水路 国贸写字楼 8层", Building.OFFICE),
        ("", "紫荆山公园 北门", None),
        ("", "Apartment 4, Long Street", Building.FLATS),
        ("", "", None),
    ],
)
def test_the_kind_is_what_120_says_or_the_address_tells(kind: str, address: str, building: Building | None) -> None:
    assert find_building(kind, address) is building


@pytest.mark.parametrize(
    ("building", "floor", "seconds"),
    [
        (Building.OUTDOORS, Floor(storey=3), 0.0),
        (Building.FLATS, None, 138.0),
        (Building.FLATS, Floor(storey=17), 138.0),
        (Building.FLATS, Floor(storey=0), 48.0),
        (Building.OFFICE, None, 132.0),
        (Building.HOUSE, None, 48.0),
        (Building.HOUSE, Floor(storey=3), 15.0 + 3 * 16.0),
        (Building.FLATS, Floor(storey=60), 15.0 + 54.0 + 180.0),
    ],
)
def test_a_building_takes_its_measured_median_or_what_its_stairs_take(
    building: Building, floor: Floor | None, seconds: float
) -> None:
    assert to_patient_s(building, floor) == seconds


def test_an_escort_saves_some_of_it_and_never_the_stairs() -> None:
    assert to_patient_s(Building.FLATS, None, escorted=True) == 114.0
    assert to_patient_s(Building.HOUSE, Floor(storey=3), escorted=True) == 63.0
    assert to_patient_s(Building.OUTDOORS, None, escorted=True) == 0.0


def test_where_the_kind_is_not_known_the_floor_alone_counts() -> None:
    assert to_patient_s(None, Floor(storey=2)) == inside_s(Floor(storey=2))
    assert to_patient_s(None, None) == 0.0
