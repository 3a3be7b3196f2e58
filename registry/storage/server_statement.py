"""Statements of SQLAlchemy, compiled once and then given to PostgreSQL's driver as they are.

`driver_statements` does the same for SQLite.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Self

import asyncpg
from sqlalchemy import Connection, Select
from sqlalchemy.dialects.postgresql import asyncpg as dialects
from sqlalchemy.exc import DBAPIError, IntegrityError

from registry.storage.words import storable

_DIALECT = dialects.dialect()  # type: ignore[no-untyped-call]
_BROKEN = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class ServerStatement:
    """A statement's text; by parameter its name, how it is made of what is given, and what it is if nothing is."""

    sql: str
    _statement: Select[Any]
    _takes: tuple[tuple[str, Callable[[Any], Any] | None, Any], ...]

    @classmethod
    def of(cls, statement: Select[Any]) -> Self:
        compiled: Any = statement.compile(dialect=_DIALECT)
        return cls(
            str(compiled),
            statement,
            tuple((name, _processor(compiled.binds[name]), compiled.params[name]) for name in compiled.positiontup),
        )

    def fetch(self, connection: Connection, given: Mapping[str, Any]) -> Sequence[Any]:
        """Its rows: by the driver where it is a transaction of its own; within another's by SQLAlchemy, since
        only SQLAlchemy knows whether that has begun on the server.

        Raises:
            IntegrityError, DBAPIError
        """
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            return connection.execute(self._statement, given).all()
        values = [_value(given.get(name, default), process) for name, process, default in self._takes]
        adapted: Any = connection.connection.dbapi_connection
        try:
            rows: list[Any] = adapted.run_async(lambda driver: driver.fetch(self.sql, *values))
        except _BROKEN as error:
            _refuse(error, is_lost=adapted.driver_connection.is_closed())
        return rows


def find_table(error: IntegrityError) -> str | None:
    """The table that refused a row, whichever way the statement went."""
    table: str | None = None
    for one in (error.orig, getattr(error.orig, "__cause__", None)):
        table = table or getattr(one, "table_name", None)
    return table


def _processor(parameter: Any) -> Callable[[Any], Any] | None:
    process: Callable[[Any], Any] | None = parameter.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)
    return process


def _value(value: Any, process: Callable[[Any], Any] | None) -> Any:
    if process is not None:
        value = process(value)
    return storable(value) if isinstance(value, str) else value


def _refuse(error: BaseException, *, is_lost: bool) -> NoReturn:
    # Without the values: they may be personal.
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        raise IntegrityError("append", None, error, hide_parameters=True) from error
    raise DBAPIError("append", None, error, hide_parameters=True, connection_invalidated=is_lost) from error
