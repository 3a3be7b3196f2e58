"""Fixtures that every room's tests may use."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.service import Service, fill_database, running
from tests.support.town import Town, make_town

PROJECT = Path(__file__).parent.parent


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


@pytest.fixture(scope="session")
def filled_database(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the town in it; copied, never written to."""
    path = tmp_path_factory.mktemp("filled") / "town.sqlite3"
    fill_database(path, town)
    return path


@pytest.fixture
def town_database(filled_database: Path, tmp_path: Path) -> str:
    """The address of this test's own copy of the town's database."""
    path = tmp_path / "town.sqlite3"
    shutil.copy(filled_database, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture(scope="session")
def standing_service(town: Town, filled_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for all tests that do not mind what others have done to it."""
    folder = tmp_path_factory.mktemp("standing")
    shutil.copy(filled_database, folder / "town.sqlite3")
    with running(town, f"sqlite+aiosqlite:///{folder / 'town.sqlite3'}", folder / "service.log") as running_service:
        yield running_service


@pytest.fixture
def service(town: Town, town_database: str, tmp_path: Path) -> Iterator[Service]:
    """The real service in a process of its own, on this test's own database."""
    with running(town, town_database, tmp_path / "service.log") as running_service:
        yield running_service
