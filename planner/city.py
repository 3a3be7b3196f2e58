"""The city that a plan is made for, as its files say."""

from dataclasses import dataclass

from geo.streets.walk_network import WalkNetwork
from planner.demand import PlacedDemand
from planner.districts import Districts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class City:
    """Streets (None: straight lines), demand on them, districts (None: not named), and what the plan is called."""

    title: str
    network: WalkNetwork | None
    placed: PlacedDemand
    districts: Districts | None
