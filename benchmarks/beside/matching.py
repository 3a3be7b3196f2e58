"""One call's match, computed by each side's own code in a process of its own."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np

from benchmarks.beside.checkout import TREES, Checkout, plain_environment
from benchmarks.beside.ground import Own, own_files
from benchmarks.beside.rounds import Figures, Measure
from benchmarks.ground import city_ground
from benchmarks.servers import BUILD_RUN

PEOPLE, AEDS = 40_000, 3_000
_SCRIPT = Path(__file__).with_name("match_side.py").resolve()


@asynccontextmanager
async def matches(sides: tuple[Checkout, Checkout]) -> AsyncIterator[Measure]:
    """p50 and p99 of a match among 40,000 rescuers with homes, nine in ten of them out, and 3,000 AEDs."""
    ground = city_ground(BUILD_RUN.parent, phones=PEOPLE, calls=1_000, aeds=AEDS)
    places = (BUILD_RUN / "match.npz").resolve()
    rng = np.random.default_rng([1, 23])
    home = np.array(list(ground.homes.values())).T
    aeds = json.loads(ground.aeds.read_text(encoding="utf-8"))["features"]
    np.savez(
        places,
        home=home,
        out=home + rng.normal(0.0, 300.0, home.shape) / 111_320.0,
        is_out=rng.random(home.shape[1]) < 0.9,
        aeds=np.array([one["geometry"]["coordinates"] for one in aeds]).T,
        calls=np.array(ground.calls).T,
    )
    owns = {side.name: own_files(side, BUILD_RUN) for side in sides}

    async def measure(side: Checkout) -> Figures:
        return await asyncio.to_thread(_match, owns[side.name], places)

    yield measure


def _match(own: Own, places: Path) -> Figures:
    done = subprocess.run(  # noqa: S603 - our own script
        [own.side.python, "-P", _SCRIPT, str(own.network), str(places)],
        cwd=TREES, env=dict(plain_environment()), capture_output=True, text=True, check=True,
    )  # fmt: skip
    figures: Figures = json.loads(done.stdout)
    return figures
