"""Which volunteers any call of a scenario could reach: only their phones are worth a connection."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from geo.places.datum import Datum, UnknownDatum, convert, parse_datum
from geo.places.projection import LocalPlane
from simulators.phones import REACH_M, PhoneOwner
from simulators.scenario import Scenario


class BadOwners(ValueError):
    """The file of volunteers cannot be used; the message says what it needs."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str
    home_lon: float
    home_lat: float
    on_duty: bool = True
    certificate_kind: str = "unknown"


def load_owners(path: Path) -> list[PhoneOwner]:
    """Volunteers of a CSV with the columns id, home_lon, home_lat (WGS-84).

    With the registry's columns on_duty and certificate_kind, only those on duty who hold a certificate.

    Raises:
        BadOwners: no such file, a column is missing, or a value cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadOwners(f"{path} cannot be read as UTF-8 text: {error}") from error
    owners = []
    for number, values in enumerate(csv.DictReader(text.splitlines()), start=2):
        try:
            row = _Row.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            raise BadOwners(f"{path} line {number}: {first['loc'][0]}: {first['msg']}") from error
        if row.on_duty and row.certificate_kind:
            owners.append(PhoneOwner(rescuer_id=row.id, home=(row.home_lon, row.home_lat)))
    if not owners:
        raise BadOwners(f"{path} has no certified volunteer on duty: it needs the columns id, home_lon, home_lat")
    return owners


def within_reach(owners: Sequence[PhoneOwner], scenario: Scenario, *, radius_m: float = REACH_M) -> list[PhoneOwner]:
    """Owners who live within `radius_m` of any place that the scenario names."""
    places = [place for message in scenario.messages if (place := wgs84(message.location)) is not None]
    if not places or not owners:
        return []
    plane = LocalPlane(*places[0])
    call_x, call_y = plane.to_plane(*np.array(places).T)
    home_x, home_y = plane.to_plane(*np.array([owner.home for owner in owners]).T)
    near = np.zeros(len(owners), dtype=np.bool_)
    for x_m, y_m in zip(call_x, call_y, strict=True):
        near |= np.hypot(home_x - x_m, home_y - y_m) <= radius_m
    return [owner for owner, is_near in zip(owners, near, strict=True) if is_near]


def wgs84(location: object) -> tuple[float, float] | None:
    """The place, if it names a datum; a scenario may hold calls without one on purpose."""
    lon, lat, datum = (getattr(location, name, None) for name in ("lon", "lat", "datum"))
    if lon is None or lat is None or datum is None:
        return None
    try:
        return convert(lon, lat, source=parse_datum(datum), target=Datum.WGS84)
    except UnknownDatum:
        return None
