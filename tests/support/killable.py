"""The real service as a process that a test may kill without warning."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.service import TOKEN_SECRET, WEBHOOK_SECRET, Service
from tests.support.town import Town
from tests.support.waiting import eventually


@contextmanager
def killable(
    town: Town, database_url: str, log: Path, **settings: str
) -> Iterator[tuple[Service, "subprocess.Popen[bytes]"]]:
    """A service that is ready, and its process, which is killed in any case."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("RESCUE_")},
        "RESCUE_DATABASE_URL": database_url,
        "RESCUE_NETWORK": str(town.network),
        "RESCUE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "RESCUE_TOKEN_SECRET": TOKEN_SECRET,
        "RESCUE_PORT": str(port),
        **settings,
    }
    command = [sys.executable, "-c", "from rescue_circle.cli import main; main()", "serve"]
    with log.open("wb") as output:
        child = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    service = Service(f"http://127.0.0.1:{port}")
    try:
        eventually(lambda: _is_ready(service) or child.poll() is not None)
        assert child.poll() is None, log.read_text(encoding="utf-8")
        yield service, child
    finally:
        child.kill()
        child.wait()


def _is_ready(service: Service) -> bool:
    try:
        return httpx.get(f"{service.url}/readyz", trust_env=False).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
