"""What a message changes of where the patient is: what it leaves out stays, and a coarser place replaces nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.core import commands as cmd
from dispatch.core.matching import Place
from dispatch.incidents.reports import compared
from dispatch.records import WORDS, Details, Told
from geo.places.geodesic import geodesic_m
from geo.places.projection import LocalPlane

PLANE = LocalPlane(113.665, 34.757)
HELD_WORDS = {"address": "中原路1号", "floor": "5", "note": "door code 1234", "caller_phone": "+8613900000000"}


def at(east_m: float, accuracy_m: float | None = None, **words: str) -> Details:
    lon, lat = PLANE.to_lonlat(east_m, 0.0)
    return Details(place=Place(lon=float(lon), lat=float(lat)), accuracy_m=accuracy_m, **words)


class Ruler:
    def distance_m(self, a: Place, b: Place) -> float:
        return float(geodesic_m(a.lon, a.lat, b.lon, b.lat))


def told(
    held: Details | None, details: Details | None, words: Mapping[str, str] | None
) -> tuple[cmd.ReportCall, Details | None]:
    report = cmd.ReportCall(
        incident_id="inc",
        cad_ref="cad-1",
        reported_at=datetime(2026, 1, 5, tzinfo=UTC),
        created=False,
        has_location=details is not None,
    )
    ruler: Any = Ruler()
    command, new = compared(report, held, Told(details=details, words=words), ruler)
    assert isinstance(command, cmd.ReportCall)
    return command, new


held_words = st.fixed_dictionaries({name: st.text(max_size=5) for name in WORDS})
some_words = st.fixed_dictionaries({}, optional={name: st.text(max_size=5) for name in WORDS})


@given(held=held_words, words=some_words, east_m=st.floats(-100, 100), has_place=st.booleans())
def test_what_a_message_leaves_out_stays_and_what_it_mentions_counts(
    held: dict[str, str], words: dict[str, str], east_m: float, has_place: bool
) -> None:
    before = at(0.0, 6.0, **held)
    command, new = told(before, at(east_m, 5.0) if has_place else None, words)
    after = new or before

    for name in WORDS:
        assert getattr(after, name) == words.get(name, held[name])
    assert after.place == (at(east_m).place if has_place else before.place)
    assert command.has_location == (after != before)
    assert command.attention is None


def test_a_finer_place_alone_keeps_address_floor_and_note() -> None:
    command, new = told(at(0.0, 60.0, **HELD_WORDS), at(20.0, 6.0), {})

    assert new == at(20.0, 6.0, **HELD_WORDS)
    assert (command.moved_m, command.attention) == (pytest.approx(20.0, abs=0.1), None)


def test_a_patient_farther_off_than_the_address_can_mean_loses_it_and_the_desk_is_told() -> None:
    command, new = told(at(0.0, 6.0, **HELD_WORDS), at(400.0, 6.0), {})

    assert new == at(400.0, 6.0, caller_phone=HELD_WORDS["caller_phone"])
    assert command.attention == "address_dropped"


def test_an_address_held_with_a_vague_place_still_holds_within_it() -> None:
    command, new = told(at(0.0, 900.0, **HELD_WORDS), at(400.0, 6.0), {})

    assert new == at(400.0, 6.0, **HELD_WORDS)
    assert command.attention is None


@pytest.mark.parametrize("east_m", [0.0, 40.0, 5_000.0])
def test_a_coarser_place_replaces_nothing_and_asks_for_attention(east_m: float) -> None:
    before = at(0.0, 6.0, **HELD_WORDS)
    command, new = told(before, at(east_m, 2_500.0), {"floor": "6"})

    assert new == replace(before, floor="6")
    assert (command.moved_m, command.attention) == (0.0, "vague_place")


def test_a_place_coarser_by_some_metres_is_news() -> None:
    _, new = told(at(0.0, 6.0), at(500.0, 40.0), {})

    assert new == at(500.0, 40.0)


def test_a_dispatchers_form_says_all_there_is() -> None:
    _, new = told(at(0.0, 6.0, **HELD_WORDS), at(0.0, address="中原路3号"), None)

    assert new == at(0.0, address="中原路3号")
