"""`rescue-circle registry gis-reader`: who may read the views for geographic information systems, and nothing else."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import typer
from rich.console import Console
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.exporters.refused import ExportRefused
from registry.storage.database import Database
from registry.storage.gis_views import make_views

ROLE = "rescue_gis"
LONGEST_STATEMENT_S = 30

_out = Console()

Run = Callable[[str | None, Callable[[Database], Coroutine[Any, Any, Any]]], Any]


def add_gis_reader(app: typer.Typer, run: Run) -> None:
    """Add it to `registry`."""

    @app.command("gis-reader")
    def gis_reader_command(
        password: Annotated[
            str, typer.Option(envvar="GIS_PASSWORD", help="Of the role, twelve letters or more", show_default=False)
        ],
        database: Annotated[
            str | None, typer.Option("--database", metavar="URL", help="Default: RESCUE_DATABASE_URL")
        ] = None,
    ) -> None:
        """Let QGIS and the like read the views of the schema `gis`, as the role `rescue_gis`; PostgreSQL only."""

        async def work(db: Database) -> None:
            _refuse(db, password)
            async with db.write() as connection:
                await make_gis_reader(connection, password)

        run(database, work)
        _out.print(f"The role {ROLE} may read the views of the schema gis, and nothing else.")


async def make_gis_reader(connection: AsyncConnection, password: str) -> None:
    """Make the role, or give it another password; it may read the views and nothing else.

    Raises:
        ExportRefused: there are no views, and this user may not make them.
    """
    if not await connection.run_sync(make_views):
        raise ExportRefused(
            "the database has no schema gis, and its user may not make one: let an administrator run CREATE SCHEMA gis "
            "AUTHORIZATION with that user's name in it, and try again"
        )
    there = await connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": ROLE})
    verb = "CREATE" if there.first() is None else "ALTER"
    # A role's password is no parameter of a statement: the server quotes it itself.
    words = await connection.execute(text("SELECT quote_literal(CAST(:word AS text))"), {"word": password})
    statements = [
        f"{verb} ROLE {ROLE} LOGIN NOINHERIT CONNECTION LIMIT 20 PASSWORD {words.scalar_one()}",
        f"ALTER ROLE {ROLE} SET statement_timeout = '{LONGEST_STATEMENT_S}s'",
        f"GRANT USAGE ON SCHEMA gis TO {ROLE}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA gis TO {ROLE}",
    ]
    for statement in statements:
        await connection.exec_driver_sql(statement)


def _refuse(database: Database, password: str) -> None:
    if database.is_sqlite:
        raise ExportRefused("views for geographic information systems are PostgreSQL's only: name such a database")
    if len(password) < 12:
        raise ExportRefused("the role's password has fewer than 12 letters: openssl rand -hex 24 prints a good one")
