"""The map's content as the report's page carries it: whole metres, differences, variable-length bytes.

A city of a million street points would make a page of tens of megabytes as GeoJSON; so encoded, and simplified where
there is more than a screen can show, a page stays below about five.
"""

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.places.antimeridian import beside, middle_lon
from geo.streets.portions import portions
from planner.plan_model import Aeds, Bilingual, CoverageResult, Demand, Plan, SitingResult, Streets
from planner.report_streets import drawn_streets
from planner.report_text import say
from planner.walk_classes import walk_class

Json = dict[str, Any]
Lines = NDArray[Any]

_M_PER_DEGREE = 111_320.0
_MAX_DEMAND_POINTS = 40_000
_MAX_GAPS = 1_500
_AREA_TOLERANCE_M = 8.0


@dataclass(frozen=True, slots=True)
class Paper:
    """The page's own plane, metres east and north of a corner: good enough to draw on."""

    lon0: float
    lat0: float

    def metres(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) east and north."""
        east = (beside(lon, self.lon0) - self.lon0) * _M_PER_DEGREE * np.cos(np.radians(self.lat0))
        return np.column_stack([east, (lat - self.lat0) * _M_PER_DEGREE])


def paper_for(result: Plan) -> Paper:
    """A plane with its origin amid the demand."""
    return Paper(middle_lon(result.demand.lon), float(np.median(result.demand.lat)))


def frame_layers(paper: Paper, result: Plan, demand_state: NDArray[np.uint8]) -> Json:
    """What both kinds of plan show. demand_state: (n,) 0 not covered, 1 covered, 2 newly covered."""
    return {
        "outlines": [
            {"name": outline.name, "rings": _area(paper, outline.area, _AREA_TOLERANCE_M * 2)}
            for outline in result.outlines
        ],
        "aeds": _aeds(paper, result.aeds),
        "demand": _demand(paper, result.demand, demand_state),
    }


def street_layer(
    paper: Paper, streets: Streets | None, minutes: float, *, by_time: bool
) -> tuple[Json | None, Bilingual | None]:
    """Streets, by their class of walking time or all alike, and a sentence for the reader where some are left out."""
    if streets is None or not len(streets.time_s):
        return None, None
    group = walk_class(streets.time_s, minutes) if by_time else np.zeros(len(streets.time_s), dtype=np.uint8)
    # The page has whole metres; in double precision this would be among the largest arrays of a run.
    at = np.empty((streets.lon.size, 2), np.float32)
    for some in portions(streets.lon.size):
        at[some] = paper.metres(streets.lon[some], streets.lat[some])
    drawn = drawn_streets(at, streets, group)
    names, name_of = np.unique(drawn.name, return_inverse=True)
    layer = {
        **_lines(drawn.lines),
        "group": _bytes(drawn.group),
        "names": [str(name) for name in names],
        "name": _packed(np.asarray(name_of, dtype=np.int64)),
    }
    if not drawn.is_thinned:
        return layer, None
    left, whole = f"{len(drawn.lines):,}", f"{drawn.of:,}"
    return layer, say("thinned", metres=f"{drawn.tolerance_m:g}", left=left, all=whole)


def gap_layer(paper: Paper, result: CoverageResult, texts: list[Bilingual]) -> list[Json]:
    """Gaps by rank, as many as a map can usefully show; `texts` are what pointing at one says."""
    gaps = sorted(result.gaps, key=lambda gap: gap.rank)[:_MAX_GAPS]
    most = max((gap.demand for gap in gaps), default=0.0) or 1.0
    return [
        {
            "rank": gap.rank,
            "part": round(gap.demand / most, 3),
            "rings": _area(paper, gap.area, _AREA_TOLERANCE_M),
            "en": text.en,
            "zh": text.zh,
        }
        for gap, text in zip(gaps, texts, strict=False)
    ]


def site_layer(paper: Paper, result: SitingResult, texts: list[Bilingual]) -> list[Json]:
    """Proposed sites; `texts` are what pointing at one says."""
    at = paper.metres(np.array([site.lon for site in result.sites]), np.array([site.lat for site in result.sites]))
    return [
        {"rank": site.rank, "x": round(float(x)), "y": round(float(y)), "en": text.en, "zh": text.zh}
        for site, (x, y), text in zip(result.sites, at, texts, strict=True)
    ]


def thinned_demand(demand: Demand) -> Bilingual | None:
    """A sentence for the reader where the map shows only some of the demand points."""
    count = len(demand.weight)
    if count <= _MAX_DEMAND_POINTS:
        return None
    return say("thinned_demand", left=f"{len(_demand_shown(count)):,}", all=f"{count:,}")


def _demand(paper: Paper, demand: Demand, state: NDArray[np.uint8]) -> Json:
    shown = _demand_shown(len(demand.weight))
    at = np.rint(paper.metres(demand.lon[shown], demand.lat[shown])).astype(np.int64)
    # Neighbours one after another make small differences.
    order = np.lexsort((at[:, 1], at[:, 0] // 500))
    weight = demand.weight[shown][order]
    scale = float(np.quantile(weight, 0.95)) if len(weight) else 0.0
    size = np.clip(weight / scale, 0.05, 1.0) if scale > 0 else np.full(len(weight), 0.5)
    return {"xy": _differences(at[order]), "state": _bytes(state[shown][order]), "size": _bytes(np.rint(size * 255))}


def _demand_shown(count: int) -> NDArray[np.int64]:
    return np.unique(np.linspace(0, count - 1, min(count, _MAX_DEMAND_POINTS)).astype(np.int64))


def _aeds(paper: Paper, aeds: Aeds) -> Json:
    at = np.rint(paper.metres(aeds.lon, aeds.lat)).astype(np.int64)
    state = np.where(aeds.is_usable, 0, np.where(aeds.is_unknown, 1, 2))
    return {"xy": _differences(at), "state": _bytes(state), "names": list(aeds.name)}


def _area(paper: Paper, area: shapely.Geometry, tolerance_m: float) -> Json:
    flat = shapely.transform(area, lambda at: paper.metres(at[:, 0], at[:, 1]))
    simple = shapely.simplify(flat, tolerance_m)
    return _lines(shapely.get_rings(shapely.get_parts(flat if simple.is_empty else simple)))


def _lines(lines: Lines) -> Json:
    at = np.rint(shapely.get_coordinates(lines)).astype(np.int64)
    return {"points": _packed(shapely.get_num_coordinates(lines).astype(np.int64)), "xy": _differences(at)}


def _differences(at: NDArray[np.int64]) -> str:
    return _packed(np.diff(at, axis=0, prepend=np.zeros((1, 2), dtype=np.int64)).ravel())


def _packed(values: NDArray[np.int64]) -> str:
    """Signed whole numbers, seven bits a byte, lowest first, the sign in the lowest bit."""
    rest = ((values << 1) ^ (values >> 63)).astype(np.uint64)
    columns = []
    while True:
        more = rest > 0x7F
        columns.append((rest & 0x7F) | np.where(more, 0x80, 0).astype(np.uint64))
        rest = rest >> np.uint64(7)
        if not more.any():
            break
    table = np.stack(columns, axis=1).astype(np.uint8)
    # A number's bytes end with the first that has no continuation bit.
    continued = np.cumprod(table >= 0x80, axis=1, dtype=bool)[:, :-1]
    used = np.concatenate([np.ones((len(table), 1), dtype=bool), continued.astype(bool)], axis=1)
    return base64.b64encode(table[used].tobytes()).decode()


def _bytes(values: NDArray[Any]) -> str:
    return base64.b64encode(np.asarray(values).astype(np.uint8).tobytes()).decode()
