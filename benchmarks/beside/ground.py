"""The same city for both sides: people, AEDs and calls of today's making, in databases and networks of their own."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.beside.checkout import TREES, Checkout, plain_environment
from benchmarks.ground import SEED

_WRITE_CITY = """
import pathlib, sys
from simulators.city_files import write_city
write_city(pathlib.Path(sys.argv[1]), seed=int(sys.argv[2]))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A side's own files: its streets, in the format that it reads, and a folder for what it writes."""

    side: Checkout
    folder: Path
    network: Path


def own_files(side: Checkout, folder: Path) -> Own:
    """The synthetic Zhengzhou's streets, written by the side itself."""
    mine = (folder / side.root.name).resolve()
    mine.mkdir(parents=True, exist_ok=True)
    command = [str(side.python), "-P", "-c", _WRITE_CITY, str(mine), str(SEED)]
    subprocess.run(command, cwd=TREES, env=dict(plain_environment()), check=True, capture_output=True)  # noqa: S603
    return Own(side=side, folder=mine, network=mine / f"synthetic-zhengzhou-seed{SEED}.net")


def fill_by_command(own: Own, url: str, *, aeds: Path, rescuers: Path) -> None:
    """A registry of these files, by the side's own import."""
    own.side.run("registry", "migrate", "--database", url)
    import_by_command(own, url, aeds, "aeds", "--time-zone", "Asia/Shanghai")
    import_by_command(own, url, rescuers, "rescuers", "--datum", "wgs84")


def import_by_command(own: Own, url: str, file: Path, kind: str, *options: str) -> float:
    """Seconds that it took."""
    took = own.side.run("registry", "import", str(file.resolve()), "--kind", kind, "--database", url, *options)
    return took.wall_s
