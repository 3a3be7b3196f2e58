"""Bodies of what a dispatcher's console asks for beside incidents: AEDs as they are now, areas, and the links."""

from typing import Literal

from pydantic import AwareDatetime

from dispatch.contracts.api import LonLat
from dispatch.contracts.public import PublicAed
from dispatch.contracts.webhook import Unshown, WireModel


class ConsoleAed(PublicAed):
    """An AED and whether it can be taken now. `reasons`: codes, none where it can.

    reserved_by: the incident that it is promised to; until it hangs again it is nobody else's.
    """

    state: str
    reserved_by: str | None


class ConsoleAeds(WireModel):
    """`truncated`: there are more in the box than are shown; ask for a smaller one."""

    at: AwareDatetime
    aeds: tuple[ConsoleAed, ...]
    truncated: bool


class PlaceSeen(WireModel, Unshown):
    """What a pair of numbers means on the ground, for somebody to look at before anybody is rung.

    lon, lat: WGS-84. datum: what they were taken as. datum_shift_m: how far off they would stand if taken as WGS-84.
    street: the nearest with a name, and how far it is; null where none is within 300 m. network_distance_m: to the
    nearest way of any kind that can be walked; null where there is none so near, or no street network at all.
    """

    lon: float
    lat: float
    datum: Literal["wgs84", "gcj02", "bd09"]
    datum_shift_m: float
    street: str | None
    street_distance_m: float | None
    network_distance_m: float | None


class IntegrationLink(WireModel):
    """One system that sends calls. Real time; null where it was never heard.

    last_message_ok: whether the newest signed message could be understood as a whole. last_refused_at: when something
    last came in its name with a wrong signature: an attack, or a secret that was changed on one side only.
    """

    name: str
    last_message_at: AwareDatetime | None
    last_message_ok: bool | None
    last_refused_at: AwareDatetime | None


class CallbackCounts(WireModel):
    waiting: int
    dead: int


class LinksClock(WireModel):
    now: AwareDatetime
    speed: float


class Links(WireModel):
    """How the service stands with everything it is connected to. `callbacks`: null while the database is away.

    database: `here`, `away`, or `landing` while the journal is given what was spooled, which counts in
    `spool_waiting`; set_aside: spooled appends that the journal would not take, which a person must look at.
    """

    integrations: tuple[IntegrationLink, ...]
    callbacks: CallbackCounts | None
    phones_connected: int
    consoles_connected: int
    database: Literal["here", "away", "landing"]
    spool_waiting: int
    set_aside: int
    clock: LinksClock


class Area(WireModel, Unshown):
    """GeoJSON; rings of longitude and latitude in degrees, WGS-84."""

    type: Literal["MultiPolygon"] = "MultiPolygon"
    coordinates: tuple[tuple[tuple[LonLat, ...], ...], ...]


class AreaProperties(WireModel):
    """`straight_line`: a circle, because there is no street near."""

    incident_id: str
    minutes: float
    straight_line: bool = False


class WalkArea(WireModel, Unshown):
    """A GeoJSON feature: what lies within so many minutes on foot. `geometry`: null where the place is not known."""

    type: Literal["Feature"] = "Feature"
    geometry: Area | None
    properties: AreaProperties
