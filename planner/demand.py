"""What coverage is counted in: people, calls, weights or metres of street, each at a place on the streets."""

import re
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geo.places.antimeridian import beside_area, middle_lon, wrapped
from geo.places.projection import LocalPlane
from geo.streets.street_pieces import Pieces, counted_m, street_pieces
from geo.streets.walk_network import Snaps, WalkNetwork
from planner.demand_files import DemandPoints, Population
from planner.districts import Districts
from planner.plan_model import Bilingual, Demand, DemandKind

# A grid laid over districts without streets has about so many points.
_GRID_POINTS = 120_000
_FINEST_GRID_M = 100.0
# Gap cells: as fine as pieces of street allow; recorded points lie apart.
_CELL_OF_POINTS_M = 250.0
# Figures that were rounded before they were added up differ by so much from their total.
_TOTAL_WITHIN = 0.005
_OF_THE_WHOLE = re.compile(r"total|whole|sum|合计|总计|总数|全[市省州县区]|[市省州盟]$")


class UnusableDemand(ValueError):
    """There is nothing to cover; the message says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlacedDemand:
    """Demand and where it snaps to.

    snaps: None without streets.
    cell_m: how close together the points are, for gap areas. is_grid: they stand for the ground around them, rather
        than for places that somebody recorded. off_network: points farther from any street than the
        network's limit; they stay in the demand, and nothing covers them.
    """

    demand: Demand
    snaps: Snaps | None
    cell_m: float
    off_network: int
    notes: tuple[Bilingual, ...]
    is_grid: bool = False


def street_demand(network: WalkNetwork) -> PlacedDemand:
    """The network itself: each metre of public street counts the same."""
    pieces = street_pieces(network)
    source = Bilingual(
        en="every metre of public street, since no demand was given: it says nothing about where people are",
        zh="公共街道的每一米（未提供需求数据，不代表人口分布）",
    )
    return _on_pieces(pieces, counted_m(network, pieces), DemandKind.STREET_M, source, ())


def point_demand(points: DemandPoints, network: WalkNetwork | None) -> PlacedDemand:
    """Recorded calls, or points with weights.

    Raises:
        UnusableDemand: all of them lie off the network.
    """
    demand = Demand(lon=points.lon, lat=points.lat, weight=points.weight, kind=points.kind, source=points.source)
    if float(points.weight.sum()) <= 0.0:
        raise UnusableDemand("the demand is empty: every weight is zero")
    notes = list(points.notes)
    if network is None:
        return PlacedDemand(demand=demand, snaps=None, cell_m=_CELL_OF_POINTS_M, off_network=0, notes=tuple(notes))
    snaps = network.snap(points.lon, points.lat)
    off = int((~snaps.on_network).sum())
    if off == len(snaps):
        west, south, east, north = network.bounds
        raise UnusableDemand(
            f"none of the {off} demand points lies on the streets of {network.name} ({west:.2f},{south:.2f} to "
            f"{east:.2f},{north:.2f}): is the network of another city, or the datum another?"
        )
    if off:
        weight = float(points.weight[~snaps.on_network].sum())
        notes.append(
            Bilingual(
                en=f"{off} demand points ({weight:g} of {points.weight.sum():g}) lie farther than "
                f"{network.snap_limit_m:g} m from any street; they count as not covered",
                zh=f"{off} 个需求点（{weight:g} / {points.weight.sum():g}）距任何街道超过 {network.snap_limit_m:g} 米，"
                "按未覆盖计算",
            )
        )
    return PlacedDemand(demand=demand, snaps=snaps, cell_m=_CELL_OF_POINTS_M, off_network=off, notes=tuple(notes))


def population_demand(population: Population, districts: Districts, network: WalkNetwork | None) -> PlacedDemand:
    """Residents of districts, spread evenly over the public streets of each; without streets over its ground.

    Raises:
        UnusableDemand: a name joins to no district, or no district has a street.
    """
    people, notes = _joined(population, districts)
    pieces = None
    if network is None:
        lon, lat, spacing_m = _grid(districts)
        share = np.ones(lon.size)
    else:
        pieces = street_pieces(network)
        lon, lat, share = pieces.middle.lon, pieces.middle.lat, counted_m(network, pieces)
    where = districts.locate(lon, lat)
    whole = np.bincount(where[where >= 0], share[where >= 0], minlength=len(districts))
    bare = np.flatnonzero((whole == 0.0) & (people > 0.0))
    if bare.size == len(districts) or not (whole > 0.0).any():
        raise UnusableDemand("no district has a street of this network in it: is it the network of another city?")
    if bare.size:
        names = ", ".join(districts.name[index] for index in bare)
        lost = people[bare].sum()
        notes.append(
            Bilingual(
                en=f"{lost:,.0f} people of districts that the network does not reach are left out: {names}",
                zh=f"路网未覆盖的区县共 {lost:,.0f} 人不计入：{names}",
            )
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(where >= 0, people[where] * share / whole[where], 0.0)
    over = ("streets", "街道长度") if network is not None else ("ground", "面积")
    source = Bilingual(
        en=f"{population.source}: residents by district, spread evenly over its {over[0]} (assumption)",
        zh=f"{population.source}：各区县常住人口，按{over[1]}均匀分布（假设）",
    )
    if pieces is not None:
        return _on_pieces(pieces, weight, DemandKind.PEOPLE, source, tuple(notes))
    held = where >= 0
    demand = Demand(lon=lon[held], lat=lat[held], weight=weight[held], kind=DemandKind.PEOPLE, source=source)
    return PlacedDemand(demand=demand, snaps=None, cell_m=spacing_m, off_network=0, notes=tuple(notes), is_grid=True)


def _on_pieces(
    pieces: Pieces, weight: NDArray[np.float64], kind: DemandKind, source: Bilingual, notes: tuple[Bilingual, ...]
) -> PlacedDemand:
    demand = Demand(lon=pieces.middle.lon, lat=pieces.middle.lat, weight=weight, kind=kind, source=source)
    placed = PlacedDemand(demand=demand, snaps=pieces.middle, cell_m=_FINEST_GRID_M, off_network=0, notes=notes)
    return _without_zeros(placed)


def _joined(population: Population, districts: Districts) -> tuple[NDArray[np.float64], list[Bilingual]]:
    """Residents by district, by code or name; what joins to none is an error, never left out."""
    people = np.zeros(len(districts))
    notes, lost = [*population.notes, *districts.notes], []
    joined: dict[int, str] = {}
    for row, (name, residents) in enumerate(zip(population.name, population.residents, strict=True)):
        index = _index_of(population, row, districts)
        if index is None and (around := districts.find_around_zone(name)) is not None:
            people[around] += residents
            notes.append(_zone_note(name, residents, districts.name[around]))
        elif index is None:
            lost.append(row)
        elif index in joined:
            raise UnusableDemand(
                f"{joined[index]} and {name} of {population.source} are both the district {districts.name[index]}: its "
                "residents would count twice; leave one of them out"
            )
        else:
            joined[index] = name
            people[index] += residents
    total = _find_total(population, lost)
    if total is not None:
        lost.remove(total)
        notes.append(_total_note(population.name[total], population.residents[total]))
    if lost:
        names = [population.name[row] for row in lost]
        raise UnusableDemand(
            f"no outline for {', '.join(names)}: {len(names)} of {len(population.name)} names join to no district "
            f"({', '.join(districts.name)}); correct the names or give outlines that have them"
        )
    if people.sum() <= 0.0:
        raise UnusableDemand(f"{population.source} counts nobody")
    return people, notes


def _index_of(population: Population, row: int, districts: Districts) -> int | None:
    name, code = population.name[row], population.code[row] if population.code else ""
    by_name, by_code = districts.find(name), districts.find_code(code) if code else None
    if by_name is not None and by_code is not None and by_name != by_code:
        raise UnusableDemand(
            f"{population.source} calls {name} by the code {code}, which the outlines give to "
            f"{districts.name[by_code]}: one of them is wrong"
        )
    return by_name if by_code is None else by_code


def _find_total(population: Population, lost: list[int]) -> int | None:
    """The row, of those without an outline, that is called a whole and tells what all others come to."""
    whole = sum(population.residents)
    for row in lost:
        residents = population.residents[row]
        if _OF_THE_WHOLE.search(population.name[row].lower()) and abs(2 * residents - whole) <= _TOTAL_WITHIN * whole:
            return row
    return None


def _zone_note(name: str, residents: float, district: str) -> Bilingual:
    return Bilingual(
        en=f"{name} ({residents:,.0f} people) has no outline: counted in {district} (assumption)",
        zh=f"{name}（{residents:,.0f} 人）没有边界数据，计入{district}（假设）",
    )


def _total_note(name: str, residents: float) -> Bilingual:
    return Bilingual(
        en=f"{name} ({residents:,.0f} people) is the total of the other rows and is left out",
        zh=f"{name}（{residents:,.0f} 人）为其余各行的合计，未重复计入",
    )


def _grid(districts: Districts) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """(lon, lat, spacing) of a square grid over the districts' bounds."""
    lon0 = middle_lon(np.array([area.representative_point().x for area in districts.area]))
    bounds = np.array([beside_area(area, lon0).bounds for area in districts.area])
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    plane = LocalPlane((west + east) / 2, (south + north) / 2)
    x0, y0 = plane.to_plane(west, south)
    x1, y1 = plane.to_plane(east, north)
    filled = sum(area.area for area in districts.area) / ((east - west) * (north - south))
    spacing_m = max(_FINEST_GRID_M, float(np.sqrt((x1 - x0) * (y1 - y0) * filled / _GRID_POINTS)))
    x, y = np.meshgrid(np.arange(x0, x1, spacing_m), np.arange(y0, y1, spacing_m))
    lon, lat = plane.to_lonlat(x.ravel() + spacing_m / 2, y.ravel() + spacing_m / 2)
    return wrapped(lon), lat, spacing_m


def _without_zeros(placed: PlacedDemand) -> PlacedDemand:
    """The same without points of no weight: streets outside all districts."""
    held = placed.demand.weight > 0.0
    if held.all():
        return placed
    demand = replace(
        placed.demand, lon=placed.demand.lon[held], lat=placed.demand.lat[held], weight=placed.demand.weight[held]
    )
    return replace(placed, demand=demand, snaps=None if placed.snaps is None else placed.snaps.take(held))
