"""Variables of the environment that look like settings of the service and are none: most likely misspelt."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

PREFIX = "RESCUE_"
OTHERS = frozenset(
    {
        *("RESCUE_URL", "RESCUE_SERVICE", "RESCUE_SIMULATOR_TOKEN", "RESCUE_DATA", "RESCUE_DATABASE_PASSWORD"),
        "RESCUE_PEOPLE_SECRET",
    }
)
"""Of the documents' examples, the pages' development, the simulators, the tests, docker-compose.yml and imports of
people."""


def find_misspelt(environment: Mapping[str, str], known: Iterable[str]) -> list[str]:
    """A sentence for each variable that has a value and is no setting, with the setting that it is nearest to."""
    settings = sorted(known)
    names = sorted(name for name, value in environment.items() if value and name.upper().startswith(PREFIX))
    return [_told(name, settings) for name in names if name.upper() not in OTHERS and name.upper() not in settings]


def _told(name: str, settings: list[str]) -> str:
    near = get_close_matches(
        name.upper().removeprefix(PREFIX), [one.removeprefix(PREFIX) for one in settings], n=1, cutoff=0.7
    )
    meant = f"did you mean {PREFIX}{near[0]}?" if near else "`rescue-circle settings` shows them all"
    return f"{name} is no setting: {meant}"
