"""Opening hours of a list: read by its country's languages, and what is not understood told once for each text."""

from collections import Counter
from dataclasses import dataclass, field

from registry.hours.columns import read_columns
from registry.hours.reading import Reading, read_hours
from registry.hours.regions import languages_of
from registry.importers.aed_sources import RawAed
from registry.importers.report import Remark


@dataclass(slots=True)
class HoursOfList:
    """The hours of one list's rows, and how many of them wrote what nobody understood."""

    _rows: Counter[str] = field(default_factory=Counter)
    _firsts: dict[str, tuple[str, Reading]] = field(default_factory=dict)

    def read(self, row: RawAed, time_zone: str) -> tuple[str, str]:
        """(OSM's syntax, what the row wrote) of a row whose place is in a time zone; "" where nothing is known."""
        written = _written(row)
        if not written:
            return "", ""
        reading = _reading(row, written, time_zone)
        if reading.reason:
            self._rows[written] += 1
            self._firsts.setdefault(written, (row.where, reading))
        return reading.osm, written

    def warnings(self) -> list[Remark]:
        """One for each text that is not understood, or only in part."""
        return [self._warning(written, count) for written, count in self._rows.most_common()]

    def _warning(self, written: str, count: int) -> Remark:
        where, reading = self._firsts[written]
        rows = "this row writes" if count == 1 else f"{count} rows write"
        text = f"{rows} {written!r}: {reading.reason}; that part is unknown until it is put in other words"
        return Remark(where=where, reason="hours_unparseable", text=text)


def _written(row: RawAed) -> str:
    days, start, end, note = row.national_hours
    times = f"{start}-{end}" if start or end else ""
    return row.opening_hours.strip() or " ".join(part for part in (days, times, note) if part)


def _reading(row: RawAed, written: str, time_zone: str) -> Reading:
    languages = languages_of(written, time_zone)
    if row.opening_hours.strip():
        return read_hours(row.opening_hours, languages)
    return read_columns(*row.national_hours, languages=languages)
