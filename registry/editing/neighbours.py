"""Which AEDs are about a place, by the live picture: reading all of a city for one edit would take its time."""

import math

from registry.directory import Directory
from registry.doubles import LOOK_WITHIN_M
from registry.editing.describing import Near

_METRES_PER_DEGREE = 110_000.0
"""A little less than a degree of latitude has, so that the box is never too small."""


def near_in(directory: Directory) -> Near:
    """Those no farther than two records of one AED are put apart."""

    def near(lon: float, lat: float) -> list[str]:
        high = LOOK_WITHIN_M / _METRES_PER_DEGREE
        wide = high / max(math.cos(math.radians(lat)), 0.01)
        box = (max(-180.0, lon - wide), max(-90.0, lat - high), min(180.0, lon + wide), min(90.0, lat + high))
        return [aed.aed_id for aed in directory.aeds_in(*box)]

    return near
