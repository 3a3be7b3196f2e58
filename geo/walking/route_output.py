"""A route as `rescue-circle geo walk` prints it: its parts, directions for people, or JSON."""

from collections.abc import Iterator

from geo.walking.directions import Instruction
from geo.walking.walk_route import Route


def route_lines(route: Route, directions: tuple[Instruction, ...], *, inside_s: float) -> Iterator[str]:
    """Lines of text: the whole, its parts, and what to tell who walks it."""
    minutes, seconds = divmod(round(route.walk_time_s + inside_s), 60)
    yield f"{route.length_m:.0f} m, {minutes} min {seconds:02d} s"
    for number, step in enumerate(route.steps, start=1):
        kind = "" if step.kind.value == "walk" else f" ({step.kind.value})"
        yield f"{number:3}. {step.street or 'unnamed way'}{kind}: {step.length_m:.0f} m, {step.walk_time_s:.0f} s"
    if inside_s:
        yield f"     inside: {inside_s:.0f} s"
    yield ""
    yield from (instruction.text for instruction in directions)


def route_as_json(route: Route, directions: tuple[Instruction, ...], *, inside_s: float) -> dict[str, object]:
    """The same for programs; `walk_time_s` is the street's alone."""
    return {
        "length_m": round(route.length_m, 1),
        "walk_time_s": round(route.walk_time_s, 1),
        "inside_s": round(inside_s, 1),
        "steps": [
            {
                "street": step.street,
                "kind": step.kind.value,
                "length_m": round(step.length_m, 1),
                "walk_time_s": round(step.walk_time_s, 1),
            }
            for step in route.steps
        ],
        "directions": [
            {
                "text": told.text,
                "turn": told.turn.value,
                "lon": round(told.lon, 7),
                "lat": round(told.lat, 7),
                "length_m": round(told.length_m, 1),
                "walk_time_s": round(told.walk_time_s, 1),
            }
            for told in directions
        ],
        "line": [
            [round(lon, 7), round(lat, 7)] for lon, lat in zip(route.lon.tolist(), route.lat.tolist(), strict=True)
        ],
    }
