"""Nobody but its owner can read a SQLite file that we make, nor what SQLite keeps beside it."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from registry.storage.database import Database
from registry.storage.migrating import migrate
from registry.storage.private_file import is_open_to_others


@pytest.fixture(autouse=True)
def generous_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


def write(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE notes (note VARCHAR(9))"))


async def test_a_file_that_is_made_and_its_log_are_for_their_owner_alone(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    await database.transact(write)
    found = modes(tmp_path)
    await database.close()

    assert found == {"new.sqlite3": 0o600, "new.sqlite3-wal": 0o600, "new.sqlite3-shm": 0o600}


def test_so_is_one_that_a_migration_makes(tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path / 'new.sqlite3'}")

    assert set(modes(tmp_path).values()) == {0o600}


def test_one_that_was_given_to_a_group_stays_so_and_one_that_everybody_can_read_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "shared.sqlite3"
    path.touch()
    path.chmod(0o640)
    migrate(f"sqlite:///{path}")
    of_group = is_open_to_others(make_url(f"sqlite:///{path}"))
    kept = stat.S_IMODE(path.stat().st_mode)
    path.chmod(0o644)

    assert kept == 0o640
    assert not of_group
    assert is_open_to_others(make_url(f"sqlite:///{path}"))
    assert not is_open_to_others(make_url("postgresql://rescue@127.0.0.1/rescue"))
