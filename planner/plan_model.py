"""What a coverage or a siting run found, as plain records that the files and the report are drawn from.

Coordinates are WGS-84 degrees, longitude apart from latitude. An amount of demand ("demand", "covered", ...) is in the
unit that `Demand.kind` names: residents, calls, metres of street, or weights of no unit.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

# The district of what lies in none.
OUTSIDE = "outside all districts"


class DemandKind(StrEnum):
    """What one unit of demand is; the report writes its name behind each amount."""

    PEOPLE = "people"
    CALLS = "calls"
    STREET_M = "street_m"
    WEIGHT = "weight"


class SitingPurpose(StrEnum):
    """What is to be placed."""

    AEDS = "aeds"
    RESCUERS = "rescuers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bilingual:
    """A sentence or a few words in both languages, as plain text; whoever writes it into a page escapes it."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Demand:
    """Where people are.

    lon, lat: (n,) float64, degrees.
    weight: (n,) float64, not negative, in units of `kind`.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    weight: NDArray[np.float64]
    kind: DemandKind
    source: Bilingual


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Aeds:
    """The AEDs that were considered, those of no use at the time among them.

    lon, lat: (m,) float64, degrees.
    name: m names as people read them; may be empty strings.
    is_usable: (m,) bool, known to be usable at the plan's time.
    is_unknown: (m,) bool, hours or access unknown at that time; never counted as usable, so never both.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    name: tuple[str, ...]
    is_usable: NDArray[np.bool_]
    is_unknown: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Streets:
    """Stretches of street as lines; line i has the points first[i] .. first[i + 1] - 1.

    first: (s + 1,) int64, ascending, first[0] == 0, first[s] == number of points.
    lon, lat: (p,) float64, degrees, the lines' points one line after another.
    time_s: (s,) float32, one-way walking time from the stretch's middle to the nearest usable AED, seconds; inf where
        none is within reach.
    name: s street names (empty strings where there is none), or () where no name is known at all.
    """

    first: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    time_s: NDArray[np.float32]
    name: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One connected area without a usable AED within the time.

    rank: from 1, by `demand`, greatest first.
    area: WGS-84 polygon, longitude first.
    demand: what lives or happens in it and is not covered.
    nearest_aed_s: one-way walking time to the nearest usable AED, demand-weighted mean over what can reach one; None
        where nothing can.
    district: where most of its demand lies; None where no districts were given.
    """

    rank: int
    area: Polygon | MultiPolygon
    demand: float
    nearest_aed_s: float | None
    district: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictOutline:
    """A district's border, drawn beneath everything else. area: WGS-84, longitude first."""

    name: str
    area: Polygon | MultiPolygon


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictRow:
    """Coverage of one district at the plan's time.

    has_rescuer: None where rescuers were not asked about.
    covered_by_hour: demand covered (there and back) in each of the week's 168 hours; () where only one time was asked
        about.
    """

    name: str
    demand: float
    covered: float
    covered_one_way: float
    has_rescuer: float | None
    aeds: int
    usable_aeds: int
    unknown_hours_aeds: int
    covered_by_hour: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HourRow:
    """Coverage in one hour of the week.

    hour: 0 .. 167, local time, 0 is Monday 00:00 to 01:00.
    covered: demand covered (there and back) in this hour.
    usable_aeds: AEDs known to be usable in this hour.
    """

    hour: int
    covered: float
    usable_aeds: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """What both kinds of plan rest on and show.

    title: what the plan is of, such as the city's name.
    minutes: the time allowed.
    at: aware; shown in its own time zone.
    network_name: the street network's name; None where straight lines with a detour factor stood in for streets.
    detour_factor: of those straight lines; None where there is a network.
    pace_m_s: walking speed, metres a second.
    aeds: what stands already; may be empty.
    streets: with their walk to the nearest usable AED; None without a network.
    outlines: the districts' borders, where there are any.
    notes: assumptions and warnings for the reader.
    """

    title: str
    minutes: float
    at: datetime
    network_name: str | None
    detour_factor: float | None
    pace_m_s: float
    demand: Demand
    aeds: Aeds
    streets: Streets | None
    outlines: tuple[DistrictOutline, ...] = ()
    notes: tuple[Bilingual, ...] = ()

    @property
    def total(self) -> float:
        """All demand."""
        return float(self.demand.weight.sum())

    def demand_of(self, points: NDArray[np.bool_]) -> float:
        """The demand of some of the points, (n,) bool."""
        return float(self.demand.weight[points].sum())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoverageResult(Plan):
    """Who has a usable AED within so many minutes, at one time or through the week.

    `minutes` are there and back for `is_covered`, one way for `is_covered_one_way`.
    is_covered: (n,) bool, somebody at the demand point can fetch a usable AED there and back within the time.
    is_covered_one_way: (n,) bool, a usable AED within the time one way.
    has_rescuer: (n,) bool, a dispatchable rescuer within the time; None where rescuers were not asked about.
    nearest_aed_s: (n,) float32, one-way walking time to the nearest usable AED, seconds; inf where none is in reach.
    covered_if_always_open: demand covered if every AED could be used round the clock, those of unknown hours among
        them: what is lost to opening hours is this less `covered`. None where it was not computed.
    by_hour: 168 rows by `hour`, or None where only one time was asked about.
    """

    is_covered: NDArray[np.bool_]
    is_covered_one_way: NDArray[np.bool_]
    has_rescuer: NDArray[np.bool_] | None
    nearest_aed_s: NDArray[np.float32]
    gaps: tuple[Gap, ...]
    by_district: tuple[DistrictRow, ...]
    by_hour: tuple[HourRow, ...] | None
    covered_if_always_open: float | None

    @property
    def covered(self) -> float:
        """Demand covered there and back."""
        return self.demand_of(self.is_covered)

    @property
    def covered_one_way(self) -> float:
        """Demand with a usable AED within the time one way."""
        return self.demand_of(self.is_covered_one_way)

    @property
    def with_rescuer(self) -> float | None:
        """Demand with a rescuer within the time."""
        return None if self.has_rescuer is None else self.demand_of(self.has_rescuer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One proposed place.

    rank: from 1, in the order in which to build: each adds the most to those before it.
    adds: demand that this site covers and neither what stands already nor an earlier rank does.
    covers: all demand that it covers, whoever else covers it too.
    ref, name: what the file of candidates calls it; None where it says nothing, or there is none.
    street, district: None where unknown.
    why: the reason in one sentence.
    practice_station: of a place to recruit: the nearest practice station's name.
    """

    rank: int
    lon: float
    lat: float
    adds: float
    covers: float
    street: str | None
    district: str | None
    why: Bilingual
    ref: str | None = None
    name: str | None = None
    practice_station: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """With the first `sites` ranks built, `covered` is covered; the curve starts at 0 sites."""

    sites: int
    covered: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SitingResult(Plan):
    """Where so many further AEDs (or rescuers) would cover the most.

    is_there_and_back: whether a site covers what can fetch there and back within the time, or one way.
    candidates: how many places were to choose from.
    is_covered_before, is_covered_after: (n,) bool, by what stands already; by that and all sites.
    upper_bound: no choice of that many sites covers more (proven).
    gap: (upper_bound - covered_after) / upper_bound; 0 is a proven optimum.
    seconds: that the search took.
    sites: by rank. curve: by `sites`, from 0 up.
    """

    purpose: SitingPurpose
    is_there_and_back: bool
    is_covered_before: NDArray[np.bool_]
    is_covered_after: NDArray[np.bool_]
    candidates: int
    sites: tuple[Site, ...]
    upper_bound: float
    gap: float
    seconds: float
    curve: tuple[CurvePoint, ...]

    @property
    def covered_before(self) -> float:
        """Demand covered by what stands already."""
        return self.demand_of(self.is_covered_before)

    @property
    def covered_after(self) -> float:
        """Demand covered with all sites built."""
        return self.demand_of(self.is_covered_after)

    @property
    def idle_sites(self) -> int:
        """How many of the sites add nothing: asked for, though all that can be covered is covered without them."""
        return sum(site.adds <= 0.0 for site in self.sites)
