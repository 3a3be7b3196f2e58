"""`rescue-circle retention`: erase personal data whose time is over. Beside a running service, or without."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console

from dispatch.retention.retention import Erased, Retention, RetentionRules
from registry.storage.database import Database
from registry.storage.migrating import migrate

app = typer.Typer(no_args_is_help=True, help="Erase personal data whose time is over.")
_out = Console()

DETAILS_DAYS = 30.0
"""Until complaints and the review of a rescue are over (assumption; survival is reported at 30 days, Utstein)."""

MESSAGES_DAYS = 7.0
"""While somebody may still ask what exactly 120 sent (assumption)."""

POSITIONS_DAYS = 1.0
"""A position counts for minutes only; the rest is for a phone that comes back (assumption)."""

IMPORTS_DAYS = 30.0
"""Until the next of a monthly list has come, which shows that the one before was wrong (assumption)."""

PEOPLE_IMPORTS_DAYS = 7.0
"""Phones, homes and certificates of before: while somebody may still notice that it was the wrong list (assumption)."""


def rules_of(
    *,
    details_days: float,
    messages_days: float,
    positions_days: float,
    imports_days: float,
    people_imports_days: float,
) -> RetentionRules:
    return RetentionRules(
        details=timedelta(days=details_days),
        messages=timedelta(days=messages_days),
        positions=timedelta(days=positions_days),
        imports=timedelta(days=imports_days),
        people_imports=timedelta(days=people_imports_days),
    )


@app.callback()
def retention() -> None:
    """Erase personal data whose time is over."""


@app.command()
def run(
    *,
    details_days: Annotated[
        float,
        typer.Option(min=0, envvar="RESCUE_RETENTION_DETAILS_DAYS", help="Patients' places, after the incident's end"),
    ] = DETAILS_DAYS,
    messages_days: Annotated[
        float,
        typer.Option(min=0, envvar="RESCUE_RETENTION_MESSAGES_DAYS", help="120's messages, after the incident's end"),
    ] = MESSAGES_DAYS,
    positions_days: Annotated[
        float, typer.Option(min=0, envvar="RESCUE_RETENTION_POSITIONS_DAYS", help="Volunteers' last positions")
    ] = POSITIONS_DAYS,
    imports_days: Annotated[
        float,
        typer.Option(min=0, envvar="RESCUE_RETENTION_IMPORTS_DAYS", help="What taking back an import of AEDs needs"),
    ] = IMPORTS_DAYS,
    people_imports_days: Annotated[
        float,
        typer.Option(
            min=0, envvar="RESCUE_RETENTION_PEOPLE_IMPORTS_DAYS", help="What taking back an import of people needs"
        ),
    ] = PEOPLE_IMPORTS_DAYS,
    database: Annotated[
        str | None,
        typer.Option("--database", metavar="URL", help="Default: RESCUE_DATABASE_URL or ./rescue-circle.sqlite3"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be erased")] = False,
) -> None:
    """Erase once what is older than that. The service does the same every hour."""
    rules = rules_of(
        details_days=details_days,
        messages_days=messages_days,
        positions_days=positions_days,
        imports_days=imports_days,
        people_imports_days=people_imports_days,
    )
    erased = asyncio.run(_run(database, rules, dry_run=dry_run))
    _out.print(
        f"{'To erase' if dry_run else 'Erased'}: details of {len(erased.incident_ids)} incidents, "
        f"{erased.messages} messages, {erased.positions} positions, {erased.expired} expired invitations, sessions and "
        f"notes, and what taking {erased.imports} imports back would need."
    )


async def _run(url: str | None, rules: RetentionRules, *, dry_run: bool) -> Erased:
    await asyncio.to_thread(migrate, url)
    database = Database(url)
    try:
        retention_ = Retention(database, rules)
        now = datetime.now(UTC)
        return await (retention_.preview(now) if dry_run else retention_.run(now))
    finally:
        await database.close()
