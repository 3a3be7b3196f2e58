"""What the commands about places share: options, and who gives them."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from registry.history.log import Author
from registry.terminal.parts import who

PlaceArgument = Annotated[str, typer.Argument(metavar="PLACE", help="Its id, as lists show it")]
LimitOption = Annotated[int, typer.Option(min=1, max=1_000, help="Show so many")]
ByOption = Annotated[str | None, typer.Option("--by", help="Who decides; default whoever is logged in")]
WhyOption = Annotated[str, typer.Option("--why", help="The reason, for the history")]


def author(by: str | None, why: str) -> Author:
    """Whoever gives the command, now."""
    return Author(by=who(by), at=datetime.now(UTC), why=why)
