"""The geo commands as a user types them: output on stdout, progress and errors on stderr."""

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from geo.cli import app

EXTRACT = """<?xml version="1.0"?><osm version="0.6">
<node id="1" version="1" lon="-76.0000" lat="36.8000"/><node id="2" version="1" lon="-75.9990" lat="36.8000"/>
<node id="3" version="1" lon="-75.9990" lat="36.8010"/>
<way id="1" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/><tag k="name" v="Main St"/></way>
<way id="2" version="1"><nd ref="2"/><nd ref="3"/><tag k="highway" v="steps"/></way>
<way id="3" version="1"><nd ref="1"/><nd ref="3"/><tag k="highway" v="motorway"/></way>
</osm>"""
START, END = "-76.0000,36.8000", "-75.9990,36.8010"


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def network_file(tmp_path: Path) -> Path:
    extract = tmp_path / "town.osm"
    extract.write_text(EXTRACT, encoding="utf-8")
    assert run("build", extract, "-o", tmp_path / "town.net").exit_code == 0
    return tmp_path / "town.net"


PARK = """<?xml version="1.0"?><osm version="0.6">
<node id="1" version="1" lon="-76.0000" lat="36.8000"/><node id="2" version="1" lon="-75.9960" lat="36.8000"/>
<node id="3" version="1" lon="-76.0000" lat="36.8040"/><node id="4" version="1" lon="-75.9960" lat="36.8040"/>
<way id="1" version="1"><nd ref="1"/><nd ref="3"/><nd ref="4"/><nd ref="2"/><tag k="highway" v="residential"/></way>
<way id="2" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="footway"/>
<tag k="opening_hours" v="06:00-22:00"/></way>
<way id="3" version="1"><nd ref="1"/><nd ref="4"/><tag k="highway" v="footway"/>
<tag k="access:conditional" v="no @ (2026 Nov 1-2026 Dec 31)"/></way>
</osm>"""


def test_build_tells_of_hours_and_works_and_a_walk_goes_by_the_time_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    extract, network = tmp_path / "park.osm", tmp_path / "park.net"
    extract.write_text(PARK, encoding="utf-8")

    during = run("build", extract, "-o", network, "--on", "2026-11-30")
    after = run("build", extract, "-o", tmp_path / "later.net", "--on", "2027-02-01")
    ends = ("--from", "-76.0000,36.8005", "--to", "-75.9960,36.8005", "--json")
    by_day, by_night = (
        json.loads(run("walk", network, *ends, "--at", f"2026-11-30T{hour}:00").stdout)["length_m"] for hour in (12, 23)
    )

    assert "left out: closed on the day of the build" in during.stdout
    assert "open at certain hours only" in during.stdout
    assert "closures and openings whose dates the day of the build is not in" in after.stdout
    assert by_day == pytest.approx(468.0, abs=5.0)
    assert by_night > 1_000.0


def test_convert_prints_a_position_or_json() -> None:
    plain = run("convert", "--from", "gcj02", "--to", "wgs84", "--point", "113.542167,34.826588")
    as_json = run("convert", "--from", "GCJ-02", "--to", "WGS-84", "--point", "113.542167,34.826588", "--json")

    assert [float(part) for part in plain.stdout.split(",")] == pytest.approx([113.535994, 34.827622], abs=1e-5)
    assert json.loads(as_json.stdout) == pytest.approx({"lon": 113.535994, "lat": 34.827622}, abs=1e-5)


def test_western_longitudes_are_option_values() -> None:
    result = run("convert", "--from", "wgs84", "--to", "bd09", "--point", "-76.5,-36.8", "--json")

    assert json.loads(result.stdout) == {"lon": -76.5, "lat": -36.8}


@pytest.mark.parametrize(
    ("point", "said"),
    [
        ("34.7,113.6", "seem swapped"),
        ("here", "not two numbers"),
        ("200,10", "outside the world"),
        ("nan,1", "outside"),
    ],
)
def test_a_position_that_is_none_is_explained(point: str, said: str) -> None:
    result = run("convert", "--from", "gcj02", "--to", "wgs84", "--point", point)

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_build_sums_up_what_it_made_and_left_out(tmp_path: Path) -> None:
    extract = tmp_path / "town.osm"
    extract.write_text(EXTRACT, encoding="utf-8")

    result = run("build", extract, "-o", tmp_path / "town.net", "--name", "Town")

    assert result.exit_code == 0
    assert all(word in result.stdout for word in ("Town", "nodes", "edges", "km", "islands", "for cars only", "ODbL"))


def test_walk_prints_length_time_and_steps(network_file: Path) -> None:
    result = run("walk", network_file, "--from", START, "--to", END)

    assert result.stdout.splitlines()[0] == "200 m, 3 min 42 s"
    assert "Main St: 89 m, 64 s" in result.stdout
    assert "(steps): 111 m, 159 s" in result.stdout


