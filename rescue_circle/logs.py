"""Structured lines on standard error, and what must never stand in them: secrets, and anything personal.

Our own lines name ids, codes and times. What others would add is cut down to what cannot hold a value: of an exception
its type, its place in the code and a message only where we know what messages of its kind say.
"""

import io
import json
import logging
import re
import sqlite3
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

import structlog
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from structlog.typing import EventDict, WrappedLogger

ROOMS = frozenset({"geo", "registry", "dispatch", "rescue_circle"})
HIDDEN = "[hidden]"
PERSONAL_KEYS = frozenset(
    {"authorization", "body", "caller_phone", "details", "floor", "lat", "lon", "note", "password", "patient", "phone"}
    | {"more", "phone_e164", "place", "position", "presence", "secret", "token", "rescuer_id", "cad_ref"}
)
"""A line of ours that used one of these as a name would be a mistake; it costs the value, not somebody's privacy."""

_SECRETS = re.compile(
    r"whsec_[\w+/=-]+|\beyJ[\w-]+\.[\w-]+\.[\w-]*|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)|(?<=input_value=).+?(?=, input_type=)"
)
"""Webhook secrets, tokens, passwords in addresses, and what pydantic repeats of its input."""

_Chained = BaseException | None


def configure_logs(level: str) -> None:
    """One JSON object a line. `level` is for our own lines; libraries are heard from warnings on.

    At their debug level drivers print every statement's values and every frame's text.
    """
    lines = NeverFailing(sys.stderr)
    handler = logging.StreamHandler(lines)
    handler.setFormatter(LibraryLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(True)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_values,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(lines),
    )
    sys.excepthook = _crashed


class NeverFailing(io.StringIO):
    """A stream whose disk may be full, or whose reader may be gone: that costs lines, never the call they tell of."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def without_values(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """The line with its exception told safely, and without what looks like a secret or is named like personal data."""
    error = _exception_of(event.pop("exc_info", None))
    kept = {key: HIDDEN if key in PERSONAL_KEYS else _scrubbed(value) for key, value in event.items()}
    return {**kept, "exception": told(error)} if error else kept


def told(error: BaseException) -> str:
    """Types, places and safe messages of an exception and of those that led to it, newest last."""
    return "\n".join(line for one in reversed(list(_chain(error))) for line in _lines(one))


def safe_message(error: BaseException) -> str:
    """The exception's message, as far as messages of its kind hold no value of the data."""
    match error:
        case ValidationError():
            wrong = error.errors(include_url=False, include_context=False, include_input=False)
            return "; ".join(f"{'.'.join(map(str, part['loc']))}: {part['type']}" for part in wrong)
        case OSError() if error.strerror:
            return error.strerror
        # SQLite names tables and columns; PostgreSQL repeats the row.
        case sqlite3.Error():
            return str(error)
        case DBAPIError():
            code = getattr(error.orig, "sqlstate", None)
            return f"{type(error.orig).__name__}{f' {code}' if code else ''}"
        case _ if type(error).__module__.partition(".")[0] in ROOMS:
            return _SECRETS.sub(HIDDEN, str(error))
        case _:
            return ""


def _chain(error: _Chained) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _lines(error: BaseException) -> Iterator[str]:
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
    message = safe_message(error)
    yield f"{type(error).__module__}.{type(error).__qualname__}{f': {message}' if message else ''}"
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _lines(part)


def _exception_of(info: object) -> _Chained:
    if isinstance(info, BaseException):
        return info
    if isinstance(info, tuple):
        return info[1] if isinstance(info[1], BaseException) else None
    return sys.exc_info()[1] if info else None


def _scrubbed(value: object) -> object:
    return _SECRETS.sub(HIDDEN, value) if isinstance(value, str) else value


class LibraryLines(logging.Formatter):
    """What libraries and Python itself say, as lines like ours."""

    def format(self, record: logging.LogRecord) -> str:
        error = _exception_of(record.exc_info)
        message = record.getMessage()
        line = {
            # asyncio puts the whole exception into what follows the first line.
            "event": _scrubbed(message.partition("\n")[0]),
            "level": record.levelname.lower(),
            "logger": record.name,
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
        }
        if error is not None:
            line["exception"] = told(error)
        return json.dumps(line, ensure_ascii=False)


def _crashed(kind: type[BaseException], error: BaseException, _where: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger(__name__).critical("crashed", exc_info=error)
