"""A synthetic Zhengzhou: real district outlines, invented streets, AEDs and volunteers in proportion to residents.

Nothing in it is a real street, device or person. Scale and shares are the city's where a source gives them, and are
marked m (assumption) where none does.
"""

import json
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.places.datum import Datum
from geo.places.projection import LocalPlane
from simulators.call_generator import Places
from simulators.districts import CITY_POPULATION_10K, District, load_core_districts, locate
from simulators.people import Shares, Volunteers, make_volunteers
from simulators.streets import Streets, lay_streets

CITY_NAME = "synthetic Zhengzhou"
TIME_ZONE = "Asia/Shanghai"
CENTRE = (113.6594, 34.7535)
"""二七广场, WGS-84."""
MIN_NODES = 200_000
CITY_VOLUNTEERS = 40_000
"""Nearly 40,000 Red Cross volunteers in all of Zhengzhou."""
CITY_NEW_AEDS = 500
"""500 new AEDs planned for 2025 in all of Zhengzhou."""
METRO_STATIONS = 124
METRO_AEDS = 255
"""AEDs at metro stations inside the five outlines (os-zhengzhou/Zhengzhou-Metro, 2024-08); places invented."""
OPEN_ALL_DAY = 0.56
"""44 % of AEDs are not reachable 24 h (Korea, 5-year site inspection); taken for all that are not in the metro."""
METRO_HOURS = "06:00-23:00"
DAYTIME_HOURS = (
    ("商场", "Mo-Su 09:00-21:00"),
    ("写字楼", "Mo-Fr 08:30-18:00"),
    ("学校", "Mo-Fr 07:30-17:30"),
)
"""Shops, offices and schools share what is not open all day, m."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticAed:
    aed_id: str
    lon: float
    lat: float
    name: str
    location_text: str
    floor: str
    opening_hours: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class City:
    """Streets with their positions, and who and what is in them.

    lon, lat: (n,) WGS-84 of the streets' nodes; demand: (n,) residents at each node, sums to the core's residents.
    """

    streets: Streets
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    demand: NDArray[np.float64]
    districts: tuple[District, ...]
    seed: int

    @property
    def area_km2(self) -> float:
        """Of the five core districts."""
        plane = LocalPlane(*CENTRE)
        outlines = np.array([one.outline for one in self.districts])
        flat = shapely.transform(outlines, lambda at: np.column_stack(plane.to_plane(at[:, 0], at[:, 1])))
        return float(shapely.area(flat).sum()) / 1e6

    @property
    def core_share(self) -> float:
        """Residents of the five core districts to those of all Zhengzhou."""
        return sum(district.population_10k for district in self.districts) / CITY_POPULATION_10K

    def places(self) -> Places:
        """Where calls come from, told in GCJ-02 as a Chinese 120 does."""
        return Places(lon=self.lon, lat=self.lat, weight=self.demand, name=CITY_NAME, datum=Datum.GCJ02)


def make_city(*, seed: int, min_nodes: int = MIN_NODES) -> City:
    """The same seed gives the same city, to the last bit of every coordinate."""
    districts = load_core_districts()
    plane = LocalPlane(*CENTRE)

    def inside(x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.bool_]:
        lon, lat = plane.to_lonlat(x_m, y_m)
        return locate(districts, lon, lat) >= 0

    bounds = np.array([district.outline.bounds for district in districts])
    corners_x, corners_y = plane.to_plane(bounds[:, [0, 2]].ravel(), bounds[:, [1, 3]].ravel())
    streets = lay_streets(
        inside,
        half_width_m=float(np.abs(corners_x).max()) + 500.0,
        half_height_m=float(np.abs(corners_y).max()) + 500.0,
        seed=seed,
        min_nodes=min_nodes,
    )
    lon, lat = (np.round(degrees, 7) for degrees in plane.to_lonlat(streets.x_m, streets.y_m))
    district_of = locate(districts, lon, lat)
    demand = np.zeros(len(lon))
    for index, district in enumerate(districts):
        here = district_of == index
        demand[here] = district.population_10k * 10_000 * streets.urban[here] / streets.urban[here].sum()
    return City(streets=streets, lon=lon, lat=lat, demand=demand, districts=districts, seed=seed)


def volunteers_of(city: City, *, count: int | None = None, shares: Shares | None = None) -> Volunteers:
    """Volunteers by residents: the core's share of the city's 40,000 unless `count` says otherwise."""
    count = round(CITY_VOLUNTEERS * city.core_share) if count is None else count
    rng = np.random.default_rng([city.seed, 3])
    lon, lat = _scatter(rng, city, count, spread_m=25.0)
    return make_volunteers(lon, lat, shares or Shares(), seed=city.seed)


def aeds_of(city: City, *, per_km2: float | None = None) -> tuple[SyntheticAed, ...]:
    """AEDs at invented metro stations, two each, and others by residents: so many that there are `per_km2` in all, else
    the core's share of the 500 planned for 2025."""
    rng = np.random.default_rng([city.seed, 5])
    station_lon, station_lat = _scatter(rng, city, METRO_STATIONS, spread_m=20.0)
    aeds = []
    for index in range(METRO_AEDS):
        station = index % METRO_STATIONS
        level = ("站厅", "B1") if index < METRO_STATIONS else ("站台", "B2")
        name, place = f"模拟地铁站{station + 1}", f"{level[0]}，客服中心旁（模拟数据）"
        aeds.append((station_lon[station], station_lat[station], name, place, level[1], METRO_HOURS))
    new = round(CITY_NEW_AEDS * city.core_share)
    if per_km2 is not None:
        aeds = aeds[: round(per_km2 * city.area_km2)]
        new = max(round(per_km2 * city.area_km2) - len(aeds), 0)
    lon, lat = _scatter(rng, city, new, spread_m=20.0)
    for index in range(new):
        kind, hours = DAYTIME_HOURS[int(rng.integers(len(DAYTIME_HOURS)))]
        if rng.random() < OPEN_ALL_DAY:
            kind, hours = "社区服务站", "24/7"
        aeds.append((lon[index], lat[index], f"模拟{kind}{index + 1}", "一楼大厅入口处（模拟数据）", "1F", hours))
    return tuple(
        SyntheticAed(
            aed_id=f"sim-aed-{number:04d}",
            lon=round(float(lon), 6),
            lat=round(float(lat), 6),
            name=name,
            location_text=place,
            floor=floor,
            opening_hours=hours,
        )
        for number, (lon, lat, name, place, floor, hours) in enumerate(aeds, start=1)
    )


