"""The browser, the built pages and the people who use them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.chromium import People, chromium
from tests.support.process import running
from tests.support.service import Service
from tests.support.stories import hire
from tests.support.town import Town
from tests.support.web_build import build_web_pages


@pytest.fixture(scope="session", autouse=True)
def _web_pages() -> None:
    build_web_pages()


@pytest.fixture
def staffed_database(town_database: str) -> str:
    """The town's database with an account for the desk."""
    hire(town_database)
    return town_database


@pytest.fixture
def service(town: Town, staffed_database: str, tmp_path: Path) -> Iterator[Service]:
    """The real service with the built pages, in a process of its own."""
    with running(town, staffed_database, tmp_path / "service.log") as running_service:
        yield running_service


@pytest.fixture
def browser() -> Iterator[Browser]:
    """One for each test, made after the service, whose making wants the event loop; it leaves nothing to the next."""
    with chromium() as one:
        yield one


@pytest.fixture
def people(service: Service, browser: Browser) -> Iterator[People]:
    """Whoever takes part. At the end no page may have failed unseen, or asked anybody but the service."""
    crowd = People(browser, service.url)
    yield crowd
    assert crowd.faults.said == []
    assert crowd.faults.strangers == []
