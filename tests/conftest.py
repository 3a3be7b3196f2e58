"""Fixtures that every room's tests may use."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from registry.storage.migrating import migrate
from tests.support.gateway import FarEnd, far_end
from tests.support.ports import free_port
from tests.support.postgres import Cluster, get_programs, running_cluster
from tests.support.process import running
from tests.support.service import Service, fill_database
from tests.support.town import Town, make_town

PROJECT = Path(__file__).parent.parent
DATABASES = ("sqlite", "postgis")

# How long an example takes says how busy the machine is; speed is measured in benchmarks.
settings.register_profile("without deadlines", deadline=None)
settings.load_profile("without deadlines")


def pytest_configure(config: pytest.Config) -> None:
    # A job that a shell put in the background ignores Ctrl-C, and one under nohup the end of its terminal: so would
    # every command that tests start from there.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    config.addinivalue_line("markers", "both_databases: run on SQLite and on PostgreSQL with PostGIS")
    config.addinivalue_line("markers", "only_postgis: one of these that means nothing on SQLite")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.definition.get_closest_marker("both_databases") and "database_kind" in metafunc.fixturenames:
        is_only_postgis = metafunc.definition.get_closest_marker("only_postgis") is not None
        metafunc.parametrize("database_kind", DATABASES[1:] if is_only_postgis else DATABASES)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data; without it a test skips on a laptop and fails in continuous integration."""
    folder = Path(os.environ.get("RESCUE_DATA", PROJECT.parent / "shared" / "data"))
    if not folder.is_dir():
        reason = f"no real data at {folder}: set RESCUE_DATA to its folder"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The small town that services in tests run on."""
    return make_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def database_kind() -> str:
    """ "sqlite", or what the mark `both_databases` makes of it."""
    return "sqlite"


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """The tests' own PostgreSQL with PostGIS; where there is none a test skips, in continuous integration it fails."""
    with running_cluster(get_programs()) as cluster:
        yield cluster


@pytest.fixture
def empty_database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of this test's own with nothing in it."""
    yield from _new_database(database_kind, request, tmp_path, None)


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with the tables; copied, never written to."""
    path = tmp_path_factory.mktemp("migrated") / "empty.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_cluster: Cluster) -> str:
    """The same on PostgreSQL, by name."""
    name = postgres_cluster.create_database()
    migrate(postgres_cluster.url(name))
    return name


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of this test's own, its tables empty."""
    yield from _new_database(database_kind, request, tmp_path, "migrated")


@pytest.fixture(scope="session")
def filled_database(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with the town in it; copied, never written to."""
    path = tmp_path_factory.mktemp("filled") / "town.sqlite3"
    fill_database(f"sqlite:///{path}", town)
    return path


@pytest.fixture(scope="session")
def filled_postgres(town: Town, postgres_cluster: Cluster) -> str:
    """The same on PostgreSQL, by name."""
    name = postgres_cluster.create_database()
    fill_database(postgres_cluster.url(name), town)
    return name


@pytest.fixture
def town_database(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of this test's own copy of the town's database."""
    yield from _new_database(database_kind, request, tmp_path, "filled")


@pytest.fixture(scope="session")
def standing_sqlite(town: Town, filled_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("standing")
    shutil.copy(filled_database, folder / "town.sqlite3")
    with running(town, f"sqlite+aiosqlite:///{folder / 'town.sqlite3'}", folder / "service.log") as running_service:
        yield running_service


@pytest.fixture(scope="session")
def standing_postgis(
    town: Town, filled_postgres: str, postgres_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    url = postgres_cluster.url(postgres_cluster.create_database(filled_postgres))
    with running(town, url, tmp_path_factory.mktemp("standing") / "service.log") as running_service:
        yield running_service


@pytest.fixture
def standing_service(database_kind: str, request: pytest.FixtureRequest) -> Service:
    """One service on each kind of database for all tests that do not mind what others have done to it."""
    service: Service = request.getfixturevalue(f"standing_{database_kind}")
    return service


@pytest.fixture
def unused_tcp_port() -> int:
    """Instead of pytest-asyncio's, which another process of the same run may be given too."""
    return free_port()


@pytest.fixture
def service(town: Town, town_database: str, tmp_path: Path) -> Iterator[Service]:
    """The real service in a process of its own, on this test's own database."""
    with running(town, town_database, tmp_path / "service.log") as running_service:
        yield running_service


def _new_database(kind: str, request: pytest.FixtureRequest, folder: Path, content: str | None) -> Iterator[str]:
    """A copy of the session's `migrated` or `filled` database, or one without any tables; dropped afterwards."""
    if kind == "sqlite":
        path = folder / "town.sqlite3"
        if content:
            shutil.copy(request.getfixturevalue(f"{content}_database"), path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    name = cluster.create_database(request.getfixturevalue(f"{content}_postgres") if content else "template0")
    try:
        yield cluster.url(name)
    finally:
        cluster.drop_database(name)


@pytest.fixture
def gateway() -> Iterator[FarEnd]:
    """A gateway for SMS and calls."""
    with far_end() as end:
        yield end


@pytest.fixture
def push_service() -> Iterator[FarEnd]:
    """A browser's push service."""
    with far_end() as end:
        yield end
