"""An inspection's form: what contradicts itself is refused with what to do about it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.devices.inspecting import BadInspection, Form, Point, Result, Seen, require_sound

NOW = datetime(2025, 4, 5, 4, 0, tzinfo=UTC)
READY = {Point.INDICATOR: Seen.OK}


def form(result: Result, points: dict[Point, Seen] | None = None, **more: Any) -> Form:
    return Form(**{"result": result, "at": NOW, "points": points or {}, **more})


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [
        (form(Result.READY), "indicator"),
        (form(Result.READY, {Point.INDICATOR: Seen.BAD}), "unusable"),
        (form(Result.READY, {**READY, Point.ACCESSIBLE: Seen.BAD}), "unusable"),
        (form(Result.MISSING, {Point.PADS: Seen.OK}), "leave them out"),
        (form(Result.UNUSABLE), "why"),
        (form(Result.UNUSABLE, READY, note="  "), "why"),
        (form(Result.READY, READY, at=NOW + timedelta(seconds=1)), "future"),
        (form(Result.READY, READY, at=datetime(1, 1, 1, tzinfo=UTC)), "2000"),
        (form(Result.READY, READY, next_check_on=date(2025, 4, 4)), "before"),
    ],
)
def test_what_cannot_be_so_is_refused(wrong: Form, advice: str) -> None:
    with pytest.raises(BadInspection, match=advice):
        require_sound(wrong, NOW)


@pytest.mark.parametrize(
    "sound",
    [
        form(Result.READY, {**READY, Point.PADS: Seen.BAD, Point.SIGN: Seen.BAD}),
        form(Result.MISSING, {Point.CABINET: Seen.OK}),
        form(Result.UNUSABLE, {Point.BATTERY: Seen.BAD}),
        form(Result.UNUSABLE, note="wet inside"),
        form(Result.READY, READY, next_check_on=date(2025, 4, 5)),
    ],
)
def test_what_can_be_so_is_taken(sound: Form) -> None:
    require_sound(sound, NOW)


@given(st.dictionaries(st.sampled_from(Point), st.sampled_from(Seen)))
def test_whatever_was_seen_can_be_written_down_as_one_of_the_results(points: dict[Point, Seen]) -> None:
    require_sound(form(Result.UNUSABLE, points, note="seen"), NOW)
