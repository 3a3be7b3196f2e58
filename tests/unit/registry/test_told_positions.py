"""Which columns tell positions where somebody names them, and what is left of the others."""

import pytest

from geo.places.datum import Datum
from registry.importers.aed_sheets import read_aed_sheets
from registry.importers.columns import MissingColumns
from registry.importers.meanings.profile import BadProfile, Profile
from registry.importers.meanings.understanding import ColumnNotUnderstood, Meanings
from registry.importers.positions.options import PositionOptions
from registry.importers.reading.sheet import FileFormat, Row, Sheet

NOTHING = PositionOptions()


def sheet(*rows: dict[str, str], table: str = "", has_geometry: bool = False) -> Sheet:
    shape = {"lon": 2.35, "lat": 48.85} if has_geometry else {}
    return Sheet(
        file="list.csv",
        table=table,
        file_format=FileFormat.CSV,
        headers=tuple(rows[0]),
        rows=[Row(where=f"line {number}", cells=cells, **shape) for number, cells in enumerate(rows, start=2)],
        has_geometry=has_geometry,
    )


def places(one: Sheet, meanings: Meanings) -> list[object]:
    return [raw.place for raw in read_aed_sheets([one], NOTHING, meanings).raw]


def means(one: Sheet, meanings: Meanings) -> dict[str, str]:
    (table,) = read_aed_sheets([one], NOTHING, meanings).tables
    return {column.header: column.field for column in table.columns}


def test_columns_that_somebody_names_tell_the_place_above_those_that_look_so() -> None:
    old_and_new = sheet({"name": "a", "lon": "2.1", "lat": "48.1", "A": "2.3", "B": "48.3"})
    assert places(old_and_new, Meanings()) == [(2.1, 48.1)]
    mapped = Meanings(mapped={"A": "lon", "B": "lat"})
    assert places(old_and_new, mapped) == [(2.3, 48.3)]
    assert means(old_and_new, mapped) == {
        "name": "name",
        "lon": "precision",
        "lat": "precision",
        "A": "lon",
        "B": "lat",
    }
    assert places(old_and_new, Meanings(profile=Profile(columns={"A": "lon", "B": "lat"}))) == [(2.3, 48.3)]


def test_one_cell_that_somebody_names_is_read_and_so_is_one_beside_the_formats_own_shape() -> None:
    one_cell = sheet({"name": "a", "wo": "48.3, 2.3"}, has_geometry=True)
    assert places(one_cell, Meanings()) == [(2.35, 48.85)]
    (aed,) = read_aed_sheets([one_cell], PositionOptions(country="FR"), Meanings(mapped={"wo": "position"})).raw
    assert aed.place == (2.3, 48.3)


def test_a_column_that_is_left_out_is_no_position() -> None:
    only = sheet({"name": "a", "lon": "2.1", "lat": "48.1"})
    with pytest.raises(MissingColumns, match='--map "COLUMN=lon"'):
        places(only, Meanings(ignored=("lon", "lat")))


def test_a_header_of_a_named_pair_still_tells_its_datum() -> None:
    amap = sheet({"name": "a", "高德东": "113.6", "高德北": "34.7"})
    (place,) = places(amap, Meanings(mapped={"高德东": "lon", "高德北": "lat"}))
    assert place != (113.6, 34.7)
    (aed,) = read_aed_sheets(
        [sheet({"name": "a", "lon": "113.6", "lat": "34.7"})], PositionOptions(datum=Datum.GCJ02)
    ).raw
    assert place == aed.place


def test_a_table_without_positions_is_passed_over_whatever_its_columns_are() -> None:
    aeds = sheet({"name": "a", "lon": "2.1", "lat": "48.1"}, table="AED")
    visits = sheet({"wer": "b", "Zugriffsfenster": "Mo-Fr 8-16 Uhr"}, table="Besuche")
    found = read_aed_sheets([aeds, visits], NOTHING, Meanings(mapped={"wer": "name"}))
    assert [raw.name for raw in found.raw] == ["a"]
    assert "Besuche was passed over" in found.notes[0]
    with pytest.raises(ColumnNotUnderstood, match="Zugriffsfenster"):
        read_aed_sheets([sheet({"lon": "2.1", "lat": "48.1", "Zugriffsfenster": "Mo-Fr 8-16 Uhr"})], NOTHING)
    with pytest.raises(BadProfile, match="no column 'wann'"):
        read_aed_sheets([aeds, visits], NOTHING, Meanings(ignored=("wann",)))


def test_a_circle_is_a_yes() -> None:
    one = sheet(
        {"name": "a", "lon": "139.7", "lat": "35.7", "24時間": "○"},
        {"name": "b", "lon": "139.8", "lat": "35.7", "24時間": "×"},
    )
    mapped = Meanings(mapped={"24時間": "always_open"})
    assert [raw.opening_hours for raw in read_aed_sheets([one], NOTHING, mapped).raw] == ["24/7", ""]
