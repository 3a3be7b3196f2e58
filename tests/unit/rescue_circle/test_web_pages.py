"""The files of a build as a browser is given them; a build of a few files stands for the real one."""

from pathlib import Path

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from rescue_circle.web_pages import WebPages, load_web_files, page_policy

SCRIPT = "export const word = 'ring';\n" * 200
BUILD = {
    "index.html": "<!doctype html><title>circle</title>",
    "volunteer/index.html": "<!doctype html><title>volunteer</title>",
    "volunteer/sw.js": "self.addEventListener('push', () => {});",
    "volunteer/manifest.webmanifest": "{}",
    "assets/main-3f2a.js": SCRIPT,
    ".built": "",
}


async def interface(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Stands behind the pages."""
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    build = tmp_path / "web_app"
    for name, text in BUILD.items():
        (build / name).parent.mkdir(parents=True, exist_ok=True)
        (build / name).write_text(text, encoding="utf-8")
    (tmp_path / "secret.txt").write_text("not of the build", encoding="utf-8")
    return build


@pytest.fixture
def browser(folder: Path) -> httpx.AsyncClient:
    pages = WebPages(interface, load_web_files(folder), policy=page_policy(elsewhere=["https://tiles.example/{z}.png"]))
    return httpx.AsyncClient(transport=httpx.ASGITransport(pages), base_url="http://here")


async def test_a_page_is_asked_for_anew_and_its_assets_are_kept(browser: httpx.AsyncClient) -> None:
    page, asset = await browser.get("/volunteer/"), await browser.get("/assets/main-3f2a.js")

    assert "<title>volunteer</title>" in page.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asset.headers["content-type"] == "text/javascript; charset=utf-8"


async def test_a_page_may_run_and_load_only_what_this_service_gives(browser: httpx.AsyncClient) -> None:
    policy = (await browser.get("/")).headers["content-security-policy"]

    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "connect-src 'self' https://tiles.example;" in policy
    assert "frame-ancestors 'none'" in policy
    assert "{z}" not in policy


def test_streams_of_the_public_address_are_let_through_by_name() -> None:
    assert "connect-src 'self' wss://circle.example:8443;" in page_policy(public_url="https://circle.example:8443/")


async def test_who_holds_the_file_is_told_so(browser: httpx.AsyncClient) -> None:
    first = await browser.get("/volunteer/")
    again = await browser.get("/volunteer/", headers={"if-none-match": first.headers["etag"]})

    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]


async def test_a_script_goes_out_compressed_to_whom_it_may(browser: httpx.AsyncClient) -> None:
    packed = await browser.get("/assets/main-3f2a.js", headers={"accept-encoding": "gzip"})
    plain = await browser.get("/assets/main-3f2a.js", headers={"accept-encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(SCRIPT) / 10
    assert "content-encoding" not in plain.headers
    assert packed.text == plain.text == SCRIPT


async def test_the_worker_and_the_manifest_are_what_a_browser_wants_them_to_be(browser: httpx.AsyncClient) -> None:
    worker, manifest = await browser.get("/volunteer/sw.js"), await browser.get("/volunteer/manifest.webmanifest")

    assert worker.headers["cache-control"] == "no-cache"
    assert worker.headers["service-worker-allowed"] == "/volunteer/"
    assert manifest.headers["content-type"] == "application/manifest+json"


async def test_a_page_without_its_slash_is_found(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/volunteer?lang=en")

    assert answer.status_code == 308
    assert answer.headers["location"] == "/volunteer/?lang=en"


@pytest.mark.parametrize(
    "path", ["/secret.txt", "/../secret.txt", "/assets/../../secret.txt", "/assets/%2e%2e/%2e%2e/secret.txt", "/.built"]
)
async def test_no_other_file_is_given(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(path)).status_code == 418


async def test_what_is_no_page_is_the_interfaces(browser: httpx.AsyncClient) -> None:
    assert (await browser.post("/")).status_code == 418
    assert (await browser.get("/api/aeds")).status_code == 418
    assert (await browser.head("/")).headers["content-length"] == str(len(BUILD["index.html"]))


async def test_without_a_build_the_pages_say_how_to_make_one(tmp_path: Path) -> None:
    pages = WebPages(interface, load_web_files(tmp_path / "nothing"), policy=page_policy())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(pages), base_url="http://here") as browser:
        page = await browser.get("/console/")

    assert "make web" in page.text
    assert "unsafe" not in page.headers["content-security-policy"]
