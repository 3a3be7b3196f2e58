"""How long an export of 10,000 AEDs takes in each format: `python -m benchmarks.exports`.

The seconds are those of this process's own work: beside other work on the machine the wall's clock says more.
"""

import random
import tempfile
import time
from pathlib import Path

from registry.exporters.columns import ExportedAed
from registry.exporters.formats import Format, ending_of, write_export
from registry.models import Aed

ROWS = 10_000
ROUNDS = 5
LIMIT_S = 2.0
"""What an export of so many may take."""


def made_up(rows: int = ROWS, seed: int = 16) -> list[ExportedAed]:
    """AEDs over Zhengzhou with words, floors and hours as lists have them; the same seed makes the same."""
    draw = random.Random(seed)
    return [
        ExportedAed(
            aed=Aed(
                aed_id=f"aed-{number:016x}",
                lon=draw.uniform(113.45, 113.85),
                lat=draw.uniform(34.65, 34.85),
                time_zone="Asia/Shanghai",
                name=f"花园路第{number}中学",
                location_text=f"一楼大厅服务台旁; 郑州市花园路{draw.randrange(1, 900)}号",
                floor=f"{draw.randrange(1, 6)}楼",
                indoor=draw.choice((True, False, None)),
                access=draw.choice(("yes", "customers", "")),
                opening_hours=draw.choice(("24/7", "Mo-Fr 08:00-17:00", "Mo-Sa 09:00-21:00; Su 10:00-18:00", "")),
                hours_as_written=draw.choice(("全天", "周一至周五 8:00-17:00", "")),
                source="city-health",
                source_ref=f"ZZ-{number:05}",
            ),
            said={},
        )
        for number in range(rows)
    ]


def measure(rows: list[ExportedAed], chosen: Format, folder: Path) -> float:
    """The least of some rounds, in seconds of this process."""
    seconds = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        write_export(folder / f"aeds{ending_of(chosen)}", rows, chosen)
        seconds.append(time.process_time() - begun)
    return min(seconds)


def main() -> None:
    """Print a line for each format."""
    rows = made_up()
    with tempfile.TemporaryDirectory() as folder:
        for chosen in Format:
            took_s = measure(rows, chosen, Path(folder))
            print(f"{chosen:<12} {took_s:5.2f} s of at most {LIMIT_S:.0f}")


if __name__ == "__main__":
    main()
