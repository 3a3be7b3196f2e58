"""Coverage of a city: 3,000 AEDs over a synthetic Zhengzhou, one hour and the 168 of a week, against the speed wanted.

.venv/bin/python -m benchmarks.coverage [--nodes 200000] [--command] [--json FILE]

With --command the whole `rescue-circle coverage --week` is run, with all its files, and its time and memory are taken.
"""

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from geo.coverage.coverage import covered_by_hour, nearest_by_hour, nearest_of, nearest_s, reach
from geo.streets.walk_network import WalkNetwork
from simulators.city import make_city
from simulators.city_files import build_city_network

AEDS = 3_000
HOURS = 168
MINUTES = 4.0
OPEN_SHARE = 0.6
ROUNDS = 5
# What the plan wants, seconds; and megabytes with a million nodes.
WANTED_S = {"one hour": 1.0, "168 hours": 10.0}
WANTED_MB = 1_000.0
# By turns: round the clock, in working hours, by day.
OPENING_HOURS = ("24/7", "Mo-Fr 08:00-18:00", "Mo-Su 09:00-21:00")


def median_s(work: Callable[[], object]) -> float:
    """The median of some runs, the first, which may compile, not counted."""
    work()
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return float(np.median(taken))


def measure(network: WalkNetwork) -> dict[str, Any]:
    """Every node is a demand point. Each figure includes the searches from all AEDs."""
    rng = np.random.default_rng(1)
    at = rng.integers(network.node_count, size=AEDS)
    aeds = network.snap(network.node_lon[at] + 1e-4, network.node_lat[at])
    points = network.snap(network.node_lon, network.node_lat)
    is_open = rng.random((AEDS, HOURS)) < OPEN_SHARE
    weight = np.ones(len(points))
    limit_s = MINUTES * 60.0

    def one_hour() -> object:
        reached = reach(network, aeds, points, limit_s=limit_s)
        return nearest_of(reached, reached.round_s, is_open[:, 0]), nearest_of(reached, reached.there_s, is_open[:, 0])

    def week() -> object:
        reached = reach(network, aeds, points, limit_s=limit_s)
        both = [
            covered_by_hour(reached, t, is_open, weight, limit_s=limit_s) for t in (reached.round_s, reached.there_s)
        ]
        return both, [block[1].shape for block in nearest_by_hour(reached, reached.there_s, is_open)]

    return {
        "nodes": network.node_count,
        "aeds": AEDS,
        "pairs": int(reach(network, aeds, points, limit_s=limit_s).source.size),
        "one hour": round(median_s(one_hour), 3),
        "168 hours": round(median_s(week), 3),
        "nearest of every node, no limit": round(median_s(lambda: nearest_s(network, aeds, points)), 3),
    }


def measure_command(path: Path) -> dict[str, Any]:
    """The whole command in a process of its own: seconds, and the most memory that it held at any time."""
    network = WalkNetwork.load(path)
    with tempfile.TemporaryDirectory() as folder:
        aeds, out = Path(folder) / "aeds.csv", Path(folder) / "out"
        write_aeds(network, aeds)
        question = ("--network", path, "--aeds", aeds, "--at", "2025-03-05T14:00+08:00", "--week", "-o", out)
        began = time.perf_counter()
        used = run_coverage(*question)
        took_s = time.perf_counter() - began
        return {
            "nodes": network.node_count,
            "aeds": AEDS,
            "the whole command, s": round(took_s, 1),
            "its processor time, s": round(used.ru_utime + used.ru_stime, 1),
            "its memory MB": round(used.ru_maxrss / 1024),
            "of it the program itself": round(run_coverage("--help").ru_maxrss / 1024),
            "its files MB": round(sum(made.stat().st_size for made in out.iterdir()) / 1e6),
        }


def run_coverage(*arguments: str | Path) -> resource.struct_rusage:
    """What `rescue-circle coverage` uses with these arguments, in a process of its own."""
    program = Path(sys.executable).with_name("rescue-circle")
    running = subprocess.Popen([program, "coverage", *arguments], stdout=subprocess.DEVNULL)  # noqa: S603 - ours
    _, status, used = os.wait4(running.pid, 0)
    if status:
        raise RuntimeError(f"the command ended with {os.waitstatus_to_exitcode(status)}")
    return used


def write_aeds(network: WalkNetwork, path: Path) -> None:
    """Beside streets all over the city, with opening hours."""
    at = np.random.default_rng(1).integers(network.node_count, size=AEDS)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("aed_id", "lon_wgs84", "lat_wgs84", "opening_hours"))
        for number, node in enumerate(at.tolist()):
            place = network.node_lon[node] + 1e-4, network.node_lat[node]
            writer.writerow((number, *place, OPENING_HOURS[number % len(OPENING_HOURS)]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=200_000)
    parser.add_argument("--command", action="store_true", help="the whole command instead of its parts")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    path = Path("build") / f"coverage-{options.nodes}.net"
    if not path.is_file():
        path.parent.mkdir(exist_ok=True)
        build_city_network(make_city(seed=1, min_nodes=options.nodes)).save(path)
        print(f"{path} is made: run again, so that making it is in no figure of memory")
        return 0
    before_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if options.command:
        found = measure_command(path)
    else:
        found = measure(WalkNetwork.load(path))
        found["memory MB"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        found["of it before the network"] = round(before_mb)
    for name, value in found.items():
        wanted = WANTED_MB if name.endswith("memory MB") else WANTED_S.get(name) if options.nodes <= 200_000 else None
        said = "" if wanted is None else f"   wanted under {wanted:g}: {'yes' if value < wanted else 'NO'}"
        print(f"{name:34} {value:>12,}{said}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
