"""What people have found out of OSM's AEDs goes out as a change of them, and comes back by it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from registry.cli import app
from registry.exporters.columns import ExportedAed
from registry.exporters.osm_change import find_changes, write_change
from registry.exporters.refused import ExportRefused
from registry.importers.run import ImportOptions, read_aeds
from registry.models import Aed, AedState

EXTRACT = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
  <node id="1" version="3" lon="9.5201" lat="47.1401">
    <tag k="emergency" v="defibrillator"/><tag k="defibrillator:location" v="Eingang"/>
    <tag k="addr:street" v="Landstrasse"/><tag k="addr:housenumber" v="7"/>
    <tag k="phone" v="+423 232 12 12"/><tag k="operational_status" v="needs_repair"/><tag k="disused" v="yes"/>
  </node>
  <node id="2" version="1" lon="9.53" lat="47.15"><tag k="emergency" v="defibrillator"/></node>
  <node id="5" version="1" lon="9.5301" lat="47.1501"/>
  <way id="4" version="2"><nd ref="2"/><nd ref="5"/><tag k="emergency" v="defibrillator"/></way>
</osm>
"""
CARRIED = ("name", "location_text", "lon", "lat", "indoor", "access", "opening_hours", "state", "source_ref")
ALL = frozenset({"name", "location_text", "indoor", "access", "opening_hours", "state", "lon", "lat"})


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    path = tmp_path / "town.osm"
    path.write_text(EXTRACT, encoding="utf-8")
    return path


def known(extract: Path) -> Mapping[str, Aed]:
    return {aed.source_ref: aed for aed in read_aeds(extract, ImportOptions()).aeds}


def changed(extract: Path, *found: Aed) -> tuple[Path, list[str]]:
    """The change that these AEDs make, and what was left out of it."""
    changes = find_changes([ExportedAed(aed=aed, said={}) for aed in found], extract)
    path = extract.with_suffix(".osc")
    write_change(path, changes)
    return path, changes.notes


@pytest.mark.parametrize("state", [AedState.IN_SERVICE, AedState.OUT_OF_SERVICE, AedState.MISSING])
@pytest.mark.parametrize("indoor", [None, True, False])
@pytest.mark.parametrize("access", ["", "yes", "private"])
def test_what_a_change_carries_comes_back(extract: Path, state: AedState, indoor: bool | None, access: str) -> None:
    first, second = known(extract)["node/1"], known(extract)["node/2"]
    told = {"name": "Rathaus", "opening_hours": "Mo-Fr 08:00-17:00", "lon": 9.5202, "lat": 47.1402, "corrected": ALL}
    told |= {"state": state, "indoor": indoor, "access": access}
    moved = replace(first, location_text='Keller & "Gang"; Landstrasse 7', **told)
    shut = replace(second, location_text="2. Stock", **told)

    path, notes = changed(extract, moved, shut)

    assert notes == []
    back = {aed.source_ref: aed for aed in read_aeds(path, ImportOptions()).aeds}
    for one in (moved, shut):
        assert {name: getattr(back[one.source_ref], name) for name in CARRIED} == {
            name: getattr(one, name) for name in CARRIED
        }


def test_an_object_keeps_its_version_and_every_tag_that_nobody_here_has_set(extract: Path) -> None:
    aed = replace(known(extract)["node/1"], opening_hours="24/7", corrected=frozenset({"opening_hours"}))
    path, _ = changed(extract, aed)
    (node,) = ElementTree.parse(path).getroot().findall("modify/node")  # noqa: S314 -- our own file
    assert node.get("version") == "3"
    tags = {tag.get("k"): tag.get("v") for tag in node.findall("tag")}
    assert tags["phone"] == "+423 232 12 12"
    assert tags["operational_status"] == "needs_repair"
    assert tags["opening_hours"] == "24/7"
    assert (node.get("lon"), node.get("lat")) == ("9.5201000", "47.1401000")


def test_what_nobody_has_set_or_is_retired_or_of_another_list_is_no_change(extract: Path) -> None:
    aed = replace(known(extract)["node/2"], access="private")
    retired = replace(aed, retired=True, corrected=frozenset({"access"}))
    elsewhere = replace(aed, source="city", corrected=frozenset({"access"}))
    same = replace(known(extract)["node/1"], corrected=frozenset({"indoor"}))
    path, _ = changed(extract, aed, retired, elsewhere, same)
    assert len(ElementTree.parse(path).getroot().findall("modify/*")) == 0  # noqa: S314 -- our own file


@pytest.mark.parametrize("text", ["Frau Frick fragen: +423 232 12 12", "frick@example.org", "x" * 256])
def test_what_may_name_somebody_or_is_too_long_is_left_out_and_told(extract: Path, text: str) -> None:
    aed = replace(known(extract)["node/2"], location_text=text, corrected=frozenset({"location_text"}))
    path, notes = changed(extract, aed)
    assert len(notes) == 1
    assert text not in path.read_text(encoding="utf-8")


def test_what_osm_has_no_word_for_is_told(extract: Path) -> None:
    aed = replace(
        known(extract)["node/2"],
        state=AedState.IN_USE,
        access="ask",
        floor="B1",
        corrected=frozenset({"state", "access", "floor"}),
    )
    gone = replace(aed, source_ref="node/99")
    _, notes = changed(extract, aed, gone)
    assert len(notes) == 4
    assert "node/99 is no AED in town.osm any more" in notes[-1]


def test_a_way_keeps_its_nodes_and_is_moved_on_the_map(extract: Path) -> None:
    aed = replace(known(extract)["way/4"], lon=9.6, access="yes", corrected=frozenset({"lon", "access"}))
    path, notes = changed(extract, aed)
    (way,) = ElementTree.parse(path).getroot().findall("modify/way")  # noqa: S314 -- our own file
    assert [node.get("ref") for node in way.findall("nd")] == ["2", "5"]
    assert "moved on the map" in notes[0]


def test_what_is_no_osm_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.osm"
    path.write_text("name,lon\n", encoding="utf-8")
    with pytest.raises(ExportRefused, match="download it again"):
        find_changes([], path)


def test_the_command_says_what_it_wrote(extract: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(extract.parent)
    assert CliRunner().invoke(app, ["import", "town.osm"]).exit_code == 0
    told = CliRunner().invoke(app, ["export-osm", "changes.osc", "--against", "town.osm"])
    assert (told.exit_code, told.stdout) == (0, "0 changed AEDs are in changes.osc.\n")
