"""Seconds from the kerb to the patient's side by the kind of building: the only medians that were ever measured.

Silverman 2007 (New York, 449 calls): kerb to patient 0.5 min outdoors, 1.3 in low houses, 2.7 in offices, 2.8 in flats.
They hold locked doors, the search for the right one, stairs and lifts; a walk over the streets ends at the kerb.
"""

import re
from enum import StrEnum

from geo.walking.floors import Floor
from geo.walking.vertical import inside_s


class Building(StrEnum):
    OUTDOORS = "outdoors"
    HOUSE = "house"
    OFFICE = "office"
    FLATS = "flats"


BEYOND_OUTDOORS_S = {Building.OUTDOORS: 0.0, Building.HOUSE: 48.0, Building.OFFICE: 132.0, Building.FLATS: 138.0}
"""Median over that of patients outdoors (Silverman 2007)."""

ESCORT_SAVES_S = 24.0
"""Somebody who waits at the entrance and leads the way: 1.9 min instead of 2.3 (Toronto, after Silverman)."""

_TELLS = (
    (Building.FLATS, r"单元|單元|\d\s*(?:号楼|號樓|栋|棟|幢).*\d\s*(?:室|户|戶)|(?<!\w)(?:apartment|flat|apt)(?!\w)"),
    (Building.OFFICE, r"写字楼|寫字樓|办公楼|辦公樓|大厦|大廈|(?<!\w)(?:office|tower)(?!\w)"),
)


def find_building(kind: str, address: str = "") -> Building | None:
    """As 120 names it, else as the address tells; None where neither does."""
    name = kind.strip().lower()
    if name in set(Building):
        return Building(name)
    return next((building for building, words in _TELLS if re.search(words, address, re.IGNORECASE)), None)


def to_patient_s(building: Building | None, floor: Floor | None, *, escorted: bool = False) -> float:
    """Seconds from the kerb to the patient's side.

    building, floor: None where they are not known; then only what is known of the other counts. At street level no
    building takes longer than a low house; elsewhere stairs and lift take at least what they take by themselves.
    """
    climb_s = inside_s(floor)
    if building is None:
        return climb_s
    whole_s = BEYOND_OUTDOORS_S[building]
    if floor is not None and floor.storey == 0 and not floor.metro:
        whole_s = min(whole_s, BEYOND_OUTDOORS_S[Building.HOUSE])
    saved_s = ESCORT_SAVES_S if escorted else 0.0
    return 0.0 if building is Building.OUTDOORS else max(whole_s - saved_s, climb_s)
