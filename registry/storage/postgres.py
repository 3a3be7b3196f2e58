"""What PostgreSQL alone needs: its engine's settings, PostGIS in the database, locks between processes."""

import secrets
import socket
from typing import Any
from weakref import ReferenceType, ref

from sqlalchemy import Connection, NullPool, bindparam, event, func, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from registry.storage.words import keep_storable

POOL_SIZE = 10
OVERFLOW = 10
CONNECT_LIMIT_S = 5.0
STATEMENT_LIMIT_S = 60.0
"""No statement of the running service takes seconds; one that does waits on a server that is gone."""
MAX_COLLISIONS = 4

SILENCE_S = 10
"""Either side gives up a connection whose other side has acknowledged nothing for so long."""
KEEPALIVE_S = {"idle": 5, "interval": 2, "count": 3}
"""An idle connection is asked for after 5 s, then every 2 s, and is dead after 3 questions without an answer."""
IDLE_TRANSACTION_S = 10
"""A process whose machine died in a transaction must not hold its locks for longer; ours never pause in one."""

_SERVER_NOTICES = {
    "tcp_user_timeout": f"{SILENCE_S}s",
    "tcp_keepalives_idle": f"{KEEPALIVE_S['idle']}s",
    "tcp_keepalives_interval": f"{KEEPALIVE_S['interval']}s",
    "tcp_keepalives_count": str(KEEPALIVE_S["count"]),
}

# Transactions that PostgreSQL ended because they stood in each other's way; nothing of them has happened.
_COLLISIONS = {"40001", "40P01"}
_END_SESSIONS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE pid IN :pids AND application_name = :name AND usename = current_user"
).bindparams(bindparam("pids", expanding=True))
# Any two numbers that nobody else uses for advisory locks in this database.
_MIGRATION_LOCK = 120_000_001
_REGISTRY_LOCK = 120_000_002
SERVICE_LOCK = 120_000_003


class OnlyReads(RuntimeError):
    """The server takes nothing that is written: it is a standby, or was told to."""

    sqlstate = "25006"
    """As it says itself when something is written."""


class NoPostgis(RuntimeError):
    """The database has no PostGIS and it could not be added; the message says who can add it."""


def postgres_engine(url: URL, *, statement_limit_s: float | None = STATEMENT_LIMIT_S) -> AsyncEngine:
    """An engine that notices a restarted server before it uses a connection, and never waits long for a dead one.

    statement_limit_s: None for work that may take its time within one transaction, as a migration.
    """
    limits = {} if statement_limit_s is None else {"idle_in_transaction_session_timeout": f"{IDLE_TRANSACTION_S}s"}
    engine = create_async_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=OVERFLOW,
        pool_pre_ping=True,
        # What is written is personal; an error's text must not repeat it.
        hide_parameters=True,
        connect_args={
            "timeout": CONNECT_LIMIT_S,
            "command_timeout": statement_limit_s,
            # Queries here are small: compiling them costs more than it gains.
            # By its own name this process finds its connections on the server again.
            "server_settings": {
                "application_name": f"rescue-circle {secrets.token_hex(4)}",
                "jit": "off",
                **_SERVER_NOTICES,
                **limits,
            },
        },
    )
    keep_storable(engine.sync_engine)
    event.listen(engine.sync_engine, "connect", _notice_silence)
    return engine


def listening_engine(url: URL) -> AsyncEngine:
    """For the one connection that waits for notifications, outside of any transaction and of any pool."""
    engine = create_async_engine(
        url,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={
            "timeout": CONNECT_LIMIT_S,
            "command_timeout": CONNECT_LIMIT_S,
            "server_settings": {"application_name": "rescue-circle listens", **_SERVER_NOTICES},
        },
    )
    event.listen(engine.sync_engine, "connect", _notice_silence)
    return engine


class Lines:
    """The connections of an engine, to cut them: a driver waits long on one whose other end has gone silent."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._drivers: dict[int, ReferenceType[Any]] = {}
        self._name = ""
        event.listen(engine.sync_engine, "connect", self._note)

    def _note(self, connection: Any, _record: Any) -> None:
        driver = connection.driver_connection
        self._name = driver.get_settings().application_name
        self._drivers[driver.get_server_pid()] = ref(driver)

    def cut(self) -> None:
        """End them all without a word. Whoever waits on one is told at once that it is gone."""
        for driver in [held() for held in self._drivers.values()]:
            if driver is not None and not driver.is_closed():
                driver.terminate()

    async def end_on_server(self, connection: AsyncConnection) -> None:
        """Of those that have ended here, end what the server keeps: it may hold locks for a client that it cannot hear.

        A server that waits for the rest of a statement has no limit of its own for that but TCP's.
        """
        gone = [pid for pid, held in self._drivers.items() if (driver := held()) is None or driver.is_closed()]
        if gone:
            await connection.execute(_END_SESSIONS, {"pids": gone, "name": self._name})
        for pid in gone:
            del self._drivers[pid]


class Probe:
    """One connection of its own to ask whether the server answers, whatever the others wait for."""

    def __init__(self, url: URL, *, limit_s: float) -> None:
        self._engine = create_async_engine(
            url,
            pool_size=1,
            max_overflow=0,
            isolation_level="AUTOCOMMIT",
            connect_args={
                "timeout": limit_s,
                "command_timeout": limit_s,
                "server_settings": {"application_name": "rescue-circle asks", **_SERVER_NOTICES},
            },
        )
        self._lines = Lines(self._engine)

    async def ask(self) -> None:
        """Return when the server has answered; raises as the driver does.

        Raises:
            OnlyReads
        """
        async with self._engine.connect() as connection:
            if (await connection.execute(text("SHOW transaction_read_only"))).scalar_one() == "on":
                raise OnlyReads(OnlyReads.__doc__)

    async def end(self, lines: Lines) -> None:
        """End on the server what has ended here of `lines`; raises as the driver does."""
        async with self._engine.connect() as connection:
            await lines.end_on_server(connection)

    def hang_up(self) -> None:
        """Ask on a new connection next time."""
        self._lines.cut()

    async def close(self) -> None:
        self.hang_up()
        await self._engine.dispose()


def consistent_reader(engine: AsyncEngine) -> AsyncEngine:
    """The same connections for reading: every statement of a transaction sees the same state of the data."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def one_statement_writer(engine: AsyncEngine) -> AsyncEngine:
    """The same connections for writing what is one statement, and so a transaction without being called one."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")


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


def _notice_silence(connection: Any, _record: Any) -> None:
    """A cable that was pulled says nothing: let the system ask, and fail the connection when nobody answers."""
    transport = getattr(connection.driver_connection, "_transport", None)
    line = transport.get_extra_info("socket") if transport else None
    if line is None or line.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    wanted = {
        "TCP_KEEPIDLE": KEEPALIVE_S["idle"],
        "TCP_KEEPINTVL": KEEPALIVE_S["interval"],
        "TCP_KEEPCNT": KEEPALIVE_S["count"],
        "TCP_USER_TIMEOUT": SILENCE_S * 1000,
    }
    for name, value in wanted.items():
        # Not every system has each of them.
        if (option := getattr(socket, name, None)) is not None:
            line.setsockopt(socket.IPPROTO_TCP, option, value)
