"""`make bench`: every comparison in one run, printed and written to build/bench.json. With `--beside COMMIT` this code
beside another commit's, written to build/beside.json."""

import argparse
import asyncio
import json
import os
import platform
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.beside.checkout import SetUpFailed, UnknownCommit
from benchmarks.beside.run import PARTS as BESIDE_PARTS
from benchmarks.beside.run import compare
from benchmarks.ground import Ground, city_ground, crowded_ground, fill
from benchmarks.latency import Side, in_turns, percentile, save_frame
from benchmarks.load import CALLS_PER_S, POSITIONS_PER_S, run_load
from benchmarks.matching import measure
from benchmarks.servers import BUILD_RUN, durable_cluster, module, new_database, redis, service
from simulators.runner import allow_many_sockets
from tests.support.postgres import Cluster

BUILD = Path("build")
FOLDER = BUILD / "bench"
PHONES, ALERTS = 1_000, 20
LOAD_PHONES = 5_000
PARTS = ("sqlite", "postgis", "load", "matching")

Result = dict[str, object]


def main() -> None:
    """Run everything, or a part of it, for as long as asked."""
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("--rounds", type=int, default=10, help="turns of each side")
    options.add_argument("--calls", type=int, default=40, help="calls in a turn")
    options.add_argument("--seconds", type=float, default=float(os.environ.get("BENCH_SECONDS", "300")), help="of load")
    options.add_argument("--only", choices=sorted({*PARTS, *BESIDE_PARTS}), action="append")
    options.add_argument("--beside", metavar="COMMIT", help="compare with this commit, which is set up below build/")
    chosen = options.parse_args()
    unknown = set(chosen.only or ()) - set(BESIDE_PARTS if chosen.beside else PARTS)
    if unknown:
        options.error(
            f"--only {' '.join(sorted(unknown))}: {'not beside a commit' if chosen.beside else 'needs --beside'}"
        )
    allow_many_sockets()
    shutil.rmtree(BUILD_RUN, ignore_errors=True)
    BUILD_RUN.mkdir(parents=True)
    if chosen.beside:
        _beside(options, chosen)
        return
    _write(asyncio.run(_run(chosen)), BUILD / "bench.json")


def _beside(options: argparse.ArgumentParser, chosen: argparse.Namespace) -> None:
    told = {"rounds": chosen.rounds, "calls": chosen.calls, "seconds": chosen.seconds}
    try:
        results = asyncio.run(compare(chosen.beside, tuple(chosen.only or ()), **told))
    except (UnknownCommit, SetUpFailed) as error:
        options.error(str(error))
    _write(results, BUILD / "beside.json")


def _write(results: Sequence[Result], path: Path) -> None:
    path.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}; written to {path}")


async def _run(chosen: argparse.Namespace) -> list[Result]:
    parts = chosen.only or PARTS
    crowded = crowded_ground(FOLDER, phones=PHONES, calls=200)
    results: list[Result] = []
    if "sqlite" in parts:
        url = f"sqlite+aiosqlite:///{FOLDER / 'run'}"
        results += await _latency("SQLite", (f"{url}/ours.sqlite3", f"{url}/floor.sqlite3"), None, crowded, chosen)
    if "postgis" in parts:
        with durable_cluster() as cluster:
            if cluster is None:
                print("PostGIS is not installed: left out")
            else:
                results += await _on_postgis(cluster, crowded, chosen)
    if "load" in parts:
        results += await _load(chosen.seconds)
    if "matching" in parts:
        results += await asyncio.to_thread(_matching)
    return results


def _matching() -> list[Result]:
    """What a call's match and the live picture's index cost by themselves, and beside what people pick today."""
    ground = city_ground(FOLDER, phones=LOAD_PHONES, calls=1_000)
    with redis(BUILD_RUN / "redis-points.log") as redis_url, durable_cluster() as cluster:
        return list(measure(ground, redis_url, new_database(cluster) if cluster else None))


async def _on_postgis(cluster: Cluster, ground: Ground, chosen: argparse.Namespace) -> list[Result]:
    ours, floor, peer = (new_database(cluster) for _ in range(3))
    homes = BUILD_RUN / "homes.json"
    homes.write_text(json.dumps(ground.homes), encoding="utf-8")
    with redis(BUILD_RUN / "redis.log") as redis_url:
        if redis_url is None:
            print("redis-server is not installed: its comparison is left out")
            return await _latency("PostGIS", (ours, floor), None, ground, chosen)
        told = {"database_url": peer, "redis_url": redis_url, "homes": str(homes), "alerts": str(ALERTS)}
        return await _latency("PostGIS", (ours, floor), told, ground, chosen)


