"""What a list holds, AEDs or people, as far as its headers and cells tell."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import chain
from pathlib import Path

from registry.importers.files import ImportRefused
from registry.importers.people.columns import looks_like_rescuers
from registry.importers.positions.position_columns import find_position_columns
from registry.importers.reading.sheet import MAPPED_BY_OSM, Sheet


class ImportKind(StrEnum):
    """What a file holds."""

    AEDS = "aeds"
    RESCUERS = "rescuers"


class UnclearKind(ImportRefused):
    """Nothing in the file says whether it holds AEDs or rescuers."""

    code = "unclear_kind"


_AED_WORDS = ("aed", "dae", "defib", "desfib", "defikat", "除颤", "除顫", "자동심장", "자동제세동")
_WORDS_OF_PEOPLE = (
    "certif",
    "zertifi",
    "rescuer",
    "volunteer",
    "duty",
    "birth",
    "证书",
    "证号",
    "姓名",
    "志愿者",
    "手机",
)


def is_osm(sheets: Sequence[Sheet]) -> bool:
    """Whether all of it is OpenStreetMap's own data."""
    return all(sheet.file_format in MAPPED_BY_OSM for sheet in sheets)


def get_kind(path: Path, sheets: Sequence[Sheet]) -> ImportKind:
    """By the headers; a list of places without a word of people is one of AEDs, whatever it calls itself.

    Raises:
        UnclearKind
    """
    if is_osm(sheets):
        return ImportKind.AEDS
    headers = [header for sheet in sheets for header in sheet.headers]
    if any(looks_like_rescuers(sheet.headers) for sheet in sheets):
        return ImportKind.RESCUERS
    if speaks_of_aeds(path, sheets):
        return ImportKind.AEDS
    has_places = any(sheet.has_geometry or find_position_columns(sheet) for sheet in sheets)
    if has_places and not any(word in header.lower() for header in headers for word in _WORDS_OF_PEOPLE):
        return ImportKind.AEDS
    raise UnclearKind(f"{path.name}: does it hold AEDs or rescuers? Say --kind aeds or --kind rescuers")


def speaks_of_aeds(path: Path, sheets: Sequence[Sheet]) -> bool:
    """Whether a word for AEDs stands anywhere in it."""
    if is_osm(sheets):
        return True
    headers = [header for sheet in sheets for header in (sheet.table, *sheet.headers)]
    cells = (text for sheet in sheets for row in sheet.rows for text in row.cells.values())
    return any(word in text.lower() for text in chain((path.stem, *headers), cells) for word in _AED_WORDS)
