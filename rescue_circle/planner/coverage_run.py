"""Who has a usable AED within so many minutes: puts streets, demand, AEDs and hours together into one result."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from geo.coverage import (
    Reached,
    covered_by_hour,
    nearest_of,
    nearest_s,
    nearest_straight_s,
    reach,
    reach_straight,
)
from geo.pace import DETOUR_FACTOR
from geo.walk_network import WalkNetwork
from registry.models import Aed
from registry.planning import Openness, openness, week_around
from rescue_circle.planner.coverage_parts import Bools, Floats, Found, district_rows, gaps_of, street_times
from rescue_circle.planner.demand import PlacedDemand
from rescue_circle.planner.districts import Districts
from rescue_circle.planner.helpers import Helpers, Standing, zone_of
from rescue_circle.planner.plan_model import Aeds, Bilingual, CoverageResult, DistrictOutline, HourRow

# AEDs farther than this from all demand, as one walks, belong to another city.
_FARTHEST_S = 50_000.0
Progress = Callable[[str, int, int | None], None]


class ForeignAeds(ValueError):
    """The AEDs are of another city than the streets or the demand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageQuestion:
    """What is asked. minutes: there and back, and one way. at: aware. week: by the hour as well."""

    title: str
    minutes: float
    at: datetime
    week: bool
    speed_m_s: float

    @property
    def limit_s(self) -> float:
        return self.minutes * 60.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ground:
    """Where walks are measured: along streets, or straight where there are none."""

    network: WalkNetwork | None
    placed: PlacedDemand
    speed_m_s: float

    def reach(self, lon: Floats, lat: Floats, limit_s: float, progress: Progress) -> Reached:
        demand = self.placed.demand
        if self.network is None or self.placed.snaps is None:
            return reach_straight(lon, lat, demand.lon, demand.lat, limit_s=limit_s, speed_m_s=self.speed_m_s)
        return reach(
            self.network,
            self.network.snap(lon, lat),
            self.placed.snaps,
            limit_s=limit_s,
            speed_m_s=self.speed_m_s,
            progress=lambda done, of: progress("walking from every AED", done, of),
        )

    def nearest_s(self, lon: Floats, lat: Floats, limit_s: float = np.inf) -> NDArray[np.float32]:
        demand = self.placed.demand
        if self.network is None or self.placed.snaps is None:
            return nearest_straight_s(lon, lat, demand.lon, demand.lat, speed_m_s=self.speed_m_s)
        sources = self.network.snap(lon, lat)
        return nearest_s(self.network, sources, self.placed.snaps, limit_s=limit_s, speed_m_s=self.speed_m_s)


def run_coverage(
    question: CoverageQuestion,
    *,
    network: WalkNetwork | None,
    placed: PlacedDemand,
    helpers: Helpers,
    districts: Districts | None,
    rescuers: Standing | None,
    progress: Progress = lambda _stage, _done, _of: None,
) -> CoverageResult:
    """Answer the question.

    Raises:
        ForeignAeds: no AED is near any of the streets or the demand.
    """
    lon, lat = _places(helpers.aeds)
    ground = _Ground(network=network, placed=placed, speed_m_s=question.speed_m_s)
    foreign = _refuse_foreign(ground, lon, lat)
    zone = zone_of(helpers.aeds)
    week = week_around(question.at, zone) if question.week else []
    progress("reading opening hours", 0, None)
    table = openness(helpers.aeds, [question.at, *week])
    usable, weight = table.usable[:, 0], placed.demand.weight
    aeds = Aeds(lon=lon, lat=lat, name=_names(helpers.aeds), is_usable=usable, is_unknown=table.unknown[:, 0])
    reached = ground.reach(lon, lat, question.limit_s, progress)
    progress("looking for the nearest AED of every street", 0, None)
    found = _found(ground, reached, aeds, rescuers, question.limit_s)
    always_open, said = _if_always_open(reached, table, weight, question, float(weight[found.is_covered].sum()))
    progress("hours, gaps and districts", 0, None)
    return CoverageResult(
        title=question.title,
        minutes=question.minutes,
        at=question.at.astimezone(zone),
        network_name=None if network is None else network.name,
        detour_factor=DETOUR_FACTOR if network is None else None,
        pace_m_s=question.speed_m_s,
        demand=placed.demand,
        is_covered=found.is_covered,
        is_covered_one_way=found.is_one_way,
        has_rescuer=found.has_rescuer,
        nearest_aed_s=found.nearest_s,
        aeds=aeds,
        gaps=gaps_of(placed, found, districts),
        by_district=district_rows(placed, aeds, districts, found),
        by_hour=_by_hour(reached, table, weight, question.limit_s) if week else None,
        covered_if_always_open=always_open,
        streets=None if network is None else street_times(network, lon[usable], lat[usable], question.speed_m_s),
        outlines=_outlines(districts),
        notes=(helpers.note, *([rescuers.note] if rescuers else []), *placed.notes, *foreign, *said),
    )


