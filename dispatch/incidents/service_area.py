"""The area a service is for, and whether a reported place can be meant."""

from dataclasses import dataclass

from dispatch.contracts.webhook import CallLocation
from dispatch.core.matching import Place
from geo.places.datum import Datum, UnknownDatum, convert, parse_datum

MARGIN_DEG = 0.05
"""About 5 km around the street network: the next town's call is a mistake, a village at the edge is not."""


class BadLocation(ValueError):
    """A place that cannot be meant. `code` is for machines; the message tells a dispatcher what is wrong with it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceArea:
    """Degrees, WGS-84."""

    min_lon: float
    min_lat: float
    max_lon: float
    max_lat: float

    def __contains__(self, place: Place) -> bool:
        return self.min_lon <= place.lon <= self.max_lon and self.min_lat <= place.lat <= self.max_lat


def around(bounds: tuple[float, float, float, float]) -> ServiceArea:
    """The area of a network with these bounds (min_lon, min_lat, max_lon, max_lat), with its margin."""
    return ServiceArea(
        min_lon=bounds[0] - MARGIN_DEG,
        min_lat=bounds[1] - MARGIN_DEG,
        max_lon=bounds[2] + MARGIN_DEG,
        max_lat=bounds[3] + MARGIN_DEG,
    )


def get_place(location: CallLocation, area: ServiceArea | None) -> Place:
    """The reported place in WGS-84.

    Raises:
        BadLocation: no or unknown datum, an exact 0, swapped, impossible, or outside the area.
    """
    datum = get_datum(location)
    lon, lat = location.lon, location.lat
    if 0 in (lon, lat) and not _is_within(area, lon, lat, datum):
        raise BadLocation("zero_coordinates", f"lon {lon}, lat {lat}: an exact 0 is what a failed lookup gives.")
    if not _is_on_earth(lon, lat):
        if _is_on_earth(lat, lon):
            raise BadLocation("swapped_coordinates", f"lon {lon}, lat {lat} look swapped: longitude comes first.")
        raise BadLocation("bad_coordinates", f"lon {lon}, lat {lat} is not a place on earth.")
    place = _to_wgs84(lon, lat, datum)
    if area is None or place in area:
        return place
    if _is_within(area, lat, lon, datum):
        raise BadLocation("swapped_coordinates", f"lon {lon}, lat {lat} look swapped: longitude comes first.")
    raise BadLocation("outside_service_area", f"lon {lon}, lat {lat} is outside the area of this service.")


def get_datum(location: CallLocation) -> Datum:
    """What the location's numbers are measured against.

    Raises:
        BadLocation: it names no datum, or one that is not known.
    """
    if not location.datum:
        raise BadLocation("no_datum", "The location names no datum: say wgs84, gcj02 or bd09.")
    try:
        return parse_datum(location.datum)
    except UnknownDatum as error:
        raise BadLocation("unknown_datum", str(error)) from error


def _is_on_earth(lon: float, lat: float) -> bool:
    return -180 <= lon <= 180 and -90 <= lat <= 90


def _is_within(area: ServiceArea | None, lon: float, lat: float, datum: Datum) -> bool:
    return area is not None and _is_on_earth(lon, lat) and _to_wgs84(lon, lat, datum) in area


def _to_wgs84(lon: float, lat: float, datum: Datum) -> Place:
    lon, lat = convert(lon, lat, source=datum, target=Datum.WGS84)
    return Place(lon=lon, lat=lat)
