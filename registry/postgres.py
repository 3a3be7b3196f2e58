"""What PostgreSQL alone needs: its engine's settings, PostGIS in the database, locks between processes."""

from sqlalchemy import Connection, NullPool, func, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from registry.words import keep_storable

POOL_SIZE = 10
OVERFLOW = 10
CONNECT_LIMIT_S = 5.0
STATEMENT_LIMIT_S = 60.0
"""No statement of the running service takes seconds; one that does waits on a server that is gone."""
MAX_COLLISIONS = 4

# Transactions that PostgreSQL ended because they stood in each other's way; nothing of them has happened.
_COLLISIONS = {"40001", "40P01"}
# Any two numbers that nobody else uses for advisory locks in this database.
_MIGRATION_LOCK = 120_000_001
_REGISTRY_LOCK = 120_000_002


class NoPostgis(RuntimeError):
    """The database has no PostGIS and it could not be added; the message says who can add it."""


def postgres_engine(url: URL, *, statement_limit_s: float | None = STATEMENT_LIMIT_S) -> AsyncEngine:
    """An engine that notices a restarted server before it uses a connection, and never waits long for a dead one."""
    engine = create_async_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=OVERFLOW,
        pool_pre_ping=True,
        # What is written is personal; an error's text must not repeat it.
        hide_parameters=True,
        # Queries here are small: compiling them costs more than it gains.
        connect_args={
            "timeout": CONNECT_LIMIT_S,
            "command_timeout": statement_limit_s,
            "server_settings": {"application_name": "rescue-circle", "jit": "off"},
        },
    )
    keep_storable(engine.sync_engine)
    return engine


def listening_engine(url: URL) -> AsyncEngine:
    """For the one connection that waits for notifications, outside of any transaction and of any pool."""
    return create_async_engine(
        url,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"timeout": CONNECT_LIMIT_S, "command_timeout": CONNECT_LIMIT_S},
    )


def consistent_reader(engine: AsyncEngine) -> AsyncEngine:
    """The same connections for reading: every statement of a transaction sees the same state of the data."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def usable_url(url: URL) -> URL:
    """The URL as the driver wants it: it knows libpq's `sslmode` by the name of `ssl`."""
    if "sslmode" not in url.query:
        return url
    mode = url.query["sslmode"]
    return url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})


def is_collision(error: DBAPIError) -> bool:
    """Whether the transaction can simply be run again."""
    return getattr(error.orig, "sqlstate", None) in _COLLISIONS


def prepare(connection: Connection) -> None:
    """Before migrating: only one process at a time, and PostGIS in the database.

    Raises:
        NoPostgis
    """
    connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
    if connection.scalar(text("SELECT count(*) FROM pg_extension WHERE extname = 'postgis'")):
        return
    if not connection.scalar(text("SELECT count(*) FROM pg_available_extensions WHERE name = 'postgis'")):
        raise NoPostgis(
            "the server has no PostGIS: install it there (on Debian, apt-get install postgresql-15-postgis-3)"
        )
    try:
        with connection.begin_nested():
            connection.execute(text("CREATE EXTENSION postgis"))
    except DBAPIError as error:
        raise NoPostgis(
            "the database has no PostGIS and this user may not add it: "
            "let an administrator run CREATE EXTENSION postgis in it"
        ) from error


async def lock_registry(connection: AsyncConnection) -> None:
    """Let nobody else import, correct or erase until this transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_advisory_xact_lock(_REGISTRY_LOCK)))
