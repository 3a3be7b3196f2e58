"""Areas that tell where a patient was are gone with the incident."""

from dataclasses import replace
from typing import Any

from dispatch.core.matching import Place
from dispatch.incidents.live import LiveIncident, LiveIncidents
from dispatch.incidents.lookout import Lookout
from dispatch.records import Details
from dispatch.side_thread import SideThread
from tests.unit.dispatch.incident_story import Story, call, candidates


class NoStreets:
    """All that an area asks of a scout."""

    network = None

    class walker:  # noqa: N801 - stands in for an attribute
        speed_m_s = 1.4


def live_incident() -> LiveIncident:
    story = Story(candidates({}))
    story.tell(call())
    assert story.incident
    return LiveIncident(incident=story.incident, details=Details(place=Place(lon=113.6, lat=34.7)))


async def test_an_area_is_kept_while_the_incident_is_open_and_no_longer() -> None:
    reader: Any = None
    scout: Any = NoStreets()
    incidents = LiveIncidents(reader)
    lookout = Lookout(scout, SideThread(), incidents)
    live = live_incident()
    incidents.put(live)

    first, again = [await lookout.area(live, minutes=4) for _ in range(2)]
    incidents.put(replace(live, incident=replace(live.incident, closed="closed")))
    afterwards, twice = [await lookout.area(live, minutes=4) for _ in range(2)]

    assert again is first
    assert afterwards == first
    assert afterwards is not first
    assert twice is not afterwards
