"""How the making of a network tells how far it is."""

from collections.abc import Callable

# Told the stage and how much of it is done; the total is None where it cannot be known.
Progress = Callable[[str, int, int | None], None]


def no_progress(stage: str, done: int, total: int | None) -> None:
    """For callers that show none."""
