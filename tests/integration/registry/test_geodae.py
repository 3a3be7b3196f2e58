"""Geo'DAE's terms carry less than a registry holds: what they carry comes back as it was."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.exporters.columns import ExportedAed
from registry.exporters.formats import Format, write_export
from registry.importers.run import ImportOptions, read_aeds
from registry.models import Aed, AedState

CARRIED = ("source_ref", "name", "location_text", "lon", "lat", "floor", "indoor", "access", "opening_hours", "state")
TOWN_HALL = Aed(
    aed_id="aed-1",
    lon=2.35,
    lat=48.85,
    time_zone="Europe/Paris",
    name="Mairie du 4e",
    source="geodae",
    source_ref="12",
)
AEDS = st.builds(
    lambda number, **more: replace(TOWN_HALL, source_ref=str(number), lon=2 + number / 1_000, **more),
    st.integers(1, 900),
    name=st.sampled_from(["Mairie", "Gare de Lyon", "=1+1", "Lycée d'Étain"]),
    location_text=st.sampled_from(["", "hall, à gauche", "au fond du couloir"]),
    floor=st.sampled_from(["", "RDC", "-1", "2e étage"]),
    indoor=st.none() | st.booleans(),
    access=st.sampled_from(["", "yes", "private"]),
    opening_hours=st.sampled_from(["", "24/7", "Mo-Fr 08:00-17:00; PH off", "Mo-Fr 09:00-12:00,14:00-18:00"]),
    state=st.sampled_from([one for one in AedState if one is not AedState.IN_USE]),
)


def written(folder: Path, *found: Aed, public: bool = False) -> Path:
    path = folder / "list.geojson"
    write_export(path, [ExportedAed(aed=aed, said={}) for aed in found], Format.GEODAE, public=public)
    return path


@given(found=st.lists(AEDS, min_size=1, max_size=6, unique_by=lambda aed: aed.source_ref))
def test_what_its_terms_carry_comes_back(tmp_path_factory: pytest.TempPathFactory, found: list[Aed]) -> None:
    path = written(tmp_path_factory.mktemp("geodae"), *found)
    back = read_aeds(path, ImportOptions(source="geodae"))
    assert back.rejected == []
    assert [values(aed) for aed in back.aeds] == [values(aed) for aed in found]


def values(aed: Aed) -> dict[str, Any]:
    return {name: getattr(aed, name) for name in CARRIED}


def test_one_in_use_is_away_and_one_that_is_gone_says_so(tmp_path: Path) -> None:
    path = written(tmp_path, replace(TOWN_HALL, state=AedState.IN_USE), replace(TOWN_HALL, retired=True))
    told = [feature["properties"]["c_etat_fonct"] for feature in json.loads(path.read_text())["features"]]
    assert told == ["Absent momentanément", "Supprimé définitivement"]


def test_a_record_of_another_list_has_no_number_of_theirs_and_a_joined_one_is_not_told_twice(tmp_path: Path) -> None:
    path = written(tmp_path, replace(TOWN_HALL, source="city"), replace(TOWN_HALL, joined_to="aed-1"))
    (feature,) = json.loads(path.read_text())["features"]
    assert feature["properties"]["c_gid"] is None


def test_the_public_is_told_no_numbers_of_lists(tmp_path: Path) -> None:
    assert "12" not in written(tmp_path, TOWN_HALL, public=True).read_text()
