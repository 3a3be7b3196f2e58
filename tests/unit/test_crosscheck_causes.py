"""The causes that the cross-check names for a difference, on ways drawn by hand."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.crosscheck_causes import Causes, Line, decode_line

LON0, LAT0, STEP = 9.5, 47.1, 0.002
EXTRACT = """<?xml version="1.0"?><osm version="0.6">{nodes}
<way id="1" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/></way>
<way id="2" version="1"><nd ref="1"/><nd ref="4"/><nd ref="3"/>{tags}</way>
</osm>"""
PLACES = [(0, 0), (1, 0), (1, 1), (0, 1)]


def degrees(*places: tuple[float, float]) -> Line:
    return [(LON0 + x * STEP, LAT0 + y * STEP) for x, y in places]


def causes(folder: Path, **tags: str) -> Causes:
    nodes = "".join(
        f'<node id="{number}" version="1" lon="{lon:.7f}" lat="{lat:.7f}"/>'
        for number, (lon, lat) in enumerate(degrees(*PLACES), start=1)
    )
    told = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
    path = folder / "ways.osm"
    path.write_text(EXTRACT.format(nodes=nodes, tags=told), encoding="utf-8")
    return Causes.read(path)


@pytest.mark.parametrize(
    ("tags", "cause"),
    [
        ({"highway": "cycleway"}, "cycleway that does not name walkers"),
        ({"highway": "track", "access": "forestry"}, "farm or forest way"),
        ({"highway": "service", "access": "private"}, "private or closed way"),
        ({"highway": "pedestrian", "area": "yes"}, "line across a square, or its rim"),
    ],
)
def test_the_way_that_only_one_takes_names_the_cause(tmp_path: Path, tags: dict[str, str], cause: str) -> None:
    around, other = degrees((0, 0), (1, 0), (1, 1)), degrees((0, 0), (0, 1), (1, 1))

    found = causes(tmp_path, **tags)

    assert found.explain(other, around)[0] == f"{cause} (ours only)"
    assert found.explain(around, other)[0] == f"{cause} (theirs only)"


def test_ends_on_different_streets_and_missing_ways_are_causes_of_their_own(tmp_path: Path) -> None:
    found = causes(tmp_path, highway="residential")
    line = degrees((0, 0), (1, 0))

    assert found.explain(line, degrees((0, 0), (0.5, 0)))[0] == "begins or ends on: another street (ours only)"
    assert found.explain(None, line)[0] == "no way for us"
    assert found.explain(line, None)[0] == "no way for them"
    assert found.explain(line, line)[0] == "same streets"


def test_an_encoded_line_is_read_with_six_decimals() -> None:
    line = decode_line("_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI")

    assert np.array(line) == pytest.approx(np.array([(-120.2, 38.5), (-120.95, 40.7), (-126.453, 43.252)]))
