"""Floors as people write them: B1, 1F, 2楼, 负一, 1803室, 站厅层, G/F, 3. OG, 2階; nothing else is guessed at."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

_HIGHEST, _DEEPEST = 150, 15
# The top of a building of unknown height: the highest that a block of flats without a lift has (assumption).
_TOP_STOREY = 5


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

    A floor that is named comes before the one that a room's number tells (1803室 lies on 18), and that before words
    such as 地下室 or 顶楼.

    ground_is_first: "1F", "L1", "2楼" and "2階" count from 1 at street level, as in China and Japan, and "UG" is an
    upper ground floor. A bare number is OSM's `level`, which counts from 0, as do "2nd floor" and "2. OG"; give False
    where "2F" does too.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).upper().split())
    for patterns in (_NAMED, _BY_ROOM, _IN_WORDS):
        found = [
            (match.start(), floor)
            for pattern, read in patterns
            if (match := pattern.search(plain)) and (floor := read(match, ground_is_first)) is not None
        ]
        if found:
            return min(found, key=lambda item: item[0])[1]
    return None


_Read = Callable[[re.Match[str], bool], Floor | None]

_NUMBER = r"(\d{1,3})"
_DIGITS = {digit: number for number, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_NUMERALS = "一二两兩三四五六七八九十百零〇"
_CHINESE = rf"([{_NUMERALS}]{{1,6}})"
_STOREY = r"(?:楼|层|樓|層|階|층)"
# A flight of stairs, a height, or how many storeys there are, and no storey.
_NO_STOREY = r"(?!段|高|以|建[筑築]|住宅)"
_TO = r"\s*(?:[-~〜至到、,])\s*"


def _read_number(text: str) -> int | None:
    """A number in digits or Chinese numerals up to 999; None where they make none."""
    if text.isdigit():
        return int(text)
    match = re.fullmatch(
        r"(?:([一二两兩三四五六七八九])百)?[零〇]?(?:([一二两兩三四五六七八九])?(十))?([一二两兩三四五六七八九])?", text
    )
    if match is None:
        return None
    hundreds, tens, ten, ones = match.groups()
    return 100 * _DIGITS[hundreds or "零"] + (10 * _DIGITS[tens or "一"] if ten else 0) + _DIGITS[ones or "零"]


def _up(match: re.Match[str], ground_is_first: bool) -> Floor | None:
    return _counted_from_one(match, ground_is_first) if ground_is_first else _above_ground(match, ground_is_first)


def _counted_from_one(match: re.Match[str], _ground_is_first: bool) -> Floor | None:
    number = _read_number(match.group(1))
    return None if number is None or number > _HIGHEST else Floor(storey=max(number - 1, 0))


def _above_ground(match: re.Match[str], _ground_is_first: bool) -> Floor | None:
    text = match.group(1)
    number = int(text) if text.lstrip("-").isdigit() else _read_number(text)
    return None if number is None or not -_DEEPEST <= number <= _HIGHEST else Floor(storey=number)


def _half_way(match: re.Match[str], _ground_is_first: bool) -> Floor | None:
    # OSM's 0.5 is a mezzanine, which is climbed to like the floor above it.
    sign, number = match.groups()
    return Floor(storey=(int(number) + 1) * (-1 if sign else 1)) if int(number) < _DEEPEST else None


def _first_of_range(match: re.Match[str], ground_is_first: bool) -> Floor | None:
    first, last = _read_number(match.group(1)), _read_number(match.group(2))
    # 3-2楼 is the second floor of house 3, and perhaps not even that.
    return _up(match, ground_is_first) if first is not None and last is not None and first < last else None


def _down(match: re.Match[str], _ground_is_first: bool) -> Floor | None:
    number = _read_number(match.group(1))
    return None if number is None or not 1 <= number <= _DEEPEST else Floor(storey=-number)


def _of_room(match: re.Match[str], ground_is_first: bool) -> Floor | None:
    return _up(match, ground_is_first) if int(match.group(1)) else None


def _in_english(match: re.Match[str], _ground_is_first: bool) -> Floor | None:
    return Floor(storey=_ORDINALS.index(match.group(1)) + 1)


def _upper_or_under_ground(_match: re.Match[str], ground_is_first: bool) -> Floor:
    # Hong Kong's upper ground floor, or the German Untergeschoss.
    return Floor(storey=0 if ground_is_first else -1)


def _always(floor: Floor) -> _Read:
    return lambda _match, _ground_is_first: floor


_ORDINALS = ("FIRST", "SECOND", "THIRD", "FOURTH", "FIFTH", "SIXTH", "SEVENTH", "EIGHTH", "NINTH", "TENTH")
_ABOVE = r"(?:OG|OBERGESCHOSS|STOCK|ETAGE|ÉTAGE|PIANO|PISO|PLANTA|ANDAR|VERDIEPING|SAL|PATRO|PIĘTRO|EMELET)"
_GROUND = (
    r"(?:G/?F|G/L|EG|ERDGESCHOSS|PARTERRE|PIANO TERRA|PLANTA BAJA|RDC|REZ-DE-CHAUSS[EÉ]E|BEGANE GROND|GROUND FLOOR"
    r"|GROUND|G|L|LOBBY)"
)


def _compiled(*patterns: tuple[str, _Read]) -> tuple[tuple[re.Pattern[str], _Read], ...]:
    return tuple((re.compile(pattern), read) for pattern, read in patterns)


_NAMED = _compiled(
    (r"站厅|CONCOURSE|TICKET HALL", _always(CONCOURSE)),
    (r"(?<!公交)站台(?!门)|(?<!\w)PLATFORM(?!\w)", _always(PLATFORM)),
    # "-1", "-2F", "-1层", "B1", "B2F", "B-1"; B1口 and B1出口 are exits, B2栋 is a house.
    (r"(?<![\w.])-" + _NUMBER + r"(?=$|\s*(?:F|L|M|楼|层|樓|層|階|;|,))", _down),
    (r"(?<![A-Z0-9])B-?(\d{1,2})(?:(?:F|L|M|层|樓|楼|層|階)(?![A-Z0-9])|(?![A-Z0-9口出入栋幢座棟室号區区馆]))", _down),
    (r"(?:BASEMENT|UNTERGESCHOSS|SOUS-SOL)\s*(?:LEVEL\s*)?(\d{1,2})(?!\d)", _down),
    # 负一, 地下2层, 負1楼, 지하1층; no line, exit, depth or debt.
    (rf"(?:地下|负|負|지하)\s*第?\s*(?:{_STOREY}\s*)?(\d{{1,2}})(?![\d号號米]|\s*(?:KM|M)(?!\w))", _down),
    (rf"(?:地下|负|負)\s*第?\s*{_CHINESE}(?![{_NUMERALS}号號米定些般种條条])", _down),
    (r"(?<!\w)L/?G\s?(\d)(?!\d)", _down),
    (r"(?<!\w)(?:L/?G(?:/?F|层|楼|樓)?|LOWER GROUND(?: FLOOR)?)(?!\w)", _always(Floor(storey=-1))),
    (r"(?<!\d)" + _NUMBER + r"(?:\.\s*|\s+)(?:UG(?!\w)|UNTERGESCHOSS)", _down),
    # "3F", "F3", "L3", "2楼", "二层", "2階"; not what follows 地下 or a minus, nor a line, an exit or a house.
    (r"(?<![A-Z0-9.\-/])" + _NUMBER + r"\s*F(?:L)?(?![A-Z])", _up),
    (r"(?<![A-Z0-9])F" + _NUMBER + r"(?![A-Z0-9])", _up),
    (r"(?<![A-Z0-9])L\s?(\d{1,2})(?![A-Z0-9&]|\s?(?:号|號|线|線|口|出|栋|幢|座|室|区|區|电|電|扶|DOOR))", _up),
    (rf"(?<![\d.\-下负負하共总總高])(?<!\d[~〜至到、]){_NUMBER}\s*{_STOREY}{_NO_STOREY}", _up),
    (rf"(?<![A-Z0-9.\-/共]){_NUMBER}\s*(?:F|{_STOREY})?{_TO}{_NUMBER}\s*(?:F(?![A-Z])|{_STOREY})", _first_of_range),
    (rf"(?<![下每同另共总總高负負至到、{_NUMERALS}])(?<!上(?=一)){_CHINESE}\s*{_STOREY}{_NO_STOREY}", _up),
    (rf"(?<![{_NUMERALS}]){_CHINESE}\s*{_STOREY}?[至到、]{_CHINESE}\s*{_STOREY}", _first_of_range),
    (rf"(?:楼层|樓層|所在层)\s*:?\s*{_NUMBER}(?![\d室房])", _up),
    (rf"(?:楼层|樓層|所在层)\s*:?\s*{_CHINESE}", _up),
    (_NUMBER + r"\.?\s*(?:-?Й|-?ЫЙ)?\s*(?:ЭТАЖ|KERROS|ETASJE)", _counted_from_one),
    # "1/F" (over G/F), "2nd floor", "3. OG", "3. Stock", "1er étage", "Ebene 2", "level 2", and OSM's bare number.
    (r"(?<![\w.\-/])" + _NUMBER + r"/F(?!\w)", _above_ground),
    (r"(?<!\d)" + _NUMBER + r"(?:ST|ND|RD|TH)\s+(?:FLOOR|FLR?\b)", _above_ground),
    (rf"(?<!\w)({'|'.join(_ORDINALS)})\s+FLOOR", _in_english),
    (r"(?<!\d)" + _NUMBER + r"(?:\.|°|O|A|ER|E|ÈME|EME)?\s*" + _ABOVE + r"(?!\w)", _above_ground),
    (r"(?<!\w)(?:EBENE|LEVEL|LVL|FLOOR|NIVEAU|NIVEL|LIVELLO)\s*(-?\d{1,3})(?!\d)", _above_ground),
    (r"(?<!\w)(?:OG|PIANO|PISO|PLANTA|ANDAR)\s*(\d{1,2})(?!\d)", _above_ground),
    (r"^(-?\d{1,3})(?:\.0)?$", _above_ground),
    (r"^(-?)(\d{1,2})\.5$", _half_way),
    (r"(?:^|[;,])\s*(-?\d{1,3})(?=;)", _above_ground),
    (rf"(?<!\w){_GROUND}(?!\w)|地面|首层|底层|(?<!\w)[GL][层楼樓]", _always(Floor(storey=0))),
)
_BY_ROOM = _compiled(
    # 3单元502, 12栋1803, A座1803; no distance, year or street number.
    (
        r"(?:单元|單元|栋|棟|幢|座|号楼|號樓|梯|门|門)\s*-?\s*(\d{1,2})\d\d(?![\d米年元路弄巷街]|\s*(?:KM|M)(?!\w))",
        _of_room,
    ),
    # 1803室, 302房, 101号室; B101室 may be below the ground or in house B.
    (r"(?<![\d.B])(\d{1,2})\d\d\s*(?:号室|號室|室|房间|房間|房(?!屋)|户|戶|호)", _of_room),
    (r"^\d{1,2}(?:-\d{1,2})?-(\d{1,2})\d\d$", _of_room),
)
_IN_WORDS = _compiled(
    (r"地下(?:室|层|層|车库|車庫|停车|停車|駐車|商|超市)|地库|地庫|半地下|地階", _always(Floor(storey=-1))),
    (
        r"BASEMENT|(?<!\w)(?:UNTERGESCHOSS|SOTTERRANEO|SEMINTERRATO|SOTTOSUOLO|SOUS-SOL|SÓTANO|KELLER)(?!\w)",
        _always(Floor(storey=-1)),
    ),
    (r"(?<!\w)(?:UG(?:/?F|层|楼|樓)?|U/G)(?!\w)", _upper_or_under_ground),
    (r"UPPER GROUND", _always(Floor(storey=0))),
    (r"夹层|夾層|中二階|MEZZANINE|ENTRESOL|^M/?F$|(?<!\w)M[层楼樓]", _always(Floor(storey=1))),
    (
        r"顶楼|顶层|頂樓|頂層|楼顶|樓頂|天台(?!\w)|阁楼|閣樓|屋上|最上階"
        r"|ROOFTOP|TOP FLOOR|PENTHOUSE|DACHGESCHOSS|^R/?F$",
        _always(Floor(storey=_TOP_STOREY)),
    ),
)
