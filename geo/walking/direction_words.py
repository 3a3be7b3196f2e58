"""The sentences of directions, in Chinese and English."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

_FLOOR = re.compile(r"F?(?P<up>[0-9]{1,3})F?|(?:-F?|B)(?P<down>[0-9]{1,3})F?", re.IGNORECASE)


class Language(StrEnum):
    """In which directions are told."""

    ZH = "zh"
    EN = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language. compass: eight directions, from north clockwise. turns: by the value of a `Turn`.

    distance(m): 0 m are a few steps. steps(rise, distance), last_leg(turn, street, distance), off_street(heading,
    distance), start(heading, street, distance), go(turn, street, distance), arrive(place, floor): whole sentences;
    "" stands for what is not known. floor(text): a floor as people say it; what is no number stands as it was written.
    """

    compass: tuple[str, ...]
    turns: Mapping[str, str]
    distance: Callable[[int], str]
    steps: Callable[[int, str], str]
    last_leg: Callable[[str, str, str], str]
    off_street: Callable[[str, str], str]
    start: Callable[[str, str, str], str]
    go: Callable[[str, str, str], str]
    arrive: Callable[[str, str], str]
    floor: Callable[[str], str]


def _english_distance(metres: int) -> str:
    if metres == 0:
        return "a few metres"
    return f"{metres} m" if metres < 1_000 else f"{metres / 1_000:.1f} km"


def _english_go(turn: str, street: str, distance: str) -> str:
    if street:
        return (
            f"{turn} onto {street}, {distance}." if turn != "Go straight on" else f"{turn} along {street}, {distance}."
        )
    return f"{turn}, {distance}."


def _english_steps(rise: int, distance: str) -> str:
    return f"Take the steps {'up' if rise > 0 else 'down'}, {distance}." if rise else f"Take the steps, {distance}."


def _english_last_leg(turn: str, street: str, distance: str) -> str:
    lead = f"{turn} and go in" if turn else "Go in"
    return f"{lead} over private ground{f' ({street})' if street else ''}, {distance}."


def _english_floor(text: str) -> str:
    return f"floor {text}" if text else ""


def _english_arrive(place: str, floor: str) -> str:
    where = ", ".join(part for part in (place, _english_floor(floor)) if part)
    return f"You are there: {where}." if where else "You are there."


ENGLISH = Words(
    compass=("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"),
    turns={
        "straight": "Go straight on",
        "slight left": "Bear left",
        "slight right": "Bear right",
        "left": "Turn left",
        "right": "Turn right",
        "sharp left": "Turn sharp left",
        "sharp right": "Turn sharp right",
        "back": "Turn round",
    },
    distance=_english_distance,
    steps=_english_steps,
    last_leg=_english_last_leg,
    off_street=lambda heading, distance: f"Off the street, go {heading}, {distance}.",
    start=lambda heading, street, distance: f"Go {heading}{f' along {street}' if street else ''}, {distance}.",
    go=_english_go,
    arrive=_english_arrive,
    floor=_english_floor,
)


def _chinese_distance(metres: int) -> str:
    if metres == 0:
        return "几米"
    return f"{metres}米" if metres < 1_000 else f"{metres / 1_000:.1f}公里"


def _chinese_steps(rise: int, distance: str) -> str:
    return f"{'上' if rise > 0 else '下' if rise < 0 else '走'}台阶，{distance}。"


def _chinese_last_leg(turn: str, street: str, distance: str) -> str:
    lead = f"{turn}，" if turn else ""
    inside = f"（{street}）" if street else ""
    return f"{lead}进入内部道路{inside}走{distance}。"


def _chinese_floor(text: str) -> str:
    written = _FLOOR.fullmatch(text.strip())
    # A floor 0 exists in some countries only: whoever wrote it knows which is meant.
    if written is None or not int(written["up"] or written["down"]):
        return text
    return f"{int(written['up'])}楼" if written["up"] else f"地下{int(written['down'])}层"


def _chinese_arrive(place: str, floor: str) -> str:
    where = "，".join(part for part in (place, _chinese_floor(floor)) if part)
    return f"到达：{where}。" if where else "到达。"


CHINESE = Words(
    compass=("北", "东北", "东", "东南", "南", "西南", "西", "西北"),
    turns={
        "straight": "直行",
        "slight left": "向左前方",
        "slight right": "向右前方",
        "left": "左转",
        "right": "右转",
        "sharp left": "向左后方转",
        "sharp right": "向右后方转",
        "back": "掉头",
    },
    distance=_chinese_distance,
    steps=_chinese_steps,
    last_leg=_chinese_last_leg,
    off_street=lambda heading, distance: f"离开道路，向{heading}走{distance}。",
    start=lambda heading, street, distance: f"向{heading}{f'沿{street}' if street else ''}走{distance}。",
    go=lambda turn, street, distance: f"{turn}{f'进入{street}' if street else ''}，走{distance}。",
    arrive=_chinese_arrive,
    floor=_chinese_floor,
)
