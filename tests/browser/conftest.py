"""The browser, the built pages and the people who use them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.chromium import People, chromium
from tests.support.service import Service
from tests.support.web_build import build_web_pages


@pytest.fixture(scope="session", autouse=True)
def _web_pages() -> None:
    build_web_pages()


@pytest.fixture
def browser() -> Iterator[Browser]:
    """One for each test: it must not outlive the test's event loop, and leaves nothing to the next."""
    with chromium() as one:
        yield one


@pytest.fixture
def people(browser: Browser, service: Service) -> Iterator[People]:
    """Whoever takes part. At the end no page may have failed unseen, or asked anybody but the service."""
    crowd = People(browser, service.url)
    yield crowd
    assert crowd.faults.said == []
    assert crowd.faults.strangers == []
