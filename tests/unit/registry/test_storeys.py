"""A floor is shown as people there call it, and climbed to as they mean it."""

import pytest

from geo.walking.floors import Floor, find_floor
from registry.importers.aed_rows import checked_aeds
from registry.importers.aed_sources import RawAed
from registry.models import Aed
from registry.storeys import floor_as_said, ground_is_first, level_as_said

SHANGHAI, TOKYO, HONG_KONG, VADUZ, NEW_YORK = (
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Asia/Hong_Kong",
    "Europe/Vaduz",
    "America/New_York",
)


def imported(zone: str, **said: str) -> Aed:

    row = RawAed(where="line 2", ref="a", place=(113.6, 34.7), **said)
    (aed,) = checked_aeds([row], source="s", time_zone=zone).aeds
    return aed


@pytest.mark.parametrize(
    ("level", "zone", "said"),
    [
        ("0", SHANGHAI, "1楼"), ("1", SHANGHAI, "2楼"), ("-1", SHANGHAI, "B1"), ("1", TOKYO, "2階"),
        ("1.0", TOKYO, "2階"), ("1", HONG_KONG, "1/F"), ("0", HONG_KONG, "G/F"), ("1", VADUZ, "1"),
        ("1", NEW_YORK, "2F"),
        ("0;1", SHANGHAI, "1楼、2楼"), ("0.5", SHANGHAI, "0.5"),
        ("concourse", SHANGHAI, "concourse"), ("", SHANGHAI, ""),
    ],
)  # fmt: skip
def test_osms_level_is_told_as_people_there_count(level: str, zone: str, said: str) -> None:
    assert level_as_said(level, zone) == said
    assert imported(zone, level=level).floor == said
    # What is shown and what is climbed stay one.
    assert find_floor(said, ground_is_first=ground_is_first(zone)) == find_floor(level)


@pytest.mark.parametrize(
    ("floor", "zone", "said", "storey"),
    [
        ("2", SHANGHAI, "2楼", 1), ("2.0", SHANGHAI, "2楼", 1), ("-1", SHANGHAI, "B1", -1), ("2F", SHANGHAI, "2F", 1),
        ("2", VADUZ, "2", 2), ("UG", VADUZ, "UG", -1), ("2F", VADUZ, "2F", 2), ("2", TOKYO, "2階", 1),
    ],
)  # fmt: skip
def test_a_lists_bare_number_counts_as_people_there_count(floor: str, zone: str, said: str, storey: int) -> None:
    assert floor_as_said(floor, zone) == said
    assert imported(zone, floor=floor, level="7").floor == said
    assert find_floor(said, ground_is_first=ground_is_first(zone)) == Floor(storey=storey)
