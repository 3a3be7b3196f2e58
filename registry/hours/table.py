"""A table of hours as lists write them, with what is understood of each row: to check a list before its import."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from registry.hours.columns import read_columns
from registry.hours.evaluating import Openness, hours_of
from registry.hours.reading import Reading, read_hours
from registry.hours.words.languages import LANGUAGES

COLUMNS = ("language", "where", "text", "days", "start", "end", "note")
ADDED = ("osm", "said_tue_11", "said_tue_03", "said_sun_11", "said_jan_1_11", "reason")
"""What each row gains: OSM's syntax, whether that is open (Y, N, ?) at four times, why not all is known."""

_TIMES = {
    "said_tue_11": datetime(2024, 5, 14, 11),  # noqa: DTZ001 -- the zone is each row's own
    "said_tue_03": datetime(2024, 5, 14, 3),  # noqa: DTZ001
    "said_sun_11": datetime(2024, 5, 12, 11),  # noqa: DTZ001
    "said_jan_1_11": datetime(2024, 1, 1, 11),  # noqa: DTZ001
}
_LETTERS = {Openness.OPEN: "Y", Openness.CLOSED: "N", Openness.UNKNOWN: "?"}

# Lists name a language, or the country where several are written.
_LANGUAGES_OF = {"be": ("fr", "nl", "de"), "tw": ("zh",), "hk": ("zh", "en"), "ch": ("de", "fr", "it"), "": ()}
_ZONES = {
    "be": "Europe/Brussels", "tw": "Asia/Taipei", "hk": "Asia/Hong_Kong", "ch": "Europe/Zurich", "ja": "Asia/Tokyo",
    "ko": "Asia/Seoul", "zh": "Asia/Shanghai", "es": "Europe/Madrid", "de": "Europe/Berlin", "fr": "Europe/Paris",
    "nl": "Europe/Amsterdam", "it": "Europe/Rome", "en": "Asia/Singapore", "": "UTC",
}  # fmt: skip
# Words of `where` that name a place whose clock or holidays are not those of most who write the language.
_ZONES_OF_PLACES = {
    "singapore": "Asia/Singapore", "hong kong": "Asia/Hong_Kong", "香港": "Asia/Hong_Kong", "macau": "Asia/Macau",
    "澳": "Asia/Macau", "taiwan": "Asia/Taipei", "台": "Asia/Taipei", "臺": "Asia/Taipei", "belgium": "Europe/Brussels",
    "london": "Europe/London", "england": "Europe/London", "trafford": "Europe/London", "manchester": "Europe/London",
    "uk": "Europe/London", "ireland": "Europe/Dublin", "dublin": "Europe/Dublin", "new york": "America/New_York",
    "usa": "America/New_York", "canada": "America/Toronto", "toronto": "America/Toronto", "sydney": "Australia/Sydney",
    "australia": "Australia/Sydney", "auckland": "Pacific/Auckland", "zealand": "Pacific/Auckland",
    "wien": "Europe/Vienna", "austria": "Europe/Vienna", "österreich": "Europe/Vienna", "switzerland": "Europe/Zurich",
    "schweiz": "Europe/Zurich", "zürich": "Europe/Zurich", "luxemb": "Europe/Luxembourg",
    "netherlands": "Europe/Amsterdam",
}  # fmt: skip


class BadHoursTable(ValueError):
    """The file is no table of hours; the message names what is missing."""

    code = "bad_hours_table"


def zone_of_row(language: str, where: str) -> ZoneInfo:
    """The zone that goes with a row's language and place."""
    place = where.casefold()
    named = next((zone for word, zone in _ZONES_OF_PLACES.items() if word in place), None)
    return ZoneInfo(named or _ZONES.get(language, "UTC"))


def read_row(row: Mapping[str, str]) -> Reading:
    """The hours of a row: of its `text`, or of its four columns where that is empty."""
    language = row["language"].strip().lower()
    languages = _LANGUAGES_OF.get(language, (language,))
    text = row.get("text") or ""
    if text.strip():
        return read_hours(text, languages)
    cells = [row.get(name) or "" for name in ("days", "start", "end", "note")]
    return read_columns(cells[0], cells[1], cells[2], cells[3], languages)


def checked_table(text: str, name: str) -> str:
    """The same table with `ADDED`, as CSV.

    Raises:
        BadHoursTable: columns are missing, or a row's language is none that is read.
    """
    table = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    headers = list(table.fieldnames or ())
    missing = [column for column in ("language", "text") if column not in headers]
    if missing:
        raise BadHoursTable(
            f"{name} has no column {' and no '.join(missing)} (found: {', '.join(headers) or 'nothing'}); "
            f"it needs language and text, and may have {', '.join(COLUMNS[1:2] + COLUMNS[3:])}"
        )
    kept = [header for header in headers if header not in ADDED]
    written = io.StringIO()
    writer = csv.DictWriter(written, [*kept, *ADDED], lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(_checked_rows(table, name))
    return written.getvalue()


def _checked_rows(table: "csv.DictReader[str]", name: str) -> Iterable[dict[str, str]]:
    for row in table:
        language = (row["language"] or "").strip().lower()
        if language not in LANGUAGES and language not in _LANGUAGES_OF:
            raise BadHoursTable(
                f"{name} line {table.line_num}: {language!r} is no language that is read; "
                f"use one of {', '.join(sorted({*LANGUAGES, *_LANGUAGES_OF} - {''}))}, or leave it empty"
            )
        cells = {key: value or "" for key, value in row.items() if key is not None}
        reading = read_row(cells)
        yield {
            **cells,
            "osm": reading.osm,
            **_answers(reading, zone_of_row(language, cells.get("where", ""))),
            "reason": reading.reason,
        }


def _answers(reading: Reading, zone: ZoneInfo) -> dict[str, str]:
    if not reading.osm:
        return dict.fromkeys(_TIMES, "?")
    hours = hours_of(reading.osm, zone)
    return {name: _LETTERS[hours.at(at.replace(tzinfo=zone)).openness] for name, at in _TIMES.items()}
