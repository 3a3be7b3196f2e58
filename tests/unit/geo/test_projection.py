"""The local plane: there and back, and true to the ellipsoid near its origin."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.places.geodesic import geodesic_m
from geo.places.projection import LocalPlane

ORIGIN = st.tuples(st.floats(-179.9, 179.9), st.floats(-70.0, 70.0))
NEARBY_DEG = st.floats(-0.4, 0.4)


@given(origin=ORIGIN, east=NEARBY_DEG, north=NEARBY_DEG)
def test_there_and_back_is_the_same_place(origin: tuple[float, float], east: float, north: float) -> None:
    plane = LocalPlane(*origin)
    lon, lat = origin[0] + east, origin[1] + north

    assert geodesic_m(lon, lat, *plane.to_lonlat(*plane.to_plane(lon, lat))) < 1e-4


@given(origin=ORIGIN, east=NEARBY_DEG, north=NEARBY_DEG, turn=st.floats(0.0, 6.3))
def test_a_few_hundred_metres_are_true_across_a_city(
    origin: tuple[float, float], east: float, north: float, turn: float
) -> None:
    plane = LocalPlane(*origin)
    x, y = plane.to_plane(origin[0] + east, origin[1] + north)
    there = plane.to_lonlat(x + 300.0 * np.cos(turn), y + 300.0 * np.sin(turn))

    assert geodesic_m(*plane.to_lonlat(x, y), *there) == pytest.approx(300.0, rel=1e-4)


def test_east_and_north_are_positive() -> None:
    x, y = LocalPlane(113.6, 34.7).to_plane(113.61, 34.71)

    assert x > 900.0
    assert y > 1_100.0


def test_the_plane_goes_across_the_date_line() -> None:
    assert LocalPlane(179.99, 0.0).to_plane(-179.99, 0.0)[0] == pytest.approx(2_226.4, abs=0.5)


def test_arrays_and_scalars_mix_in_distances() -> None:
    metres = geodesic_m(113.6, 34.7, np.array([113.6, 113.7]), np.array([34.7, 34.7]))

    assert metres == pytest.approx([0.0, geodesic_m(113.6, 34.7, 113.7, 34.7)])
