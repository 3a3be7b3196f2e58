"""Which OSM ways a walker may use, and which barriers stop one: rules over tags, without reading any file."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from geo.streets.walk_network import EdgeFlag

Tags = Mapping[str, str]

# A whitelist: whatever else `highway` says (construction, proposed, trail, crossing, raceway ...) is no street.
FOOT_HIGHWAYS = frozenset(
    {
        "bridleway", "corridor", "cycleway", "elevator", "footway", "living_street", "path", "pedestrian", "platform",
        "primary",
        "primary_link", "residential", "road", "secondary", "secondary_link", "service", "steps", "tertiary",
        "tertiary_link", "track", "unclassified",
    }
)  # fmt: skip
# For cars, unless a sign or a sidewalk says that one may walk there.
CAR_HIGHWAYS = frozenset({"trunk", "trunk_link", "busway", "bus_guideway", "motorway", "motorway_link"})
# Walked along on the ground where nothing says otherwise: in many cities arterials with shops along them are drawn so.
_WALKED_ON_THE_GROUND = frozenset({"trunk", "trunk_link"})
# Through a tunnel of these one walks only where a sign or a sidewalk says so; smaller streets have underpasses that one
# walks.
_CAR_TUNNELS = frozenset({"primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link"})
_INVITED = frozenset({"yes", "designated", "permissive", "official", "public"})
# Not among them: "use_sidepath" tells of a better way beside, which the map does not always join to what lies on the
# other side; nobody on the way to an arrest walks round for it.
_CLOSED = frozenset({"no", "military"})
# Not among them: "customers" and "permit" say who may drive and park there; nothing keeps a walker out of a
# supermarket's car park. (Indoors it is a shop, and closed at night.)
_PRIVATE = frozenset({"private", "residents", "members", "employees", "staff"})
_PRIVATE_INDOORS = _PRIVATE | {"customers", "permit"}
# Said of walkers themselves, these are meant as they stand.
_PRIVATE_ON_FOOT = _PRIVATE_INDOORS | {"agricultural", "delivery", "forestry"}
_FOR_WALKERS = frozenset({"bridleway", "corridor", "cycleway", "elevator", "footway", "path", "pedestrian", "steps"})
_SIDEWALK = frozenset({"both", "left", "right", "yes"})
# Barriers against vehicles: `access=no` there speaks of these, and one walks past, over or under.
AGAINST_VEHICLES = frozenset(
    {
        "block", "bollard", "cattle_grid", "chain", "cycle_barrier", "height_restrictor", "kerb", "kissing_gate",
        "lift_gate", "motorcycle_barrier", "planter", "stile", "sump_buster", "swing_gate", "toll_booth",
    }
)  # fmt: skip
# Barriers that a way is drawn across although nobody can pass, unless a tag says otherwise.
_SOLID_BARRIERS = frozenset({"city_wall", "fence", "guard_rail", "hedge", "jersey_barrier", "retaining_wall", "wall"})
_TURNSTILES = frozenset({"full-height_turnstile", "turnstile"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Walkable:
    """A way that a walker may use. flags: steps, private, one-way. area: it may be crossed anywhere."""

    flags: EdgeFlag
    area: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A way that a walker may not use, and why."""

    reason: str


class Passage(Enum):
    """Whether a walker gets past a point: everybody, only who has business behind it, nobody."""

    FREE = "free"
    PRIVATE = "private"
    SHUT = "shut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """What a point costs who passes it. signal: a light, else a crossing without one, or a lift. who_crosses: only who
    comes over a way for walkers has to wait, not who follows the road. share: of one wait."""

    signal: bool
    who_crosses: bool
    share: float = 1.0
    lift: bool = False


def find_street_kind(tags: Tags) -> str | None:
    """What `highway` says, or what stands for it: a platform, a pier. None where a way is no candidate for a street.

    A platform below the ground is none: whoever is on the street above it would be taken to stand on it.
    """
    if "highway" in tags:
        return tags.get("highway")
    if "platform" in {tags.get("railway"), tags.get("public_transport")}:
        return "platform" if is_on_ground(tags) and not tags.get("level", "0").startswith("-") else None
    return "footway" if tags.get("man_made") == "pier" else None


def judge_way(tags: Tags, *, multipolygon: bool = False) -> Walkable | LeftOut:
    """Whether a walker may use a way with these tags. `foot` speaks before `access`; cars' one-way does not matter."""
    highway = find_street_kind(tags) or ""
    foot = tags.get("foot", "")
    invited = foot in _INVITED
    if tags.get("abandoned") == "yes" and not invited:
        return LeftOut(reason="abandoned")
    if "yes" in {tags.get("ice_road"), tags.get("winter_road")}:
        return LeftOut(reason="over ice or snow")
    if highway not in FOOT_HIGHWAYS | CAR_HIGHWAYS:
        return LeftOut(reason=f"highway={highway} is no street to walk")
    if _is_for_cars_only(tags, highway) and not invited:
        return LeftOut(reason="for cars only")
    access = foot or tags.get("access", "")
    if access in _CLOSED:
        return LeftOut(reason="closed to walkers")
    flags = _one_way(tags)
    if highway == "steps":
        flags |= EdgeFlag.STEPS | _slope(tags.get("incline", ""))
    indoors = highway == "corridor" or tags.get("indoor", "no") != "no"
    if access in (_PRIVATE_ON_FOOT if foot else _PRIVATE_INDOORS if indoors else _PRIVATE):
        flags |= EdgeFlag.PRIVATE
    return Walkable(flags=flags, area=multipolygon or tags.get("area") == "yes")


