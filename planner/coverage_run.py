"""Who has a usable AED within so many minutes: puts streets, demand, AEDs and hours together into one result."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from geo.coverage.coverage import (
    Reached,
    covered_by_hour,
    nearest_of,
    nearest_s,
    nearest_straight_s,
    reach,
    reach_straight,
)
from geo.streets.pace import DETOUR_FACTOR
from geo.streets.walk_network import WalkNetwork
from planner.city import City
from planner.coverage_parts import Bools, Floats, Found, district_rows, gaps_of, outlines_of, street_times
from planner.freed_memory import return_freed_memory
from planner.helpers import Helpers, Standing, zone_of
from planner.plan_model import Aeds, Bilingual, CoverageResult, HourRow, Streets
from planner.report_text import share_text
from registry.models import Aed
from registry.planning import Openness, openness, week_around

# AEDs farther than this from all demand, as one walks, belong to another city.
_FARTHEST_S = 50_000.0
Progress = Callable[[str, int, int | None], None]


class ForeignAeds(ValueError):
    """The AEDs are of another city than the streets or the demand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageQuestion:
    """What is asked. minutes: there and back, and one way. at: aware. week: by the hour as well."""

    minutes: float
    at: datetime
    week: bool
    speed_m_s: float

    @property
    def limit_s(self) -> float:
        return self.minutes * 60.0


@dataclass(frozen=True, slots=True, eq=False)
class _Ground:
    """Where walks are measured: along the city's streets, or straight where there are none."""

    city: City
    speed_m_s: float

    def reach(self, lon: Floats, lat: Floats, limit_s: float, progress: Progress) -> Reached:
        network, demand, snaps = self.city.network, self.city.placed.demand, self.city.placed.snaps
        if network is None or snaps is None:
            return reach_straight(lon, lat, demand.lon, demand.lat, limit_s=limit_s, speed_m_s=self.speed_m_s)
        return reach(
            network,
            network.snap(lon, lat),
            snaps,
            limit_s=limit_s,
            speed_m_s=self.speed_m_s,
            progress=lambda done, of: progress("walking from every AED", done, of),
        )

    def nearest_s(self, lon: Floats, lat: Floats, limit_s: float = np.inf) -> NDArray[np.float32]:
        network, demand, snaps = self.city.network, self.city.placed.demand, self.city.placed.snaps
        if network is None or snaps is None:
            return nearest_straight_s(lon, lat, demand.lon, demand.lat, speed_m_s=self.speed_m_s)
        sources = network.snap(lon, lat)
        return nearest_s(network, sources, snaps, limit_s=limit_s, speed_m_s=self.speed_m_s)


def run_coverage(
    question: CoverageQuestion,
    *,
    city: City,
    helpers: Helpers,
    rescuers: Standing | None,
    progress: Progress = lambda _stage, _done, _of: None,
) -> CoverageResult:
    """Answer the question.

    Raises:
        ForeignAeds: no AED is near any of the streets or the demand.
    """
    ground, network, districts = _Ground(city, question.speed_m_s), city.network, city.districts
    foreign = _refuse_foreign(ground, *_places(helpers.aeds))
    aeds, table = _aeds_at(question, helpers, progress)
    found, always_open, said = _found(question, ground, table, aeds, rescuers=rescuers, progress=progress)
    progress("gaps, districts and streets", 0, None)
    return CoverageResult(
        title=city.title,
        minutes=question.minutes,
        at=question.at.astimezone(zone_of(helpers.aeds)),
        network_name=None if network is None else network.name,
        detour_factor=DETOUR_FACTOR if network is None else None,
        pace_m_s=question.speed_m_s,
        demand=city.placed.demand,
        is_covered=found.is_covered,
        is_covered_one_way=found.is_one_way,
        has_rescuer=found.has_rescuer,
        nearest_aed_s=found.nearest_s,
        aeds=aeds,
        gaps=gaps_of(city.placed, found, districts),
        by_district=district_rows(city.placed, aeds, districts, found),
        by_hour=None if found.by_hour is None else _by_hour(found.by_hour, table),
        covered_if_always_open=always_open,
        streets=None if network is None else _streets(network, aeds, question.speed_m_s),
        outlines=outlines_of(districts),
        notes=(helpers.note, *((rescuers.note,) if rescuers else ()), *city.placed.notes, *foreign, *said),
    )


def _found(
    question: CoverageQuestion,
    ground: _Ground,
    table: Openness,
    aeds: Aeds,
    *,
    rescuers: Standing | None,
    progress: Progress,
) -> tuple[Found, float, list[Bilingual]]:
    """What was found, the demand covered if no place ever closed, and notes on the difference.

    Every pair of an AED and a point in its reach is held in here only: they would weigh on what comes after.
    """
    reached = ground.reach(aeds.lon, aeds.lat, question.limit_s, progress)
    progress("looking for the nearest AED of every street", 0, None)
    limit, demand = np.float32(question.limit_s), ground.city.placed.demand
    usable = aeds.is_usable
    is_covered = nearest_of(reached, reached.round_s, usable) <= limit
    has_rescuer = None
    if rescuers is not None:
        has_rescuer = ground.nearest_s(rescuers.lon, rescuers.lat, question.limit_s) <= limit
    districts = ground.city.districts
    district = None if districts is None else districts.locate(demand.lon, demand.lat)
    found = Found(
        is_covered=is_covered,
        is_one_way=nearest_of(reached, reached.there_s, usable) <= limit,
        has_rescuer=has_rescuer,
        nearest_s=ground.nearest_s(aeds.lon[usable], aeds.lat[usable]),
        district=district,
        by_hour=_hours(question, ground, reached, table, district) if question.week else None,
    )
    covered = float(demand.weight[is_covered].sum())
    return found, *_if_always_open(reached, table, demand.weight, question, covered)


