"""Chooses sites for AEDs, or neighbourhoods to recruit in: who covers whom, the choice, and the reasons for it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from geo.coverage.coverage import reach, reach_straight
from geo.siting.choose import BadSitingProblem, Sites, choose_sites
from geo.streets.pace import DETOUR_FACTOR
from geo.streets.walk_network import WalkNetwork
from planner.coverage_parts import outlines_of, street_times
from planner.demand import PlacedDemand
from planner.districts import Districts
from planner.plan_model import (
    Aeds,
    Bilingual,
    CurvePoint,
    Site,
    SitingPurpose,
    SitingResult,
    Streets,
)
from planner.report_text import amount_with_unit
from planner.siting_places import Places, Stations

Floats = NDArray[np.float64]
Progress = Callable[[str, int, int | None], None]


class NothingToCover(ValueError):
    """No candidate covers any demand; the message says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SitingQuestion:
    """What is asked. there_and_back: a site covers who can fetch from it within the minutes, or whom it reaches."""

    title: str
    purpose: SitingPurpose
    count: int
    minutes: float
    there_and_back: bool
    at: datetime
    speed_m_s: float
    time_limit_s: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """Streets (None: straight lines), demand on them, and what places are named by."""

    network: WalkNetwork | None
    placed: PlacedDemand
    districts: Districts | None
    stations: Stations | None


def run_siting(
    question: SitingQuestion,
    *,
    ground: Ground,
    places: Places,
    standing: tuple[Floats, Floats],
    aeds: Aeds,
    notes: tuple[Bilingual, ...] = (),
    progress: Progress = lambda _stage, _done, _of: None,
) -> SitingResult:
    """Answer the question. standing: degrees of what covers already; aeds: all there are, for the map.

    Raises:
        NothingToCover: no candidate covers anything.
        BadSitingProblem: more sites than candidates.
    """
    covers = covers_of(question, ground, places, standing, progress)
    _refuse_hopeless(question, places, covers)
    fixed = np.arange(len(places), covers.shape[0])
    chosen = _chosen(question, covers, ground.placed.demand.weight, fixed, progress)
    progress("reasons and curve", 0, None)
    streets = _streets(ground, standing, question.speed_m_s)
    stations = () if ground.stations is None else ground.stations.notes
    said = (
        *_idle_note(chosen),
        *notes,
        *ground.placed.notes,
        *places.notes,
        *stations,
        *_on_straight_lines(ground, question),
    )
    return _result(question, ground, places, covers, chosen, aeds=aeds, streets=streets, notes=said)


def _result(
    question: SitingQuestion,
    ground: Ground,
    places: Places,
    covers: scipy.sparse.csr_array,
    chosen: Sites,
    *,
    aeds: Aeds,
    streets: Streets | None,
    notes: tuple[Bilingual, ...],
) -> SitingResult:
    before = _covered(covers, np.arange(len(places), covers.shape[0]))
    return SitingResult(
        title=question.title,
        purpose=question.purpose,
        minutes=question.minutes,
        is_there_and_back=question.there_and_back,
        at=question.at,
        network_name=None if ground.network is None else ground.network.name,
        detour_factor=DETOUR_FACTOR if ground.network is None else None,
        pace_m_s=question.speed_m_s,
        demand=ground.placed.demand,
        is_covered_before=before,
        is_covered_after=before | _covered(covers, chosen.sites),
        aeds=aeds,
        candidates=len(places),
        sites=_sites(question, ground, places, covers, chosen),
        upper_bound=chosen.upper_bound,
        gap=chosen.gap,
        seconds=chosen.seconds,
        curve=tuple(CurvePoint(sites=k, covered=float(covered)) for k, covered in enumerate(chosen.curve)),
        streets=streets,
        outlines=outlines_of(ground.districts),
        notes=notes,
    )


def _refuse_hopeless(question: SitingQuestion, places: Places, covers: scipy.sparse.csr_array) -> None:
    if not places or covers[: len(places)].nnz == 0:
        raise NothingToCover(
            f"none of {len(places)} candidates covers any demand within {question.minutes:g} minutes: allow more "
            "minutes, or give candidates nearer to where people are"
        )
    if question.count > len(places):
        raise BadSitingProblem(
            f"{question.count} sites are asked for but there are only {len(places)} candidates: ask for at most that "
            "many, or give more candidates"
        )


def _chosen(
    question: SitingQuestion,
    covers: scipy.sparse.csr_array,
    weight: Floats,
    fixed: NDArray[np.int64],
    progress: Progress,
) -> Sites:
    limit = round(question.time_limit_s)
    return choose_sites(
        covers,
        weight,
        question.count,
        fixed=fixed,
        time_limit_s=question.time_limit_s,
        report=lambda what, seconds: progress(what, min(limit, round(seconds)), limit),
    )


def covers_of(
    question: SitingQuestion, ground: Ground, places: Places, standing: tuple[Floats, Floats], progress: Progress
) -> scipy.sparse.csr_array:
    """(places and then what stands, demand points): who covers whom."""
    lon, lat = np.concatenate((places.lon, standing[0])), np.concatenate((places.lat, standing[1]))
    demand, limit_s = ground.placed.demand, question.minutes * 60.0
    # There and back cannot be within the limit where one way is not; how far out differs from how far back only where
    # a way is one-way for walkers.
    if ground.network is None or ground.placed.snaps is None:
        half = 0.5 if question.there_and_back else 1.0
        reached = reach_straight(lon, lat, demand.lon, demand.lat, limit_s=limit_s * half, speed_m_s=question.speed_m_s)
    else:
        reached = reach(
            ground.network,
            ground.network.snap(lon, lat),
            ground.placed.snaps,
            limit_s=limit_s,
            speed_m_s=question.speed_m_s,
            progress=lambda done, of: progress("walking from every candidate", done, of),
        )
    seconds = reached.round_s if question.there_and_back else reached.there_s
    within = seconds <= np.float32(limit_s)
    point = np.repeat(np.arange(reached.points), np.diff(reached.first))[within]
    pairs = (reached.source[within].astype(np.int64), point)
    return scipy.sparse.csr_array((np.ones(point.size, np.int8), pairs), shape=(lon.size, reached.points))


