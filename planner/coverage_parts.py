"""Draws from a coverage run what planners read: gap areas, rows by district, streets with their times."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.coverage.coverage import nearest_s
from geo.coverage.gaps import find_gaps
from geo.places.antimeridian import cut, middle_lon
from geo.places.projection import LocalPlane
from geo.streets.portions import in_portions
from geo.streets.street_pieces import piece_lines, street_pieces
from geo.streets.walk_network import WalkNetwork
from planner.demand import PlacedDemand
from planner.districts import Districts
from planner.plan_model import OUTSIDE, Aeds, DistrictOutline, DistrictRow, Gap, Streets

MAX_GAPS = 500
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """What was found of each demand point (n,), and by the hour.

    is_covered, is_one_way: within the time there and back, one way. has_rescuer: None where that was not asked.
    nearest_s: one way to the nearest usable AED. district: its index, -1 for none; None without districts.
    by_hour: (1 + districts, 168) demand covered there and back, first what lies in no district; None for one time only.
    """

    is_covered: Bools
    is_one_way: Bools
    has_rescuer: Bools | None
    nearest_s: NDArray[np.float32]
    district: NDArray[np.int64] | None
    by_hour: Floats | None


def gaps_of(placed: PlacedDemand, found: Found, districts: Districts | None) -> tuple[Gap, ...]:
    """The areas with the most uncovered demand, `MAX_GAPS` of them at most."""
    demand, nearest = placed.demand, found.nearest_s
    plane = LocalPlane(middle_lon(demand.lon), float(np.median(demand.lat)))
    x, y = in_portions(plane.to_plane, demand.lon, demand.lat)
    areas = find_gaps(x, y, demand.weight, found.is_covered, cell_m=placed.cell_m, most=MAX_GAPS)
    gaps = []
    for rank, gap in enumerate(areas, start=1):
        weight = demand.weight[gap.point]
        near = np.isfinite(nearest[gap.point]) & (weight > 0.0)
        mean = float(np.average(nearest[gap.point][near], weights=weight[near])) if near.any() else None
        area = cut(shapely.transform(gap.area, lambda xy: np.column_stack(plane.to_lonlat(xy[:, 0], xy[:, 1]))))
        name = None
        if districts is not None and found.district is not None:
            shares = np.bincount(found.district[gap.point] + 1, weight, minlength=len(districts) + 1)
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
    if districts is None or found.district is None:
        return ()
    district_of, by_hour = found.district, found.by_hour
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
            covered_by_hour=() if by_hour is None else tuple(by_hour[index + 1].tolist()),
        )

    rows = [row(name, index) for index, name in enumerate(districts.name)]
    outside = row(OUTSIDE, -1)
    return tuple([*rows, outside] if outside.demand > 0.0 else rows)


def outlines_of(districts: Districts | None) -> tuple[DistrictOutline, ...]:
    """The districts' borders, for map and report."""
    if districts is None:
        return ()
    return tuple(
        DistrictOutline(name=name, area=area) for name, area in zip(districts.name, districts.area, strict=True)
    )


def street_times(network: WalkNetwork, lon: Floats, lat: Floats, speed_m_s: float) -> Streets:
    """Every public street, with the time to its middle from the nearest of these AEDs."""
    pieces = street_pieces(network)
    time_s = nearest_s(network, network.snap(lon, lat), pieces.middle, speed_m_s=speed_m_s)
    streets, edges = np.unique(network.edge_street, return_index=True)
    names = np.array([network.street_name(edge) for edge in edges.tolist()], object)
    named = tuple(names[np.searchsorted(streets, network.edge_street[pieces.middle.edge])])
    lines = piece_lines(network, pieces)
    return Streets(first=lines.first, lon=lines.lon, lat=lines.lat, time_s=time_s, name=named)
