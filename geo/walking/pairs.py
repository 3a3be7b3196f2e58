"""Walks between the two positions of every row of a CSV file."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from geo.places.datum import Datum, convert
from geo.streets.pace import DEFAULT_WALK_SPEED_M_S
from geo.streets.progress import Progress, no_progress
from geo.streets.walk_network import WalkNetwork
from geo.walking.walk_route import Route, find_route

POSITION_COLUMNS = ("from_lon", "from_lat", "to_lon", "to_lat")
RESULT_COLUMNS = ("length_m", "walk_time_s")

_REPORT_EVERY = 50


class UnusablePairs(ValueError):
    """A file of pairs cannot be read; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsResult:
    """How it went. unreachable: pairs without a way on foot; unreadable_lines: lines whose positions are no numbers."""

    pairs: int
    unreachable: int
    unreadable_lines: tuple[int, ...]


def walk_pairs(
    network: WalkNetwork,
    path: Path,
    output: TextIO,
    *,
    datum: Datum = Datum.WGS84,
    speed_m_s: float = DEFAULT_WALK_SPEED_M_S,
    progress: Progress = no_progress,
) -> PairsResult:
    """Copy the CSV file to `output` with length_m and walk_time_s added, empty where there is no walk.

    Raises:
        UnusablePairs: wrong encoding, no CSV, or a position column is missing.
    """
    rows = _rows(path)
    header = [cell.strip() for cell in next(rows, (0, []))[1]]
    missing = [name for name in POSITION_COLUMNS if name not in header]
    if missing:
        raise UnusablePairs(
            f"{path} has no column {', '.join(missing)}: name the columns in its first line, with commas"
        )
    places = [header.index(name) for name in POSITION_COLUMNS]
    kept = [at for at, name in enumerate(header) if name not in RESULT_COLUMNS]
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow([*(header[at] for at in kept), *RESULT_COLUMNS])
    table = [(line, cells + [""] * (len(header) - len(cells))) for line, cells in rows if cells]
    unreachable, unreadable = 0, []
    for done, (line, cells) in enumerate(table):
        if done % _REPORT_EVERY == 0:
            progress("walking", done, len(table))
        result = ["", ""]
        try:
            route = _walk(network, [float(cells[at]) for at in places], datum, speed_m_s)
        except ValueError:
            unreadable.append(line)
        else:
            unreachable += route is None
            result = [f"{route.length_m:.1f}", f"{route.walk_time_s:.1f}"] if route else result
        writer.writerow([*(cells[at] for at in kept), *result])
    return PairsResult(pairs=len(table), unreachable=unreachable, unreadable_lines=tuple(unreadable))


def _walk(network: WalkNetwork, numbers: list[float], datum: Datum, speed_m_s: float) -> Route | None:
    from_lon, from_lat, to_lon, to_lat = numbers
    if not (max(abs(from_lon), abs(to_lon)) <= 180.0 and max(abs(from_lat), abs(to_lat)) <= 90.0):
        raise ValueError
    start, end = (
        network.snap(*convert(lon, lat, source=datum, target=Datum.WGS84))[0]
        for lon, lat in ((from_lon, from_lat), (to_lon, to_lat))
    )
    return find_route(network, start, end, speed_m_s=speed_m_s)


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of each row. The whole file is decoded first, so that nothing is written of one that cannot be."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnusablePairs(
            f"{path} is not UTF-8: save it as CSV UTF-8, or convert it (iconv -f gb18030 -t utf-8 {path.name})"
        ) from error
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise UnusablePairs(f"{path} is no CSV in line {reader.line_num} ({error}): save it as CSV UTF-8") from error
