"""A place as the registry holds it, and what its history tells of it."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from registry.history.log import Change
from registry.places.areas import parts_of
from registry.places.kinds import PlaceKind

PLACE = "place"
"""The kind of its changes in the history."""

SAID = ("kind", "name", "district_id", "position", "area", "address", "entrance", "levels", "phone")
"""What a list or an officer says of a place, by column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """position: (lon, lat), WGS-84 degrees; of an area a point within. area: GeoJSON, WGS-84; None of a point.

    district_id: as somebody said it. levels: floors of a station, as people there count. corrected: what an officer has
    set.
    """

    place_id: str
    kind: PlaceKind
    name: str
    district_id: str | None
    position: tuple[float, float]
    area: str | None = field(repr=False)
    address: str
    entrance: str
    levels: tuple[str, ...]
    phone: str
    source: str
    source_ref: str
    corrected: frozenset[str]
    changed_at: datetime
    retired_at: datetime | None

    @property
    def version(self) -> str:
        """Another one after every change of what is known of the place."""
        told = asdict(self) | {"corrected": sorted(self.corrected), "changed_at": None}
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:24]


def place_of(row: Row[Any]) -> Place:
    """A row of `places`."""
    return Place(
        place_id=row.place_id,
        kind=PlaceKind(row.kind),
        name=row.name,
        district_id=row.district_id,
        position=row.position,
        area=row.area,
        address=row.address,
        entrance=row.entrance,
        levels=tuple(row.levels),
        phone=row.phone,
        source=row.source,
        source_ref=row.source_ref,
        corrected=frozenset(row.corrected),
        changed_at=row.changed_at,
        retired_at=row.retired_at,
    )


def change_of(before: Place | None, after: Place, action: str) -> Change | None:
    """The line of the history; None where nothing has changed."""
    now = _told(after)
    was = None if before is None else _told(before)
    if was is not None:
        differing = [name for name in now if now[name] != was[name]]
        if not differing:
            return None
        now, was = ({name: side[name] for name in differing} for side in (now, was))
    return Change(kind=PLACE, subject_id=after.place_id, action=action, before=was, after=now)


def _told(place: Place) -> dict[str, Any]:
    """In JSON's values. Of an area the history tells which one it was, and not its thousands of corners."""
    told = {name: getattr(place, name) for name in SAID}
    told |= {"kind": place.kind.value, "position": list(place.position), "levels": list(place.levels)}
    if place.area is not None:
        polygons, corners = parts_of(place.area)
        digest = hashlib.sha256(place.area.encode()).hexdigest()[:12]
        told["area"] = f"{polygons} polygons, {corners} corners ({digest})"
    return told | {"retired": place.retired_at is not None}
