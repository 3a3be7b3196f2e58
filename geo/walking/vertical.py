"""Seconds that a walk takes beyond the street: in at the entrance, up or down to a floor, through a metro station.

Floors come as people write them (B1, 1F, 2楼, 站厅层, G/F, 3. OG, 2階); what cannot be read costs no guess.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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

_NUMBER = r"(\d{1,3})"
_CHINESE_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_CHINESE_NUMBER = r"([一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"
_HIGHEST = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """Where inside. storey: 0 at street level, 1 one up, -1 one down. metro: it is the ticket hall or the platform of
    a metro station, which stairs of their own lead to."""

    storey: int
    metro: bool = False


CONCOURSE = Floor(storey=-1, metro=True)
PLATFORM = Floor(storey=-2, metro=True)


def find_floor(text: str, *, ground_is_first: bool = True) -> Floor | None:
    """The floor that a text names, the first where it names several; None where it names none that can be read.

    ground_is_first: "1F", "2楼" and "2階" count from 1 at street level, as in China and Japan. A bare number is OSM's
    `level`, which counts from 0, as do "2nd floor" and "2. OG"; give False where "2F" does too.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).upper().split())
    found = [
        (match.start(), floor)
        for pattern, read in _PATTERNS
        if (match := pattern.search(plain)) and (floor := read(match, ground_is_first)) is not None
    ]
    return min(found, key=lambda item: item[0])[1] if found else None


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
    floor_text: Sequence[str], location_text: Sequence[str], indoor: Sequence[bool | None]
) -> NDArray[np.float32]:
    """(n,) `aed_added_s` of many AEDs, by their floor where it can be read, else by the text of their place."""
    rows = zip(floor_text, location_text, indoor, strict=True)
    return np.array(
        [aed_added_s(find_floor(floor) or find_floor(place), indoor=inside) for floor, place, inside in rows],
        np.float32,
    )


def _read_number(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _CHINESE_DIGITS[text]
    return 10 * _CHINESE_DIGITS.get(tens, 1) + _CHINESE_DIGITS.get(ones, 0)


def _up(match: re.Match[str], ground_is_first: bool) -> Floor | None:
    number = _read_number(match.group(1))
    if number > _HIGHEST:
        return None
    return Floor(storey=max(number - 1, 0) if ground_is_first else number)


def _above_ground(match: re.Match[str], _ground_is_first: bool) -> Floor | None:
    number = int(match.group(1))
    return Floor(storey=number) if abs(number) <= _HIGHEST else None


def _down(match: re.Match[str], _ground_is_first: bool) -> Floor | None:
    return Floor(storey=-_read_number(match.group(1)))


def _always(floor: Floor) -> "_Read":
    return lambda _match, _ground_is_first: floor


_Read = Callable[[re.Match[str], bool], Floor | None]
_PATTERNS: tuple[tuple[re.Pattern[str], _Read], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (r"站厅|CONCOURSE|TICKET HALL", _always(CONCOURSE)),
        (r"(?<!公交)站台(?!门)|(?<!\w)PLATFORM(?!\w)", _always(PLATFORM)),
        # "-1", "-2F", "-1层", "B1", "B2F", "LG", "地下一层", "負1楼", "2. UG", "basement".
        (r"(?<![\w.])-" + _NUMBER + r"(?=$|\s*(?:F|L|楼|层|層|階|;|,))", _down),
        (r"(?<![A-Z0-9])B" + _NUMBER + r"(?:F|L|层|樓|楼|層)?(?![A-Z0-9口栋座室号区])", _down),
        (r"(?:地下|负|負)\s*" + _NUMBER + r"\s*(?:楼|层|樓|層|階)", _down),
        (r"(?:地下|负|負)\s*" + _CHINESE_NUMBER + r"\s*(?:楼|层|樓|層|階)", _down),
        (r"(?<!\d)" + _NUMBER + r"\.\s*(?:UG|UNTERGESCHOSS)", _down),
        (r"BASEMENT|(?<!\w)(?:UG|UNTERGESCHOSS|LG|L/G|SOTTERRANEO|KELLER)(?!\w)", _always(Floor(storey=-1))),
        # "3F", "F3", "2楼", "二层", "2階"; not what follows "地下" or a minus.
        (r"(?<![A-Z0-9.\-/])" + _NUMBER + r"\s*F(?:L)?(?![A-Z])", _up),
        (r"(?<![A-Z0-9])F" + _NUMBER + r"(?![A-Z0-9])", _up),
        (r"(?<![\d.\-下负負])" + _NUMBER + r"\s*(?:楼|层|樓|層|階)(?!段)", _up),
        (r"(?<![下负負一二三四五六七八九十])" + _CHINESE_NUMBER + r"\s*(?:楼|层|樓|層|階)(?!段)", _up),
        # "1/F" (over G/F), "2nd floor", "3. OG", "3. Stock", "Ebene 2", "level 2", and OSM's bare number.
        (r"(?<![\w.\-/])" + _NUMBER + r"/F(?!\w)", _above_ground),
        (r"(?<!\d)" + _NUMBER + r"(?:ST|ND|RD|TH)\s+FLOOR", _above_ground),
        (r"(?<!\d)" + _NUMBER + r"\.\s*(?:OG|OBERGESCHOSS|STOCK|ETAGE)", _above_ground),
        (r"(?:EBENE|LEVEL|FLOOR)\s*" + r"(-?\d{1,3})(?!\d)", _above_ground),
        (r"^(-?\d{1,3})(?:\.0)?$", _above_ground),
        (r"(?:^|[;,])\s*(-?\d{1,3})(?=;)", _above_ground),
        (
            r"(?<!\w)(?:G/F|GF|EG|ERDGESCHOSS|PIANO TERRA|GROUND FLOOR|GROUND|G|L|LOBBY)(?!\w)|地面|首层|底层",
            _always(Floor(storey=0)),
        ),
    )
)
