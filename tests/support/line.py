"""The line between a browser and the service, to be cut and mended mid-story, as a lift or a tunnel does."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

CHUNK_BYTES = 65_536


class Line:
    """Carries every connection to the service until it is cut; from then on nothing gets through until it is mended."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._is_cut = False
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        with self._lock:
            self._is_cut = True
            for end in list(self._open):
                _hang_up(end)

    def mend(self) -> None:
        with self._lock:
            self._is_cut = False

    def close(self) -> None:
        self.cut()
        self._listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near:
            with self._lock:
                if self._is_cut:
                    return
                self._open.add(near)
            with suppress(OSError), socket.create_connection(self._target) as far:
                with self._lock:
                    self._open.add(far)
                    if self._is_cut:
                        _hang_up(far)
                back = threading.Thread(target=_pipe, args=(far, near), daemon=True)
                back.start()
                _pipe(near, far)
                back.join()
                with self._lock:
                    self._open.discard(far)
            with self._lock:
                self._open.discard(near)


def _pipe(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(CHUNK_BYTES):
            target.sendall(chunk)
    _hang_up(target)


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


@contextmanager
def line_to(url: str) -> Iterator[Line]:
    """A line of its own to the service at `url`."""
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    line = Line(parts.hostname, parts.port)
    try:
        yield line
    finally:
        line.close()
