"""Which AEDs hang in a district."""

import numpy as np

from registry.models import Aed
from registry.places.districts import District


def within(district: District | None, aeds: list[Aed]) -> list[Aed]:
    """Those of them, in their order; all where no district is asked about."""
    if district is None or not aeds:
        return aeds
    lies = district.holds(*np.array([(aed.lon, aed.lat) for aed in aeds], np.float64).T)
    return [aed for aed, is_inside in zip(aeds, lies.tolist(), strict=True) if is_inside]
