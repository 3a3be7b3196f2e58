"""A whole country's real AEDs on its real streets: what the night costs."""

import json
from pathlib import Path

from tests.support.command import command

DAY, NIGHT = "2024-03-06T14:00+01:00", "2024-03-06T03:00+01:00"


def test_liechtenstein_has_fewer_aeds_by_night_and_the_report_says_what_that_costs(
    shared_data: Path, tmp_path: Path
) -> None:
    extract = shared_data / "liechtenstein" / "liechtenstein-2024.osm.pbf"
    built = command("geo", "build", str(extract), "-o", "li.net", folder=tmp_path)
    assert built.returncode == 0, built.stderr
    found = {}
    for name, at in (("day", DAY), ("night", NIGHT)):
        streets = ("--network", "li.net", "--aeds", str(extract), "--at", at, "--week")
        done = command("coverage", *streets, "-o", name, folder=tmp_path)
        assert done.returncode == 0, done.stderr
        found[name] = json.loads((tmp_path / name / "summary.json").read_text(encoding="utf-8"))

    day, night = found["day"], found["night"]
    assert day["aeds"] == night["aeds"] == 148
    assert 0.15 < 1 - night["covered"] / day["covered"] < 0.55
    assert day["covered_if_always_open"] == night["covered_if_always_open"] > day["covered"]
    assert day["unknown_hours_aeds"] == 10
    assert day["by_hour"] == night["by_hour"]
    assert any("because places are closed" in note for note in night["notes"])
