"""An HTTP server on loopback that answers what is posted to it: the common ground of the stand-ins for the far ends."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol, TypeVar


@dataclass(frozen=True)
class Posted:
    """headers: by names in small letters."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class FarEnd(Protocol):
    """Who stands there."""

    def answer(self, posted: Posted) -> tuple[int, bytes]:
        """Status and body of the answer."""


End = TypeVar("End", bound=FarEnd)


@contextmanager
def serving(make_end: Callable[[str], End]) -> Iterator[End]:
    """The far end that `make_end` makes of the server's own address; it answers until the end of the block."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        end = make_end(f"http://127.0.0.1:{server.server_port}")

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, told = end.answer(Posted(self.path, headers, body))
                self.send_response(status)
                self.send_header("content-length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        server.RequestHandlerClass = Handler
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield end
        finally:
            server.shutdown()
            thread.join()