def test_walk_prints_json_with_the_line(network_file: Path) -> None:
    route = json.loads(run("walk", network_file, "--from", START, "--to", END, "--json").stdout)

    assert route["length_m"] == pytest.approx(200.2, abs=0.5)
    assert [step["kind"] for step in route["steps"]] == ["walk", "steps"]
    assert route["line"][0] == [-76.0, 36.8]


def test_pairs_keep_their_columns_in_any_order_and_gain_two(network_file: Path, tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.csv"
    rows = [
        ["note", "to_lat", "to_lon", "from_lon", "from_lat", "name"],
        ["a, b", "36.8010", "-75.9990", "-76.0000", "36.8000", "起点"],
        ["far", "40.0", "-75.9990", "-76.0000", "36.8000", ""],
        ["bad", "x", "-75.9990", "-76.0000", "36.8000", ""],
    ]
    with pairs.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)

    result = run("walk", network_file, "--pairs", pairs)

    written = list(csv.reader(io.StringIO(result.stdout)))
    assert result.exit_code == 0
    assert written[0] == [*rows[0], "length_m", "walk_time_s"]
    assert [row[:6] for row in written[1:]] == rows[1:]
    assert [float(cell) for cell in written[1][6:]] == pytest.approx([200.2, 222.3], abs=0.5)
    assert [row[6:] for row in written[2:]] == [["", ""], ["", ""]]
    assert "1 of 3 pairs have no way on foot" in result.stderr
    assert "in line 4" in result.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("from_lon,from_lat,to_lon,to_lat\n街,1,1,1".encode("gb18030"), "not UTF-8: save it as CSV UTF-8"),
        (b"from_lon,from_lat,to_lon\n1,1,1", "no column to_lat"),
        (b"", "no column from_lon"),
    ],
)
def test_pairs_that_cannot_be_read_are_explained(network_file: Path, tmp_path: Path, content: bytes, said: str) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_bytes(content)

    result = run("walk", network_file, "--pairs", pairs)

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["build", "-o", "x.net"], "either an OSM extract or --lines"),
        (["build", "absent.osm.pbf", "-o", "x.net"], "there is no file absent.osm.pbf"),
        (["build", "absent.osm", "-o", "x.net", "--crs", "EPSG:4326"], "go with --lines"),
        (["walk", "absent.net", "--from", START, "--to", END], "there is no file absent.net"),
        (["walk", "absent.net", "--from", START], "give --from LON,LAT and --to LON,LAT"),
        (["convert", "--from", "mars", "--to", "wgs84", "--point", START], "unknown datum 'mars'"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(words: list[str], said: str) -> None:
    result = run(*words)

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_walk_off_the_network_and_a_foreign_file_are_explained(network_file: Path, tmp_path: Path) -> None:
    off = run("walk", network_file, "--from", "-70,36.8", "--to", END)
    foreign = run("walk", tmp_path / "town.osm", "--from", START, "--to", END)

    assert (off.exit_code, foreign.exit_code) == (2, 2)
    assert "no street within 200 m of -70.000000,36.800000" in off.stderr
    assert "is not a walk network" in foreign.stderr


def test_who_runs_arrives_sooner_and_night_and_rain_slow_down(network_file: Path) -> None:
    def walk_s(*options: str) -> float:
        told = run("walk", network_file, "--from", START, "--to", END, "--json", *options)
        return float(json.loads(told.stdout)["walk_time_s"])

    walking = walk_s()
    assert walk_s("--pace", "running") == pytest.approx(walking * 1.4 / 2.3, abs=0.1)
    assert walk_s("--night", "--rain") == pytest.approx(walking / 0.81, abs=0.1)
    assert walk_s("--speed-m-s", "2.8", "--pace", "running") == pytest.approx(walking / 2.0, abs=0.1)


def test_an_unknown_pace_is_explained(network_file: Path) -> None:
    result = run("walk", network_file, "--from", START, "--to", END, "--pace", "flying")

    assert result.exit_code == 2
    assert "walking, dense-city, running" in result.stderr


def test_the_way_is_told_in_chinese_with_the_floor_at_its_end(network_file: Path) -> None:
    result = run("walk", network_file, "--from", START, "--to", END, "--lang", "zh", "--place", "A口", "--floor", "2F")

    assert result.stdout.splitlines()[-3:] == ["向东沿Main St走90米。", "走台阶，110米。", "到达：A口，2楼。"]
    assert "inside: 31 s" in result.stdout
    assert result.stdout.splitlines()[0] == "200 m, 4 min 13 s"
