"""The pages as the running service gives them, built or not."""

from tests.support.plain_http import fetch
from tests.support.service import Service


def test_every_page_is_there_and_guarded(standing_service: Service) -> None:
    for path in ("/", "/volunteer/", "/console/", "/map/"):
        page = fetch("GET", standing_service.url + path)
        assert page.status_code == 200, path
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert page.headers["cache-control"] == "no-cache"
        assert "script-src 'self';" in page.headers["content-security-policy"]
        assert "unsafe-inline" not in page.headers["content-security-policy"]
        assert page.headers["x-content-type-options"] == "nosniff"


def test_the_interface_behind_them_answers_as_ever(standing_service: Service) -> None:
    assert fetch("GET", f"{standing_service.url}/readyz").json()["status"] == "ready"
    assert fetch("GET", f"{standing_service.url}/nothing").json()["code"] == "not_found"
    assert fetch("GET", f"{standing_service.url}/readyz").headers["cache-control"] == "no-store"
