"""What a place is: an area of the city, or a station that stands at a point."""

from enum import StrEnum


class PlaceKind(StrEnum):
    """district (区), grid (网格), practice_station (培训实践站), school_station (学校急救站), metro_station
    (地铁站)."""

    DISTRICT = "district"
    GRID = "grid"
    PRACTICE_STATION = "practice_station"
    SCHOOL_STATION = "school_station"
    METRO_STATION = "metro_station"

    @property
    def is_area(self) -> bool:
        """Whether it is an outline on the ground, and not a point."""
        return self in {PlaceKind.DISTRICT, PlaceKind.GRID}
