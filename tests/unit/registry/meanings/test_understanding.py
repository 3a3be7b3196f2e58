"""Columns that only their cells tell, columns that nobody understands, and what is said of them beforehand."""

from pathlib import Path

import pytest

from registry.importers.meanings.profile import BadProfile, parse_maps, read_profile, shipped_profiles
from registry.importers.meanings.understanding import (
    ColumnNotUnderstood,
    Meanings,
    Understanding,
    check_options,
    save_profile_of,
    understand,
)

Table = dict[str, tuple[str, ...]]


def understood(table: Table, meanings: Meanings | None = None, *, has_header: bool = True) -> Understanding:
    rows = [dict(zip(table, cells, strict=True)) for cells in zip(*table.values(), strict=True)]
    return understand(list(table), rows, meanings or Meanings(), has_header=has_header, file="list.csv")


def meanings_of(table: Table, *, has_header: bool = True) -> dict[str, str]:
    return {column.header: column.field for column in understood(table, has_header=has_header).columns}


def test_a_location_is_an_address_a_place_or_a_name_as_its_cells_say() -> None:
    names = ("Town Hall", "Airkix", "AECOM")
    streets = ("1 High Street", "22 Mill Lane", "5 Church Road")
    places = ("by the reception", "main entrance", "in the foyer")
    assert meanings_of({"Location": names, "lat": ("1",) * 3}) == {"Location": "name", "lat": "lat"}
    assert meanings_of({"Name": names, "Location": streets})["Location"] == "address"
    assert meanings_of({"Name": names, "Location": places})["Location"] == "location_text"
    assert meanings_of({"Location": ("51.507, -0.127", "51.607, -0.227", "51.707, -0.327")})["Location"] == "position"


def test_notes_are_the_hours_where_they_speak_of_hours() -> None:
    assert meanings_of({"note": ("24時間利用可", "平日のみ", "対応不可")}) == {"note": "opening_hours"}
    assert meanings_of({"Notes": ("Scheme: 999", "NA", "donated")}) == {"Notes": "remarks"}


def test_what_an_american_calls_state_is_no_state_of_a_device() -> None:
    assert meanings_of({"State": ("TX", "TX", "NM")}) == {"State": "province"}
    assert meanings_of({"State": ("OK", "", "kaputt?")}) == {"State": "state"}


def test_columns_by_day_are_read_in_the_one_language_that_knows_them_all() -> None:
    cells = ("9-17", "9-17", "")
    french = dict.fromkeys(("Lu", "Ma", "Me", "Je", "Ve", "Sa", "Di"), cells)
    assert list(meanings_of(french).values()) == ["mo", "tu", "we", "th", "fr", "sa", "su"]
    dutch = dict.fromkeys(("Ma", "Di", "Wo", "Do", "Vr", "Za", "Zo"), cells)
    assert list(meanings_of(dutch).values()) == ["mo", "tu", "we", "th", "fr", "sa", "su"]


def test_several_columns_of_ids_leave_the_one_that_tells_rows_apart() -> None:
    table = {"ID": ("1", "2", "3"), "AED number": ("7", "7", "7")}
    assert meanings_of(table) == {"ID": "ref", "AED number": "other_id"}


@pytest.mark.parametrize(
    ("header", "cells", "meaning"),
    [
        ("Zugriffsfenster", ("Mo-Fr 8-16 Uhr", "24 Stunden", "Mo-Fr 8-16 Uhr"), "opening_hours"),
        ("Spalte7", ("09:00-17:00", "24/7", "24/7"), "opening_hours"),
        ("检修", ("正常", "故障", "正常"), "state"),
        ("XYZ", ("defekt", "in Betrieb", "in Betrieb"), "state"),
        ("Wer?", ("öffentlich", "nur Personal", "öffentlich"), "access"),
        ("TÜV", ("01.05.2024", "01.06.2024", ""), "updated_on"),
        ("有效期至", ("2026-05-01", "2025-01-01", ""), "updated_on"),
        ("Gültigkeitsdatum", ("irgendwann", "bald", ""), "updated_on"),
        ("gueltig_bis", ("2025-12-31", "2024-12-31", ""), "updated_on"),
        ("DATUM", ("2020-01-01", "2021-01-01", ""), "updated_on"),
    ],
)
def test_what_may_be_hours_state_access_or_a_date_stops_the_import_by_name(
    header: str, cells: tuple[str, ...], meaning: str
) -> None:
    table = {"name": ("a", "b", "c"), header: cells}
    with pytest.raises(ColumnNotUnderstood) as caught:
        understood(table)
    told = str(caught.value)
    assert repr(header) in told
    assert repr(cells[0]) in told
    assert f'--map "{header}={meaning}"' in told
    assert f'--ignore "{header}"' in told

    mapped = understood(table, Meanings(mapped={header: meaning}))
    assert mapped.columns[1].field == meaning
    waved = understood(table, Meanings(ignored=(header,)))
    assert waved.first({header: cells[0]}, meaning) == ""


