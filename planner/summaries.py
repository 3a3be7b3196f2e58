"""A run's figures as one JSON document, for machines and for the yearly report."""

from typing import Any

from planner.plan_model import CoverageResult, DistrictRow, HourRow, Plan, SitingResult

Json = dict[str, Any]
# Sums of weights differ in their last digits from the sum of all.
_ROUNDING = 1e-11


def coverage_summary(result: CoverageResult) -> Json:
    """The figures of a coverage run; shares are of all demand, from 0 to 1."""
    total = result.total
    return {
        **_frame(result),
        "covered": _amount(result.covered),
        "share_covered": share(result.covered, total),
        "covered_one_way": _amount(result.covered_one_way),
        "share_covered_one_way": share(result.covered_one_way, total),
        "with_rescuer": None if result.with_rescuer is None else _amount(result.with_rescuer),
        "share_with_rescuer": None if result.with_rescuer is None else share(result.with_rescuer, total),
        "covered_if_always_open": None
        if result.covered_if_always_open is None
        else _amount(result.covered_if_always_open),
        "lost_to_hours": None
        if result.covered_if_always_open is None
        else _amount(result.covered_if_always_open - result.covered),
        "gaps": len(result.gaps),
        "by_district": [_district(row) for row in result.by_district],
        "by_district_and_hour": None if result.by_hour is None else [_hours_of(row) for row in result.by_district],
        "by_hour": None if result.by_hour is None else [_hour(row, total) for row in result.by_hour],
        "notes": [note.en for note in result.notes],
    }


def siting_summary(result: SitingResult) -> Json:
    """The figures of a siting run; `gap` is how far below `upper_bound` `covered_after` is, as a share of it."""
    return {
        **_frame(result),
        "purpose": str(result.purpose),
        "there_and_back": result.is_there_and_back,
        "candidates": result.candidates,
        "count": len(result.sites),
        "sites_that_add_nothing": result.idle_sites,
        "covered_before": _amount(result.covered_before),
        "share_covered_before": share(result.covered_before, result.total),
        "covered_after": _amount(result.covered_after),
        "share_covered_after": share(result.covered_after, result.total),
        "upper_bound": _amount(result.upper_bound),
        "gap": result.gap,
        "seconds": round(result.seconds, 3),
        "curve": [{"sites": point.sites, "covered": _amount(point.covered)} for point in result.curve],
        "notes": [note.en for note in result.notes],
    }


def share(part: float, whole: float) -> float:
    """Part of a whole, 0 of nothing, to five decimals, more where it would be none or all of it and is neither."""
    if whole <= 0:
        return 0.0
    exact = part / whole
    if not _ROUNDING < exact < 1.0 - _ROUNDING:
        return round(exact, 5)
    return next(
        (found for digits in range(5, 9) if 0.0 < (found := round(exact, digits)) < 1.0),
        exact,
    )


def sites_to_half(result: SitingResult) -> int:
    """How many of the first sites bring half of what all of them bring."""
    goal = (result.covered_before + result.covered_after) / 2
    return next((point.sites for point in result.curve if point.covered >= goal), len(result.sites))


def _frame(result: Plan) -> Json:
    return {
        "title": result.title,
        "minutes": result.minutes,
        "at": result.at.isoformat(),
        "network": result.network_name,
        "straight_line_detour_factor": result.detour_factor,
        "pace_m_s": result.pace_m_s,
        "demand": _amount(result.total),
        "demand_unit": str(result.demand.kind),
        "demand_source": result.demand.source.en,
        "demand_points": len(result.demand.weight),
        "aeds": len(result.aeds.name),
        "usable_aeds": int(result.aeds.is_usable.sum()),
        "unknown_hours_aeds": int(result.aeds.is_unknown.sum()),
    }


def _amount(value: float) -> float:
    """Sums of weights carry rounding errors that nobody should read."""
    return round(float(value), 3)


def _district(row: DistrictRow) -> Json:
    return {
        "district": row.name,
        "demand": _amount(row.demand),
        "covered": _amount(row.covered),
        "share_covered": share(row.covered, row.demand),
        "covered_one_way": _amount(row.covered_one_way),
        "share_covered_one_way": share(row.covered_one_way, row.demand),
        "with_rescuer": None if row.has_rescuer is None else _amount(row.has_rescuer),
        "aeds": row.aeds,
        "usable_aeds": row.usable_aeds,
        "unknown_hours_aeds": row.unknown_hours_aeds,
    }


def _hours_of(row: DistrictRow) -> Json:
    return {"district": row.name, "share_covered": [share(covered, row.demand) for covered in row.covered_by_hour]}


def _hour(row: HourRow, total: float) -> Json:
    return {
        "hour": row.hour,
        "covered": _amount(row.covered),
        "share_covered": share(row.covered, total),
        "usable_aeds": row.usable_aeds,
    }
