"""`rescue-circle callbacks`: what 120 could not be told, and telling it again. Beside a running service, or without."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dispatch.callbacks.outbox import (
    DEAD,
    DELIVERED,
    PENDING,
    CallbackDelivered,
    Outbox,
    StoredCallback,
    UnknownCallback,
)
from dispatch.contracts.callback import CallbackView
from registry.storage.database import BadDatabaseUrl, Database, DatabaseUnreachable
from registry.storage.migrating import migrate

app = typer.Typer(no_args_is_help=True, help="What 120 has been told, what not, and telling it again.")

USAGE_ERROR = 2
MOST = 1_000_000
_USER_ERRORS = (BadDatabaseUrl, DatabaseUnreachable, UnknownCallback, CallbackDelivered)
_out = Console()
_err = Console(stderr=True)
Result = TypeVar("Result")


class State(StrEnum):
    PENDING = PENDING
    DELIVERED = DELIVERED
    DEAD = DEAD


DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="Default: RESCUE_DATABASE_URL or ./rescue-circle.sqlite3"),
]


@app.callback()
def callbacks() -> None:
    """What 120 has been told, what not, and telling it again."""


@app.command("list")
def list_command(
    *,
    state: Annotated[State, typer.Option(help="dead: nobody tries any more.")] = State.DEAD,
    incident: Annotated[str | None, typer.Option(help="Only those of this incident, in their order.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="At most so many, newest first.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    database: DatabaseOption = None,
) -> None:
    """List callbacks, the dead letters unless told otherwise."""
    found = _with_outbox(database, lambda outbox: outbox.list_callbacks(state=state, incident_id=incident, limit=limit))
    if as_json:
        for callback in found:
            view = CallbackView.model_validate(callback, from_attributes=True)
            typer.echo(json.dumps(view.model_dump(mode="json"), ensure_ascii=False))
        return
    _show(found, state)


@app.command("retry")
def retry_command(
    callback_ids: Annotated[list[str] | None, typer.Argument(help="As `list` shows them.")] = None,
    *,
    every: Annotated[bool, typer.Option("--all-dead", help="Every dead letter.")] = False,
    database: DatabaseOption = None,
) -> None:
    """Send dead letters again, for another day. A running service takes them up within seconds."""
    if every == bool(callback_ids):
        raise typer.BadParameter("give the ids of callbacks, or --all-dead")

    async def work(outbox: Outbox) -> int:
        ids = callback_ids or [one.callback_id for one in await outbox.list_callbacks(state=DEAD, limit=MOST)]
        await outbox.retry_all(ids)
        return len(ids)

    count = _with_outbox(database, work)
    _out.print(f"{count} to be sent again; a service that is running takes them up within seconds.")


def _show(found: list[StoredCallback], state: State) -> None:
    if not found:
        _out.print(f"no callback is {state}")
        return
    table = Table(box=None, pad_edge=False)
    for title in ("id", "type", "integration", "written (UTC)", "attempts", "last error"):
        table.add_column(title, overflow="fold")
    for one in found:
        written = one.written_at.strftime("%Y-%m-%d %H:%M:%S")
        table.add_row(one.callback_id, one.type, one.integration, written, str(one.attempts), escape(one.last_error))
    _out.print(table)


def _with_outbox(url: str | None, work: Callable[[Outbox], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        database = Database(url)
        try:
            return await work(Outbox(database, find_target=lambda _: None, now=lambda: datetime.now(UTC)))
        finally:
            await database.close()

    try:
        migrate(url)
        return asyncio.run(run())
    except _USER_ERRORS as error:
        _err.print(f"[red]{escape(str(error))}[/red]", highlight=False, soft_wrap=True)
        raise typer.Exit(USAGE_ERROR) from error
