"""What no position can be: missing, at 0,0, at a pole, off the Earth."""

import math

from geo.places.datum import Datum, convert
from registry.importers.positions.written import find_number
from registry.importers.report import Rejected


def read_position(lon: str | float | None, lat: str | float | None, datum: Datum) -> tuple[float, float]:
    """WGS-84 degrees of a position as a file writes it.

    Raises:
        Rejected: none, not numbers, 0,0, at a pole, out of range, or swapped beyond doubt.
    """
    x, y = number_of_cell(lon, lat)
    return convert(*checked_degrees(x, y), source=datum, target=Datum.WGS84)


def number_of_cell(lon: str | float | None, lat: str | float | None) -> tuple[float, float]:
    """The two numbers of a position's two cells.

    Raises:
        Rejected: none, or no numbers; hemispheres of the other axis are a swapped pair.
    """
    if lon in {None, ""} or lat in {None, ""}:
        raise Rejected("no_coordinates", "it has no coordinates")
    x, y = find_number(str(lon)), find_number(str(lat))
    if x is None or y is None or not (math.isfinite(x[0]) and math.isfinite(y[0])):
        raise Rejected("bad_coordinates", f"{str(lon)!r}, {str(lat)!r} are no coordinates")
    if x[1] == "lat" and y[1] == "lon":
        return y[0], x[0]
    if x[1] == "lat" or y[1] == "lon":
        raise Rejected("bad_coordinates", f"{str(lon)!r}, {str(lat)!r} are two of one axis")
    return x[0], y[0]


def checked_degrees(lon: float, lat: float) -> tuple[float, float]:
    """Raises: Rejected."""
    if lon == 0 and lat == 0:
        raise Rejected("zero_coordinates", "0,0 is in the sea off Africa: its position is not known")
    if abs(lat) > 90 and abs(lon) <= 90 and abs(lat) <= 180:
        raise Rejected("swapped_coordinates", f"latitude {lat:g} is impossible: latitude and longitude are swapped")
    if abs(lat) > 90 or abs(lon) > 180:
        raise Rejected("coordinates_out_of_range", f"longitude {lon:g}, latitude {lat:g} is not on Earth")
    if abs(lat) == 90:
        raise Rejected("pole_coordinates", f"latitude {lat:g} is the pole: its position is not known")
    return lon, lat
