"""Every way in which a position is written reads back as what was meant, and nothing else is taken for one."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from registry.importers.positions.written import find_number, find_pair

LONGITUDES = st.floats(-179.9, 179.9).map(lambda value: round(value, 6))
LATITUDES = st.floats(-89.9, 89.9).map(lambda value: round(value, 6))

WORDS = {"E": "东经", "W": "西经", "N": "北纬", "S": "南纬"}
FORMS = {
    "decimal point": lambda value, letters: f"{value:.6f}",
    "decimal comma": lambda value, letters: f"{value:.6f}".replace(".", ","),
    "minus of typesetters": lambda value, letters: f"{value:.6f}".replace("-", "−"),
    "full width": lambda value, letters: f"{value:.6f}".translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789.-"}),
    "degree sign": lambda value, letters: f"{value:.6f}°",
    "letter behind": lambda value, letters: f"{abs(value):.6f} {letters[value < 0]}",
    "letter before": lambda value, letters: f"{letters[value < 0]}{abs(value):.6f}",
    "words before": lambda value, letters: WORDS[letters[value < 0]] + f"{abs(value):.6f}",
    "minutes and seconds": lambda value, letters: "{}{}°{:02}'{:08.5f}\"".format("-" * (value < 0), *parts(value)),
    "typographic marks": lambda value, letters: "{}°{}′{:.5f}″ {}".format(*parts(value), letters[value < 0]),
    "seconds with a comma": lambda value, letters: "{}°{}'{:.5f}\" {}".format(
        *parts(value), letters[value < 0]
    ).replace(".", ","),
    "two apostrophes": lambda value, letters: "{}°{}'{:.5f}''{}".format(*parts(value), letters[value < 0]),
    "colons": lambda value, letters: "{}{}:{:02}:{:08.5f}".format("-" * (value < 0), *parts(value)),
    "blanks": lambda value, letters: "{}{} {:02} {:08.5f}".format("-" * (value < 0), *parts(value)),
    "japanese words": lambda value, letters: "{}{}度{}分{:.5f}秒".format(
        {"E": "東経", "W": "西経", "N": "北緯", "S": "南緯"}[letters[value < 0]], *parts(value)
    ),
    "decimal minutes": lambda value, letters: (
        f"{parts(value)[0]}°{parts(value)[1] + parts(value)[2] / 60:.7f}' {letters[value < 0]}"
    ),
}


def parts(value: float) -> tuple[int, int, float]:
    """Degrees, minutes, seconds of a value that six decimals tell, seconds below 60 when written with five."""
    seconds = round(abs(value) * 3600, 5)
    degrees, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    return int(degrees), int(minutes), min(round(seconds, 5), 59.99999)


@pytest.mark.parametrize("form", FORMS)
@given(lon=LONGITUDES, lat=LATITUDES)
def test_every_written_form_of_a_coordinate_reads_back(form: str, lon: float, lat: float) -> None:
    for value, letters in ((lon, "EW"), (lat, "NS")):
        found = find_number(FORMS[form](value, letters))
        assert found is not None
        assert found[0] == pytest.approx(value, abs=2e-8 + 1e-9 * abs(value))
        assert found[1] in {None, "lon" if letters == "EW" else "lat"}


PAIRS = {
    "brackets": ("( {x},{y} )", None),
    "comma and blank": ("{y}, {x}", None),
    "semicolon": ("{x};{y}", None),
    "blank": ("{x} {y}", None),
    "square brackets": ("[{x}, {y}]", None),
    "well-known text": ("POINT ({x} {y})", "lon lat"),
    "extended text": ("SRID=4326;POINT({x} {y})", "lon lat"),
    "geojson": ('{{"type": "Point", "coordinates": [{x}, {y}]}}', "lon lat"),
    "keys": ('{{"lat": {y}, "lng": {x}}}', "lon lat"),
    "python": ("{{'lon': '{x}', 'lat': '{y}'}}", "lon lat"),
    "link": ("lat={y}&lon={x}", "lon lat"),
    "geo link": ("geo:{y},{x}", "lat lon"),
    "with a height": ("{x} {y} 12.5", None),
}


@pytest.mark.parametrize("form", PAIRS)
@given(lon=LONGITUDES, lat=LATITUDES)
def test_every_written_form_of_a_pair_reads_back(form: str, lon: float, lat: float) -> None:
    template, order = PAIRS[form]
    pair = find_pair(template.format(x=f"{lon:.6f}", y=f"{lat:.6f}"))
    assert pair is not None
    assert pair.order == order
    turned = template.index("{y}") < template.index("{x}") and order != "lon lat"
    assert (pair.second, pair.first) == (lon, lat) if turned else (pair.first, pair.second) == (lon, lat)


@given(lon=LONGITUDES, lat=LATITUDES, is_first=st.booleans(), parted=st.sampled_from([", ", " ", "; ", ""]))
def test_hemispheres_tell_the_order_of_a_pair(lon: float, lat: float, *, is_first: bool, parted: str) -> None:
    assume(lon != 0 and lat != 0)
    x, y = FORMS["typographic marks"](lon, "EW"), FORMS["typographic marks"](lat, "NS")
    pair = find_pair(f"{x}{parted}{y}" if is_first else f"{y}{parted}{x}")
    assert pair is not None
    assert pair.order == ("lon lat" if is_first else "lat lon")
    found = (pair.first, pair.second) if is_first else (pair.second, pair.first)
    assert found == pytest.approx((lon, lat), abs=1e-6)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234.567,8", 1234567.8),
        ("1,234,567.8", 1234567.8),
        ("440 124,33", 440124.33),
        ("4 474 000", 4474000.0),
        ("440124.33 m", 440124.33),
        ("1.2E+02", 120.0),
        ("35.40.12.3", 35.670083),
        ("+48.85", 48.85),
        ("22-17-18", 22.288333),
        ("114-10-05.5", 114.168194),
        ("48º51'24\"N", 48.856667),
    ],
)
def test_metres_and_rarer_forms_are_read(text: str, value: float) -> None:
    found = find_number(text)
    assert found is not None
    assert found[0] == pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize("text", ["", "abc", "60°60'", "48°61'", "-5 W", "N", "1-1-1", "nan", "inf", "12 N 13 E"])
def test_what_is_no_coordinate_is_none(text: str) -> None:
    assert find_number(text) is None


@pytest.mark.parametrize(
    "text", ["", "郑州站", "03-3430-1111", "2013-09-02", "(,)", "24:00", "N48 N49", "POINT EMPTY", "{}"]
)
def test_what_is_no_pair_is_none(text: str) -> None:
    assert find_pair(text) is None


@given(st.text(max_size=40))
def test_no_text_breaks_the_readers(text: str) -> None:
    number = find_number(text)
    assert number is None or math.isfinite(number[0])
    pair = find_pair(text)
    assert pair is None or (math.isfinite(pair.first) and math.isfinite(pair.second))
