"""Run by each side's own Python: a live picture from a file of places, and what a match in it takes, as JSON.

NETWORK PLACES.npz. It imports nothing of this folder, and modules by wherever they lived at the time.
"""

import importlib
import json
import sys
import time
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

NOW = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
BUDGET_S, SPEED_M_S = 240.0, 1.4
QUERIES, FIRST = 2_000, 50
HOURS = ("24/7", "Mo-Fr 08:00-20:00", "Mo-Su 06:00-23:00")


def _module(*names: str) -> Any:
    """The first of these modules that there is."""
    for name in names:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or not name.startswith(error.name):
                raise
    raise ModuleNotFoundError(" or ".join(names))


def main() -> None:
    models = _module("registry.models")
    matching = _module("dispatch.core.matching")
    network = _module("geo.streets.walk_network", "geo.walk_network").WalkNetwork.load(sys.argv[1])
    _module("geo.walking.walk_time", "geo.walk_time").warm_up()
    with np.load(sys.argv[2]) as file:
        places = dict(file)
    directory = _directory(models, places, network)
    walker = matching.Walker(speed_m_s=SPEED_M_S, takeout_s=20.0)
    waits_ms, found = [], []
    for number in range(FIRST + QUERIES):
        lon, lat = places["calls"][:, number % places["calls"].shape[1]].tolist()
        began = time.perf_counter()
        near = directory.nearby(lon, lat, radius_m=BUDGET_S * SPEED_M_S + 1.0, at=NOW, reachable_since=NOW)
        here = matching.Place(lon=lon, lat=lat)
        match = matching.find_candidates(network, here, near, budget_s=BUDGET_S, walker=walker)
        waits_ms.append((time.perf_counter() - began) * 1000.0)
        found.append(len(match.rescuer_id))
    p50, p99 = np.percentile(np.array(waits_ms[FIRST:]), (50, 99))
    print(json.dumps({"p50, ms": round(p50, 4), "p99, ms": round(p99, 4), "rescuers found": float(np.mean(found))}))


def _directory(models: Any, places: dict[str, Any], network: Any) -> Any:
    papers = (models.Certificate(kind="red_cross", valid_until=date(2030, 1, 1)),)
    rescuers = [
        models.Rescuer(
            rescuer_id=f"r{number:05}", certificates=papers, on_duty=True, last_seen_at=NOW,
            home_lon=home[0], home_lat=home[1],
            presence=models.Presence(lon=out[0], lat=out[1], accuracy_m=10.0, observed_at=NOW) if is_out else None,
        )
        for number, (home, out, is_out) in enumerate(
            zip(places["home"].T.tolist(), places["out"].T.tolist(), places["is_out"].tolist(), strict=True)
        )
    ]  # fmt: skip
    aeds = [
        models.Aed(aed_id=f"a{n:04}", lon=lon, lat=lat, time_zone="Asia/Shanghai", opening_hours=HOURS[n % len(HOURS)])
        for n, (lon, lat) in enumerate(places["aeds"].T.tolist())
    ]
    return _module("registry.directory").Directory(aeds, rescuers, network=network)


if __name__ == "__main__":
    main()
