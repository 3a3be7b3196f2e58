"""`python -m benchmarks --beside COMMIT`: which parts there are, and one run of those that are wanted."""

from functools import partial

from benchmarks.beside.calls import load, webhook_to_alert
from benchmarks.beside.checkout import of_commit, today
from benchmarks.beside.commands import aed_lists, imports, start_up
from benchmarks.beside.matching import matches
from benchmarks.beside.pages import pages
from benchmarks.beside.rounds import Part, Result, in_rounds

PARTS = ("sqlite", "postgis", "load", "matching", "import", "registry", "start-up", "pages")


async def compare(commit: str, chosen: tuple[str, ...], *, rounds: int, calls: int, seconds: float) -> list[Result]:
    """Measure and print what is wanted, or all of it.

    Raises:
        UnknownCommit, SetUpFailed
    """
    sides = today(), of_commit(commit)
    parts = {
        "sqlite": Part(
            name="webhook to alert, SQLite", prepared=partial(webhook_to_alert, sides, "SQLite", calls=calls)
        ),
        "postgis": Part(
            name="webhook to alert, PostGIS", prepared=partial(webhook_to_alert, sides, "PostGIS", calls=calls)
        ),
        "load": Part(name=f"load of {seconds:g} s", prepared=partial(load, sides, seconds=seconds)),
        "matching": Part(name="match", prepared=partial(matches, sides)),
        "import": Part(name="import", prepared=partial(imports, sides)),
        "registry": Part(name="list of AEDs", prepared=partial(aed_lists, sides)),
        "start-up": Part(name="start-up", prepared=partial(start_up, sides)),
        "pages": Part(name="pages", prepared=partial(pages, sides)),
    }
    results: list[Result] = []
    for name in chosen or PARTS:
        results += await in_rounds(parts[name], sides, rounds=rounds)
    return results
