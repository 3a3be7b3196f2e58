"""Phones that talk and never read: plain sockets with a small receive buffer."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from websockets.client import ClientProtocol
from websockets.uri import parse_uri

from dispatch.access.tokens import Access
from tests.support.service import Service

RECEIVE_BUFFER_BYTES = 4096
END_OF_HEAD = b"\r\n\r\n"


class DeafPhone:
    """Its stream is open and said hello; nothing of what comes is ever read."""

    def __init__(self, service: Service, kind: str, token: str) -> None:
        self._protocol = ClientProtocol(parse_uri(f"{service.websocket_url}/streams/{kind}"))
        host, _, port = service.url.removeprefix("http://").partition(":")
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        self.socket.settimeout(30)
        self.socket.connect((host, int(port)))
        self._protocol.send_request(self._protocol.connect())
        self._flush()
        head = b""
        while not head.endswith(END_OF_HEAD):
            head += self.socket.recv(1)
        self._protocol.receive_data(head)
        self.say(json.dumps({"type": "hello", "token": token, "last_seq": 0}))

    def say(self, text: str) -> None:
        self._protocol.send_text(text.encode())
        self._flush()

    def ping(self) -> None:
        self._protocol.send_ping(b"x" * 125)
        self._flush()

    def _flush(self) -> None:
        self.socket.sendall(b"".join(self._protocol.data_to_send()))

    def read_to_the_end(self) -> None:
        """Take what is still there, until the connection ends or is found reset."""
        while self.socket.recv(65536):
            pass


@contextmanager
def deaf_phone_of(service: Service, rescuer_id: str) -> Iterator[DeafPhone]:
    with _closing(DeafPhone(service, "volunteer", service.token(Access.VOLUNTEER, rescuer_id))) as phone:
        yield phone


@contextmanager
def deaf_console_of(service: Service) -> Iterator[DeafPhone]:
    with _closing(DeafPhone(service, "dispatcher", service.token(Access.DISPATCHER))) as console:
        yield console


@contextmanager
def _closing(phone: DeafPhone) -> Iterator[DeafPhone]:
    try:
        yield phone
    finally:
        phone.socket.close()
