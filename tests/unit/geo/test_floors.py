"""Floors as people write them."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.walking.floors import CONCOURSE, PLATFORM, Floor, find_floor


@pytest.mark.parametrize(
    ("text", "storey"),
    [
        ("1F", 0), ("1 F", 0), ("3F", 2), ("F3", 2),
        ("12F", 11), ("２階", 1), ("1階廊下", 0), ("新館9F", 8), ("4階３年生職員室", 3),
        ("2楼", 1), ("十二楼", 11),
        ("二十三层", 22), ("二层", 1), ("2号楼5层", 4), ("首层", 0),
        ("B1", -1), ("B2F", -2), ("-1", -1), ("-2层", -2), ("负一楼", -1), ("地下一层", -1), ("地下2层", -2),
        ("LG", -1),
        ("2. UG", -2), ("basement", -1),
        ("G/F", 0), ("1/F", 1), ("0", 0), ("1", 1), ("10", 10), ("1;2", 1), ("2.0", 2),
        ("2nd floor", 2), ("3. OG", 3), ("3. Stock, Poststelle (Raum 308)", 3), ("Ebene 2, Bereich N", 2),
        ("Erdgeschoss, rechts", 0), ("Piano terra", 0),
    ],
)  # fmt: skip
def test_a_floor_is_read_as_it_is_written(text: str, storey: int) -> None:
    assert find_floor(text) == Floor(storey=storey)


@pytest.mark.parametrize(
    ("text", "floor"),
    [
        ("站厅层", CONCOURSE),
        ("站厅临近B口车站控制室附近", CONCOURSE),
        ("站台中部无障碍电梯后方", PLATFORM),
        ("1.站厅A端上行扶梯下。 2.上行站台3-2处。", CONCOURSE),
    ],
)
def test_metro_stations_are_known_by_their_halls(text: str, floor: Floor) -> None:
    assert find_floor(text) == floor


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "unknown", "B口", "B座", "Room 308", "12-3", "3号楼", "中原路1号", "階段踊り場",
        "正面突き当たり階段の左側", "站台门旁", "公交站台旁", "9999楼", "Haupteingang",
        "B1出口", "B2栋", "B101室", "地下3号线", "地下100米", "负一定责任", "地铁1号线", "L1线", "L7电梯旁", "M41 5UG",
        "64 -70", "共18层", "本所为3层建筑物", "6层高", "每一层", "3-2楼", "东门1200米",
        "中原路1803号", "3号院502米", "0371-6612345", "www.mf.example", "天台戏院", "12室", "楼上", "001室",
    ],
)  # fmt: skip
def test_what_names_no_floor_is_not_guessed_at(text: str) -> None:
    assert find_floor(text) is None


def test_where_the_ground_floor_is_not_the_first_2f_is_two_up() -> None:
    assert find_floor("2F", ground_is_first=False) == Floor(storey=2)


@given(st.text(max_size=40))
def test_any_text_is_read_or_not_but_never_breaks(text: str) -> None:
    floor = find_floor(text)

    assert floor is None or abs(floor.storey) <= 999


@given(st.integers(1, 99), st.sampled_from(["{}F", "{}楼", "{}层", "{}階", "F{}", "{} F"]))
def test_counted_from_one_every_floor_is_one_higher_than_the_one_below(number: int, form: str) -> None:
    assert find_floor(form.format(number)) == Floor(storey=number - 1)


def test_the_real_stations_signs_agree_with_their_level(shared_data: Path) -> None:
    path = shared_data / "zhengzhou" / "zhengzhou_metro_aed.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = {"concourse": CONCOURSE, "platform": PLATFORM}

    named = [(find_floor(row["location_text"]), expected[row["level"]]) for row in rows if row["level"] in expected]

    assert len(named) == 305
    assert sum(found == told for found, told in named) >= 300


@pytest.mark.parametrize(
    ("text", "storey"),
    [
        ("1803室", 17), ("302房", 2), ("0302室", 2), ("3单元502", 4), ("中原路1号3单元502", 4), ("12栋1803", 17),
        ("国贸大厦A座1803室", 17), ("A1803室", 17), ("2号楼1单元1203", 11), ("3-502", 4), ("2-1-1803", 17),
        ("101号室", 0), ("2楼 1803室", 1),
        ("负一", -1), ("负1", -1), ("負二", -2), ("地下二", -2), ("地下1", -1), ("B-1", -1), ("B1M", -1), ("LG2", -2),
        ("LG/F", -1), ("LGF", -1), ("Lower Ground Floor", -1), ("basement 2", -2), ("지하1층", -1), ("B1F出入口处", -1),
        ("地下室", -1), ("地下车库", -1), ("地库", -1), ("半地下室", -1), ("地下停车场B2层", -2), ("Keller", -1),
        ("顶楼", 5), ("顶层", 5), ("楼顶", 5), ("屋上", 5), ("R/F", 5), ("top floor", 5), ("18楼顶楼", 17),
        ("夹层", 1), ("M/F", 1), ("mezzanine", 1), ("2楼夹层", 1), ("0.5", 1),
        ("L1", 0), ("L3", 2), ("L 3", 2), ("G层", 0), ("UG", 0), ("UG/F", 0), ("ground floor", 0), ("RDC", 0),
        ("一百零二层", 101), ("三十楼", 29), ("第三层", 2), ("上二楼右边", 1), ("楼层：5", 4), ("楼层B2", -2),
        ("3층", 2), ("1-3层", 0), ("三至五层", 2), ("3~5樓", 2), ("1、2楼", 0), ("共四层楼，一楼", 0),
        ("second floor", 2), ("1er étage", 1), ("2º piso", 2), ("planta 3", 3), ("3 этаж", 2), ("5th fl", 5),
    ],
)  # fmt: skip
def test_a_floor_that_people_can_tell_is_told(text: str, storey: int) -> None:
    assert find_floor(text) == Floor(storey=storey)


@pytest.mark.parametrize(("text", "storey"), [("UG", -1), ("L3", 3), ("1803室", 18), ("2楼", 2), ("2. UG", -2)])
def test_where_the_ground_floor_is_not_the_first_all_else_moves_with_it(text: str, storey: int) -> None:
    assert find_floor(text, ground_is_first=False) == Floor(storey=storey)