def _aeds_at(question: CoverageQuestion, helpers: Helpers, progress: Progress) -> tuple[Aeds, Openness]:
    """The AEDs as they are at the plan's time, and when each can be taken: then, and in every hour of the week."""
    progress("reading opening hours", 0, None)
    week = week_around(question.at, zone_of(helpers.aeds)) if question.week else ()
    table = openness(helpers.aeds, [question.at, *week])
    lon, lat = _places(helpers.aeds)
    names = tuple(aed.name or aed.location_text or aed.source_ref for aed in helpers.aeds)
    return Aeds(lon=lon, lat=lat, name=names, is_usable=table.usable[:, 0], is_unknown=table.unknown[:, 0]), table


def _streets(network: WalkNetwork, aeds: Aeds, speed_m_s: float) -> Streets:
    return_freed_memory()
    return street_times(network, aeds.lon[aeds.is_usable], aeds.lat[aeds.is_usable], speed_m_s)


def _places(aeds: tuple[Aed, ...]) -> tuple[Floats, Floats]:
    return np.array([aed.lon for aed in aeds], np.float64), np.array([aed.lat for aed in aeds], np.float64)


def _refuse_foreign(ground: _Ground, lon: Floats, lat: Floats) -> list[Bilingual]:
    """Notes on AEDs that lie off the streets; an error where all do."""
    network = ground.city.network
    if network is None:
        demand = ground.city.placed.demand
        if (nearest_straight_s(demand.lon, demand.lat, lon, lat) > _FARTHEST_S).all():
            raise ForeignAeds("every AED lies far from all demand: are they of another city, or the datum another?")
        text = f"as the crow flies x {DETOUR_FACTOR:g} (no street network): treat every figure as an estimate"
        return [Bilingual(en=text, zh=f"无路网：按直线距离 × {DETOUR_FACTOR:g} 估算，所有数字均为估计值")]
    off = int((~network.snap(lon, lat).on_network).sum())
    if off == lon.size:
        west, south, east, north = network.bounds
        raise ForeignAeds(
            f"none of the {off} AEDs lies on the streets of {network.name} ({west:.2f},{south:.2f} to {east:.2f},"
            f"{north:.2f}); theirs are around {np.median(lon):.2f},{np.median(lat):.2f}: give the network of their city"
        )
    if not off:
        return []
    return [
        Bilingual(
            en=f"{off} of {lon.size} AEDs lie farther than {network.snap_limit_m:g} m from any street of the network; "
            "nobody reaches them",
            zh=f"{lon.size} 台 AED 中有 {off} 台距路网超过 {network.snap_limit_m:g} 米，不计入覆盖",
        )
    ]


def _if_always_open(
    reached: Reached, table: Openness, weight: Floats, question: CoverageQuestion, covered: float
) -> tuple[float, list[Bilingual]]:
    """Demand covered if no place ever closed, and how much of the loss is known and how much is not."""
    usable, unknown = table.usable[:, 0], table.unknown[:, 0]
    limit = np.float32(question.limit_s)

    def covered_by(some: Bools) -> float:
        return float(weight[nearest_of(reached, reached.round_s, some) <= limit].sum())

    known = covered_by(usable | (table.usable_if_open & ~unknown))
    everything = covered_by(table.usable_if_open)
    if everything <= 0.0 or everything <= covered:
        return everything, []
    parts = (everything - covered, known - covered, everything - known)
    lost, closed, not_known = (f"{share_text(100.0 * part / everything, 1)}%" for part in parts)
    return everything, [
        Bilingual(
            en=f"At this time {lost} less is covered than if every AED could always be taken: "
            f"{closed} because places are closed, {not_known} because {int(unknown.sum())} AEDs have unknown "
            "hours or access, which are never counted as open. In the literature opening hours cost 21.5 % (Toronto, "
            "Sun 2016) and 53.4 % outside office hours (Copenhagen, Hansen 2013).",
            zh=f"此时的覆盖比所有 AED 全天可取时少 {lost}：其中 {closed} 因场所关闭，"
            f"{not_known} 因 {int(unknown.sum())} 台 AED 的开放时间或取用权限不明（从不按开放计算）。"
            "文献中开放时间造成的损失为 21.5 %（多伦多，Sun 2016）和办公时间以外 53.4 %（哥本哈根，Hansen 2013）。",
        )
    ]


def _hours(
    question: CoverageQuestion,
    ground: _Ground,
    reached: Reached,
    table: Openness,
    district: NDArray[np.int64] | None,
) -> Floats:
    """(1 + districts, 168) demand covered, first of what lies in no district."""
    return covered_by_hour(
        reached,
        reached.round_s,
        table.usable[:, 1:],
        ground.city.placed.demand.weight,
        None if district is None else district + 1,
        limit_s=question.limit_s,
        groups=1 if ground.city.districts is None else len(ground.city.districts) + 1,
    )


def _by_hour(by_district: Floats, table: Openness) -> tuple[HourRow, ...]:
    covered, usable = by_district.sum(axis=0).tolist(), table.usable[:, 1:].sum(axis=0).tolist()
    return tuple(
        HourRow(hour=hour, covered=one, usable_aeds=aeds)
        for hour, (one, aeds) in enumerate(zip(covered, usable, strict=True))
    )
