"""Both databases: migrations, writers and readers at once, and what a user sees when one cannot be opened."""

import asyncio
import contextlib
import importlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, inspect, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from registry.storage.database import BadDatabaseUrl, Database, DatabaseUnreachable
from registry.storage.migrating import HEAD, alembic_config, migrate
from registry.storage.server_statement import ServerStatement
from registry.storage.watched_database import is_away
from registry.tables import rescuers
from tests.support.postgres import Cluster
from tests.support.waiting import eventually, turns

pytestmark = pytest.mark.both_databases
NOW = datetime(2025, 3, 1, 4, 0, tzinfo=UTC)


@pytest.fixture
def url(empty_database_url: str) -> str:
    return empty_database_url


def rescuer_row(rescuer_id: str) -> dict[str, object]:
    return {
        "rescuer_id": rescuer_id,
        "last_seen_at": NOW,
        "source": "test",
        "source_file": "",
        "source_digest": "",
        "imported_at": NOW,
    }


async def test_the_migrated_schema_is_the_one_the_tables_describe(url: str) -> None:
    with contextlib.suppress(ModuleNotFoundError):
        importlib.import_module("dispatch.tables")
    migrate(url)
    database = Database(url)
    try:
        async with database.write() as connection:
            await connection.run_sync(lambda sync: command.check(alembic_config(sync)))
    finally:
        await database.close()


def test_a_database_is_taken_for_up_to_date_only_with_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == HEAD


async def test_the_event_loop_works_while_what_is_written_becomes_durable(url: str) -> None:
    migrate(url)
    database = Database(url)
    worked: list[threading.Thread] = []

    def refuse(_connection: Connection) -> None:
        raise ValueError("not this one")

    def put(connection: Connection) -> None:
        connection.execute(rescuers.insert(), rescuer_row("r1"))

    try:
        with pytest.raises(ValueError, match="not this one"):
            await database.transact(refuse, meanwhile=lambda: worked.append(threading.current_thread()))
        assert worked == [], "there was nothing to wait for"

        await database.transact(put, meanwhile=lambda: worked.append(threading.current_thread()))
        assert worked == [threading.current_thread()], "once, in the loop's own thread, before the answer"

        await database.transact(lambda connection: connection.execute(text("SELECT 1")).scalar_one())
        assert len(worked) == 1, "the next transaction has nothing of the one before"
    finally:
        await database.close()


async def test_the_tables_can_be_taken_back_and_made_again(url: str) -> None:
    migrate(url)
    database = Database(url)
    try:
        async with database.write() as connection:
            await connection.run_sync(lambda sync: command.downgrade(alembic_config(sync), "base"))
        async with database.read() as connection:
            left = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    finally:
        await database.close()
    migrate(url)

    assert left <= {"alembic_version", "spatial_ref_sys"}


async def test_whatever_remakes_a_table_keeps_the_triggers_that_tell_what_changed(url: str, database_kind: str) -> None:
    migrate(url)
    if database_kind == "postgis":
        return
    database = Database(url)
    try:
        async with database.read() as connection:
            triggers = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'aeds'")
            names = set((await connection.execute(triggers)).scalars())
    finally:
        await database.close()
    assert names == {f"registry_changes_aeds_{what}" for what in ("insert", "update", "delete")}


def test_processes_that_start_together_migrate_one_after_the_other(url: str) -> None:
    with ThreadPoolExecutor(4) as together:
        for done in [together.submit(migrate, url) for _ in range(4)]:
            done.result()


async def test_migrating_twice_changes_nothing(url: str) -> None:
    migrate(url)
    migrate(url)


async def test_many_writers_and_readers_never_find_the_database_locked(url: str) -> None:
    migrate(url)
    databases = [Database(url), Database(url)]

    async def write(number: int) -> None:
        database = databases[number % 2]
        async with database.write() as connection:
            await connection.execute(select(rescuers.c.rescuer_id))
            await connection.execute(database.insert(rescuers).values(rescuer_row(f"r{number}")))

    async def read(number: int) -> None:
        async with databases[number % 2].read() as connection:
            await connection.execute(select(rescuers))

    await asyncio.gather(*(write(number) for number in range(200)), *(read(number) for number in range(200)))

    async with databases[0].read() as connection:
        rows = (await connection.execute(select(rescuers.c.rescuer_id, rescuers.c.last_seen_at))).all()
    assert len(rows) == 200
    assert {row.last_seen_at for row in rows} == {NOW}
    for database in databases:
        await database.close()


async def test_a_write_that_fails_leaves_nothing_behind(url: str) -> None:
    migrate(url)
    database = Database(url)

    async def write_half() -> None:
        async with database.write() as connection:
            await connection.execute(database.insert(rescuers).values(rescuer_row("r1")))
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        await write_half()
    async with database.read() as connection:
        assert (await connection.execute(select(rescuers))).all() == []
    await database.close()


