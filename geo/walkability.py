"""Which OSM ways a walker may use, and which barriers stop one: rules over tags, without reading any file."""

from collections.abc import Mapping
from dataclasses import dataclass

from geo.walk_network import EdgeFlag

Tags = Mapping[str, str]

# A whitelist: whatever else `highway` says (construction, proposed, trail, crossing, raceway ...) is no street.
FOOT_HIGHWAYS = frozenset(
    {
        "bridleway", "corridor", "cycleway", "footway", "living_street", "path", "pedestrian", "platform", "primary",
        "primary_link", "residential", "road", "secondary", "secondary_link", "service", "steps", "tertiary",
        "tertiary_link", "track", "unclassified",
    }
)  # fmt: skip
# For cars, unless a sign or a sidewalk says that one may walk there.
CAR_HIGHWAYS = frozenset({"trunk", "trunk_link", "busway", "bus_guideway", "motorway", "motorway_link"})
_INVITED = frozenset({"yes", "designated", "permissive", "official", "public"})
_CLOSED = frozenset({"no", "military", "use_sidepath"})
_PRIVATE = frozenset({"private", "customers", "permit", "residents", "members", "employees", "staff"})
_SIDEWALK = frozenset({"both", "left", "right", "yes"})
# Barriers that a way is drawn across although nobody can pass, unless a tag says otherwise.
_SOLID_BARRIERS = frozenset({"city_wall", "fence", "guard_rail", "hedge", "jersey_barrier", "retaining_wall", "wall"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Walkable:
    """A way that a walker may use. flags: steps, private, one-way. area: it may be crossed anywhere."""

    flags: EdgeFlag
    area: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A way that a walker may not use, and why."""

    reason: str


def judge_way(tags: Tags, *, multipolygon: bool = False) -> Walkable | LeftOut:
    """Whether a walker may use a way with these tags. `foot` speaks before `access`; cars' one-way does not matter."""
    highway = tags.get("highway", "")
    foot = tags.get("foot", "")
    invited = foot in _INVITED
    if highway not in FOOT_HIGHWAYS:
        walkable = highway in CAR_HIGHWAYS and (invited or _has_sidewalk(tags))
        if not walkable:
            return LeftOut(
                reason="for cars only" if highway in CAR_HIGHWAYS else f"highway={highway} is no street to walk"
            )
    if tags.get("motorroad") == "yes" and not invited:
        return LeftOut(reason="for cars only")
    access = foot or tags.get("access", "")
    if access in _CLOSED:
        return LeftOut(reason="closed to walkers")
    flags = _one_way(tags)
    if highway == "steps":
        flags |= EdgeFlag.STEPS
    if access in _PRIVATE:
        flags |= EdgeFlag.PRIVATE
    return Walkable(flags=flags, area=multipolygon or tags.get("area") == "yes")


def stops_walkers(tags: Tags) -> bool:
    """Whether a node with these tags cannot be passed on foot: a closed gate, a wall across the way."""
    foot = tags.get("foot", "")
    if foot:
        return foot in _CLOSED
    access = tags.get("access", "")
    if access in _CLOSED:
        return "barrier" in tags
    if tags.get("locked") == "yes":
        return access not in _INVITED
    return tags.get("barrier", "") in _SOLID_BARRIERS and access not in _INVITED


def _has_sidewalk(tags: Tags) -> bool:
    sides = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")
    return any(tags.get(side, "") in _SIDEWALK for side in sides)


def _one_way(tags: Tags) -> EdgeFlag:
    direction = tags.get("oneway:foot", "")
    if direction in {"yes", "1"} or tags.get("foot:backward") == "no":
        return EdgeFlag.FORWARD_ONLY
    if direction in {"-1", "reverse"} or tags.get("foot:forward") == "no":
        return EdgeFlag.BACKWARD_ONLY
    if direction:
        return EdgeFlag(0)
    # An escalator carries one way only.
    conveying = tags.get("conveying", "")
    return {"forward": EdgeFlag.FORWARD_ONLY, "backward": EdgeFlag.BACKWARD_ONLY}.get(conveying, EdgeFlag(0))