def _sites(
    question: SitingQuestion, ground: Ground, places: Places, covers: scipy.sparse.csr_array, chosen: Sites
) -> tuple[Site, ...]:
    demand, districts = ground.placed.demand, ground.districts
    all_covered = covers[chosen.sites] @ demand.weight
    district_of = None
    if districts is not None:
        district_of = districts.locate(places.lon[chosen.sites], places.lat[chosen.sites])
    sites = []
    for rank, place in enumerate(chosen.sites.tolist(), start=1):
        lon, lat = float(places.lon[place]), float(places.lat[place])
        street = ""
        if ground.network is not None and places.snaps is not None:
            street = ground.network.street_name(int(places.snaps.edge[place]))
        named = -1 if district_of is None else int(district_of[rank - 1])
        station = None if ground.stations is None else ground.stations.nearest(lon, lat)
        adds, whole = float(chosen.curve[rank] - chosen.curve[rank - 1]), float(all_covered[rank - 1])
        sites.append(
            Site(
                rank=rank,
                lon=lon,
                lat=lat,
                adds=adds,
                covers=whole,
                street=street or None,
                district=None if districts is None or named < 0 else districts.name[named],
                why=_why(question, ground, adds, whole, station),
                ref=places.ref[place] or None if places.ref else None,
                name=places.name[place] or None if places.name else None,
                practice_station=station[0] if station else None,
            )
        )
    return tuple(sites)


def _idle_note(chosen: Sites) -> tuple[Bilingual, ...]:
    asked, idle = chosen.sites.size, int((np.diff(chosen.curve) <= 0.0).sum())
    useful = asked - idle
    if not idle:
        return ()
    if not useful:
        en = "none of the sites adds anything: what stands already covers all that they could; allow more minutes, or "
        return (
            Bilingual(en=en + "give other candidates", zh="所有站点均不增加覆盖：现有设备已覆盖候选点所能覆盖的需求"),
        )
    return (
        Bilingual(
            en=f"{idle} of the {asked} sites add nothing: the first {useful} cover all that the {asked} do; ask for "
            f"{useful}, allow more minutes, or give other candidates",
            zh=f"{asked} 处中有 {idle} 处不增加覆盖：前 {useful} 处的覆盖与 {asked} 处相同；可改为 {useful} 处、"
            "放宽时限或提供其他候选点",
        ),
    )


def _why(
    question: SitingQuestion, ground: Ground, adds: float, whole: float, station: tuple[str, float] | None
) -> Bilingual:
    unit = ground.placed.demand.kind
    there = ("there and back ", "往返") if question.there_and_back else ("", "")
    added, all_of_it = amount_with_unit(adds, unit), amount_with_unit(whole, unit)
    en = f"{all_of_it.en} within {question.minutes:g} minutes {there[0]}on foot; {added.en} that nothing covers yet"
    zh = f"{there[1]}步行 {question.minutes:g} 分钟内有 {all_of_it.zh}，其中 {added.zh} 尚未覆盖"
    if adds <= 0.0:
        en, zh = "adds nothing: everything that can be covered is covered already", "不增加覆盖：可覆盖的均已覆盖"
    if station is not None:
        en += f"; training at {station[0]}, {station[1] / 1000:.1f} km away in a straight line"
        zh += f"；可在 {station[0]} 培训，直线距离 {station[1] / 1000:.1f} 公里"
    return Bilingual(en=en, zh=zh)


def _covered(covers: scipy.sparse.csr_array, some: NDArray[np.int64]) -> NDArray[np.bool_]:
    if not some.size:
        return np.zeros(covers.shape[1], np.bool_)
    return np.asarray(covers[some].sum(axis=0) > 0).ravel()


def _streets(ground: Ground, standing: tuple[Floats, Floats], speed_m_s: float) -> Streets | None:
    return None if ground.network is None else street_times(ground.network, *standing, speed_m_s)


def _on_straight_lines(ground: Ground, question: SitingQuestion) -> tuple[Bilingual, ...]:
    if ground.network is not None:
        return ()
    said = Bilingual(
        en=f"as the crow flies x {DETOUR_FACTOR:g} (no street network): treat every figure as an estimate",
        zh=f"无路网：按直线距离 × {DETOUR_FACTOR:g} 估算，所有数字均为估计值",
    )
    reach_m = question.minutes * 60.0 * question.speed_m_s / DETOUR_FACTOR / (2.0 if question.there_and_back else 1.0)
    apart_m = ground.placed.cell_m
    if not ground.placed.is_grid or apart_m < reach_m:
        return (said,)
    # A site on a point of the grid then covers that point's whole square, however little of it is in reach.
    coarse = Bilingual(
        en=f"the residents stand on a grid of {apart_m:.0f} m and a site reaches {reach_m:.0f} m: what sites add is "
        "overstated; give outlines of fewer districts, or points",
        zh=f"人口网格间距 {apart_m:.0f} 米，而站点可达 {reach_m:.0f} 米：新增覆盖偏高；请缩小区县范围或提供点数据",
    )
    return said, coarse
