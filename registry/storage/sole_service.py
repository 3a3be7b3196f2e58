"""Whether another service is at work on the same database. Each holds a lock that ends with its process, whatever ends
that; it is advisory, and keeps nobody out."""

import fcntl
import os
from pathlib import Path
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.storage import postgres
from registry.storage.database import parse_url

OF_SERVICE = ".service"
"""Behind the name of a SQLite file: that of the empty one that is locked, since a lock on the database's own would be
in SQLite's way."""


class SoleService(Protocol):
    """The lock of one service."""

    async def is_alone(self) -> bool:
        """Whether this service has the lock, which it takes where nobody has it.

        Raises:
            OSError, DBAPIError: it cannot be known now.
        """
        ...

    async def close(self) -> None:
        """Let the next one have it."""
        ...


def sole_service(url: str) -> SoleService:
    """The lock of a service on this database.

    Raises:
        BadDatabaseUrl
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _OnFile(Path(f"{(parsed.database or '').removeprefix('file:')}{OF_SERVICE}"))
    return _OnServer(parsed)


class _OnFile:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    async def is_alone(self) -> bool:
        if self._file is not None:
            return True
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(file)
            if isinstance(error, BlockingIOError):
                return False
            raise
        self._file = file
        return True

    async def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


class _OnServer:
    def __init__(self, url: URL) -> None:
        self._engine = postgres.listening_engine(url)
        self._connection: AsyncConnection | None = None

    async def is_alone(self) -> bool:
        if self._connection is None or self._connection.invalidated:
            self._connection = await self._engine.connect()
        try:
            # Again and again in one session: it is let go with that.
            return bool(
                (await self._connection.execute(select(func.pg_try_advisory_lock(postgres.SERVICE_LOCK)))).scalar()
            )
        except BaseException:
            connection, self._connection = self._connection, None
            await connection.close()
            raise

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
        await self._engine.dispose()
