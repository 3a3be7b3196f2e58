"""`python -m benchmarks.siting`: choosing sites, against spopt on the same problem where its Python is named.

spopt is no dependency: `python -m venv OTHER && OTHER/bin/pip install spopt`, then `--peer-python OTHER/bin/python`.
"""

import argparse
import json
import resource
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geo.siting.choose import Sites, choose_sites

Result = dict[str, object]
PEER = Path(__file__).with_name("siting_peer.py")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """A synthetic city: homes and candidates, most of both around sixty centres; `share` of its ground is in reach."""

    homes: NDArray[np.float64]
    places: NDArray[np.float64]
    weight: NDArray[np.float64]
    radius: float
    count: int

    @property
    def covers(self) -> scipy.sparse.csr_array:
        near = cKDTree(self.homes).query_ball_point(self.places, self.radius)
        first = np.cumsum([0, *(len(some) for some in near)])
        points = np.array([one for some in near for one in some], np.int64)
        return scipy.sparse.csr_array(
            (np.ones(points.size, np.int8), points, first), (len(self.places), len(self.homes))
        )


def problem(homes: int, places: int, count: int, *, share: float = 0.5, clustered: bool = True) -> Problem:
    """Homes weigh 1 to 100; `share`: area of `count` circles over the city's."""
    rng = np.random.default_rng(20_251)
    centres = rng.random((60, 2))

    def scattered(many: int) -> NDArray[np.float64]:
        anywhere = rng.random((many, 2))
        around = centres[rng.integers(0, 60, many)] + rng.normal(0.0, 0.06, (many, 2))
        return np.where((rng.random(many) < 0.7)[:, None], around, anywhere) if clustered else anywhere

    return Problem(
        homes=scattered(homes),
        places=scattered(places),
        weight=rng.integers(1, 101, homes).astype(np.float64),
        radius=float(np.sqrt(share / count / np.pi)),
        count=count,
    )


def main() -> None:
    """Run, print, and write the list if asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.siting", description=__doc__)
    parser.add_argument("--peer-python", type=Path, help="a Python that has spopt")
    parser.add_argument("--peer-limit-s", type=float, default=300.0, help="seconds for spopt's solver")
    parser.add_argument("--without-large", action="store_true", help="only 5,000 x 2,000 x 50")
    parser.add_argument("--json", type=Path, help="append the comparisons to this list")
    chosen = parser.parse_args()
    # The compiler's seconds are no part of anybody's search.
    choose_sites(scipy.sparse.eye_array(12), np.ones(12), 3, time_limit_s=5.0)
    results: list[Result] = []
    for clustered in (False, True):
        small = problem(5_000, 2_000, 50, clustered=clustered)
        name = f"5,000 x 2,000 x 50, {'clustered' if clustered else 'even'}"
        ours = _told(name, choose_sites(small.covers, small.weight, 50, time_limit_s=10.0))
        if chosen.peer_python is not None:
            results += _compared(name, small, ours, chosen.peer_python, chosen.peer_limit_s)
    for clustered in () if chosen.without_large else (False, True):
        large = problem(50_000, 20_000, 500, clustered=clustered)
        name = f"50,000 x 20,000 x 500, {'clustered' if clustered else 'even'}"
        _told(name, choose_sites(large.covers, large.weight, 500, time_limit_s=60.0))
    if chosen.json is not None:
        earlier = json.loads(chosen.json.read_text(encoding="utf-8")) if chosen.json.is_file() else []
        chosen.json.write_text(json.dumps(earlier + results, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _told(name: str, found: Sites) -> Sites:
    most_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{name}: {found.covered_weight:,.0f} covered, no choice covers more than {found.upper_bound:,.0f}: "
        f"gap {found.gap:.3%} in {found.seconds:.1f} s, {most_mb:,.0f} MB",
        flush=True,
    )
    return found


def _compared(name: str, small: Problem, ours: Sites, python: Path, limit_s: float) -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "problem.npz"
        away = small.homes[:, None, :] - small.places[None, :, :]
        np.savez(
            given,
            cost=np.hypot(away[..., 0], away[..., 1]),
            weight=small.weight,
            radius=small.radius,
            count=small.count,
            limit_s=limit_s,
        )
        done = subprocess.run(  # noqa: S603 - the user names it
            [python, PEER, given], stdout=subprocess.PIPE, text=True, check=True
        )
    peer = json.loads(done.stdout.splitlines()[-1])
    found = f"{peer['covered']:,.0f} covered" if peer["covered"] else "nothing found in time"
    print(
        f"  spopt {peer['version']} with {peer['solver']}: {found}, model {peer['model_s']:.1f} s, "
        f"all {peer['seconds']:.1f} s"
    )
    return [
        _result(f"siting {name}, seconds", ours.seconds, peer["seconds"], "spopt", "s"),
        _result(f"siting {name}, covered", ours.covered_weight, peer["covered"], "spopt", "weight"),
    ]


def _result(name: str, ours: float, peer: float, peer_name: str, unit: str) -> Result:
    ratio = round(ours / peer, 4) if peer else None
    print(f"  {name}: {ours:,.1f} {unit}, {peer_name} {peer:,.1f} {unit}: {ratio}x", flush=True)
    return {"name": name, "ours": ours, "peer_name": peer_name, "peer": peer, "ratio": ratio, "unit": unit}


if __name__ == "__main__":
    main()
