"""Which volunteers get a connected phone."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dispatch.contracts.webhook import CallLocation, MessageType
from simulators.phones import PhoneOwner
from simulators.reach import BadOwners, load_owners, within_reach
from simulators.scenario import Scenario, ScenarioHead, ScenarioMessage


def scenario(*locations: CallLocation | None) -> Scenario:
    start = datetime(2025, 6, 11, tzinfo=UTC)
    head = ScenarioHead(scenario="s", version=1, start=start, synthetic=True, source="test")
    messages = tuple(
        ScenarioMessage(offset_s=n, id=f"m{n}", type=MessageType.CALL_CREATED, cad_ref=f"C-{n}", location=location)
        for n, location in enumerate(locations)
    )
    return Scenario(head=head, messages=messages)


def test_only_volunteers_near_a_call_are_connected() -> None:
    near = PhoneOwner(rescuer_id="near", home=(9.52, 47.14))
    far = PhoneOwner(rescuer_id="far", home=(9.56, 47.14))
    call = CallLocation(lon=9.525, lat=47.14, datum="wgs84")

    assert within_reach([near, far], scenario(call)) == [near]


def test_places_are_compared_in_one_datum() -> None:
    owner = PhoneOwner(rescuer_id="r", home=(113.66, 34.75))
    as_told_in_china = CallLocation(lon=113.66 + 0.006, lat=34.75 - 0.001, datum="gcj02")

    assert within_reach([owner], scenario(as_told_in_china), radius_m=100.0) == [owner]


def test_a_call_without_a_usable_place_reaches_nobody() -> None:
    owner = PhoneOwner(rescuer_id="r", home=(113.66, 34.75))
    unusable = (None, CallLocation(lon=113.66, lat=34.75), CallLocation(lon=113.66, lat=34.75, datum="mars"))

    assert within_reach([owner], scenario(*unusable)) == []


def test_from_the_registrys_file_only_the_certified_on_duty_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "rescuers.csv"
    path.write_text(
        "id,name,certificate_kind,on_duty,home_lon,home_lat\n"
        "a,A,first_aid,true,9.5,47.1\nb,B,,true,9.5,47.1\nc,C,first_aid,false,9.5,47.1\n"
    )

    assert [owner.rescuer_id for owner in load_owners(path)] == ["a"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name\nA\n", "line 2: id"),
        ("id,home_lon,home_lat\na,here,47.1\n", "line 2: home_lon"),
        ("id,home_lon,home_lat\n", "no certified volunteer"),
    ],
)
def test_a_file_that_cannot_be_used_says_what_it_needs(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "rescuers.csv"
    path.write_text(text)

    with pytest.raises(BadOwners, match=said):
        load_owners(path)
