"""KML and GPX, by an XML parser that expands nothing: GDAL loses folders and Chinese names of KML's data."""

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from geo.places.datum import Datum
from registry.importers.files import UnreadableFile
from registry.importers.reading.geometry import Places, degrees_of, places_of
from registry.importers.reading.sheet import FileFormat, Row, Sheet, headers_of

_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_ROW_OF_TWO = re.compile(r"<tr[^>]*>\s*<t[dh][^>]*>(.*?)</t[dh]>\s*<t[dh][^>]*>(.*?)</t[dh]>\s*</tr>", re.S | re.I)
_TAG = re.compile(r"<[^>]*>")
_FOLDER = "Folder"
# What KML says of a placemark beside its data, under the element's own name.
_TOLD = ("name", "address", "phoneNumber", "description")


def root_name(text: str) -> str:
    """The name of an XML document's first element in small letters, without its namespace; "" where there is none."""
    match = re.search(r"<(?![?!])(?:[\w.-]+:)?([\w.-]+)", text)
    return match[1].lower() if match else ""


def sheet_of_xml(text: str, *, file: str, table: str = "") -> Sheet:
    """A KML's placemarks or a GPX's waypoints.

    Raises:
        UnreadableFile: it is not whole, defines entities, or is another kind of XML.
    """
    try:
        root = fromstring(_DECLARATION.sub("", text, count=1))
    except DefusedXmlException as error:
        raise UnreadableFile(f"{file} defines entities of its own, which no list needs: it is not read") from error
    except ParseError as error:
        raise UnreadableFile(f"{file} is not whole XML ({error}): download or export it again") from error
    kind = _local(root)
    if kind == "kml":
        rows, file_format = _placemarks(root), FileFormat.KML
        if not rows and any(_local(element) == "NetworkLink" for element in root.iter()):
            raise UnreadableFile(
                f"{file} only links to a file elsewhere: download that one, or save the map as KML with all data"
            )
    elif kind == "gpx":
        rows, file_format = _waypoints(root), FileFormat.GPX
    else:
        raise UnreadableFile(f"{file} is XML of a kind that is not read (<{kind}>): export it as GeoJSON, KML or CSV")
    return Sheet(
        file=file,
        table=table,
        file_format=file_format,
        headers=headers_of(rows),
        rows=rows,
        has_geometry=True,
        datum=Datum.WGS84,
    )


def _placemarks(root: Any) -> list[Row]:
    found = list(_in_folders(root, ()))
    has_folders = len({folder for folder, _ in found if folder}) > 1
    rows = []
    for number, (folder, placemark) in enumerate(found, start=1):
        cells = ({_FOLDER: " / ".join(folder)} if has_folders and folder else {}) | _placemark_cells(placemark)
        for part, (lon, lat) in enumerate(_kml_places(placemark), start=1):
            where = f"placemark {number}" if part == 1 else f"placemark {number}, point {part}"
            rows.append(Row(where=where, cells=cells, lon=lon, lat=lat, part=part))
    return rows


def _in_folders(element: Any, folder: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for child in element:
        kind = _local(child)
        if kind == "Placemark":
            yield folder, child
        elif kind in {"Document", "Folder", "kml"}:
            name = _child_text(child, "name")
            yield from _in_folders(child, (*folder, name) if kind == "Folder" and name else folder)


def _placemark_cells(placemark: Any) -> dict[str, str]:
    cells = {name: text for name in _TOLD if (text := _child_text(placemark, name))}
    data: dict[str, str] = {}
    for element in placemark.iter():
        if _local(element) == "Data":
            data[element.get("name", "")] = _child_text(element, "value")
        elif _local(element) == "SimpleData":
            data[element.get("name", "")] = (element.text or "").strip()
    if not data:
        # Exports of maps write the columns into the balloon, as a table of names and values.
        pairs = _ROW_OF_TWO.findall(cells.get("description", ""))
        data = {_TAG.sub("", name).strip(): _TAG.sub("", value).strip() for name, value in pairs}
    return cells | {name: text for name, text in data.items() if name and text}


def _kml_places(placemark: Any) -> Places:
    """Each point of a MultiGeometry; else the middle of a line or an outline."""
    points: Places = []
    others: Places = []
    for element in placemark.iter():
        kind = _local(element)
        if kind in {"Point", "LineString", "Polygon"}:
            corners = [corner for item in element.iter() if _local(item) == "coordinates" for corner in _corners(item)]
            if kind == "Point":
                points.extend(corners[:1])
            elif corners:
                is_area = kind == "Polygon" and len(corners) > 3
                shape = (
                    {"type": "Polygon", "coordinates": [corners]}
                    if is_area
                    else {"type": "LineString", "coordinates": corners}
                )
                others.extend(places_of(shape))
    return list(dict.fromkeys(points)) or others[:1] or [(None, None)]


def _corners(element: Any) -> list[tuple[float, float]]:
    corners = []
    for text in (element.text or "").split():
        numbers = [degrees_of(part) for part in text.split(",")]
        if len(numbers) >= 2 and numbers[0] is not None and numbers[1] is not None:
            corners.append((numbers[0], numbers[1]))
    return corners


def _waypoints(root: Any) -> list[Row]:
    rows = []
    for number, point in enumerate((item for item in root if _local(item) == "wpt"), start=1):
        cells: dict[str, str] = {}
        for element in point.iter():
            text = (element.text or "").strip()
            if element is not point and text and len(element) == 0:
                cells.setdefault(_local(element), text)
        rows.append(
            Row(
                where=f"waypoint {number}",
                cells=cells,
                lon=degrees_of(point.get("lon")),
                lat=degrees_of(point.get("lat")),
            )
        )
    return rows


def _child_text(element: Any, name: str) -> str:
    return next(((child.text or "").strip() for child in element if _local(child) == name), "")


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
