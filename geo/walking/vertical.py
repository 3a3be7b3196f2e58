"""Seconds that a walk takes beyond the street: in at the entrance, up or down to a floor, through a metro station."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geo.walking.floors import PLATFORM, Floor, find_floor

# All of these are assumptions but where a source is named. docs/walking-time.md puts them beside what was measured:
# patients above the second floor were reached about two minutes later (Drennan 2016).
ENTRANCE_S = 15.0
"""In at the door of a building, and to its stairs or lift."""
STAIRS_UP_S = 16.0
STAIRS_DOWN_S = 12.0
"""One floor of 3 m: 5.2 m of stairs at 30 degrees, seen from above, at 0.51 m/s up and 0.67 m/s down (Fruin 1971,
indoor stairs), and about 5 s for the landings."""
LIFT_WAIT_S = 54.0
"""Until the lift is there, and its doors opening and closing twice: a stop of it takes so long (Silverman 2007)."""
LIFT_S_PER_FLOOR = 3.0
"""At 1 m/s, the slowest common speed."""
LIFT_FROM_FLOORS = 4
"""So many floors up or down a building has a lift (a common rule for flats); lower ones are not sure to have one."""
CONCOURSE_S = 75.0
"""From a metro entrance down to the ticket hall: two flights of stairs and some 40 m of passage."""
PLATFORM_S = 45.0
"""From the ticket hall through the gate and down one flight to the platform."""


def climb_s(storeys: int, *, lift: bool | None = None) -> float:
    """Seconds from street level to `storeys` up (negative: down), the quicker of stairs and lift, and as long back.

    lift: whether there is one; None not known, then from `LIFT_FROM_FLOORS` on.
    """
    floors = abs(storeys)
    on_stairs_s = floors * (STAIRS_UP_S if storeys > 0 else STAIRS_DOWN_S)
    if floors == 0 or not (floors >= LIFT_FROM_FLOORS if lift is None else lift):
        return on_stairs_s
    return min(on_stairs_s, LIFT_WAIT_S + floors * LIFT_S_PER_FLOOR)


def inside_s(
    floor: Floor | None, *, indoor: bool | None = None, outwards: bool = False, lift: bool | None = None
) -> float:
    """Seconds between the street and a place on a floor.

    floor: None where it is not known. indoor: whether it is in a building; None not known, then a floor other than
    the street's says so. outwards: the way out, which goes down where the way in goes up.
    """
    if floor is not None and floor.metro:
        return CONCOURSE_S + (PLATFORM_S if floor.storey <= PLATFORM.storey else 0.0)
    storey = 0 if floor is None else floor.storey
    inside = storey != 0 if indoor is None else indoor or storey != 0
    return (ENTRANCE_S if inside else 0.0) + climb_s(-storey if outwards else storey, lift=lift)


def added_s(
    aed_floor: Floor | None,
    patient_floor: Floor | None = None,
    *,
    aed_indoor: bool | None = None,
    patient_indoor: bool | None = None,
    same_building: bool = False,
) -> float:
    """Seconds that fetching an AED takes beyond the streets: in to it, out with it, in to the patient.

    same_building: the way from the AED to the patient stays inside, such as within one metro station.
    """
    if same_building:
        return inside_s(aed_floor, indoor=aed_indoor) + _between_s(aed_floor, patient_floor)
    return aed_added_s(aed_floor, indoor=aed_indoor) + inside_s(patient_floor, indoor=patient_indoor)


def _between_s(first: Floor | None, second: Floor | None) -> float:
    """Inside one building, from a floor to another; one that is not known is the street's."""
    start, end = first or Floor(storey=0), second or Floor(storey=0)
    if start.metro and end.metro:
        return 0.0 if start.storey == end.storey else PLATFORM_S
    return climb_s(end.storey - start.storey)


def aed_added_s(floor: Floor | None, *, indoor: bool | None = None) -> float:
    """The AED's own share: in to it and out again."""
    return inside_s(floor, indoor=indoor) + inside_s(floor, indoor=indoor, outwards=True)


def aeds_added_s(
    floor_text: Sequence[str],
    location_text: Sequence[str],
    indoor: Sequence[bool | None],
    ground_is_first: Sequence[bool] | None = None,
) -> NDArray[np.float32]:
    """(n,) `aed_added_s` of many AEDs, by their floor where it can be read, else by the text of their place.

    ground_is_first: how storeys are counted where each hangs, see `find_floor`; None as in China for all.
    """
    counted = [True] * len(floor_text) if ground_is_first is None else ground_is_first
    floors = [
        find_floor(floor, ground_is_first=first) or find_floor(place, ground_is_first=first)
        for floor, place, first in zip(floor_text, location_text, counted, strict=True)
    ]
    return np.array(
        [aed_added_s(floor, indoor=inside) for floor, inside in zip(floors, indoor, strict=True)], np.float32
    )
