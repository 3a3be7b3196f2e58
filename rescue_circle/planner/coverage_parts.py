"""Draws from a coverage run what planners read: gap areas, rows by district, streets with their times."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.coverage import nearest_s
from geo.gaps import find_gaps
from geo.projection import LocalPlane
from geo.street_pieces import piece_lines, street_pieces
from geo.walk_network import WalkNetwork
from rescue_circle.planner.demand import PlacedDemand
from rescue_circle.planner.districts import Districts
from rescue_circle.planner.plan_model import Aeds, DistrictRow, Gap, Streets

MAX_GAPS = 500
OUTSIDE = "outside all districts"
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """Of each demand point: within the time there and back, one way, from a rescuer (None: not asked); the nearest."""

    is_covered: Bools
    is_one_way: Bools
    has_rescuer: Bools | None
    nearest_s: NDArray[np.float32]


def gaps_of(placed: PlacedDemand, found: Found, districts: Districts | None) -> tuple[Gap, ...]:
    """The areas with the most uncovered demand, `MAX_GAPS` of them at most."""
    demand, nearest = placed.demand, found.nearest_s
    district_of = None if districts is None else districts.locate(demand.lon, demand.lat)
    plane = LocalPlane(float(np.median(demand.lon)), float(np.median(demand.lat)))
    x, y = plane.to_plane(demand.lon, demand.lat)
    areas = find_gaps(x, y, demand.weight, found.is_covered, cell_m=placed.cell_m, most=MAX_GAPS)
    gaps = []
    for rank, gap in enumerate(areas, start=1):
        weight = demand.weight[gap.point]
        near = np.isfinite(nearest[gap.point]) & (weight > 0.0)
        mean = float(np.average(nearest[gap.point][near], weights=weight[near])) if near.any() else None
        area = shapely.transform(gap.area, lambda xy: np.column_stack(plane.to_lonlat(xy[:, 0], xy[:, 1])))
        name = None
        if districts is not None and district_of is not None:
            shares = np.bincount(district_of[gap.point] + 1, weight, minlength=len(districts) + 1)
            name = (OUTSIDE, *districts.name)[int(shares.argmax())]
        # A gap in which nobody lives is none.
        if gap.weight <= 0.0:
            break
        gaps.append(Gap(rank=rank, area=area, demand=gap.weight, nearest_aed_s=mean, district=name))
    return tuple(gaps)


def district_rows(
    placed: PlacedDemand, aeds: Aeds, districts: Districts | None, found: Found
) -> tuple[DistrictRow, ...]:
    """Coverage by district, and of what lies in none."""
    if districts is None:
        return ()
    district_of = districts.locate(placed.demand.lon, placed.demand.lat)
    weight, aed_in = placed.demand.weight, districts.locate(aeds.lon, aeds.lat)

    def row(name: str, index: int) -> DistrictRow:
        here, there = district_of == index, aed_in == index
        return DistrictRow(
            name=name,
            demand=float(weight[here].sum()),
            covered=float(weight[here & found.is_covered].sum()),
            covered_one_way=float(weight[here & found.is_one_way].sum()),
            has_rescuer=None if found.has_rescuer is None else float(weight[here & found.has_rescuer].sum()),
            aeds=int(there.sum()),
            usable_aeds=int((there & aeds.is_usable).sum()),
            unknown_hours_aeds=int((there & aeds.is_unknown).sum()),
        )

    rows = [row(name, index) for index, name in enumerate(districts.name)]
    outside = row(OUTSIDE, -1)
    return tuple([*rows, outside] if outside.demand > 0.0 else rows)


def street_times(network: WalkNetwork, lon: Floats, lat: Floats, speed_m_s: float) -> Streets:
    """Every public street, with the time to its middle from the nearest of these AEDs."""
    pieces = street_pieces(network)
    lines = piece_lines(network, pieces)
    sources = network.snap(lon, lat)
    named = {street: network.street_name(edge) for street, edge in _one_edge_of_each(network)}
    return Streets(
        first=lines.first,
        lon=lines.lon,
        lat=lines.lat,
        time_s=nearest_s(network, sources, pieces.middle, speed_m_s=speed_m_s),
        name=tuple(named[street] for street in network.edge_street[pieces.middle.edge].tolist()),
    )


def _one_edge_of_each(network: WalkNetwork) -> list[tuple[int, int]]:
    streets, edges = np.unique(network.edge_street, return_index=True)
    return list(zip(streets.tolist(), edges.tolist(), strict=True))
