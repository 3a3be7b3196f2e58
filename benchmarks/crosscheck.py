"""Our walks against those of an independent engine, Valhalla, over the same OSM extract at the same speed.

Valhalla's wheel needs Python 3.12 or later and is no dependency of the project. Give it an environment of its own:

    python3.13 -m venv build/valhalla && build/valhalla/bin/pip install pyvalhalla==3.9.1
    .venv/bin/python -m benchmarks.crosscheck ../shared/data/liechtenstein/liechtenstein-2024.osm.pbf

It prints a summary and writes build/crosscheck/crosscheck.md, where each larger difference stands with its cause, and
crosscheck.json.
"""

import argparse
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from benchmarks.crosscheck_causes import Causes, Line, decode_line
from geo.places.geodesic import geodesic_m
from geo.streets.osm import build_from_osm
from geo.streets.pace import DEFAULT_WALK_SPEED_M_S, PLAIN, WALKING
from geo.streets.walk_network import EdgeFlag, Snap, Snaps, WalkNetwork
from geo.walking.walk_route import Route, find_route

SPEED_M_S = DEFAULT_WALK_SPEED_M_S
SHORTEST_S, LONGEST_S = 240.0, 600.0
TOLERANCE = 0.05
# Straight lines whose walks may fall between the shortest and the longest.
CROW_M = 150.0, 800.0
SEED = 1

Places = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One walk of both engines; None where one finds no way. Times without the way from a place to its street."""

    start: tuple[float, float]
    end: tuple[float, float]
    crow_m: float
    ours_s: float | None
    ours_m: float | None
    theirs_s: float | None
    theirs_m: float | None
    ours_line: Line | None
    theirs_line: Line | None

    @property
    def error(self) -> float:
        """Ours over theirs, less one; inf where only one finds a way."""
        if self.ours_s is None or self.theirs_s is None:
            return float("inf")
        return self.ours_s / self.theirs_s - 1.0

    @property
    def counts(self) -> bool:
        """Whether it is a walk of 4 to 10 minutes, by either engine."""
        return any(time_s is not None and SHORTEST_S <= time_s <= LONGEST_S for time_s in (self.ours_s, self.theirs_s))


def main() -> None:
    """Compare on an extract."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.crosscheck", description=__doc__)
    options.add_argument("extract", type=Path, help="an OSM extract, .osm.pbf")
    options.add_argument(
        "--engine", type=Path, default=Path("build/valhalla/bin/python"), help="Python with pyvalhalla"
    )
    options.add_argument("--pairs", type=int, default=3_000, help="walks to draw of each kind")
    options.add_argument("-o", "--output", type=Path, default=Path("build/crosscheck"), help="folder to write to")
    chosen = options.parse_args()
    if not chosen.engine.exists():
        options.error(f"there is no {chosen.engine}: make it as `{options.prog} --help` says")
    chosen.output.mkdir(parents=True, exist_ok=True)
    network, _ = build_from_osm(chosen.extract, pace=PLAIN)
    causes = Causes.read(chosen.extract)
    rng = np.random.default_rng(SEED)
    kinds = {
        "on the street": _street_places(network, causes, rng, chosen.pairs),
        "from building to building": _building_places(network, causes.buildings, rng, chosen.pairs),
    }
    text = [f"# Walks of {chosen.extract.name} against Valhalla\n", f"Streets: {network.attribution}.\n"]
    results: dict[str, dict[str, object]] = {}
    together: list[Pair] = []
    for kind, places in kinds.items():
        pairs = _compare(network, places, chosen)
        together += pairs
        results[kind] = _summary(pairs)
        print(f"{kind}: {json.dumps(results[kind])}")
        text += _chapter(kind, results[kind], pairs, causes)
    results["all"] = _summary(together)
    results["all"] |= _cost_of_ground(build_from_osm(chosen.extract, pace=WALKING)[0], together)
    print(f"all: {json.dumps(results['all'])}")
    text += ["## all\n", *(f"- {name}: {value}" for name, value in results["all"].items()), ""]
    (chosen.output / "crosscheck.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    (chosen.output / "crosscheck.md").write_text("\n".join(text), encoding="utf-8")
    print(f"written to {chosen.output}")


def _street_places(network: WalkNetwork, causes: Causes, rng: np.random.Generator, count: int) -> Places:
    """Pairs of places on public streets of the main network, as likely on each metre.

    Not on the lines that we lay across squares: the other engine has no street there to stand on.
    """
    elsewhere = EdgeFlag.PRIVATE | EdgeFlag.GATE | EdgeFlag.ISLAND
    metres = np.where(network.edge_flags & elsewhere, 0.0, network.edge_length_m).astype(np.float64)
    edges = rng.choice(metres.size, size=40 * count, p=metres / metres.sum())
    at = [_point_on(network, edge, share) for edge, share in zip(edges.tolist(), rng.random(edges.size), strict=True)]
    return _near_pairs(network, causes.on_ways(np.array(at)), count)


def _building_places(network: WalkNetwork, buildings: Places, rng: np.random.Generator, count: int) -> Places:
    chosen = buildings[rng.permutation(len(buildings))[: 12 * count]]
    near = network.snap(chosen[:, 0], chosen[:, 1], limit_m=60.0).on_network
    return _near_pairs(network, chosen[near], count)


def _near_pairs(network: WalkNetwork, places: Places, count: int) -> Places:
    """(count, 4) start and end within the wanted straight line, each place used once."""
    at = np.column_stack(network.plane.to_plane(places[:, 0], places[:, 1]))
    near = KDTree(at)
    pairs: list[tuple[float, ...]] = []
    used = np.zeros(len(places), bool)
    for first, place in enumerate(places):
        if used[first] or len(pairs) == count:
            continue
        around = np.array(sorted(near.query_ball_point(at[first], CROW_M[1])))
        second = around[(np.hypot(*(at[around] - at[first]).T) >= CROW_M[0]) & ~used[around]]
        if second.size:
            used[[first, second[0]]] = True
            pairs.append((*place, *places[second[0]]))
    return np.array(pairs)


def _point_on(network: WalkNetwork, edge: int, share: float) -> tuple[float, float]:
    rows = slice(network.shape_start[edge], network.shape_start[edge + 1])
    x, y = network.shape_x[rows].astype(np.float64), network.shape_y[rows].astype(np.float64)
    along = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))))
    lon, lat = network.plane.to_lonlat(*(np.interp([share * along[-1]], along, axis) for axis in (x, y)))
    return float(lon[0]), float(lat[0])


