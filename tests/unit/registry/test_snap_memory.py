"""What is remembered of where things stand on the streets is what looking anew would find."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.streets.network_builder import build_network
from registry.snap_memory import SnapMemory

LON, LAT = 113.66, 34.75
STREET, _ = build_network(
    node_lon=np.array([LON, LON + 0.01, LON + 0.02]),
    node_lat=np.array([LAT, LAT + 0.005, LAT]),
    edge_from=np.array([0, 1]),
    edge_to=np.array([1, 2]),
)
places = st.tuples(st.floats(LON - 0.01, LON + 0.03), st.floats(LAT - 0.02, LAT + 0.02))


@given(st.lists(st.dictionaries(st.integers(0, 300), places, min_size=1, max_size=6), min_size=1, max_size=6))
@settings(max_examples=50)
def test_a_thing_is_where_it_was_last_said_to_be(questions: list[dict[int, tuple[float, float]]]) -> None:
    memory = SnapMemory(STREET)
    for question in questions:
        keys = np.array(list(question), np.int64)
        lon, lat = np.array(list(question.values())).T

        remembered = memory.snaps(keys, lon, lat)

        fresh = STREET.snap(lon, lat)
        for name in ("lon", "lat", "edge", "fraction", "distance_m"):
            np.testing.assert_array_equal(getattr(remembered, name), getattr(fresh, name))
