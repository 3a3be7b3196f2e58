"""Brings a database's tables to what this version of the code expects."""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from registry.storage import postgres
from registry.storage.database import DatabaseUnreachable, default_url, parse_url
from registry.storage.private_file import make_private
from registry.storage.sqlite_engines import sqlite_engine
from registry.storage.watched_database import is_away

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0028_device2"
"""The newest migration: a database that has it needs no Alembic, whose import takes a third of a second."""


def migrate(url: str | None = None) -> None:
    """Bring the database's tables to what this version of the code expects, making the database where there is none.

    Raises:
        BadDatabaseUrl, DatabaseUnreachable: the message says what to do.
    """
    # A thread of its own, so that callers inside and outside an event loop use the same function.
    with ThreadPoolExecutor(1, thread_name_prefix="migrate") as thread:
        thread.submit(asyncio.run, _migrate(parse_url(url or default_url()))).result()


def alembic_config(connection: Connection | None = None) -> "Config":
    """Alembic's configuration, found inside the package; there is no alembic.ini."""
    from alembic.config import Config  # noqa: PLC0415 - see HEAD

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent.parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


async def _migrate(url: URL) -> None:
    is_sqlite = url.get_backend_name() == "sqlite"
    try:
        if is_sqlite:
            _open_once(url)
            # To change a table SQLite needs it made anew, for a moment without what refers to it.
            engine = sqlite_engine(url, begin="BEGIN IMMEDIATE", pool_size=1, checks_references=False)
        else:
            engine = postgres.postgres_engine(url, statement_limit_s=None)
        try:
            async with engine.begin() as connection:
                await connection.run_sync(_upgrade)
        finally:
            await engine.dispose()
    except (DBAPIError, sqlite3.Error, OSError, postgres.NoPostgis) as error:
        shown = url.render_as_string(hide_password=True)
        reason = str(getattr(error, "orig", None) or error or type(error).__name__)
        advice = f"check {'the path' if is_sqlite else 'that it runs'}, RESCUE_DATABASE_URL or --database"
        raise DatabaseUnreachable(f"cannot open database {shown}: {reason}; {advice}") from error


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        postgres.prepare(connection)
    versions = _versions(connection)
    if versions == [HEAD]:
        return
    from alembic import command  # noqa: PLC0415 - see HEAD
    from alembic.util import CommandError  # noqa: PLC0415

    try:
        command.upgrade(alembic_config(connection), "head")
        if connection.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if broken is not None:
                raise DatabaseUnreachable(
                    f"a row of {broken[0]} refers to a missing one of {broken[2]}: restore a backup"
                )
    except DBAPIError as error:
        if is_away(error):
            raise
        raise DatabaseUnreachable(
            f"the tables are not those of version {', '.join(versions) or 'none'}, which the database says it has, so "
            f"they cannot be brought up to date ({error.orig}): somebody has changed it or restored a part of it; "
            "restore a whole backup, or name another database"
        ) from error
    except CommandError as error:
        raise DatabaseUnreachable(f"{error}: the database was made by a newer version; update this program") from error


def _versions(connection: Connection) -> list[str]:
    """What the database says of itself; nothing where it has no tables of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return []
    return list(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())


def _open_once(url: URL) -> None:
    """Meet a bad path or a foreign file here: a failed connection leaves aiosqlite's thread behind, complaining."""
    make_private(url.database)
    with closing(sqlite3.connect(url.database or "")) as connection:
        connection.execute("PRAGMA schema_version")
