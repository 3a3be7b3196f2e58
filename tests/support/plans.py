"""Invented plans for tests: a small town with a park in its middle, as coverage and siting would describe it."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from shapely import Point, box

from geo.places.projection import LocalPlane
from planner.plan_model import (
    Aeds,
    Bilingual,
    CoverageResult,
    CurvePoint,
    Demand,
    DemandKind,
    DistrictOutline,
    DistrictRow,
    Gap,
    HourRow,
    Site,
    SitingPurpose,
    SitingResult,
    Streets,
)

PLANE = LocalPlane(113.665, 34.757)
SIDE = 24
BLOCK_M = 180.0
MINUTES = 4.0
PACE_M_S = 1.4
AT = datetime(2026, 3, 2, 3, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
NASTY_NAME = '</script><img src=x onerror="document.title=1">郑州站'


def make_coverage() -> CoverageResult:
    """At night: of six AEDs three can be used, of one nobody knows."""
    lon, lat, xy = _grid()
    aed_xy = np.array([[-1400, -1200], [900, 1100], [1500, -600], [-600, 1500], [0, -1800], [200, 300]], dtype=float)
    usable = np.array([True, True, True, False, False, False])
    unknown = np.array([False, False, False, True, False, False])
    away_m = 1.4 * np.linalg.norm(xy[:, None, :] - aed_xy[usable], axis=2).min(axis=1)
    time_s = (away_m / PACE_M_S).astype(np.float32)
    time_s[time_s > 1800] = np.inf
    aed_lon, aed_lat = PLANE.to_lonlat(aed_xy[:, 0], aed_xy[:, 1])
    weight = 40.0 + 160.0 * np.exp(-((xy / 1500.0) ** 2).sum(axis=1))
    is_covered = time_s <= MINUTES * 30
    covered = float(weight[is_covered].sum())
    return CoverageResult(
        title="测试镇 Testtown",
        minutes=MINUTES,
        at=AT,
        network_name="test town",
        detour_factor=None,
        pace_m_s=PACE_M_S,
        demand=_demand(lon, lat, weight),
        is_covered=is_covered,
        is_covered_one_way=time_s <= MINUTES * 60,
        has_rescuer=xy[:, 0] < 1500,
        nearest_aed_s=time_s,
        aeds=Aeds(
            lon=aed_lon,
            lat=aed_lat,
            name=("火车站", "Library", "=cmd|'/c calc'!A0", "市民中心", "", NASTY_NAME),
            is_usable=usable,
            is_unknown=unknown,
        ),
        gaps=_gaps(),
        by_district=(
            DistrictRow(
                name="管城回族区",
                demand=float(weight[xy[:, 0] < 0].sum()),
                covered=float(weight[(xy[:, 0] < 0) & is_covered].sum()),
                covered_one_way=float(weight[(xy[:, 0] < 0) & (time_s <= 240)].sum()),
                has_rescuer=float(weight[xy[:, 0] < 0].sum()),
                aeds=3,
                usable_aeds=1,
                unknown_hours_aeds=1,
                covered_by_hour=_week(float(weight[(xy[:, 0] < 0) & is_covered].sum())),
            ),
            DistrictRow(
                name="East <b>End</b>",
                demand=float(weight[xy[:, 0] >= 0].sum()),
                covered=float(weight[(xy[:, 0] >= 0) & is_covered].sum()),
                covered_one_way=float(weight[(xy[:, 0] >= 0) & (time_s <= 240)].sum()),
                has_rescuer=float(weight[(xy[:, 0] >= 0) & (xy[:, 0] < 1500)].sum()),
                aeds=3,
                usable_aeds=2,
                unknown_hours_aeds=0,
                covered_by_hour=_week(float(weight[(xy[:, 0] >= 0) & is_covered].sum())),
            ),
        ),
        by_hour=tuple(
            HourRow(hour=hour, covered=one, usable_aeds=3 + 2 * (8 <= hour % 24 < 20))
            for hour, one in enumerate(_week(covered))
        ),
        covered_if_always_open=covered * 3.5,
        streets=_streets(aed_xy[usable]),
        outlines=(
            DistrictOutline(name="管城回族区", area=_box(-2300, -2300, 0, 2300)),
            DistrictOutline(name="East <b>End</b>", area=_box(0, -2300, 2300, 2300)),
        ),
        notes=(Bilingual(en="Invented data, for tests only.", zh="虚构数据，仅供测试。"),),
    )


def make_siting(count: int = 8) -> SitingResult:
    """Further AEDs for the same town."""
    before = make_coverage()
    lon, lat, xy = _grid()
    weight = before.demand.weight
    is_covered = before.is_covered.copy()
    curve, sites = [CurvePoint(sites=0, covered=before.covered)], []
    for rank in range(1, count + 1):
        near = np.linalg.norm(xy[:, None, :] - xy[None, :, :], axis=2) <= 240.0
        gain = (near * (weight * ~is_covered)).sum(axis=1)
        best = int(gain.argmax())
        is_covered |= near[best]
        curve.append(CurvePoint(sites=rank, covered=float(weight[is_covered].sum())))
        adds = float(gain[best])
        why = Bilingual(
            en=f"Newly covers {adds:,.0f} residents; the nearest usable AED is far.",
            zh=f"新增覆盖 {adds:,.0f} 人，最近的可用 AED 较远。",
        )
        sites.append(
            Site(
                rank=rank,
                lon=float(lon[best]),
                lat=float(lat[best]),
                adds=adds,
                covers=float(weight[near[best]].sum()),
                street="建设路" if rank % 2 else "Mill Lane",
                district="管城回族区",
                why=why,
            )
        )
    after = float(weight[is_covered].sum())
    return SitingResult(
        title=before.title,
        purpose=SitingPurpose.AEDS,
        minutes=MINUTES,
        is_there_and_back=True,
        at=AT,
        network_name=before.network_name,
        detour_factor=None,
        pace_m_s=PACE_M_S,
        demand=before.demand,
        is_covered_before=before.is_covered,
        is_covered_after=is_covered,
        aeds=before.aeds,
        candidates=len(lon),
        sites=tuple(sites),
        upper_bound=after * 1.004,
        gap=1.0 - 1.0 / 1.004,
        seconds=1.25,
        curve=tuple(curve),
        streets=before.streets,
        outlines=before.outlines,
        notes=before.notes,
    )


def bare_coverage() -> CoverageResult:
    """The least that a run may find: no streets, districts, hours, gaps or AEDs."""
    full = make_coverage()
    nothing = np.zeros(len(full.demand.weight), dtype=bool)
    none = np.zeros(0)
    return replace(
        full,
        network_name=None,
        detour_factor=1.4,
        is_covered=nothing,
        is_covered_one_way=nothing,
        has_rescuer=None,
        nearest_aed_s=np.full(len(nothing), np.inf, dtype=np.float32),
        aeds=Aeds(lon=none, lat=none, name=(), is_usable=none.astype(bool), is_unknown=none.astype(bool)),
        gaps=(),
        by_district=(),
        by_hour=None,
        covered_if_always_open=None,
        streets=None,
        outlines=(),
        notes=(),
    )


def _week(at_night: float) -> tuple[float, ...]:
    """More by day, and most in working hours."""
    return tuple(
        at_night * (1.0 + 1.6 * (8 <= hour % 24 < 20) + 0.7 * (hour // 24 < 5 and 8 <= hour % 24 < 17))
        for hour in range(168)
    )


def _grid() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    offset = (np.arange(SIDE) - (SIDE - 1) / 2) * BLOCK_M
    xy = np.stack(np.meshgrid(offset, offset), axis=-1).reshape(-1, 2)
    lon, lat = PLANE.to_lonlat(xy[:, 0], xy[:, 1])
    return lon, lat, xy


def _demand(lon: np.ndarray, lat: np.ndarray, weight: np.ndarray) -> Demand:
    source = Bilingual(en="an invented census", zh="虚构人口数据")
    return Demand(lon=lon, lat=lat, weight=weight, kind=DemandKind.PEOPLE, source=source)


def _streets(aed_xy: np.ndarray) -> Streets:
    _, _, xy = _grid()
    corner = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    pairs = np.concatenate(
        [
            np.stack([corner[:, :-1].ravel(), corner[:, 1:].ravel()], axis=1),
            np.stack([corner[:-1].ravel(), corner[1:].ravel()], axis=1),
        ]
    )
    ends = xy[pairs]
    time_s = np.linalg.norm(ends.mean(axis=1)[:, None, :] - aed_xy, axis=2).min(axis=1).astype(np.float32)
    lon, lat = PLANE.to_lonlat(ends[:, :, 0].ravel(), ends[:, :, 1].ravel())
    names = tuple(f"第{index % 7}大街" if index % 3 else "" for index in range(len(pairs)))
    return Streets(first=np.arange(len(pairs) + 1) * 2, lon=lon, lat=lat, time_s=time_s, name=names)


def _gaps() -> tuple[Gap, ...]:
    holed = _box(-900, -700, 500, 600).difference(Point(*PLANE.to_lonlat(-200.0, 0.0)).buffer(0.002))
    return (
        Gap(rank=1, area=holed, demand=8120.0, nearest_aed_s=431.0, district="管城回族区"),
        Gap(rank=2, area=_box(1000, 1500, 2000, 2100), demand=911.5, nearest_aed_s=None, district=None),
    )


def _box(west_m: float, south_m: float, east_m: float, north_m: float):  # type: ignore[no-untyped-def]
    west, south = PLANE.to_lonlat(west_m, south_m)
    east, north = PLANE.to_lonlat(east_m, north_m)
    return box(west, south, east, north)
