"""`rescue-circle serve` as a child process: started on a free port, ready before anybody asks, ended in every case."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import typer

READY_LIMIT_S = 600.0
"""A busy machine takes minutes where another takes seconds; a process that has ended is noticed at once."""
PATIENCE_S = 20.0
"""After it somebody who waits is told what for."""
END_LIMIT_S = 10.0
HOST = "127.0.0.1"


class ServiceNotReady(RuntimeError):
    """The service did not come up; the message holds the end of its log."""


@contextmanager
def served(settings: Mapping[str, str], *, log: Path, host: str = HOST, port: int | None = None) -> Iterator[str]:
    """The address of a service with these RESCUE_* settings and no others; standard output and error go to `log`.

    host, port: where it listens; this machine must reach it at 127.0.0.1. Without a port it is a free one.

    Raises:
        ServiceNotReady: it ended, or was not ready in ten minutes; the message names its log.
    """
    port = port or find_free_port()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RESCUE_")}
    environment = {**inherited, **settings, "RESCUE_HOST": host, "RESCUE_PORT": str(port)}
    command = [sys.executable, "-c", "from rescue_circle.cli import main; main()", "serve"]
    with open(log, "wb", opener=_for_owner_alone) as output:
        # A session of its own, so that Ctrl-C reaches us alone and the service ends when we say so.
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and command
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    try:
        with _ended_by_sigterm():
            url = f"http://{HOST}:{port}"
            _wait_until_ready(child, url, log)
            yield url
    finally:
        _end(child)


def _for_owner_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _wait_until_ready(child: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    began, is_told = time.monotonic(), False
    with httpx.Client(trust_env=False, timeout=5.0) as http:
        while (waited_s := time.monotonic() - began) < READY_LIMIT_S:
            if child.poll() is not None:
                raise ServiceNotReady(
                    f"the service ended with code {child.returncode}; its log is {log}:\n{_tail(log)}"
                )
            if waited_s > PATIENCE_S and not is_told:
                is_told = True
                typer.echo(f"the service is still starting, on a busy machine for minutes; its log is {log}", err=True)
            try:
                if http.get(f"{url}/readyz").status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
    raise ServiceNotReady(f"the service was not ready after {READY_LIMIT_S:g} s; its log is {log}:\n{_tail(log)}")


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """SIGTERM to us unwinds the stack, so that the child is ended too."""

    def unwind(_number: int, _frame: object) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, unwind)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is None:
        child.terminate()
    try:
        child.wait(END_LIMIT_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _tail(log: Path, lines: int = 12) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def find_free_port(wanted: int = 0) -> int:
    """The wanted port where nobody has it, else another."""
    with socket.socket() as probe:
        # As the service will: a port whose last connections are still fading away is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError:
            probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
