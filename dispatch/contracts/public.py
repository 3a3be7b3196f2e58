"""What anybody may ask without a token: where AEDs hang, which can be taken now, and how to walk there."""

from typing import Literal

from pydantic import AwareDatetime

from dispatch.contracts.webhook import Unshown, WireModel


class PublicAed(WireModel):
    """WGS-84 degrees. `usable`: whether anybody could take it now, `reasons` says why not or why that is not known.
    `opening_hours` is in OSM's syntax, `hours_as_written` in the words of the source.
    `distance_m`: from the place that was asked about, in a straight line."""

    aed_id: str
    lon: float
    lat: float
    name: str
    location_text: str
    floor: str
    opening_hours: str
    hours_as_written: str = ""
    usable: Literal["yes", "no", "unknown"]
    reasons: tuple[str, ...]
    distance_m: float | None = None


class PublicAeds(WireModel):
    """`complete` is false where there are more than one answer holds: in the box (look at a smaller one), or within
    40 km of the place that was asked about."""

    at: AwareDatetime
    complete: bool
    aeds: tuple[PublicAed, ...]


class PublicWalk(WireModel, Unshown):
    """The quickest walk to an AED; `lonlat` in WGS-84. `straight_line`: no streets are known there, so it is a line and
    an estimate. The sentences are the same in Chinese and in English."""

    walk_time_s: float
    length_m: float
    straight_line: bool
    lonlat: tuple[tuple[float, float], ...]
    steps_zh: tuple[str, ...]
    steps_en: tuple[str, ...]
