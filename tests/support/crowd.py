"""A busy quarter for tests: volunteers and AEDs all over the town's streets, and calls everywhere between them."""

import csv
import random
from dataclasses import replace
from pathlib import Path

from tests.support.town import Town, place

HALF_SIDE_M = 800.0


def crowded(town: Town, folder: Path, *, rescuers: int, aeds: int, seed: int) -> Town:
    """The town's streets with so many rescuers c000, c001, ... and AEDs, all open day and night."""
    rng = random.Random(seed)
    crowd = replace(town, aeds=folder / "crowd_aeds.csv", rescuers=folder / "crowd_rescuers.csv")
    with crowd.aeds.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "lon", "lat", "location_text", "opening_hours"])
        writer.writerows([f"aed-{number:03d}", *anywhere(rng), "大厅", "24/7"] for number in range(aeds))
    with crowd.rescuers.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["id", "name", "phone", "certificate_kind", "valid_from", "valid_until", "on_duty", "home_lon", "home_lat"]
        )
        for number in range(rescuers):
            who = [f"c{number:03d}", f"测试{number}", f"+861390000{number:04d}"]
            writer.writerow([*who, "红十字救护员", "2025-01-01", "2030-12-31", "yes", *anywhere(rng)])
    return crowd


def anywhere(rng: random.Random) -> tuple[float, float]:
    """A place in the quarter: longitude, latitude."""
    return place(rng.uniform(-HALF_SIDE_M, HALF_SIDE_M), rng.uniform(-HALF_SIDE_M, HALF_SIDE_M))