def _found(ground: _Ground, reached: Reached, aeds: Aeds, rescuers: Standing | None, limit_s: float) -> Found:
    limit = np.float32(limit_s)
    usable = aeds.is_usable
    return Found(
        is_covered=nearest_of(reached, reached.round_s, usable) <= limit,
        is_one_way=nearest_of(reached, reached.there_s, usable) <= limit,
        has_rescuer=None if rescuers is None else ground.nearest_s(rescuers.lon, rescuers.lat, limit_s) <= limit,
        nearest_s=ground.nearest_s(aeds.lon[usable], aeds.lat[usable]),
    )


def _names(aeds: tuple[Aed, ...]) -> tuple[str, ...]:
    return tuple(aed.name or aed.location_text or aed.source_ref for aed in aeds)


def _outlines(districts: Districts | None) -> tuple[DistrictOutline, ...]:
    if districts is None:
        return ()
    return tuple(
        DistrictOutline(name=name, area=area) for name, area in zip(districts.name, districts.area, strict=True)
    )


def _places(aeds: tuple[Aed, ...]) -> tuple[Floats, Floats]:
    return np.array([aed.lon for aed in aeds], np.float64), np.array([aed.lat for aed in aeds], np.float64)


def _refuse_foreign(ground: _Ground, lon: Floats, lat: Floats) -> list[Bilingual]:
    """Notes on AEDs that lie off the streets; an error where all do."""
    network = ground.network
    if network is None:
        demand = ground.placed.demand
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
    closed, not_known = (known - covered) / everything, (everything - known) / everything
    return everything, [
        Bilingual(
            en=f"At this time {1 - covered / everything:.1%} less is covered than if every AED could always be taken: "
            f"{closed:.1%} because places are closed, {not_known:.1%} because {int(unknown.sum())} AEDs have unknown "
            "hours or access, which are never counted as open. In the literature opening hours cost 21.5 % (Toronto, "
            "Sun 2016) and 53.4 % outside office hours (Copenhagen, Hansen 2013).",
            zh=f"此时的覆盖比所有 AED 全天可取时少 {1 - covered / everything:.1%}：其中 {closed:.1%} 因场所关闭，"
            f"{not_known:.1%} 因 {int(unknown.sum())} 台 AED 的开放时间或取用权限不明（从不按开放计算）。"
            "文献中开放时间造成的损失为 21.5 %（多伦多，Sun 2016）和办公时间以外 53.4 %（哥本哈根，Hansen 2013）。",
        )
    ]


def _by_hour(reached: Reached, table: Openness, weight: Floats, limit_s: float) -> tuple[HourRow, ...]:
    is_open = table.usable[:, 1:]
    covered, _ = covered_by_hour(reached, reached.round_s, is_open, weight, limit_s=limit_s)
    usable = is_open.sum(axis=0)
    return tuple(
        HourRow(hour=hour, covered=float(covered[hour]), usable_aeds=int(usable[hour])) for hour in range(covered.size)
    )