def aeds_geojson(aeds: tuple[SyntheticAed, ...], *, name: str = CITY_NAME) -> str:
    """A FeatureCollection that the registry imports; one feature on a line."""
    features = ",\n".join(json.dumps(_feature(aed, name), ensure_ascii=False) for aed in aeds)
    return f'{{"type": "FeatureCollection", "name": "{name} AEDs", "features": [\n{features}\n]}}\n'


def _feature(aed: SyntheticAed, source: str) -> dict[str, object]:
    return {
        "type": "Feature",
        "id": aed.aed_id,
        "geometry": {"type": "Point", "coordinates": [aed.lon, aed.lat]},
        "properties": {
            "id": aed.aed_id,
            "emergency": "defibrillator",
            "name": aed.name,
            "defibrillator:location": aed.location_text,
            "level": aed.floor,
            "indoor": "yes",
            "access": "yes",
            "opening_hours": aed.opening_hours,
            "source": source,
        },
    }


def _scatter(
    rng: np.random.Generator, city: City, count: int, *, spread_m: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """`count` positions near street nodes, drawn by residents."""
    nodes = rng.choice(len(city.lon), size=count, p=city.demand / city.demand.sum())
    x_m = city.streets.x_m[nodes] + rng.normal(0.0, spread_m, count)
    y_m = city.streets.y_m[nodes] + rng.normal(0.0, spread_m, count)
    return LocalPlane(*CENTRE).to_lonlat(x_m, y_m)