async def _latency(
    database: str, urls: tuple[str, str], peer: dict[str, str] | None, ground: Ground, chosen: argparse.Namespace
) -> list[Result]:
    """Ours against the floor, and the peer where there is one; `urls`: databases of ours and of the floor."""
    ours_url, floor_url = urls
    await fill(ours_url, ground)
    names, log = list(ground.homes), BUILD_RUN
    with ExitStack() as stack:
        server = stack.enter_context(
            service(ours_url, ground.network, log / f"service-{database}.log", RESCUE_POLICY_ALERTS=str(ALERTS))
        )
        ours = Side("Rescue Circle", server, ALERTS, closes=True)
        await ours.gather(names)
        await ours.call(f"{database}-first", ground.calls[0], counted=False)
        save_frame(ours.frames, log / "frame.json")
        told = {"database_url": floor_url, "frame": str(log / "frame.json"), "alerts": str(ALERTS)}
        server = stack.enter_context(module("floor", log / f"floor-{database}.log", **told))
        sides = [ours, Side("the floor", server, ALERTS, closes=False)]
        if peer is not None:
            server = stack.enter_context(module("peer", log / "peer.log", **peer))
            sides.append(Side("PostGIS KNN + Redis pub/sub + FastAPI", server, ALERTS, closes=False))
        for side in sides[1:]:
            await side.gather(names)
        await in_turns(sides, ground, rounds=chosen.rounds, calls=chosen.calls, prefix=database)
        for side in sides:
            await side.leave()
    what = f"webhook sent to alert on the socket, {PHONES:,} phones, {ALERTS} alerted a call, {database}"
    results = []
    for other in sides[1:]:
        for percent in (50, 99):
            pair = percentile(ours.waits_ms, percent), percentile(other.waits_ms, percent)
            results.append(_told(f"{what}, p{percent}", *pair, other.name, "ms"))
    floor = sides[1]
    results.append(
        _told(
            f"an idle phone's memory, {PHONES:,} connected, {database}", ours.idle_kb, floor.idle_kb, floor.name, "KB"
        )
    )
    missing = {side.name: side.missing for side in sides if side.missing}
    print(f"  {len(ours.waits_ms):,} alerts each; not rung within 10 s: {missing or 'none'}")
    return results


async def _load(seconds: float) -> list[Result]:
    ground = city_ground(FOLDER, phones=LOAD_PHONES, calls=1_000)
    url = f"sqlite+aiosqlite:///{FOLDER / 'run'}/load.sqlite3"
    await fill(url, ground)
    with service(url, ground.network, BUILD_RUN / "service-load.log") as server:
        told = await run_load(server, ground, seconds=seconds, plot=BUILD / "bench-memory.png")
    (BUILD / "bench-load.json").write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    for name, value in told.items():
        print(f"  {name}: {value}")
    what = f"{LOAD_PHONES:,} phones, {POSITIONS_PER_S} positions/s, {CALLS_PER_S} calls/s, {seconds:g} s, SQLite"
    memory = told["memory_mb"]
    return [
        _told(f"{what}: webhook sent to alert, p99 to p50", told["p99_ms"], told["p50_ms"], "its own p50", "ms"),
        _told(f"{what}: alerts rung of those sent", told["alerts_sent"] - told["alerts_lost"], told["alerts_sent"],
              "alerts in its journal", "alerts"),
        _told(f"{what}: memory, second half to first", memory["mean of the second half"],
              memory["mean of the first half"], "its own first half", "MB"),
    ]  # fmt: skip


def _told(name: str, ours: float, peer: float, peer_name: str, unit: str) -> Result:
    ratio = round(ours / peer, 2) if peer else None
    print(f"{name}: {ours:g} {unit}, {peer_name} {peer:g} {unit}: {ratio}x")
    return {"name": name, "ours": ours, "peer_name": peer_name, "peer": peer, "ratio": ratio, "unit": unit}


if __name__ == "__main__":
    main()