def _compare(network: WalkNetwork, places: Places, chosen: argparse.Namespace) -> list[Pair]:
    asked, answered = chosen.output / "pairs.json", chosen.output / "answers.json"
    asked.write_text(json.dumps({"speed_m_s": SPEED_M_S, "pairs": places.tolist()}), encoding="utf-8")
    engine = Path(__file__).with_name("crosscheck_engine.py")
    subprocess.run([chosen.engine, engine, chosen.extract, chosen.output, asked, answered], check=True)  # noqa: S603 - what the user named
    theirs = json.loads(answered.read_text(encoding="utf-8"))
    starts, ends = network.snap(places[:, 0], places[:, 1]), network.snap(places[:, 2], places[:, 3])
    pairs = [_pair(network, starts, ends, index, answer) for index, answer in enumerate(theirs)]
    return [pair for pair in pairs if pair.counts]


def _pair(network: WalkNetwork, starts: Snaps, ends: Snaps, index: int, answer: dict[str, object]) -> Pair:
    start, end = starts[index], ends[index]
    route = find_route(network, start, end, speed_m_s=SPEED_M_S) if min(start.edge, end.edge) >= 0 else None
    found = "error" not in answer
    beside_m = start.distance_m + end.distance_m
    return Pair(
        start=(start.lon, start.lat),
        end=(end.lon, end.lat),
        crow_m=float(geodesic_m(start.lon, start.lat, end.lon, end.lat)),
        ours_s=route.walk_time_s - beside_m / SPEED_M_S if route else None,
        ours_m=route.length_m - beside_m if route else None,
        theirs_s=float(str(answer["length_m"])) / SPEED_M_S if found else None,
        theirs_m=float(str(answer["length_m"])) if found else None,
        ours_line=_street_part(network, route, start, end) if route else None,
        theirs_line=decode_line(str(answer["shape"])) if found else None,
    )


