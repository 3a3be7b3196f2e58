"""The datum of degrees in mainland China that nobody states: told by what else the rows say, or not at all.

WGS-84, GCJ-02 and BD-09 differ by half a kilometre there. A second pair of columns settles it beyond doubt; the streets
that addresses name settle it for most lists; districts only for long ones. Without such agreement nothing is guessed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geo.places.datum import Datum, convert
from registry.importers.columns import DATUM_WORDS
from registry.importers.positions.known_streets import street_distances_m
from registry.importers.positions.named_districts import in_named_district

if TYPE_CHECKING:
    from geo.streets.walk_network import WalkNetwork

Floats = NDArray[np.float64]

_NAMES_THE_SYSTEM = (
    *("坐标系", "坐标类型", "坐标基准", "座標系", "測地系", "测地系", "좌표계"),
    *("coordinatesystem", "coordinatereferencesystem", "coordsys", "geodeticdatum"),
)
_IS_THE_SYSTEM = frozenset({"crs", "datum", "srs"})

_METRES_PER_DEGREE = 111_195.0
# Two pairs that agree to this in most rows are one place in two datums.
_SAME_M = 10.0
_SAME_SHARE = 0.9
_MIN_ROWS = 8
# Cabinets hang near the street of their address, and in a wrong datum half a kilometre from it.
_AT_STREET_M = 200.0
_STREET_SHARE = 0.75
# Of rows that lie in their district in one reading and outside it in another, so many must speak for the one.
_DISTRICT_SHARE = 0.85
_DISTRICT_ROWS = 12


@dataclass(frozen=True, slots=True)
class FoundDatum:
    """A datum and the sentence that says by what it was told, and how many rows agree."""

    datum: Datum
    because: str


def by_named_column(rows: Sequence[Mapping[str, str]]) -> FoundDatum | None:
    """Told by a column in which every row names its coordinate system, and all the same one."""
    for header in dict.fromkeys(header for row in rows for header in row if _names_the_system(header)):
        said = {row.get(header, "") for row in rows}
        datums = {_meant(text) for text in said}
        if len(datums) == 1 and (datum := datums.pop()) is not None:
            return FoundDatum(datum, f"its column {header!r} says {', '.join(sorted(said))} in each row")
    return None


def _names_the_system(header: str) -> bool:
    plain = _letters(header)
    return plain in _IS_THE_SYSTEM or any(name in plain for name in _NAMES_THE_SYSTEM)


def _meant(text: str) -> Datum | None:
    plain = _letters(text)
    try:
        return Datum(plain)
    except ValueError:
        # Two letters are in many words.
        told = ((datum, word) for datum, words in DATUM_WORDS.items() for word in words)
        meant = {datum for datum, word in told if word in plain and (len(word) > 2 or not word.isascii())}
        return meant.pop() if len(meant) == 1 else None


def _letters(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


def by_second_pair(lon: Floats, lat: Floats, other_lon: Floats, other_lat: Floats, *, shown: str) -> FoundDatum | None:
    """Told by another pair of columns that has the same places in another datum; NaN where either has none."""
    both = np.isfinite(lon) & np.isfinite(lat) & np.isfinite(other_lon) & np.isfinite(other_lat)
    if both.sum() == 0:
        return None
    best: tuple[float, Datum] | None = None
    for datum, other in permutations(Datum, 2):
        here = convert(lon[both], lat[both], source=datum, target=Datum.WGS84)
        there = convert(other_lon[both], other_lat[both], source=other, target=Datum.WGS84)
        share = float((_metres(*here, *there) < _SAME_M).mean())
        if share >= _SAME_SHARE and (best is None or share > best[0]):
            best = share, datum
    if best is None:
        return None
    agree = round(best[0] * int(both.sum()))
    return FoundDatum(best[1], f"{shown} has the same places in another datum in {agree} of {int(both.sum())} rows")


def by_streets(lon: Floats, lat: Floats, texts: Sequence[str], network: "WalkNetwork") -> FoundDatum | None:
    """Told by the streets of a walk network that the rows' addresses name."""
    readings = _readings(lon, lat)
    far_m = street_distances_m(network, texts, readings)
    known = np.isfinite(far_m[0])
    if known.sum() < _MIN_ROWS:
        return None
    far_m = far_m[:, known]
    median_m = np.median(far_m, axis=1)
    best = int(np.argmin(median_m))
    others = np.delete(far_m, best, axis=0)
    nearest = int((far_m[best] <= others.min(axis=0)).sum())
    second_m = float(np.delete(median_m, best).min())
    if median_m[best] > _AT_STREET_M or nearest < _STREET_SHARE * far_m.shape[1] or second_m < 2 * median_m[best]:
        return None
    return FoundDatum(
        list(Datum)[best],
        f"{nearest} of {far_m.shape[1]} rows are nearest to the street of their address in it, {median_m[best]:.0f} m "
        f"off (median; {second_m:.0f} m in the next best)",
    )


def by_districts(lon: Floats, lat: Floats, texts: Sequence[str]) -> FoundDatum | None:
    """Told by the districts that the rows name, where enough rows lie near an edge."""
    inside, is_named = in_named_district(texts, _readings(lon, lat))
    if is_named.sum() < _MIN_ROWS:
        return None
    best = int(np.argmax(inside.sum(axis=1)))
    sentences = []
    for other in range(len(inside)):
        if other == best:
            continue
        wins = int((inside[best] & ~inside[other] & is_named).sum())
        losses = int((inside[other] & ~inside[best] & is_named).sum())
        if wins < _DISTRICT_ROWS or wins < _DISTRICT_SHARE * (wins + losses):
            return None
        sentences.append(f"{wins} of {wins + losses} against {list(Datum)[other]}")
    return FoundDatum(
        list(Datum)[best],
        f"of the rows near a district's edge more lie in the district that they name: {', '.join(sentences)}",
    )


def _readings(lon: Floats, lat: Floats) -> list[tuple[Floats, Floats]]:
    return [convert(lon, lat, source=datum, target=Datum.WGS84) for datum in Datum]


def _metres(lon: Floats, lat: Floats, other_lon: Floats, other_lat: Floats) -> Floats:
    east = (lon - other_lon) * np.cos(np.radians(lat))
    return np.asarray(np.hypot(east, lat - other_lat) * _METRES_PER_DEGREE)
