"""Where something could be put: places given in a file, or spread over the streets and where people are."""

from dataclasses import dataclass
from itertools import compress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.coverage.coverage import nearest_straight_s
from geo.places.antimeridian import middle_lon
from geo.places.datum import Datum
from geo.places.geodesic import geodesic_m
from geo.places.projection import LocalPlane
from geo.streets.pace import DETOUR_FACTOR
from geo.streets.street_pieces import street_pieces
from geo.streets.walk_network import Snaps, WalkNetwork
from planner.demand import PlacedDemand
from planner.layers import LayerOptions, UnusableLayer
from planner.plan_model import Bilingual
from planner.point_files import PointTable, UnusablePoints, read_points
from registry.importers.columns import take

MAX_PLACES = 30_000
_IDS = (
    *("id", "candidate_id", "site_id", "ref", "code", "@id", "osm_id", "objectid", "fid", "gid"),
    *("编号", "候选点编号", "代码", "序号"),
)
_NAMES = (
    *("name", "site", "title", "place", "venue", "address"),
    *("名称", "候选点", "场所名称", "场所", "点位", "地点", "单位名称", "位置", "地址"),
)
_STATION_NAMES = ("name", "station", "title", "名称", "站名", "实践站")
# Closer together than this makes no difference to a walk of some minutes.
_FINEST_M = 25.0
_FARTHEST_STATION_M = 100_000.0


class UnusablePlaces(ValueError):
    """There is nowhere to put anything; the message says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places:
    """(n,) candidate places, degrees; snaps: on the streets, None where there are none.

    ref, name: what the file calls each of them, "" where it says nothing; empty tuples where there is no file.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    snaps: Snaps | None
    notes: tuple[Bilingual, ...]
    ref: tuple[str, ...] = ()
    name: tuple[str, ...] = ()

    def __len__(self) -> int:
        return self.lon.size


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stations:
    """Where rescuers are trained: names and (n,) degrees."""

    name: tuple[str, ...]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    notes: tuple[Bilingual, ...] = ()

    def nearest(self, lon: float, lat: float) -> tuple[str, float]:
        """Name and straight distance in metres of the nearest one."""
        metres = geodesic_m(lon, lat, self.lon, self.lat)
        at = int(np.argmin(metres))
        return self.name[at], float(metres[at])


def read_places(
    path: Path, network: WalkNetwork | None, *, datum: Datum | None, encoding: str, layer: str | None = None
) -> Places:
    """The places of a file: a CSV with coordinates, or a layer of points; whatever else it tells of them.

    Raises:
        UnusablePlaces: it has no coordinates, or all lie off the streets.
        ImportRefused: it cannot be read.
    """
    found = _read(path, LayerOptions(option="--candidate", layer=layer, datum=datum, encoding=encoding))
    places = Places(
        lon=found.lon,
        lat=found.lat,
        snaps=None,
        notes=found.notes,
        ref=tuple(take(cells, _IDS) for cells in found.cells),
        name=tuple(take(cells, _NAMES) for cells in found.cells),
    )
    return places if network is None else _on_streets(places, network, path)


def _on_streets(places: Places, network: WalkNetwork, path: Path) -> Places:
    snaps = network.snap(places.lon, places.lat)
    on = snaps.on_network
    if not on.any():
        raise UnusablePlaces(
            f"none of the {on.size} candidates of {path.name} lies on the streets of {network.name}: is the network of "
            "another city, or the datum another?"
        )
    off = int((~on).sum())
    said = Bilingual(
        en=f"{off} candidates lie farther than {network.snap_limit_m:g} m from any street and cannot be chosen",
        zh=f"{off} 个候选点距任何街道超过 {network.snap_limit_m:g} 米，不可选",
    )
    return Places(
        lon=places.lon[on],
        lat=places.lat[on],
        snaps=snaps.take(on),
        notes=(*places.notes, said) if off else places.notes,
        ref=tuple(compress(places.ref, on)),
        name=tuple(compress(places.name, on)),
    )


def _read(path: Path, options: LayerOptions) -> PointTable:
    try:
        return read_points(path, options)
    except (UnusableLayer, UnusablePoints) as error:
        raise UnusablePlaces(str(error)) from error


def spread_places(placed: PlacedDemand, network: WalkNetwork | None, *, spacing_m: float = _FINEST_M) -> Places:
    """Places along public streets, or at the demand points where there are no streets: no two in one square.

    spacing_m: side of the squares; it grows until `MAX_PLACES` at most are left.
    """
    demand = placed.demand
    snaps = None if network is None else street_pieces(network).middle
    lon, lat = (demand.lon, demand.lat) if snaps is None else (snaps.lon, snaps.lat)
    plane = LocalPlane(middle_lon(lon), float(np.median(lat)))
    x, y = plane.to_plane(lon, lat)
    while True:
        cells = np.floor(np.column_stack((x, y)) / spacing_m).astype(np.int64)
        kept = np.sort(np.unique(cells, axis=0, return_index=True)[1])
        if kept.size <= MAX_PLACES:
            break
        spacing_m *= 1.1
    over = ("along the streets", "沿街道") if snaps is not None else ("at the demand points", "在需求点上")
    note = Bilingual(
        en=f"candidates: {kept.size:,} places {over[0]}, at most one in a square of {spacing_m:.0f} m; nobody has "
        "looked whether an AED may hang there (assumption)",
        zh=f"候选点：{over[1]}共 {kept.size:,} 处，每 {spacing_m:.0f} 米见方至多一处；未核实能否安装（假设）",
    )
    return Places(lon=lon[kept], lat=lat[kept], snaps=None if snaps is None else snaps.take(kept), notes=(note,))


def read_stations(
    path: Path, *, datum: Datum | None, encoding: str, near: PlacedDemand, layer: str | None = None
) -> Stations:
    """Practice stations of a CSV or a layer of points, with their names.

    Raises:
        UnusablePlaces: no coordinates, or all of another city.
        ImportRefused: it cannot be read.
    """
    found = _read(path, LayerOptions(option="--station", layer=layer, datum=datum, encoding=encoding))
    metres = nearest_straight_s(near.demand.lon, near.demand.lat, found.lon, found.lat, speed_m_s=DETOUR_FACTOR)
    if float(metres.min()) > _FARTHEST_STATION_M:
        raise UnusablePlaces(f"the stations of {path.name} lie far from all demand: are they of another city?")
    names = [
        take(cells, _STATION_NAMES) or f"{lon:.5f},{lat:.5f}"
        for cells, lon, lat in zip(found.cells, found.lon.tolist(), found.lat.tolist(), strict=True)
    ]
    return Stations(name=tuple(names), lon=found.lon, lat=found.lat, notes=found.notes)
