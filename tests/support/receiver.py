"""The far end of callbacks, 120's or the operation centre's: a real HTTP server that can misbehave as told."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pydantic import TypeAdapter
from standardwebhooks import Webhook

from dispatch.contracts.callback import CALLBACK_MESSAGE

CALLBACK_SECRET = "whsec_dGVzdHMtb25seS1zZWNyZXQtb2YtY2FsbGJhY2tz"


class Misbehaviour(Enum):
    HANG = "no answer until the caller gives up"
    CLOSE = "the connection closed in its face"
    DRIP = "an answer whose body never ends"


@dataclass(frozen=True, kw_only=True)
class Reply:
    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One request with a good signature. number: how often this id has come, from 1; at: monotonic seconds."""

    callback_id: str
    number: int
    path: str
    message: dict[str, Any]
    taken: bool
    at: float

    @property
    def kind(self) -> str:
        return str(self.message["type"]).removeprefix("incident.")

    @property
    def seq(self) -> int:
        return int(self.message["data"]["seq"])

    @property
    def cad_ref(self) -> str | None:
        return self.message["data"].get("cad_ref")  # type: ignore[no-any-return]


Behaviour = Callable[[str, dict[str, Any], int], Reply | Misbehaviour]
"""From the callback's kind, its data and the number of the attempt to what the receiver does."""


def well(_kind: str, _data: dict[str, Any], _number: int) -> Reply:
    return Reply()


class Receiver:
    """`attempts`: all requests in the order of their arrival; `faults`: what was wrong with any of them."""

    def __init__(self, url: str, contract: TypeAdapter[Any]) -> None:
        self.url = url
        self.contract = contract
        self.behave: Behaviour = well
        self.attempts: list[Attempt] = []
        self.faults: list[str] = []
        self.over = threading.Event()
        self._lock = threading.Lock()

    @property
    def settings(self) -> dict[str, str]:
        """The service calls back here, waits as long as a busy machine takes, and soon tries again: tests are short."""
        return {
            "RESCUE_CALLBACK_URL": self.url,
            "RESCUE_CALLBACK_SECRET": CALLBACK_SECRET,
            "RESCUE_CALLBACK_RETRY_S": "0.05",
            "RESCUE_CALLBACK_TIMEOUT_S": "30",
        }

    def taken(self, cad_ref: str | None = None) -> list[Attempt]:
        """What was answered with 2xx, in order."""
        return [one for one in list(self.attempts) if one.taken and cad_ref in {None, one.cad_ref}]

    def kinds(self, cad_ref: str | None = None) -> list[str]:
        return [one.kind for one in self.taken(cad_ref)]

    def receive(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply | Misbehaviour:
        try:
            message = Webhook(CALLBACK_SECRET).verify(body, dict(headers))
            self.contract.validate_json(body)
        except Exception as error:
            self.faults.append(repr(error))
            return Reply(status=400)
        callback_id = headers["webhook-id"]
        with self._lock:
            number = 1 + sum(one.callback_id == callback_id for one in self.attempts)
            reply = self.behave(message["type"].removeprefix("incident."), message["data"], number)
            taken = isinstance(reply, Reply) and 200 <= reply.status < 300
            self.attempts.append(
                Attempt(
                    callback_id=callback_id,
                    number=number,
                    path=path,
                    message=message,
                    taken=taken,
                    at=time.monotonic(),
                )
            )
        return reply


@contextmanager
def receiving(contract: TypeAdapter[Any] = CALLBACK_MESSAGE) -> Iterator[Receiver]:
    """A receiver on a free port. contract: of the messages that it is to be sent."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.receiver = receiver = Receiver(f"http://127.0.0.1:{server.server_port}/callbacks", contract)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
    assert not receiver.faults, receiver.faults


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    receiver: Receiver

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is what some tests want."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        reply = self.server.receiver.receive(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
        if isinstance(reply, Reply):
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status != 204:
                self.send_header("content-length", "0")
            self.end_headers()
            return
        self.close_connection = True
        if reply is Misbehaviour.HANG:
            self.server.receiver.over.wait(30)
        elif reply is Misbehaviour.DRIP:
            self.send_response(500)
            self.send_header("content-length", "100")
            self.end_headers()
            self.wfile.write(json.dumps({}).encode())
            self.server.receiver.over.wait(30)

    def do_GET(self) -> None:
        self.server.receiver.faults.append(f"GET {self.path}: a redirect was followed")
        self.send_error(404)

    def log_message(self, *_: Any) -> None:
        """Quiet."""
