"""The ways of a whole wave, found together, are the ways that are found one by one."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.core.events import Role
from dispatch.core.incident import Alert, AlertStatus
from dispatch.core.matching import Place, Walker
from dispatch.core.policy import Policy
from dispatch.incidents.scout import Scout
from dispatch.incidents.ways import Ways, area_around
from dispatch.records import Details
from geo.places.geodesic import geodesic_m
from geo.places.projection import LocalPlane
from geo.streets.network_builder import build_network
from geo.streets.streets_by_time import StreetsByTime
from registry.directory import Directory
from registry.models import Aed, Certificate, Rescuer

NOON = datetime(2025, 3, 5, 4, 0, tzinfo=UTC)
PLANE = LocalPlane(113.665, 34.757)
SIDE, BLOCK_M = 9, 110.0


def place(east_m: float, north_m: float) -> Place:
    lon, lat = PLANE.to_lonlat(east_m, north_m)
    return Place(lon=lon, lat=lat)


def streets():
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    x, y = (axis.ravel() * BLOCK_M for axis in np.meshgrid(np.arange(SIDE), np.arange(SIDE)))
    lon, lat = PLANE.to_lonlat(x, y)
    network, _ = build_network(
        node_lon=lon,
        node_lat=lat,
        edge_from=np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()]),
        edge_to=np.concatenate([number[:, 1:].ravel(), number[1:].ravel()]),
    )
    return network


STREETS = streets()
metres = st.floats(0, (SIDE - 1) * BLOCK_M)
spots = st.tuples(metres, metres).map(lambda at: place(*at))


def ways_of(people: list[Place], aed: Place) -> Ways:
    papers = (Certificate(kind="red_cross", valid_until=date(2030, 1, 1)),)
    rescuers = [
        Rescuer(rescuer_id=f"r{number}", certificates=papers, on_duty=True, home_lon=one.lon, home_lat=one.lat)
        for number, one in enumerate(people)
    ]
    box = Aed(aed_id="a", lon=aed.lon, lat=aed.lat, time_zone="Asia/Shanghai", opening_hours="24/7")
    directory = Directory([box], rescuers, plane=STREETS.plane)
    scout = Scout(
        directory=directory,
        streets=StreetsByTime(STREETS, UTC),
        policy=Policy(),
        walker=Walker(takeout_s=20.0),
        is_on_the_line=lambda _rescuer_id: True,
        clock_now=lambda: NOON,
    )
    return Ways(directory=directory, scout=scout)


def alert_of(number: int, *, fetches: bool) -> Alert:
    return Alert(
        alert_id=f"i-{number}",
        rescuer_id=f"r{number}",
        role=Role.FETCH_AED if fetches else Role.DIRECT,
        aed_id="a" if fetches else None,
        walk_time_s=100.0,
        to_aed_s=50.0 if fetches else None,
        straight_line=False,
        wave=0,
        alerted_at=NOON,
        answer_by=NOON,
        status=AlertStatus.RINGING,
    )


@given(patient=spots, aed=spots, people=st.lists(st.tuples(spots, st.booleans()), min_size=1, max_size=12))
@settings(max_examples=40, deadline=None)
def test_a_waves_ways_are_those_found_one_by_one_and_end_at_the_areas_edge(
    patient: Place, aed: Place, people: list[tuple[Place, bool]]
) -> None:
    ways = ways_of([where for where, _ in people], aed)
    alerts = [alert_of(number, fetches=fetches) for number, (_, fetches) in enumerate(people)]
    details = Details(place=patient)
    area = area_around(details)

    found = ways.approaches(details, alerts)

    assert set(found) == {alert.alert_id for alert in alerts}
    for alert in alerts:
        together, alone = found[alert.alert_id], ways.approach(details, alert)
        assert alone is not None
        assert (together.shortened, together.straight_line, together.steps) == (True, False, ())
        assert together.length_m == pytest.approx(alone.length_m, abs=0.11)
        assert (not together.lonlat) == (not alone.lonlat)
        for ours, theirs in zip(together.lonlat[:1], alone.lonlat[:1], strict=True):
            assert ours == pytest.approx(theirs, abs=2e-6)
        for lon, lat in together.lonlat[-1:]:
            assert geodesic_m(lon, lat, area.lon, area.lat) > area.radius_m - 1.0
