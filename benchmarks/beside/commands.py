"""What commands take: start-up of the command line and of the service, and an import of a city's volunteers."""

import asyncio
import os
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.beside.checkout import Checkout
from benchmarks.beside.ground import Own, fill_by_command, import_by_command, own_files
from benchmarks.beside.rounds import Figures, Measure
from benchmarks.ground import SEED, city_ground
from benchmarks.registry import ROWS, write_list
from benchmarks.servers import BUILD_RUN, answers, free_port, service_environment
from simulators.city_files import write_city

VOLUNTEERS = 40_000
"""As many as Zhengzhou's Red Cross has."""
READY_LIMIT_S = 180.0
LOOK_S = 0.01


@asynccontextmanager
async def start_up(sides: tuple[Checkout, Checkout]) -> AsyncIterator[Measure]:
    """`--help`, `geo convert`, and `serve` on the synthetic Zhengzhou with its AEDs and some twenty thousand volunteers
    until it is ready, compiled code at hand."""
    files = write_city(BUILD_RUN.parent, seed=SEED)
    owns: dict[str, tuple[Own, str]] = {}
    for side in sides:
        own = own_files(side, BUILD_RUN)
        url = f"sqlite+aiosqlite:///{own.folder / 'start.sqlite3'}"
        fill_by_command(own, url, aeds=files.aeds, rescuers=files.rescuers)
        owns[side.name] = own, url

    async def measure(side: Checkout) -> Figures:
        return await asyncio.to_thread(_start, *owns[side.name])

    yield measure


def _start(own: Own, url: str) -> Figures:
    told: Figures = {}
    convert = ("geo", "convert", "--point", "113.65,34.75", "--from", "gcj02", "--to", "wgs84")
    for what, arguments in (("--help", ("--help",)), ("geo convert", convert)):
        took = own.side.run(*arguments)
        told |= {f"{what}, processor s": took.processor_s, f"{what}, s": took.wall_s}
    return told | _serve(own, url)


def _serve(own: Own, url: str) -> Figures:
    port = free_port()
    environment = {**service_environment(url, own.network), "RESCUE_PORT": str(port)}
    with (own.folder / "service-start.log").open("wb") as output:
        began = time.perf_counter()
        child = subprocess.Popen(  # noqa: S603 - our own program
            [own.side.program, "serve"], env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            cwd=own.folder, start_new_session=True,
        )  # fmt: skip
        try:
            while not answers(f"http://127.0.0.1:{port}/readyz"):
                assert child.poll() is None, f"{own.side.name}: serve ended with {child.returncode}"
                assert time.perf_counter() - began < READY_LIMIT_S, f"{own.side.name}: serve was not ready"
                time.sleep(LOOK_S)
            ready_s = time.perf_counter() - began
        finally:
            if child.poll() is None:
                child.terminate()
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
    return {
        "serve until ready, s": ready_s,
        "serve until ready and to its end, processor s": usage.ru_utime + usage.ru_stime,
    }


@asynccontextmanager
async def imports(sides: tuple[Checkout, Checkout]) -> AsyncIterator[Measure]:
    """Import of 40,000 volunteers into a fresh SQLite file, and the same list once more."""
    ground = city_ground(BUILD_RUN.parent, phones=VOLUNTEERS, calls=10)
    owns = {side.name: own_files(side, BUILD_RUN) for side in sides}

    def import_both(own: Own) -> Figures:
        file = own.folder / "import.sqlite3"
        for left in own.folder.glob(f"{file.name}*"):
            left.unlink()
        url = f"sqlite+aiosqlite:///{file}"
        own.side.run("registry", "migrate", "--database", url)
        first, again = (import_by_command(own, url, ground.rescuers, "rescuers", "--datum", "wgs84") for _ in range(2))
        return {"40,000 volunteers, s": first, "the same list again, s": again}

    async def measure(side: Checkout) -> Figures:
        return await asyncio.to_thread(import_both, owns[side.name])

    yield measure


@asynccontextmanager
async def aed_lists(sides: tuple[Checkout, Checkout]) -> AsyncIterator[Measure]:
    """Import of a list of 17,000 AEDs with hours into a fresh SQLite file, the same again, and of a tenth of it: what
    memory grows by is what its rows take."""
    files = {rows: write_list(BUILD_RUN, rows=rows).resolve() for rows in (ROWS, ROWS // 10)}

    async def measure(side: Checkout) -> Figures:
        folder = (BUILD_RUN / side.root.name).resolve()
        folder.mkdir(exist_ok=True)
        return await asyncio.to_thread(_import_lists, side, folder, files)

    yield measure


def _import_lists(side: Checkout, folder: Path, files: dict[int, Path]) -> Figures:
    told: Figures = {}
    for rows, path in files.items():
        database = folder / f"aeds-{rows}.sqlite3"
        for left in folder.glob(f"{database.name}*"):
            left.unlink()
        url = f"sqlite+aiosqlite:///{database}"
        side.run("registry", "migrate", "--database", url)
        options = ("--kind", "aeds", "--datum", "gcj02", "--source", "city", "--database", url)
        for what in ("", " again"):
            took = side.run("registry", "import", str(path), *options)
            told[f"{rows:,} AEDs{what}, processor s"] = took.processor_s
            told[f"{rows:,} AEDs{what}, peak MB"] = took.peak_memory_mb
    return told
