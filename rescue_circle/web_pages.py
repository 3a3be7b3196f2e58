"""Serves the built web pages: the files of one folder, read once, and no path that is not one of them.

A page's policy lets it load from this service only (and map tiles from the one place that the settings name), and run
no script or style that stands in the page itself.
"""

import asyncio
import gzip
import hashlib
import mimetypes
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

FOLDER = Path(__file__).parent / "web_app"
INDEX = "index.html"
PAGES = ("/", "/volunteer/", "/console/", "/map/")
"""What there is in every build."""

FOREVER = "public, max-age=31536000, immutable"
"""For files whose name changes with their content."""
ASK_FIRST = "no-cache"

LEAST_COMPRESSED_BYTES = 1_000
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".pbf": "application/x-protobuf",
}
"""By name, since what a machine's own table says of them differs."""
PACKED = frozenset({".png", ".jpg", ".webp", ".woff2", ".mp3", ".ogg", ".m4a"})

NOT_BUILT = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>Rescue Circle</title></head><body>
<h1>网页尚未生成</h1>
<p>请在源码目录运行 <code>make web</code>，然后重启服务。</p>
<p lang="en">The web pages are not built yet: run <code>make web</code> in the source tree and start the service anew.
The interface works without them: <a href="/openapi.json">openapi.json</a> describes it.</p>
</body></html>
"""


@dataclass(frozen=True, kw_only=True)
class WebFile:
    """content_type, caching: as the headers say; headers: more of them. etag: changes with the content."""

    path: str
    body: bytes = field(repr=False)
    content_type: str
    caching: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:24]}"'

    @cached_property
    def gzipped(self) -> bytes | None:
        """None where it would not be worth it."""
        if len(self.body) < LEAST_COMPRESSED_BYTES or Path(self.path).suffix in PACKED:
            return None
        return gzip.compress(self.body, 9, mtime=0)

    @property
    def is_page(self) -> bool:
        return self.content_type.startswith("text/html")


def load_web_files(folder: Path = FOLDER) -> dict[str, WebFile]:
    """Every file of the build by the path it is asked for; without a build pages that say how to make one."""
    if not (folder / INDEX).is_file():
        return {page: _file(page, NOT_BUILT.encode(), INDEX) for page in PAGES}
    found = {}
    for file in sorted(folder.rglob("*")):
        inside = file.relative_to(folder).as_posix()
        if not file.is_file() or any(part.startswith(".") for part in Path(inside).parts):
            continue
        path = f"/{inside.removesuffix(INDEX)}" if file.name == INDEX else f"/{inside}"
        found[path] = _file(path, file.read_bytes(), file.name)
    return found


def page_policy(*, elsewhere: Iterable[str] = (), public_url: str = "") -> str:
    """The Content-Security-Policy of every page. elsewhere: addresses of map tiles from somewhere else.

    public_url: where phones open the pages; older browsers do not take a stream there for the page's own origin.
    """
    streams = f" {origin_of(public_url).replace('http', 'ws', 1)}" if public_url else ""
    tiles = "".join(f" {origin}" for origin in sorted({origin_of(url) for url in elsewhere}))
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": f"'self' data: blob:{tiles}",
        "font-src": "'self'",
        "media-src": "'self' data: blob:",
        "connect-src": f"'self'{streams}{tiles}",
        "worker-src": "'self'",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL template such as `https://tiles.example/{z}/{x}/{y}.png`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class WebPages:
    """In front of the interface: answers what is a file of the build, and passes everything else on."""

    def __init__(self, app: ASGIApp, files: Mapping[str, WebFile], *, policy: str) -> None:
        self._app = app
        self._files = files
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
        elif file := self._files.get(scope["path"]):
            await self._give(file, scope, send)
        elif f"{scope['path']}/" in self._files:
            await _send(send, 308, {"location": _with_slash(scope)}, b"")
        else:
            await self._app(scope, receive, send)

    async def _give(self, file: WebFile, scope: Scope, send: Send) -> None:
        asked = Headers(scope=scope)
        headers = {**file.headers, "cache-control": file.caching, "etag": file.etag, "vary": "accept-encoding"}
        if file.is_page:
            headers["content-security-policy"] = self._policy
            headers["permissions-policy"] = "geolocation=(self), camera=(), microphone=(), payment=()"
        if file.path.endswith("sw.js"):
            headers["service-worker-allowed"] = "/volunteer/"
        if file.etag in asked.get("if-none-match", ""):
            await _send(send, 304, headers, b"")
            return
        headers["content-type"] = file.content_type
        body = file.body
        if "gzip" in asked.get("accept-encoding", ""):
            # In a thread, for its first reader: a call must not wait for a compressor.
            packed = file.__dict__.get("gzipped") or await asyncio.to_thread(lambda: file.gzipped)
            if packed is not None:
                headers["content-encoding"] = "gzip"
                body = packed
        headers["content-length"] = str(len(body))
        await _send(send, 200, headers, b"" if scope["method"] == "HEAD" else body)


async def _send(send: Send, status: int, headers: Mapping[str, str], body: bytes) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


def _with_slash(scope: Scope) -> str:
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{scope['path']}/" + (f"?{query}" if query else "")


def _file(path: str, body: bytes, name: str) -> WebFile:
    suffix = Path(name).suffix
    return WebFile(
        path=path,
        body=body,
        content_type=TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream",
        caching=FOREVER if path.startswith("/assets/") else ASK_FIRST,
    )
