"""The service's pace is a preset's, unless a speed is given."""

import pytest
from pydantic import ValidationError

from geo.streets.pace import RUNNING, WALKING
from rescue_circle.settings import Settings

SECRET = "x" * 40


def test_the_pace_sets_the_speed_and_a_speed_wins() -> None:
    assert Settings(token_secret=SECRET).speed_m_s == WALKING.speed_m_s
    assert Settings(token_secret=SECRET, pace="running").speed_m_s == RUNNING.speed_m_s
    assert Settings(token_secret=SECRET, pace="running", walk_speed_m_s=1.1).speed_m_s == 1.1


def test_an_unknown_pace_names_the_known_ones() -> None:
    with pytest.raises(ValidationError, match="walking, dense-city, running"):
        Settings(token_secret=SECRET, pace="flying")