def keeps_out(access: str) -> bool:
    """Whether a value of `foot` or `access` keeps a walker out who has no business there."""
    return access in _CLOSED or access in _PRIVATE


def judge_point(tags: Tags) -> Passage:
    """Whether a walker gets past a node with these tags: a closed gate, a wall across the way. `foot` speaks before
    `access`, and a private gate is what a private way is: a last leg, no short cut."""
    foot = tags.get("foot", "")
    if foot:
        return Passage.SHUT if foot in _CLOSED else Passage.PRIVATE if foot in _PRIVATE_ON_FOOT else Passage.FREE
    access, barrier = tags.get("access", ""), tags.get("barrier", "")
    if not barrier or access in _INVITED:
        return Passage.FREE
    if access in _CLOSED:
        return Passage.FREE if access == "no" and barrier in AGAINST_VEHICLES else Passage.SHUT
    if barrier in _SOLID_BARRIERS:
        return Passage.SHUT
    # Behind a turnstile one pays, as in a metro station: whoever lies there is reached, but it is no short cut.
    if barrier in _TURNSTILES:
        return Passage.PRIVATE
    if access in _PRIVATE:
        return Passage.FREE if barrier in AGAINST_VEHICLES else Passage.PRIVATE
    return Passage.SHUT if tags.get("locked") == "yes" else Passage.FREE


def is_way_through(tags: Tags) -> bool:
    """Whether hours of a node with these tags are those of who passes it: a gate, a lift; not a bus stop's."""
    return "barrier" in tags or tags.get("highway") == "elevator"


def find_wait(tags: Tags) -> Wait | None:
    """What a node with these tags costs, None where one walks on."""
    highway = tags.get("highway", "")
    if highway == "elevator":
        return Wait(signal=False, who_crosses=False, lift=True)
    if highway == "traffic_signals":
        # Drawn once for each direction, a junction is passed by two of them.
        return Wait(signal=True, who_crosses=False, share=0.5 if "traffic_signals:direction" in tags else 1.0)
    if highway == "crossing" and tags.get("crossing") != "no":
        signal = tags.get("crossing") == "traffic_signals" or tags.get("crossing:signals") == "yes"
        return Wait(signal=signal, who_crosses=True)
    return None


def is_for_walkers(tags: Tags) -> bool:
    """Whether a way is one for walkers, which crosses roads, rather than a road itself."""
    return tags.get("highway", "") in _FOR_WALKERS


def is_on_ground(tags: Tags) -> bool:
    """Whether one steps from a way onto what lies beside it: not from a bridge, out of a tunnel or from another
    layer."""
    layer = tags.get("layer", "0")
    return tags.get("bridge", "no") == "no" and tags.get("tunnel", "no") == "no" and layer == "0"


def is_under_the_sky(tags: Tags) -> bool:
    """Whether one steps from a way or an area onto what lies beside it: on the ground, and in no house."""
    outside = all(tags.get(key, "no") == "no" for key in ("indoor", "covered"))
    return outside and is_on_ground(tags) and tags.get("level", "0") == "0" and tags.get("highway") != "corridor"


def is_square(tags: Tags) -> bool:
    """Whether an area lies open to the streets beside it, unlike a platform."""
    return tags.get("highway") in {"footway", "living_street", "pedestrian"} and is_under_the_sky(tags)


def is_fence(tags: Tags) -> bool:
    """Whether nobody steps across a line with these tags."""
    return tags.get("barrier") in _SOLID_BARRIERS


def _slope(incline: str) -> EdgeFlag:
    if incline == "up" or incline[:1].isdigit():
        return EdgeFlag.RISING
    return EdgeFlag.FALLING if incline == "down" or incline[:1] == "-" else EdgeFlag(0)


def _is_for_cars_only(tags: Tags, highway: str) -> bool:
    """Unless `foot` invites."""
    if tags.get("motorroad") == "yes":
        return True
    if _has_sidewalk(tags):
        return False
    if highway in _WALKED_ON_THE_GROUND:
        return tags.get("expressway") == "yes" or not is_on_ground(tags)
    in_tunnel = tags.get("tunnel", "no") not in {"no", "building_passage", "avalanche_protector"}
    return highway in CAR_HIGHWAYS or (highway in _CAR_TUNNELS and in_tunnel)


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
    # An escalator carries one way only; where `conveying` does not say which, `oneway` speaks of it, not of cars.
    conveying = tags.get("conveying", "")
    carries = tags.get("oneway", "") if conveying in {"yes", "reversible"} else conveying
    return {
        "forward": EdgeFlag.FORWARD_ONLY,
        "yes": EdgeFlag.FORWARD_ONLY,
        "1": EdgeFlag.FORWARD_ONLY,
        "backward": EdgeFlag.BACKWARD_ONLY,
        "-1": EdgeFlag.BACKWARD_ONLY,
    }.get(carries, EdgeFlag(0))
