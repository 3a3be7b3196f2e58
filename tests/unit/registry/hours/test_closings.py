"""Texts that close what they open: noon breaks, exceptions, half days, seasons, other weeks. By language, with times in
local time at which a person says that it is closed, or cannot say that it is open, and some at which it is open."""

import csv
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from registry.hours.evaluating import Openness, hours_of
from registry.hours.reading import read_hours

ZONES = {
    "zh": "Asia/Shanghai",
    "ja": "Asia/Tokyo",
    "ko": "Asia/Seoul",
    "en": "Europe/London",
    "fr": "Europe/Paris",
    "de": "Europe/Berlin",
    "nl": "Europe/Amsterdam",
    "es": "Europe/Madrid",
    "it": "Europe/Rome",
}


def _texts(language: str) -> list[dict[str, str]]:
    with Path(__file__).with_name("closings.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["language"] == language]


@pytest.mark.parametrize("language", ZONES)
def test_what_a_person_calls_closed_is_never_open(language: str) -> None:
    zone = ZoneInfo(ZONES[language])
    rows = _texts(language)
    assert rows
    for row in rows:
        osm = read_hours(row["text"], [language]).osm

        def said(at: str, osm: str = osm) -> Openness:
            if not osm:
                return Openness.UNKNOWN
            return hours_of(osm, zone).at(datetime.fromisoformat(at).replace(tzinfo=zone)).openness

        for at in row["closed_at"].split():
            assert said(at) is not Openness.OPEN, (at, row["text"], osm)
        for at in row["open_at"].split():
            assert said(at) is Openness.OPEN, (at, row["text"], osm)
