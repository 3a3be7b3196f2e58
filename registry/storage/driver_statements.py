"""Statements of SQLAlchemy, compiled once and then given to SQLite's driver as they are.

For the few that are on the way of every call: with a hundred small rows the layers above the driver take three times as
long as the database itself. Tables and types stay the one truth; only their carrying out is short.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from sqlalchemy import ClauseElement, Connection
from sqlalchemy.dialects import sqlite

from registry.storage.types import UtcDateTime
from registry.storage.words import json_text, storable

Row = Mapping[str, Any]
_DIALECT = sqlite.dialect(json_serializer=json_text)


@dataclass(frozen=True, slots=True)
class DriverStatement:
    """A statement's text, and how each of its parameters is made of a row's value."""

    sql: str
    _takes: tuple[tuple[str, Callable[[Any], Any] | None], ...]

    @classmethod
    def of(cls, statement: ClauseElement, names: Sequence[str] | None = None) -> Self:
        """names: of the columns that an INSERT is given, where it does not say itself."""
        compiled: Any = statement.compile(dialect=_DIALECT, column_keys=names)
        takes = tuple((name, _processor(compiled.binds[name].type)) for name in compiled.positiontup or ())
        return cls(str(compiled), takes)

    def run(self, driver: sqlite3.Connection, row: Row) -> list[Any]:
        """Its rows; raises as the driver does."""
        return driver.execute(self.sql, self._values(row)).fetchall()

    def run_many(self, driver: sqlite3.Connection, rows: Iterable[Row]) -> None:
        """Once for each row; raises as the driver does."""
        driver.executemany(self.sql, [self._values(row) for row in rows])

    def _values(self, row: Row) -> tuple[Any, ...]:
        return tuple([process(row[name]) if process else _as_text(row[name]) for name, process in self._takes])


def _as_text(value: Any) -> Any:
    # What a type makes of a value can be stored.
    return storable(value) if type(value) is str else value


def driver_of(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection beneath one to SQLite, in the same transaction."""
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    return driver


def _processor(kind: Any) -> Callable[[Any], Any] | None:
    process: Callable[[Any], Any] | None = kind.dialect_impl(_DIALECT).bind_processor(_DIALECT)
    # All rows of one append are of one moment.
    return lru_cache(maxsize=16)(process) if process and isinstance(kind, UtcDateTime) else process
