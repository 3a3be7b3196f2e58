"""120's own end of the callbacks in a replay: checks each signature and counts what it hears, and in which order."""

import base64
import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

from dispatch.contracts.callback import CALLBACK_MESSAGE

Json = dict[str, object]
QUIET_S = 1.0
"""Nothing heard for so long after the replay: everything has been told."""
QUIET_LIMIT_S = 15.0


class CallbackEar:
    """What has been heard so far. Safe to ask from any thread."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        self._webhook = Webhook(self.secret)
        self._lock = threading.Lock()
        self._ids: set[str] = set()
        self._last_seq: Counter[str] = Counter()
        self._by_type: Counter[str] = Counter()
        self._repeated = self._out_of_order = self._refused = 0
        self._last_at = time.monotonic()

    @property
    def settings(self) -> Mapping[str, str]:
        """What makes a service call here."""
        return {"RESCUE_CALLBACK_URL": self.url, "RESCUE_CALLBACK_SECRET": self.secret}

    def hear(self, headers: Mapping[str, str], body: bytes) -> int:
        """The HTTP status that answers this callback."""
        try:
            self._webhook.verify(body, dict(headers), json_parse=False)
            message = CALLBACK_MESSAGE.validate_json(body)
        except (WebhookVerificationError, ValueError):
            with self._lock:
                self._refused += 1
            return 400
        with self._lock:
            self._last_at = time.monotonic()
            if headers["webhook-id"] in self._ids:
                self._repeated += 1
                return 204
            self._ids.add(headers["webhook-id"])
            self._by_type[message.type] += 1
            self._out_of_order += message.data.seq != self._last_seq[message.data.incident_id] + 1
            self._last_seq[message.data.incident_id] = message.data.seq
        return 204

    def wait_until_quiet(self) -> Json:
        """What was heard in all, once nothing more comes."""
        give_up_at = time.monotonic() + QUIET_LIMIT_S
        while time.monotonic() < min(self._last_at + QUIET_S, give_up_at):
            time.sleep(0.05)
        return self.heard()

    def heard(self) -> Json:
        """What was heard so far."""
        with self._lock:
            return {
                "heard": len(self._ids),
                "repeated": self._repeated,
                "out_of_order": self._out_of_order,
                "refused": self._refused,
                "by_type": dict(sorted(self._by_type.items())),
            }


@contextmanager
def listening() -> Iterator[CallbackEar]:
    """An ear on a free port of this machine, in a thread of its own."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.ear = ear = CallbackEar(f"http://127.0.0.1:{server.server_port}/callbacks")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="callback-ear")
    thread.start()
    try:
        yield ear
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    ear: CallbackEar


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        status = self.server.ear.hear({name.lower(): value for name, value in self.headers.items()}, body)
        self.send_response(status)
        if status != 204:
            answer = json.dumps({"code": "refused"}).encode()
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
        else:
            self.end_headers()

    def log_message(self, *_: object) -> None:
        """The report says what was heard."""
