"""A small town for tests: a street grid in Zhengzhou, a handful of AEDs and rescuers, in files the product reads."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geo.places.projection import LocalPlane
from geo.streets.network_builder import build_network

CENTRE = (113.665, 34.757)
BLOCK_M = 60.0
SIDE = 31
EAST_STREET = "嵩山路"
EAST_STREET_M = SIDE // 2 * BLOCK_M
PLANE = LocalPlane(*CENTRE)


def place(east_m: float, north_m: float) -> tuple[float, float]:
    """Longitude and latitude so many metres from the town's centre, WGS-84."""
    lon, lat = PLANE.to_lonlat(east_m, north_m)
    return float(lon), float(lat)


@dataclass(frozen=True)
class Town:
    """Files of the town. Rescuers r00, r01, ... live ever farther east of the centre, a block apart. Only the street at
    its eastern edge has a name."""

    network: Path
    aeds: Path
    rescuers: Path


def make_town(folder: Path, *, rescuers: int = 12) -> Town:
    town = Town(network=folder / "town.net", aeds=folder / "aeds.csv", rescuers=folder / "rescuers.csv")
    _write_network(town.network)
    _write_aeds(town.aeds)
    _write_rescuers(town.rescuers, rescuers)
    return town


def _write_network(path: Path) -> None:
    offset = (np.arange(SIDE) - SIDE // 2) * BLOCK_M
    x, y = (axis.ravel() for axis in np.meshgrid(offset, offset))
    lon, lat = PLANE.to_lonlat(x, y)
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    pairs = np.concatenate(
        [
            np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], axis=1),
            np.stack([number[:-1].ravel(), number[1:].ravel()], axis=1),
        ]
    )
    is_east = (x[pairs] == EAST_STREET_M).all(axis=1)
    network, _ = build_network(
        node_lon=lon,
        node_lat=lat,
        edge_from=pairs[:, 0],
        edge_to=pairs[:, 1],
        street=np.where(is_east, 0, -1),
        street_names=(EAST_STREET,),
        name="test town",
        source="tests",
    )
    network.save(path)


def _write_aeds(path: Path) -> None:
    rows = [
        ("aed-open", *place(60, 60), "一楼大厅服务台", "1", "24/7"),
        ("aed-night", *place(0, 120), "夜间关闭", "1", "Mo-Su off"),
        ("aed-unknown", *place(60, 0), "开放时间不详", "1", ""),
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "lon", "lat", "location_text", "floor", "opening_hours"])
        writer.writerows(rows)


def _write_rescuers(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["id", "name", "phone", "certificate_kind", "valid_from", "valid_until", "on_duty", "home_lon", "home_lat"]
        )
        for number in range(count):
            home = place(BLOCK_M * (number + 1), 0)
            phone = f"+86139000000{number:02d}"
            valid = ("2025-01-01", "2030-12-31")
            writer.writerow([f"r{number:02d}", f"测试{number}", phone, "红十字救护员", *valid, "yes", *home])
