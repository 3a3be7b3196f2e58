"""A database has one epoch, which is drawn anew when it comes back from a backup and at no other time."""

import asyncio

import pytest
from typer.testing import CliRunner

from registry.cli import app
from registry.epoch import get_epoch
from registry.storage.database import Database

pytestmark = pytest.mark.both_databases


def epoch_of(url: str) -> str:
    async def read() -> str:
        database = Database(url)
        try:
            return await get_epoch(database)
        finally:
            await database.close()

    return asyncio.run(read())


def test_a_restored_database_has_another_epoch(database_url: str) -> None:
    first = epoch_of(database_url)
    run = CliRunner()
    migrated = run.invoke(app, ["migrate", "--database", database_url], catch_exceptions=False)
    second = epoch_of(database_url)
    restored = run.invoke(app, ["migrate", "--restored", "--database", database_url], catch_exceptions=False)
    third = epoch_of(database_url)

    assert (migrated.exit_code, restored.exit_code) == (0, 0)
    assert first == second != third
    assert third in restored.stdout
