"""Taiwan's list without a header line and Belgium's standard table: what their cells say."""

import csv
from pathlib import Path

from registry.importers.meanings.fields import Field
from registry.importers.meanings.profile import read_profile
from registry.importers.meanings.row_values import row_values
from registry.importers.meanings.states import Said, state_of
from registry.importers.meanings.understanding import Meanings, Understanding, understand
from registry.models import AedState

TAIWAN = {
    "column 1": "name",
    "column 2": "address",
    "column 3": "precision",
    "column 4": "category",
    "column 5": "url",
    "column 6": "remarks",
    "column 7": "location_text",
    "column 8": "position",
    "column 9": "location_text",
    "column 10": "opening_hours",
    "column 11": "phone",
    "column 12": "updated_on",
}


def taiwan(shared_data: Path, meanings: Meanings) -> tuple[Understanding, list[dict[str, str]]]:
    with (shared_data / "imports" / "taiwan2014.csv").open(encoding="utf-8", newline="") as file:
        rows = [dict(zip(TAIWAN, cells, strict=True)) for cells in csv.reader(file)]
    return understand(list(TAIWAN), rows, meanings, has_header=False, file="taiwan2014.csv"), rows


def test_a_national_list_without_a_header_line_is_told_by_its_cells_alone(shared_data: Path) -> None:
    found, rows = taiwan(shared_data, Meanings())
    assert len(rows) == 4519
    assert {column.header: column.field for column in found.columns} == TAIWAN
    with_profile, _ = taiwan(shared_data, Meanings(profile=read_profile("taiwan")))
    assert with_profile.by_field == found.by_field


def test_what_stands_in_its_cells_is_text_for_people(shared_data: Path) -> None:
    found, rows = taiwan(shared_data, Meanings())
    court = row_values(found, rows[0])
    assert court["name"] == "高雄高等行政法院"
    assert court["location_text"] == "本院大廳; 本院大廳一樓出入口法警執勤台左後方; 高雄市楠梓區興楠路180號"
    aircraft = next(row_values(found, row) for row in rows if row["column 1"].startswith("長榮航空"))
    assert "&nbsp;" not in aircraft["location_text"]
    assert "<br" not in aircraft["location_text"]


def test_belgiums_standard_table_is_read_with_its_profile_and_without(shared_data: Path) -> None:
    with (shared_data / "imports" / "futurocite_example.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    for meanings in (Meanings(profile=read_profile("futurocite")), Meanings()):
        found = understand(list(row), [row], meanings, file="futurocite_example.csv")
        assert found.not_understood == ()
        values = row_values(found, row)
        assert (values["ref"], values["name"]) == ("92003-106411", "Défibrillateur du centre sportif")
        assert values["location_text"].endswith("; Avenue Sart Paradis 4, Centre sportif, Namur")
        assert (values["floor"], values["indoor"]) == ("1", "true")
        assert values["opening_hours"] == "Mo-Fr 09:00-12:00,14:00-18:30; Sa 08:30-12:00"
        said: Said = values["said"]
        assert (said.of(Field.ACCESS), said.of(Field.UNAVAILABLE)) == (("Public",), ("Indisponible",))
        assert state_of(said, None)[0] is AedState.OUT_OF_SERVICE
