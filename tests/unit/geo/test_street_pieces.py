"""Pieces of street and gap areas."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.coverage.gaps import find_gaps
from geo.streets.street_pieces import counted_m, piece_lines, street_pieces
from geo.streets.walk_network import EdgeFlag, WalkNetwork
from tests.unit.geo.walk_worlds import network_of, networks


@given(network=networks(), longest_m=st.sampled_from([30.0, 100.0, 10_000.0]))
@settings(max_examples=80)
def test_pieces_are_short_and_add_up_to_the_public_streets(network: WalkNetwork, longest_m: float) -> None:
    pieces = street_pieces(network, longest_m=longest_m)

    public = (network.edge_flags & (EdgeFlag.PRIVATE | EdgeFlag.GATE)) == 0
    assert pieces.length_m.sum() == pytest.approx(network.edge_length_m[public].sum(), rel=1e-5)
    assert (pieces.length_m <= longest_m * (1.0 + 1e-5)).all()
    lines = piece_lines(network, pieces)
    for number in range(len(pieces)):
        some = slice(lines.first[number], lines.first[number + 1])
        x, y = network.plane.to_plane(lines.lon[some], lines.lat[some])
        assert np.hypot(np.diff(x), np.diff(y)).sum() == pytest.approx(pieces.length_m[number], rel=2e-2, abs=0.5)
        middle = shapely.Point(*network.plane.to_plane(pieces.middle.lon[number], pieces.middle.lat[number]))
        assert shapely.LineString(np.column_stack((x, y))).distance(middle) < 0.1


def test_a_bend_is_in_the_piece_that_it_lies_in() -> None:
    street = network_of([(0.0, 0.0), (300.0, 0.0)], [(0, 1)], bends=[[(150.0, 100.0)]])

    lines = piece_lines(street, street_pieces(street, longest_m=200.0))

    assert np.diff(lines.first).tolist() == [2, 2]
    assert np.diff(piece_lines(street, street_pieces(street, longest_m=1_000.0)).first).tolist() == [3]


def test_streets_count_as_long_as_they_are_and_a_web_across_a_square_does_not() -> None:
    town = network_of([(0.0, 0.0), (300.0, 0.0), (300.0, 200.0), (0.0, 8.0), (300.0, 8.0)], [(0, 1), (1, 2), (3, 4)])
    rim = [(40.0 * np.cos(turn), 40.0 * np.sin(turn)) for turn in np.linspace(0.0, 6.0, 20)]
    web = network_of(rim, [(one, other) for one in range(20) for other in range(one)])

    for network, least, most in ((town, 0.97, 1.001), (web, 0.05, 0.25)):
        pieces = street_pieces(network)
        counted = counted_m(network, pieces)
        assert (counted <= pieces.length_m * 1.001).all()
        assert least <= counted.sum() / pieces.length_m.sum() <= most


@given(
    places=arrays(np.float64, st.tuples(st.integers(1, 40), st.just(2)), elements=st.floats(-3_000.0, 3_000.0)),
    data=st.data(),
)
@settings(max_examples=80)
def test_a_gap_holds_its_points_and_no_point_is_in_two(places: np.ndarray, data: st.DataObject) -> None:
    count = len(places)
    weight = data.draw(arrays(np.float64, count, elements=st.sampled_from([0.0, 1.0, 2.5])))
    covered = data.draw(arrays(np.bool_, count))

    gaps = find_gaps(places[:, 0], places[:, 1], weight, covered, cell_m=100.0)

    held = [point for gap in gaps for point in gap.point.tolist()]
    assert len(held) == len(set(held))
    assert not covered[held].any()
    assert [gap.weight for gap in gaps] == sorted((gap.weight for gap in gaps), reverse=True)
    for gap in gaps:
        assert gap.weight == pytest.approx(weight[gap.point].sum())
        assert all(gap.area.buffer(0.01).covers(shapely.Point(*place)) for place in places[gap.point].tolist())
        assert gap.area.is_valid
    some = find_gaps(places[:, 0], places[:, 1], weight, covered, cell_m=100.0, most=2)
    assert [gap.weight for gap in some] == [gap.weight for gap in gaps[:2]]
    if not covered.any():
        assert sum(gap.weight for gap in gaps) == pytest.approx(weight.sum())


def test_neighbouring_cells_are_one_gap_and_a_covered_quarter_between_makes_two() -> None:
    x = np.arange(0.0, 900.0, 50.0)
    y = np.zeros(x.size)
    weight = np.ones(x.size)

    alone = find_gaps(x, y, weight, np.zeros(x.size, bool), cell_m=100.0)
    parted = find_gaps(x, y, weight, (x >= 300.0) & (x < 600.0), cell_m=100.0)

    assert [gap.weight for gap in alone] == [18.0]
    assert [gap.weight for gap in parted] == [6.0, 6.0]
