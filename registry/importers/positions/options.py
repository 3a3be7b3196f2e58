"""What a caller knows of a list's positions beside the file."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geo.places.datum import Datum
from registry.importers.positions.area import Box

if TYPE_CHECKING:
    from geo.streets.walk_network import WalkNetwork


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionOptions:
    """What is known of positions beside the file.

    datum: of degrees, where neither format nor headers say. epsg: number of the reference system.
    area: the service area; rows outside it are refused. country: ISO 3166 code, likewise.
    network: streets of the service area, against which an unknown datum or system is tried.
    """

    datum: Datum | None = None
    epsg: int | None = None
    area: Box | None = None
    country: str | None = None
    network: "WalkNetwork | None" = field(default=None, repr=False)
