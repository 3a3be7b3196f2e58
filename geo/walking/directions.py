"""A route in sentences for people, in Chinese and English: where to turn, which steps to take, when one is there."""

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geo.walking.direction_words import CHINESE, ENGLISH, Language, Words
from geo.walking.walk_route import Route, RouteStep, StepKind

__all__ = ["Instruction", "Language", "Turn", "spoken_m", "tell_directions", "turn_between"]

Float64s = NDArray[np.float64]

METRES_PER_DEGREE = 111_320.0
# Bearings are taken over so many metres: the last half metre before a junction says nothing.
_BEARING_M = 8.0
# Shorter parts, such as the width of a road that is crossed, are not told.
_LEAST_TOLD_M = 10.0
# On a way without a name a bend of this much is told, since no name says which way goes on.
_SHARP_BEND = 50.0

_WORDS: dict[Language, Words] = {Language.ZH: CHINESE, Language.EN: ENGLISH}


class Turn(StrEnum):
    """What a walker does where one part of a route ends and the next begins."""

    START = "start"
    STRAIGHT = "straight"
    SLIGHT_LEFT = "slight left"
    SLIGHT_RIGHT = "slight right"
    LEFT = "left"
    RIGHT = "right"
    SHARP_LEFT = "sharp left"
    SHARP_RIGHT = "sharp right"
    BACK = "back"
    ARRIVE = "arrive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One sentence, and what it says. lon, lat: degrees, where it applies. length_m: until the next one."""

    text: str
    turn: Turn
    kind: StepKind
    street: str
    length_m: float
    walk_time_s: float
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a route between two of its points, to be told in one sentence."""

    step: RouteStep
    first: int
    last: int


def tell_directions(
    route: Route, *, language: Language = Language.EN, place: str = "", floor: str = ""
) -> tuple[Instruction, ...]:
    """The route's sentences, the last one on arrival.

    place: what stands at the end, such as an entrance or "AED, ticket hall", floor: on which floor; "" not known.
    """
    words = _WORDS[language]
    x_m, y_m = _metres(route)
    told = []
    for number, part in enumerate(parts := _parts(route, x_m, y_m)):
        turn = Turn.START if number == 0 else _turn_at(x_m, y_m, parts[number - 1], part)
        heading = words.compass[_compass(*_leaving(x_m, y_m, part))]
        told.append(_instruction(route, part, turn, _sentence(words, part.step, turn, heading)))
    return (*told, _arrival(route, words, place, floor))


def turn_between(incoming: float, outgoing: float) -> Turn:
    """The turn from one bearing to another, degrees clockwise from north."""
    change = (outgoing - incoming + 180.0) % 360.0 - 180.0
    size = abs(change)
    if size <= 20.0:
        return Turn.STRAIGHT
    if size >= 165.0:
        return Turn.BACK
    left, right = (
        (Turn.SLIGHT_LEFT, Turn.SLIGHT_RIGHT)
        if size < 45.0
        else ((Turn.LEFT, Turn.RIGHT) if size <= 135.0 else (Turn.SHARP_LEFT, Turn.SHARP_RIGHT))
    )
    return left if change < 0 else right


def spoken_m(length_m: float) -> int:
    """Metres as people say them: tens up to 200, then fifties, from a kilometre on hundreds; 0 for a few steps."""
    if length_m < _LEAST_TOLD_M:
        return 0
    step = 10 if length_m < 200.0 else 50 if length_m < 1_000.0 else 100
    return max(10, int(length_m / step + 0.5) * step)


def _parts(route: Route, x_m: Float64s, y_m: Float64s) -> list[_Part]:
    """What is worth a sentence: unnamed ways in pieces between sharp bends, parts of a few metres with the next."""
    ends = [*(step.first_point for step in route.steps[1:]), x_m.size - 1][: len(route.steps)]
    pieces = [
        piece
        for step, last in zip(route.steps, ends, strict=True)
        for piece in _between_bends(_Part(step, step.first_point, last), x_m, y_m)
    ]
    told: list[_Part] = []
    short: _Part | None = None
    for piece in pieces:
        joined = piece if short is None else _joined(short, piece, as_in=piece.step)
        short = joined if joined.step.length_m < _LEAST_TOLD_M and piece.step.kind is not StepKind.STEPS else None
        if short is None:
            told.append(joined)
    told = _without_straights(told, x_m, y_m)
    if short is not None and told:
        told.append(_joined(told.pop(), short, as_in=None))
    elif short is not None and short.step.length_m > 0.0:
        told.append(short)
    return told


def _without_straights(parts: list[_Part], x_m: Float64s, y_m: Float64s) -> list[_Part]:
    """A street that goes on as itself, after a few metres that were left out, is one street."""
    told: list[_Part] = []
    for part in parts:
        before = told[-1].step if told else None
        alike = before and (before.street, before.kind, before.rise) == (
            part.step.street,
            part.step.kind,
            part.step.rise,
        )
        if alike and _turn_at(x_m, y_m, told[-1], part) in {Turn.STRAIGHT, Turn.SLIGHT_LEFT, Turn.SLIGHT_RIGHT}:
            told.append(_joined(told.pop(), part, as_in=None))
        else:
            told.append(part)
    return told


def _joined(first: _Part, second: _Part, *, as_in: RouteStep | None) -> _Part:
    step = replace(
        as_in or first.step,
        length_m=first.step.length_m + second.step.length_m,
        walk_time_s=first.step.walk_time_s + second.step.walk_time_s,
    )
    # The short part's own direction does not count: a turn is told where the road that is told begins.
    return _Part(step, second.first if as_in else first.first, second.last)


def _between_bends(part: _Part, x_m: Float64s, y_m: Float64s) -> list[_Part]:
    if part.step.street or part.step.kind is not StepKind.WALK or part.last - part.first < 2:
        return [part]
    cuts = [part.first]
    for point in range(part.first + 1, part.last):
        incoming, outgoing = (
            _arriving(x_m, y_m, part.first, point),
            _leaving(x_m, y_m, _Part(part.step, point, part.last)),
        )
        far_enough = np.hypot(x_m[point] - x_m[cuts[-1]], y_m[point] - y_m[cuts[-1]]) >= _LEAST_TOLD_M
        if far_enough and abs((_bearing(*outgoing) - _bearing(*incoming) + 180.0) % 360.0 - 180.0) >= _SHARP_BEND:
            cuts.append(point)
    cuts.append(part.last)
    along = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(x_m), np.diff(y_m)))))
    whole = max(float(along[part.last] - along[part.first]), 1e-9)
    shares = [(a, b, float(along[b] - along[a]) / whole) for a, b in pairwise(cuts)]
    return [
        _Part(replace(part.step, length_m=share * part.step.length_m, walk_time_s=share * part.step.walk_time_s), a, b)
        for a, b, share in shares
    ]


def _sentence(words: Words, step: RouteStep, turn: Turn, heading: str) -> str:
    how_far = words.distance(spoken_m(step.length_m))
    if step.kind is StepKind.STEPS:
        return words.steps(step.rise, how_far)
    if step.kind is StepKind.LAST_LEG:
        return words.last_leg(words.turns.get(turn.value, ""), step.street, how_far)
    if step.kind is StepKind.OFF_STREET:
        return words.off_street(heading, how_far)
    if turn is Turn.START:
        return words.start(heading, step.street, how_far)
    return words.go(words.turns[turn.value], step.street, how_far)


def _arrival(route: Route, words: Words, place: str, floor: str) -> Instruction:
    return Instruction(
        text=words.arrive(place, floor),
        turn=Turn.ARRIVE,
        kind=route.steps[-1].kind if route.steps else StepKind.WALK,
        street="",
        length_m=0.0,
        walk_time_s=0.0,
        lon=float(route.lon[-1]),
        lat=float(route.lat[-1]),
    )


def _instruction(route: Route, part: _Part, turn: Turn, text: str) -> Instruction:
    return Instruction(
        text=text,
        turn=turn,
        kind=part.step.kind,
        street=part.step.street,
        length_m=part.step.length_m,
        walk_time_s=part.step.walk_time_s,
        lon=float(route.lon[part.first]),
        lat=float(route.lat[part.first]),
    )


def _metres(route: Route) -> tuple[Float64s, Float64s]:
    scale = np.cos(np.radians(route.lat[0]))
    return (route.lon - route.lon[0]) * scale * METRES_PER_DEGREE, (route.lat - route.lat[0]) * METRES_PER_DEGREE


def _turn_at(x_m: Float64s, y_m: Float64s, before: _Part, after: _Part) -> Turn:
    incoming = _arriving(x_m, y_m, before.first, before.last if before.last <= after.first else after.first)
    return turn_between(_bearing(*incoming), _bearing(*_leaving(x_m, y_m, after)))


def _arriving(x_m: Float64s, y_m: Float64s, first: int, at: int) -> tuple[float, float]:
    return _reach(x_m, y_m, at, range(at - 1, first - 1, -1), sign=-1.0)


def _leaving(x_m: Float64s, y_m: Float64s, part: _Part) -> tuple[float, float]:
    return _reach(x_m, y_m, part.first, range(part.first + 1, part.last + 1), sign=1.0)


def _reach(x_m: Float64s, y_m: Float64s, at: int, points: range, *, sign: float) -> tuple[float, float]:
    """From `at` to the place `_BEARING_M` along the points, as a walker looks."""
    x, y, left_m = float(x_m[at]), float(y_m[at]), _BEARING_M
    for point in points:
        dx, dy = float(x_m[point]) - x, float(y_m[point]) - y
        length_m = float(np.hypot(dx, dy))
        share = 1.0 if length_m <= left_m else left_m / length_m
        x, y, left_m = x + share * dx, y + share * dy, left_m - share * length_m
        if left_m <= 0.0:
            break
    return sign * (x - float(x_m[at])), sign * (y - float(y_m[at]))


def _bearing(east_m: float, north_m: float) -> float:
    return float(np.degrees(np.arctan2(east_m, north_m)) % 360.0)


def _compass(east_m: float, north_m: float) -> int:
    return int((_bearing(east_m, north_m) + 22.5) // 45.0) % 8