def test_other_columns_that_nobody_understands_are_named_and_stop_nothing() -> None:
    table = {
        "name": ("a", "b", "c"),
        "Schriftgrad": ("groß", "klein", "groß"),
        "FAX": ("1", "2", "3"),
        "leer": ("",) * 3,
    }
    found = understood(table)
    assert [column.header for column in found.not_understood] == ["Schriftgrad", "leer"]
    assert [column.header for column in found.unused] == ["FAX"]
    assert [told["means"] for told in found.as_json()] == ["name", None, "fax", None]


@pytest.mark.parametrize(
    ("header", "cells", "meaning"),
    [
        ("direccion_latitud", ("40.4168", "40.4170", ""), "lat"),
        ("municipio_codigo", ("079", "079", "080"), ""),
        ("municipio_nombre", ("Madrid", "Getafe", ""), "city"),
        ("Days/Hours available", ("Mon-Fri 9-5", "24/7", ""), "opening_hours"),
        ("geraet", ("Zoll", "Philips", ""), "model"),
        ("AED_Location_Floor_Level", ("1", "B1", ""), "floor"),
        ("Longitute", ("103.851", "103.852", ""), "lon"),
        ("Opening remarks", ("Mon-Fri 9am-5pm", "24 hours", ""), ""),
    ],
)
def test_a_header_of_several_words_means_what_its_cells_agree_with(
    header: str, cells: tuple[str, ...], meaning: str
) -> None:
    found = understood({"name": ("a", "b", "c"), header: cells}, Meanings(waves_through=True))
    assert found.columns[1].field == meaning


def test_a_table_without_headers_is_told_by_its_cells() -> None:
    table = {
        "column 1": ("市立圖書館", "成功國小", "火車站"),
        "column 2": ("臺南市北區公園路2號", "臺南市東區大學路1號", "臺南市東區北門路二段4號"),
        "column 3": ("( 120.2201,22.9951 )", "( 120.2101,23.0011 )", "( 120.2133,22.9971 )"),
        "column 4": ("一樓大廳", "警衛室", "售票口旁"),
        "column 5": ("星期一至星期五 08:00 至 17:00", "全日開放", "24小時開放"),
        "column 6": ("06-2000000", "06-2000001", "06-2000002"),
        "column 7": ("2013-09-02 21:18:00.0", "2013-09-05 11:00:00.0", "2013-09-05 11:07:00.0"),
    }
    fields = ["name", "address", "position", "location_text", "opening_hours", "phone", "updated_on"]
    assert list(meanings_of(table, has_header=False).values()) == fields


def test_an_expiry_without_a_header_stops_too() -> None:
    table = {"column 1": ("a", "b", "c"), "column 2": ("2026-05-01", "2025-01-01", "2025-01-01")}
    with pytest.raises(ColumnNotUnderstood, match="column 2"):
        understood(table, has_header=False)


def test_a_profile_is_saved_and_reads_the_next_list_alike(tmp_path: Path) -> None:
    table = {"Wann": ("24/7", "24/7", "Mo"), 'Größe "x"\\': ("1", "2", "3"), "Foto": ("a.jpg", "b.jpg", "c.jpg")}
    first = understood(table, Meanings(mapped={"Wann": "opening_hours"}))
    file = tmp_path / "city.toml"
    save_profile_of([first], file)

    again = understood(table, Meanings(profile=read_profile(str(file))))
    assert [column.field for column in again.columns] == ["opening_hours", "", "photo"]
    assert again.not_understood == ()


def test_every_profile_that_ships_is_whole() -> None:
    assert set(shipped_profiles()) == {"futurocite", "geodae", "japan", "korea", "osm", "taiwan"}
    for name in shipped_profiles():
        assert read_profile(name).columns


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("columns = 3", "is a table"),
        ('[columns]\n"A" = "hours_of_bliss"', "no column means"),
        ('[states]\n"A" = "fine"', "in_service"),
        ("[colums]", "colums"),
        ("x = = 1", "is not TOML"),
    ],
)
def test_a_profile_that_cannot_be_used_says_why(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "p.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadProfile, match=told):
        read_profile(str(file))


@pytest.mark.parametrize("text", ["Wann", "=state", "Wann="])
def test_a_map_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(BadProfile):
        parse_maps([text])


def test_a_column_that_is_not_there_cannot_be_mapped_or_left_out() -> None:
    with pytest.raises(BadProfile, match="Wann"):
        check_options(["name"], Meanings(mapped={"Wann": "state"}), "list.csv")
    with pytest.raises(BadProfile, match="--ignore"):
        check_options(["name"], Meanings(ignored=("Wann",)), "list.csv")


def test_a_column_cannot_be_mapped_to_what_none_means() -> None:
    with pytest.raises(BadProfile, match="no column means 'nonsense'"):
        check_options(["Wann"], Meanings(mapped={"Wann": "nonsense"}), "list.csv")
