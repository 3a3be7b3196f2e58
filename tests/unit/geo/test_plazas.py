"""Lines across squares stay on the square."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.streets.plazas import lines_across

SQUARE = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]) * 1e-3
HOLE = np.array([(0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7), (0.3, 0.3)]) * 1e-3
ALL, NONE = np.ones(5, bool), np.zeros(5, bool)


def test_a_free_square_is_crossed_from_corner_to_corner() -> None:
    lines = lines_across([SQUARE], [ALL])

    assert lines == [((0, 0), (0, 2)), ((0, 1), (0, 3))]


def test_a_square_with_one_entrance_needs_no_lines() -> None:
    assert lines_across([SQUARE], [np.array([True, False, False, False, True])]) == []


def test_a_street_drawn_across_the_square_is_left_anywhere() -> None:
    door = np.array([True, False, False, False, True])
    across, beside = (0.5e-3, 0.5e-3), (2e-3, 0.5e-3)

    lines = lines_across([SQUARE], [door], np.array([across, beside]))

    assert lines == [((0, 0), (1, 0))]


def test_a_fountain_is_walked_around_by_its_corners() -> None:
    lines = lines_across([SQUARE, HOLE], [ALL, NONE])

    assert ((0, 0), (0, 2)) not in lines
    assert ((0, 0), (1, 1)) in lines
    assert ((0, 2), (1, 1)) in lines


def test_a_broken_outline_is_not_crossed() -> None:
    bow_tie = np.array([(0, 0), (1, 1), (1, 0), (0, 1), (0, 0)]) * 1e-3

    assert lines_across([bow_tie], [ALL]) == []


@given(radii=st.lists(st.floats(0.2, 1.0), min_size=4, max_size=12))
def test_every_line_lies_on_the_square(radii: list[float]) -> None:
    angle = np.linspace(0.0, 2.0 * np.pi, len(radii), endpoint=False)
    star = 1e-3 * np.column_stack((radii * np.cos(angle), radii * np.sin(angle)))
    ring = np.vstack((star, star[:1]))

    lines = lines_across([ring], [np.ones(len(ring), bool)])

    area = shapely.Polygon(ring).buffer(1e-6)
    assert all(area.covers(shapely.LineString([ring[a], ring[b]])) for (_, a), (_, b) in lines)
