"""What a volunteer is told before accepting: a block, not a door, and no more of the way than up to its edge."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dispatch.contracts.stream import AreaFrame, RouteFrame, RouteStepFrame
from dispatch.core.matching import Place
from dispatch.incidents.ways import AREA_CELL_M, METRES_PER_DEGREE, area_around, shortened
from dispatch.records import Details
from geo.places.geodesic import geodesic_m

lons = st.floats(-179.9, 179.9)
lats = st.floats(-80, 80)
STEP_LAT = AREA_CELL_M / METRES_PER_DEGREE


def area_of(lon: float, lat: float, accuracy_m: float | None = None) -> AreaFrame:
    return area_around(Details(place=Place(lon=lon, lat=lat), accuracy_m=accuracy_m))


def cell_corner(lon: float, lat: float) -> tuple[float, float]:
    """Just inside the north-east corner of the grid cell around a place."""
    row = math.floor(lat / STEP_LAT)
    step_lon = STEP_LAT / math.cos(math.radians((row + 0.5) * STEP_LAT))
    return (math.floor(lon / step_lon) + 1 - 1e-6) * step_lon, (row + 1 - 1e-6) * STEP_LAT


@given(lons, lats, st.none() | st.floats(0, 5_000))
@example(*cell_corner(113.665, 34.757), None)
@example(*cell_corner(10.0, 60.0), None)
@example(*cell_corner(10.0, -79.0), 0.4)
def test_the_patient_is_always_inside_the_circle(lon: float, lat: float, accuracy_m: float | None) -> None:
    area = area_of(lon, lat, accuracy_m)

    assert geodesic_m(lon, lat, area.lon, area.lat) <= area.radius_m


@given(lons, lats)
def test_a_patient_in_the_corner_of_a_cell_is_inside_the_circle_too(lon: float, lat: float) -> None:
    corner = cell_corner(lon, lat)
    area = area_of(*corner)

    assert geodesic_m(*corner, area.lon, area.lat) <= area.radius_m


@given(lons, lats, st.floats(0.001, 0.999), st.floats(0.001, 0.999))
def test_all_patients_of_one_block_get_the_same_circle(lon: float, lat: float, east: float, north: float) -> None:
    row = math.floor(lat / STEP_LAT)
    step_lon = STEP_LAT / math.cos(math.radians((row + 0.5) * STEP_LAT))
    column = math.floor(lon / step_lon)

    one = area_of((column + 0.5) * step_lon, (row + 0.5) * STEP_LAT)
    other = area_of((column + east) * step_lon, (row + north) * STEP_LAT)

    assert one == other


@given(lons, st.floats(-70, 70))
def test_the_circle_is_about_a_block_and_not_a_quarter(lon: float, lat: float) -> None:
    assert AREA_CELL_M / 2 < area_of(lon, lat).radius_m < AREA_CELL_M


@given(st.floats(0, 5_000))
def test_a_place_known_badly_has_a_larger_circle(accuracy_m: float) -> None:
    assert area_of(113.665, 34.757, accuracy_m).radius_m >= area_of(113.665, 34.757).radius_m + accuracy_m - 1


AREA = AreaFrame(lon=113.665, lat=34.757, radius_m=142.0)
STEP = RouteStepFrame(kind="walk", street="中原路", length_m=10.0, walk_time_s=7.0)
points = st.tuples(st.floats(113.66, 113.67), st.floats(34.752, 34.762))


def away_m(point: tuple[float, float]) -> float:
    return float(geodesic_m(*point, AREA.lon, AREA.lat))


@given(st.lists(points, min_size=1, max_size=30))
def test_a_shortened_way_ends_where_it_last_enters_the_area_and_names_no_street(way: list[tuple[float, float]]) -> None:
    whole = RouteFrame(lonlat=tuple(way), length_m=500.0, steps=(STEP, STEP))

    told = shortened(whole, AREA)

    cut = len(told.lonlat)
    assert told.lonlat == whole.lonlat[:cut], "what is told is the beginning of the way"
    assert not told.lonlat or away_m(told.lonlat[-1]) > AREA.radius_m
    farthest_m = max(AREA.radius_m, *(away_m(point) for point in way[-2:]))
    assert all(away_m(point) <= farthest_m for point in way[cut:]), "no more is left out than what lies in the area"
    assert cut <= max(0, len(way) - 2) or cut < len(way) <= 2, "neither the door nor the street before it is told"
    assert told.steps == ()
    assert told.shortened


@pytest.mark.parametrize("steps", [1, 2, 17])
def test_of_a_way_within_the_area_nothing_is_told(steps: int) -> None:
    lat = np.linspace(34.7569, 34.757, steps)
    whole = RouteFrame(lonlat=tuple((113.665, float(one)) for one in lat), length_m=20.0, steps=(STEP,))

    assert shortened(whole, AREA).lonlat == ()
