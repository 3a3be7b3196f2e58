"""A call by night is matched and led over what is open by night."""

from datetime import UTC, datetime

import numpy as np
import pytest

from dispatch.core.matching import Place, Walker
from dispatch.core.policy import Policy
from dispatch.incidents.scout import Scout
from geo.streets.network_builder import build_network
from geo.streets.streets_by_time import StreetsByTime
from geo.walking.walk_time import get_route
from registry.directory import Directory
from registry.models import Certificate, Rescuer

STEP = 0.004


def test_who_is_across_a_park_is_matched_by_its_path_only_while_it_is_open() -> None:
    corners = np.array([(0.0, 0.0), (0.0, STEP), (STEP, STEP), (STEP, 0.0)])
    network, _ = build_network(
        node_lon=113.6 + corners[:, 0],
        node_lat=34.7 + corners[:, 1],
        edge_from=np.array([0, 1, 2, 0]),
        edge_to=np.array([1, 2, 3, 3]),
        hours=np.array([-1, -1, -1, 0]),
        hours_texts=["shut\nopen 06:00-22:00"],
    )
    at_home = Rescuer(
        rescuer_id="r", certificates=(Certificate(kind="red_cross"),), on_duty=True, home_lon=113.6, home_lat=34.7004
    )
    now = [datetime(2026, 11, 30, 12, tzinfo=UTC)]
    scout = Scout(
        directory=Directory([], [at_home], plane=network.plane),
        streets=StreetsByTime(network, UTC),
        policy=Policy(),
        walker=Walker(takeout_s=20.0),
        is_on_the_line=lambda _rescuer_id: True,
        clock_now=lambda: now[0],
    )
    patient = Place(lon=113.6 + STEP, lat=34.7004)

    def matched_and_led_s() -> tuple[float, float]:
        found = scout.candidates(patient, budget_s=1_800.0, at=now[0])
        streets = scout.network
        assert streets is not None
        route = get_route(streets, streets.snap_one(113.6, 34.7004), streets.snap_one(patient.lon, patient.lat))
        return float(found.direct_s[0]), route.walk_time_s

    by_day = matched_and_led_s()
    now[0] = datetime(2026, 11, 30, 23, tzinfo=UTC)
    by_night = matched_and_led_s()

    assert by_day == pytest.approx((325.0, 325.0), abs=5.0)
    assert by_night == pytest.approx((833.0, 833.0), abs=8.0)
