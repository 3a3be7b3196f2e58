"""The pages as the running service gives them, built or not."""

from pathlib import Path

from tests.support.plain_http import fetch
from tests.support.process import running
from tests.support.service import Service
from tests.support.town import Town


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


def test_the_emblem_of_whoever_runs_the_service_is_served_without_anything_in_it_running(
    town: Town, town_database: str, tmp_path: Path
) -> None:
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7z"/></svg>'
    emblem = tmp_path / "emblem.svg"
    emblem.write_text(drawing, encoding="utf-8")

    with running(town, town_database, tmp_path / "log", RESCUE_EMBLEM=str(emblem)) as service:
        served = fetch("GET", f"{service.url}/emblem")
        again = fetch("GET", f"{service.url}/emblem", headers={"if-none-match": served.headers["etag"]})

    assert served.text == drawing
    assert served.headers["content-type"] == "image/svg+xml"
    assert served.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in served.headers["content-security-policy"]
    assert "default-src 'none'" in served.headers["content-security-policy"]
    assert again.status_code == 304
