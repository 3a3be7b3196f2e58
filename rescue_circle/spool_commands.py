"""`rescue-circle spool`: what the journal would not take after an outage, and landing or settling it. Beside a running
service, with the service's own settings."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dispatch.core.policy import Policy
from dispatch.journal.journal import Journal
from dispatch.spool.by_hand import LandedByHand, journal_instead, land_by_hand, why_in_words
from dispatch.spool.file import damaged_files, read_records
from dispatch.spool.record import without_personal_data
from dispatch.spool.set_aside import Outcome, SetAside, SetAsideRecord, Settled, UnknownRecord
from registry.storage.database import Database
from registry.storage.watched_database import DatabaseAway, is_away
from rescue_circle.calling_back import build_outbox, target_finder
from rescue_circle.settings import Settings
from rescue_circle.settings_loading import get_settings

app = typer.Typer(
    no_args_is_help=True, help="What the journal would not take after an outage: see it, land it, settle it."
)

REFUSED = 1
USAGE_ERROR = 2
LEAST_REASON = 3
_out = Console(highlight=False)
_err = Console(stderr=True, highlight=False, soft_wrap=True)
Result = TypeVar("Result")
RecordIds = Annotated[list[str] | None, typer.Argument(help="As `list` shows them.")]


@app.callback()
def spool() -> None:
    """What the journal would not take after an outage: see it, land it, settle it."""


@app.command("list")
def list_command(
    *,
    settled: Annotated[bool, typer.Option("--settled", help="Those that persons have dealt with.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, without personal data.")] = False,
) -> None:
    """List the records that were set aside, in the order in which they are to land."""
    settings = get_settings()
    aside = SetAside(settings.spool_path)
    found = aside.read_settled() if settled else aside.read()
    if as_json:
        for one in found:
            typer.echo(json.dumps(_shown(one), ensure_ascii=False))
        return
    _show_table(found, settled=settled)
    _show_spool(settings)


@app.command("show")
def show_command(
    record_id: Annotated[str, typer.Argument(help="As `list` shows it.")],
    *,
    personal: Annotated[
        bool, typer.Option("--personal", help="Also the patient's details and 120's own words.")
    ] = False,
) -> None:
    """One record whole, why it was set aside, and what the journal has in its place; personal data only if asked."""
    settings = get_settings()
    aside = SetAside(settings.spool_path)
    one = _get(aside.read() + aside.read_settled(), record_id)
    typer.echo(json.dumps(_shown(one, personal=personal), ensure_ascii=False, indent=2))
    if one.settled:
        return
    try:
        instead = _with_database(settings, lambda database: journal_instead(database, one))
    except DatabaseAway:
        _err.print("the database does not answer, so what the journal has instead is not known")
        return
    before, has = one.body["before_version"], "" if instead else " nothing"
    _out.print(f"decided on version {before} of the incident; after that the journal has:{has}")
    for entry in instead:
        _out.print(f"  {entry.seq} {entry.type}")


@app.command("land")
def land_command(
    record_ids: RecordIds = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Every record, in order.")] = False,
) -> None:
    """Try again to bring records into the journal; what lands is taken off the list, what does not stays on it."""
    if every == bool(record_ids):
        raise typer.BadParameter("give the ids of records, or --all")
    settings = get_settings()
    aside = SetAside(settings.spool_path)
    with aside.taken() as waiting:
        chosen = waiting if every else _chosen(waiting, record_ids or [])

        async def work(database: Database) -> list[LandedByHand]:
            journal = await _journal(settings, database)
            return [await land_by_hand(database, journal, aside, one) for one in chosen]

        try:
            landed = _with_database(settings, work)
        except DatabaseAway as error:
            _err.print("[red]the database does not answer: what has landed is off the list, try the rest again[/red]")
            raise typer.Exit(USAGE_ERROR) from error
    _tell(landed)
    if any(result.refusal for result in landed):
        raise typer.Exit(REFUSED)


@app.command("settle")
def settle_command(
    record_ids: RecordIds = None,
    *,
    reason: Annotated[str, typer.Option(help="Why it need not land, and who says so.", show_default=False)],
) -> None:
    """Take records off the list for good, with the reason; they are kept whole in a file beside the spool."""
    if not record_ids:
        raise typer.BadParameter("give the ids of records")
    if len(reason.strip()) < LEAST_REASON:
        raise typer.BadParameter("say why, in words that will be understood in a year")
    aside = SetAside(get_settings().spool_path)
    with aside.taken() as waiting:
        chosen = _chosen(waiting, record_ids)
        aside.settle(chosen, Settled(outcome=Outcome.SETTLED, at=datetime.now(UTC), reason=reason.strip()))
    _out.print(f"{len(chosen)} settled; kept in {escape(str(aside.settled_path))}")


def _show_table(found: list[SetAsideRecord], *, settled: bool) -> None:
    if not found:
        _out.print("nothing has been settled" if settled else "nothing is set aside")
        return
    table = Table(box=None, pad_edge=False)
    last = "became of it" if settled else "why"
    for title in ("id", "incident", "decided (service's clock)", "set aside (UTC)", "holds", last):
        table.add_column(title, overflow="fold")
    for one in found:
        when = one.set_aside_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        end = _end(one.settled) if one.settled else why_in_words(one.why)
        table.add_row(one.record_id, escape(one.incident_id), str(one.body["at"]), when, _holds(one.body), escape(end))
    _out.print(table)


def _show_spool(settings: Settings) -> None:
    waiting = len(read_records(settings.spool_path))
    if waiting:
        _out.print(f"{waiting} more wait in {escape(str(settings.spool_path))}: the service lands these by itself")
    for path in damaged_files(settings.spool_path):
        _out.print(f"{path.stat().st_size:,} bytes of a damaged part are kept in {escape(str(path))}")


def _tell(landed: list[LandedByHand]) -> None:
    for result in landed:
        record_id, incident_id = result.record.record_id, result.record.incident_id
        if result.refusal:
            _err.print(f"[red]{record_id} stays: {escape(why_in_words(result.refusal))}[/red]")
        elif result.duplicate_of:
            _out.print(
                f"{record_id} landed; its call has long been incident {escape(result.duplicate_of)}: "
                f"stand {escape(incident_id)} down"
            )
        else:
            _out.print(f"{record_id} landed")
    for incident_id in sorted({one.record.incident_id for one in landed if one.open_incident and not one.refusal}):
        _out.print(
            f"incident {escape(incident_id)} is open: the service goes on with it from its next start, or from 120's "
            "next message about it; stand it down if it is over"
        )


def _shown(one: SetAsideRecord, *, personal: bool = False) -> dict[str, Any]:
    settled = one.settled
    return {
        "id": one.record_id,
        "set_aside_at": one.set_aside_at.isoformat(),
        "why": one.why,
        "in_words": why_in_words(one.why),
        "follows": one.follows,
        **(
            {"outcome": settled.outcome, "settled_at": settled.at.isoformat(), "reason": settled.reason}
            if settled
            else {}
        ),
        "record": one.body if personal else without_personal_data(one.body),
    }


def _holds(body: dict[str, Any]) -> str:
    events = [kind for kind, _, _ in body["events"]]
    message = [f"120's {body['message']['type'] or 'message'}"] if body["message"] else []
    return ", ".join([*message, *dict.fromkeys(events)])


def _end(settled: Settled) -> str:
    when = settled.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return f"{settled.outcome} {when}" + (f": {settled.reason}" if settled.reason else "")


def _get(found: list[SetAsideRecord], record_id: str) -> SetAsideRecord:
    for one in found:
        if one.record_id == record_id:
            return one
    raise UnknownRecord(f"no record that was set aside has the id {record_id!r}: `rescue-circle spool list` shows them")


def _chosen(waiting: list[SetAsideRecord], record_ids: list[str]) -> list[SetAsideRecord]:
    """In the order of the file, whatever the order in which they were named: one may build on the other."""
    wanted = {_get(waiting, record_id).record_id for record_id in record_ids}
    return [one for one in waiting if one.record_id in wanted]


async def _journal(settings: Settings, database: Database) -> Journal:
    """As the service has it: what lands late is told to 120 as well."""
    find_target = target_finder(settings, settings.load_configured())
    return Journal(database, Policy(alerts=settings.policy_alerts), await build_outbox(database, find_target))


def _with_database(settings: Settings, work: Callable[[Database], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        database = Database(settings.database_url)
        try:
            return await work(database)
        except Exception as error:
            if is_away(error):
                raise DatabaseAway("the database does not answer") from error
            raise
        finally:
            await database.close()

    return asyncio.run(run())
