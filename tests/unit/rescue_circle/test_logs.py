"""What a line of the log may say of a failure."""

import json
import logging
import sqlite3
from collections.abc import Callable

import pytest
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError, IntegrityError

from dispatch.access.signature import BadSignature
from rescue_circle.logs import LibraryLines, safe_message, told, without_values

PERSONAL = "中原路1号 13900000000"


class _Strict(BaseModel):
    lon: float


class _Postgres(Exception):
    """As asyncpg's adapter raises it: the row is in the text."""

    sqlstate = "23502"


def _validation() -> None:
    _Strict.model_validate({"lon": PERSONAL})


def _of_a_driver() -> None:
    raise IntegrityError("INSERT INTO x VALUES (?)", (PERSONAL,), _Postgres(f"DETAIL: Failing row: {PERSONAL}"))


def _key() -> None:
    {}[PERSONAL]  # type: ignore[index]


def _chained() -> None:
    try:
        _of_a_driver()
    except DBAPIError as error:
        raise ValueError(PERSONAL) from error


def _group() -> None:
    raise ExceptionGroup(PERSONAL, [ValueError(PERSONAL), KeyError(PERSONAL)])


def caught(act: Callable[[], None]) -> BaseException:
    try:
        act()
    except Exception as error:
        return error
    raise AssertionError("nothing failed")


@pytest.mark.parametrize("act", [_validation, _of_a_driver, _key, _chained, _group])
def test_a_failure_is_told_by_type_and_place_and_not_by_its_values(act: Callable[[], None]) -> None:
    error = caught(act)
    line = without_values(None, "", {"event": "it_failed", "exc_info": error})

    assert PERSONAL not in json.dumps(line, ensure_ascii=False)
    assert type(error).__qualname__ in str(line["exception"])
    assert f"in {act.__name__}" in str(line["exception"])


def test_what_cannot_hold_a_value_is_said_in_full() -> None:
    assert "no such table" in safe_message(caught(lambda: sqlite3.connect(":memory:").execute("SELECT * FROM away")))
    assert safe_message(FileNotFoundError(2, "No such file or directory", PERSONAL)) == "No such file or directory"
    assert "check the secret" in safe_message(BadSignature(BadSignature.__doc__))
    assert "_Postgres 23502" in told(caught(_of_a_driver))
    assert safe_message(caught(_validation)) == "lon: float_parsing"


@pytest.mark.parametrize(
    "text",
    [
        "secret whsec_dGVzdHMtb25seS1zZWNyZXQ=",
        "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJyMDAifQ.c2lnbmF0dXJl",
        "postgresql://rescue:dGVzdHMtb25seS1zZWNyZXQ@db/rescue",
        "lon: Input should be a number [type=x, input_value='dGVzdHMtb25seS1zZWNyZXQ', input_type=str]",
    ],
)
def test_what_looks_like_a_secret_is_hidden_wherever_it_stands(text: str) -> None:
    shown = json.dumps(without_values(None, "", {"event": text, "phone": PERSONAL, "incident_id": "abc"}))

    assert "dGVzdHMtb25seS1zZWNyZXQ" not in shown
    assert "eyJzdWIiOiJyMDAifQ" not in shown
    assert "13900000000" not in shown
    assert '"abc"' in shown


def test_what_python_says_of_a_forgotten_task_holds_no_value() -> None:
    record = logging.LogRecord(
        "asyncio",
        logging.ERROR,
        "",
        0,
        f"Task exception was never retrieved\nfuture: <exception={PERSONAL}>",
        None,
        None,
    )
    record.exc_info = (ValueError, ValueError(PERSONAL), None)

    line = LibraryLines().format(record)

    assert PERSONAL not in line
    assert json.loads(line)["exception"] == "builtins.ValueError"