def _street_part(network: WalkNetwork, route: Route, start: Snap, end: Snap) -> Line:
    ends = (_point_on(network, snap.edge, snap.fraction) for snap in (start, end))
    line = list(zip(route.lon.tolist(), route.lat.tolist(), strict=True))
    return [next(ends), *line[1:-1], next(ends)]


def _summary(pairs: list[Pair]) -> dict[str, object]:
    errors = np.array([pair.error for pair in pairs])
    finite = errors[np.isfinite(errors)]
    ratio = np.array([pair.ours_m / pair.crow_m for pair in pairs if pair.ours_m is not None])
    return {
        "walks": len(pairs),
        "within 5 %": round(float((np.abs(errors) <= TOLERANCE).mean()), 4),
        "within 1 %": round(float((np.abs(errors) <= 0.01).mean()), 4),
        "median of ours over theirs": round(float(np.median(finite)) + 1.0, 4),
        "only one finds a way": int((~np.isfinite(errors)).sum()),
        "route over straight line, median": round(float(np.median(ratio)), 3),
        "route over straight line, quartiles": np.round(np.percentile(ratio, [25, 75]), 3).tolist(),
        "route over straight line, sum over sum": round(
            sum(pair.ours_m for pair in pairs if pair.ours_m is not None)
            / sum(pair.crow_m for pair in pairs if pair.ours_m is not None),
            3,
        ),
    }


def _cost_of_ground(network: WalkNetwork, pairs: list[Pair]) -> dict[str, object]:
    """What stairs, private ground and waits add, which the comparison leaves out."""
    added = []
    for pair in pairs:
        start, end = (network.snap(*place)[0] for place in (pair.start, pair.end))
        route = find_route(network, start, end, speed_m_s=SPEED_M_S)
        if route is not None and pair.ours_s:
            added.append((route.walk_time_s - (start.distance_m + end.distance_m) / SPEED_M_S) / pair.ours_s - 1.0)
    return {
        "added by steps, private ground and waits, mean": round(float(np.mean(added)), 4),
        "walks that take 5 % longer by them": round(float((np.array(added) > TOLERANCE).mean()), 4),
    }


def _chapter(kind: str, summary: dict[str, object], pairs: list[Pair], causes: Causes) -> list[str]:
    larger = sorted((pair for pair in pairs if abs(pair.error) > TOLERANCE), key=lambda pair: -abs(pair.error))
    told = [(pair, *causes.explain(pair.ours_line, pair.theirs_line)) for pair in larger]
    counts: dict[str, int] = {}
    for _, cause, _ in told:
        counts[cause] = counts.get(cause, 0) + 1
    return [
        f"## {kind}\n",
        *(f"- {name}: {value}" for name, value in summary.items()),
        "\n| cause | walks |\n|---|---|",
        *(f"| {cause} | {count} |" for cause, count in sorted(counts.items(), key=lambda item: -item[1])),
        "\n| from | to | ours s | theirs s | difference | cause | only ours / only theirs |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {pair.start[1]:.5f},{pair.start[0]:.5f} | {pair.end[1]:.5f},{pair.end[0]:.5f} | {_s(pair.ours_s)} | "
            f"{_s(pair.theirs_s)} | {pair.error:+.0%} | {cause} | {evidence} |"
            for pair, cause, evidence in told
        ),
        "",
    ]


def _s(time_s: float | None) -> str:
    return "no way" if time_s is None else f"{time_s:.0f}"


if __name__ == "__main__":
    main()
