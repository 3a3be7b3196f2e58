"""What every file comes to, whatever it was saved as: tables whose headers and cells stand as they were written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from geo.places.datum import Datum


class FileFormat(StrEnum):
    """What a table was saved as; the part that matters later is whether its meaning is fixed, as OpenStreetMap's is."""

    OSM = "osm"
    OVERPASS = "overpass"
    GEOJSON = "geojson"
    JSON = "json"
    CSV = "csv"
    SPREADSHEET = "spreadsheet"
    KML = "kml"
    GPX = "gpx"
    LAYER = "layer"


MAPPED_BY_OSM = frozenset({FileFormat.OSM, FileFormat.OVERPASS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record. where: "line 12", "row 3", "feature 3", "node/123", as people find it in the file.

    cells: what stands under each header as written, blanks around it taken off; empty ones may be left out.
    lon, lat: of the format's own geometry, degrees unless the sheet says otherwise; None where it has none.
    part: which point of a feature with several, from 1.
    """

    where: str
    cells: Mapping[str, str]
    lon: float | None = None
    lat: float | None = None
    part: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table of a file.

    table: name of the sheet, layer, folder or member, "" where the file has one table without a name.
    headers: as written and each once; `column 1` and so on where the file has no header line or leaves one empty.
    has_geometry: whether rows have a place of the format's own, apart from any column.
    datum: what the format fixes it to; None where it says nothing of it.
    encoding: what the text was read in; None where the format fixes it.
    notes: what was found out or passed over on the way, one sentence each.
    """

    file: str
    table: str
    file_format: FileFormat
    headers: tuple[str, ...]
    rows: list[Row] = field(repr=False)
    has_header: bool = True
    has_geometry: bool = False
    datum: Datum | None = None
    encoding: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How a message calls it."""
        return f"{self.file}, {self.table}" if self.table else self.file


def headers_of(rows: list[Row]) -> tuple[str, ...]:
    """The headers of rows that each name their own, in the order in which they first come."""
    return tuple(dict.fromkeys(header for row in rows for header in row.cells))
