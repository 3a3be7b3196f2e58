"""Places at the command line: imported, looked at, added, changed, retired; and districts that filter other lists."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from registry.cli import app
from tests.support.places import STATIONS, write_districts

AEDS = "id,name,lon,lat\n1,Hall,9.51,47.11\n2,Island,9.71,47.11\n3,In the hole,9.55,47.15\n4,East,9.65,47.15\n"
PEOPLE = (
    "id,name,phone,certificate_kind,certificate_number,valid_from,valid_until,on_duty,home_lon_wgs84,home_lat_wgs84\n"
    "r1,Anna,+4232396161,BLS,N-1,2024-01-01,2026-02-01,yes,9.511,47.11\n"
    "r2,Berta,+4232396162,BLS,N-2,2024-01-01,2026-02-02,yes,9.65,47.15\n"
    "r3,Carla,+4232396163,BLS,N-3,2024-01-01,2026-02-03,yes,,\n"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With a town's districts, stations, AEDs and people."""
    monkeypatch.chdir(tmp_path)
    for name in ("RESCUE_DATABASE_URL", "RESCUE_SERVICE_AREA"):
        monkeypatch.delenv(name, raising=False)
    for name, text in (("stations.csv", STATIONS), ("aeds.csv", AEDS), ("people.csv", PEOPLE)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    write_districts(tmp_path / "districts.geojson")
    done("places", "import", "districts.geojson", "--source", "city", "--kind", "district")
    done("places", "import", "stations.csv", "--source", "society")
    done("import", "aeds.csv", "--datum", "wgs84", "--source", "aeds")
    done("import", "people.csv", "--source", "people")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def done(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    return result.stderr


def test_a_list_is_imported_again_and_nothing_changes() -> None:
    again = done("places", "import", "stations.csv", "--source", "society", "--dry-run")

    assert again.startswith("0 would be added, 0 would be changed, 3 unchanged.")


def test_what_is_wrong_with_rows_and_files_is_said(folder: Path) -> None:
    (folder / "more.csv").write_text("name,kind,lon,lat,owner\nA,castle,9.5,47.1,x\nB,metro_station,9.5,47.1,\n")

    told = done("places", "import", "more.csv", "--source", "more")

    assert "not read: owner" in told
    assert "line 2: 'castle' is no kind of place" in told
    assert "there is no file" in refused("places", "import", "none.csv", "--source", "more")
    assert "--map 'owner': write COLUMN=FIELD" in refused(
        "places", "import", "more.csv", "--source", "more", "--map", "owner"
    )


def test_a_station_is_added_changed_retired_and_its_history_told() -> None:
    added = done("places", "add", "practice_station", "Harbour", "--lon", "9.52", "--lat", "47.12", "--by", "li")
    place_id = added.split()[0]
    done("places", "describe", place_id, "--levels", "B1; B2", "--address", "Quay 1", "--by", "wu", "--why", "told")
    done("places", "move", place_id, "--lon", "9.66", "--lat", "47.16")

    shown = done("places", "show", place_id)
    assert "Harbour, East End, Quay 1" in shown
    assert "levels: B1; B2" in shown
    done("places", "retire", place_id)
    assert place_id not in done("places", "list")
    assert place_id in done("places", "list", "--retired", "only")
    done("places", "reinstate", place_id)
    history = done("history", "--kind", "place", "--limit", "9")
    assert f'wu described place {place_id}: "told"' in history
    assert f"li added place {place_id}" in history


def test_places_are_listed_page_by_page() -> None:
    first = done("places", "list", "--limit", "2", "--kind", "practice_station", "--kind", "metro_station")
    after = re.search(r"--after (\S+)", first)
    assert after is not None
    rest = done("places", "list", "--after", after[1], "--kind", "practice_station", "--kind", "metro_station")

    names = re.findall(r"Practice West|Practice East|Central", first + rest)
    assert sorted(names) == ["Central", "Practice East", "Practice West"]
    assert "there are more" not in rest


def test_what_cannot_be_is_refused_with_what_to_do() -> None:
    where = ("--lon", "9.5", "--lat", "47.1")
    assert "import its outline as GeoJSON" in refused("places", "add", "grid", "G", *where)
    assert "unknown datum" in refused("places", "add", "school_station", "S", *where, "--datum", "mars")
    assert "not on Earth" in refused("places", "add", "school_station", "S", "--lon", "9.5", "--lat", "470")
    assert "no place 'nowhere'" in refused("places", "show", "nowhere")
    assert "there are East End, Old Town" in refused("places", "list", "--district", "North")
    assert "say what to set" in refused("places", "describe", "nowhere")


def test_districts_filter_aeds_people_and_exports(folder: Path) -> None:
    def aeds(district: str) -> set[str]:
        return set(re.findall(r"aeds: (.+)", done("aeds", "list", "--district", district)))

    assert (aeds("Old Town"), aeds("102")) == ({"Hall", "Island"}, {"East"})
    assert [line.split()[0] for line in done("rescuers", "list", "--district", "East End").splitlines()] == ["r2"]
    done("export", "old.geojson", "--district", "Old Town")
    told = json.loads((folder / "old.geojson").read_text(encoding="utf-8"))
    assert {one["properties"]["name"] for one in told["features"]} == {"Hall", "Island"}
    done("export", "east.csv", "--district", "102", "--public")
    assert "Hall" not in (folder / "east.csv").read_text(encoding="utf-8")
    assert "leave --district out" in refused("export", "p.xlsx", "--kind", "rescuers", "--district", "102")
    assert "there are East End, Old Town" in refused("aeds", "list", "--district", "North")


def test_a_warning_names_the_nearest_practice_station() -> None:
    told = done("certificates", "expiring", "--day", "2026-01-20", "--within-days", "30")

    west = told.index("r1 certificate 0")
    assert "nearest practice station: Practice West, West Road 1, 100 m" in told[west:]
    assert told.count("nearest practice station") == 2
    assert told.splitlines()[-1].startswith("2026-02-03  r3")