async def test_writers_that_are_cancelled_at_any_moment_leave_the_next_one_a_free_database(url: str) -> None:
    migrate(url)
    database = Database(url)

    async def write(number: int) -> None:
        async with database.write() as connection:
            await connection.execute(database.insert(rescuers).values(rescuer_row(f"r{number}")))

    for ticks in range(60):
        task = asyncio.create_task(write(ticks))
        await turns(ticks)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    await write(1000)
    async with database.read() as connection:
        assert "r1000" in (await connection.execute(select(rescuers.c.rescuer_id))).scalars().all()
    await database.close()


async def test_a_reader_sees_one_state_of_the_data_throughout(url: str) -> None:
    migrate(url)
    database = Database(url)
    async with database.read() as reader:
        before = (await reader.execute(select(rescuers))).all()
        async with database.write() as writer:
            await writer.execute(database.insert(rescuers).values(rescuer_row("r1")))
        assert (await reader.execute(select(rescuers))).all() == before
    await database.close()


def test_a_folder_that_does_not_exist_is_named_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable, match=r"nowhere.*--database"):
        migrate(f"sqlite:///{tmp_path / 'nowhere' / 'rescue.sqlite3'}")


def test_a_file_that_is_no_database_is_named_in_the_error(tmp_path: Path) -> None:
    (tmp_path / "letter.sqlite3").write_text("Dear all, this is not a database. " * 50, encoding="utf-8")
    with pytest.raises(DatabaseUnreachable, match="not a database"):
        migrate(f"sqlite:///{tmp_path / 'letter.sqlite3'}")


async def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    migrate(url)
    database = Database(url)
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999_future'"))
    await database.close()
    with pytest.raises(DatabaseUnreachable, match="newer version"):
        migrate(url)


@pytest.mark.parametrize("version", ["0002_dispatch", "0004_registry_changes", None])
async def test_a_database_that_is_newer_than_it_says_is_left_alone_and_it_is_said_what_to_do(
    url: str, version: str | None
) -> None:
    migrate(url)
    database = Database(url)
    async with database.write() as connection:
        await connection.execute(text("DELETE FROM alembic_version"))
        if version:
            await connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})
    await database.close()

    with pytest.raises(DatabaseUnreachable, match=f"not those of version {version or 'none'}.*restore a whole backup"):
        migrate(url)


@pytest.mark.parametrize("url", ["rescue.sqlite3", "mysql://localhost/x", "sqlite://", "sqlite:///:memory:"])
def test_an_unusable_database_url_is_refused_with_one_that_works(url: str) -> None:
    with pytest.raises(BadDatabaseUrl, match=r"sqlite.*///"):
        Database(url)


async def test_what_is_personal_is_not_repeated_by_an_error(url: str) -> None:
    migrate(url)
    database = Database(url)
    row = rescuer_row("r1") | {"source_file": "13812345678"}

    async def write_twice() -> None:
        async with database.write() as connection:
            for _ in range(2):
                await connection.execute(rescuers.insert().values(row))

    with pytest.raises(IntegrityError) as caught:
        await write_twice()
    await database.close()

    assert "13812345678" not in str(caught.value)


async def test_work_that_two_processes_block_for_each_other_is_run_again(database_url: str) -> None:
    north, south = Database(database_url), Database(database_url)
    async with north.write() as connection:
        await connection.execute(rescuers.insert(), [rescuer_row("r1"), rescuer_row("r2")])

    def take(first: str, second: str) -> Callable[[Connection], None]:
        def work(connection: Connection) -> None:
            for rescuer_id in (first, second):
                mine = rescuers.c.rescuer_id == rescuer_id
                connection.execute(update(rescuers).where(mine).values(source=rescuers.c.source + "+"))

        return work

    for _ in range(5):
        await asyncio.gather(north.transact(take("r1", "r2")), south.transact(take("r2", "r1")))
    async with north.read() as connection:
        counts = (await connection.execute(select(rescuers.c.source))).scalars().all()
    await asyncio.gather(north.close(), south.close())

    assert counts == ["test" + "+" * 10] * 2


def test_a_server_that_does_not_run_is_named_without_its_password() -> None:
    with pytest.raises(DatabaseUnreachable, match=r"127\.0\.0\.1:1/city.*check that it runs") as caught:
        migrate("postgresql://rescue:secret-word@127.0.0.1:1/city")

    assert "secret-word" not in str(caught.value)


@pytest.mark.parametrize(("user", "database"), [("rescue", "nowhere"), ("stranger", "postgres")])
def test_a_server_that_refuses_says_why(postgres_cluster: Cluster, user: str, database: str) -> None:
    with pytest.raises(DatabaseUnreachable, match=f"{database}.*{'nowhere' if user == 'rescue' else 'stranger'}"):
        migrate(postgres_cluster.url(database, user=user))


