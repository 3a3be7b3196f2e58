"""The walk to an AED for anybody who asks, in words. It may read the walk network, which never changes, and no more."""

from dataclasses import dataclass, field

from dispatch.contracts.public import PublicWalk
from geo.places.geodesic import geodesic_m
from geo.streets.pace import DETOUR_FACTOR
from geo.streets.walk_network import NotOnNetwork, WalkNetwork
from geo.walking.direction_words import CHINESE, ENGLISH, Language
from geo.walking.directions import tell_directions
from geo.walking.walk_route import NoRoute, Route, get_route

FARTHEST_M = 5_000.0
"""Nobody walks farther for an AED, and a longer search would cost more than a stranger may."""

LONGEST_DETOUR = 3.0


class BadBox(ValueError):
    """It is not said which AEDs are meant, or the box is none, or too large: ask for a smaller one."""

    code = "bad_box"


class TooFar(ValueError):
    """The AED is farther away than anybody would walk: choose a nearer one."""

    code = "too_far"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPlace:
    """WGS-84 degrees; name, floor: what one finds there."""

    lon: float = field(repr=False)
    lat: float = field(repr=False)
    name: str = ""
    floor: str = ""


def walk_to(network: WalkNetwork | None, start: PublicPlace, aed: PublicPlace, *, speed_m_s: float) -> PublicWalk:
    """Raises: TooFar."""
    crow_m = float(geodesic_m(start.lon, start.lat, aed.lon, aed.lat))
    if crow_m > FARTHEST_M:
        raise TooFar(TooFar.__doc__)
    route = _find_route(network, start, aed, crow_m, speed_m_s) if network is not None else None
    if route is None:
        return _straight(start, aed, crow_m, speed_m_s)
    zh, en = (
        tuple(one.text for one in tell_directions(route, language=language, place=aed.name, floor=aed.floor))
        for language in (Language.ZH, Language.EN)
    )
    lonlat = zip(route.lon.round(6).tolist(), route.lat.round(6).tolist(), strict=True)
    return PublicWalk(
        walk_time_s=round(float(route.walk_time_s), 1),
        length_m=round(float(route.length_m), 1),
        straight_line=False,
        lonlat=tuple(lonlat),
        steps_zh=zh,
        steps_en=en,
    )


def _find_route(
    network: WalkNetwork, start: PublicPlace, aed: PublicPlace, crow_m: float, speed_m_s: float
) -> Route | None:
    budget_s = max(600.0, LONGEST_DETOUR * crow_m / speed_m_s)
    try:
        ends = [network.snap_one(place.lon, place.lat) for place in (start, aed)]
        return get_route(network, *ends, budget_s=budget_s, speed_m_s=speed_m_s)
    except (NotOnNetwork, NoRoute):
        return None


def _straight(start: PublicPlace, aed: PublicPlace, crow_m: float, speed_m_s: float) -> PublicWalk:
    length_m = crow_m * DETOUR_FACTOR
    metres, place = round(crow_m, -1), aed.name or "AED"
    zh, en = (f"，{CHINESE.floor(aed.floor)}", f", {ENGLISH.floor(aed.floor)}") if aed.floor else ("", "")
    return PublicWalk(
        walk_time_s=round(length_m / speed_m_s, 1),
        length_m=round(length_m, 1),
        straight_line=True,
        lonlat=((start.lon, start.lat), (aed.lon, aed.lat)),
        steps_zh=(f"这里没有道路数据：直线距离约 {metres:.0f} 米，到 {place}{zh}。",),
        steps_en=(f"No streets are known here: about {metres:.0f} m in a straight line to {place}{en}.",),
    )
