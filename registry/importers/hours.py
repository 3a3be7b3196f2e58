"""Opening hours of a list: read by its country's languages, and what is not understood told in the same words for each
row that writes it."""

from dataclasses import dataclass, field

from registry.hours.columns import read_by_day, read_columns
from registry.hours.reading import Reading, read_hours
from registry.hours.regions import languages_of
from registry.importers.aed_sources import RawAed
from registry.importers.report import Remark


@dataclass(slots=True)
class HoursOfList:
    """The hours of one list's rows. warnings: one for each row whose text is not understood, or only in part."""

    warnings: list[Remark] = field(default_factory=list)

    def read(self, row: RawAed, time_zone: str) -> tuple[str, str]:
        """(OSM's syntax, what the row wrote) of a row whose place is in a time zone; "" where nothing is known."""
        written = _written(row)
        if not written:
            return "", ""
        reading = _reading(row, written, time_zone)
        if reading.reason:
            text = f"the hours {written!r}: {reading.reason}; that part is unknown until it is put in other words"
            self.warnings.append(Remark(where=row.where, reason="hours_unparseable", text=text))
        return reading.osm, written


def _written(row: RawAed) -> str:
    days, start, end, note = row.national_hours
    times = f"{start}-{end}" if start or end else ""
    by_day = "; ".join(f"{day} {text}" for day, text in row.hours_by_day.items())
    return row.opening_hours.strip() or by_day or " ".join(part for part in (days, times, note) if part)


def _reading(row: RawAed, written: str, time_zone: str) -> Reading:
    languages = languages_of(written, time_zone)
    if row.opening_hours.strip():
        return read_hours(row.opening_hours, languages)
    if row.hours_by_day:
        return read_by_day(row.hours_by_day, languages)
    return read_columns(*row.national_hours, languages=languages)