def test_a_database_without_postgis_says_who_can_add_it(postgres_cluster: Cluster) -> None:
    name = postgres_cluster.create_database()
    user = f"clerk_{name}"
    postgres_cluster.execute(f"CREATE ROLE {user} LOGIN PASSWORD 'clerk'")
    postgres_cluster.execute(f"GRANT ALL ON SCHEMA public TO {user}", database=name)
    address = postgres_cluster.url(name, user=user, password="clerk")

    with pytest.raises(DatabaseUnreachable, match="administrator run CREATE EXTENSION postgis"):
        migrate(address)
    postgres_cluster.execute("CREATE EXTENSION postgis", database=name)
    migrate(address)
    postgres_cluster.drop_database(name)
    postgres_cluster.execute(f"DROP ROLE {user}")


def test_an_address_in_the_form_that_psql_knows_is_understood(database_url: str, database_kind: str) -> None:
    migrate(database_url if database_kind == "sqlite" else f"{database_url}?sslmode=prefer")


async def _add(database: Database, rescuer_id: str) -> None:
    row = rescuer_row(rescuer_id)
    await database.transact(lambda connection: connection.execute(rescuers.insert(), row) and None, at_once=True)


async def _who_is_there(database: Database) -> set[str]:
    async with database.read() as connection:
        return set((await connection.execute(select(rescuers.c.rescuer_id))).scalars())


async def test_a_refused_row_leaves_the_writer_fit_for_the_next(url: str) -> None:
    migrate(url)
    database = Database(url)
    try:
        await _add(database, "R1")
        with pytest.raises(IntegrityError):
            await _add(database, "R1")
        await _add(database, "R2")
        assert await _who_is_there(database) == {"R1", "R2"}
    finally:
        await database.close()


async def test_a_failure_halfway_leaves_nothing_and_the_writer_fit_for_the_next(url: str) -> None:
    migrate(url)
    database = Database(url)

    def fail(connection: Connection) -> None:
        connection.execute(select(rescuers.c.rescuer_id))
        raise ZeroDivisionError

    try:
        for at_once in (False, True):
            with pytest.raises(ZeroDivisionError):
                await database.transact(fail, at_once=at_once)
        await _add(database, "R1")
        assert await _who_is_there(database) == {"R1"}
    finally:
        await database.close()


async def test_what_is_to_be_done_meanwhile_is_done_in_the_loop_before_the_transaction_is_over(url: str) -> None:
    migrate(url)
    database = Database(url)
    done_in: list[int] = []

    def add(connection: Connection, rescuer_id: str) -> None:
        connection.execute(rescuers.insert(), rescuer_row(rescuer_id))

    try:
        for number, at_once in enumerate((False, True), start=1):
            await database.transact(
                partial(add, rescuer_id=f"R{number}"),
                at_once=at_once,
                meanwhile=lambda: done_in.append(threading.get_ident()),
            )
            assert done_in == [threading.get_ident()] * number
        assert await _who_is_there(database) == {"R1", "R2"}
    finally:
        await database.close()


async def test_a_connection_that_is_cut_under_a_statement_is_no_answer_and_the_next_gets_another(
    postgres_cluster: Cluster,
) -> None:
    name = postgres_cluster.create_database()
    migrate(postgres_cluster.url(name))
    database = Database(postgres_cluster.url(name))
    end = ServerStatement.of(select(func.pg_terminate_backend(func.pg_backend_pid())))
    try:
        with pytest.raises(DBAPIError) as failed:
            await database.transact(lambda connection: end.fetch(connection, {}), at_once=True)
        assert is_away(failed.value)
        await _add(database, "R1")
        assert await _who_is_there(database) == {"R1"}
    finally:
        await database.close()
        postgres_cluster.drop_database(name)


async def test_a_writer_whose_connection_was_cut_while_idle_takes_another(postgres_cluster: Cluster) -> None:
    name = postgres_cluster.create_database()
    migrate(postgres_cluster.url(name))
    database = Database(postgres_cluster.url(name))
    there = f"FROM pg_stat_activity WHERE datname = '{name}'"
    try:
        await _add(database, "R1")
        postgres_cluster.execute(f"SELECT pg_terminate_backend(pid) {there}")
        eventually(lambda: postgres_cluster.execute(f"SELECT count(*) {there}").strip() == "0")
        # What the server closed is read in the loop's next rounds.
        await turns(5)

        await _add(database, "R2")
        assert await _who_is_there(database) == {"R1", "R2"}
    finally:
        await database.close()
        postgres_cluster.drop_database(name)
