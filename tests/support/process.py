"""The real service as a process that a test may kill, end, start again and look into; same port, same database."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.service import TOKEN_SECRET, WEBHOOK_SECRET, Service
from tests.support.town import Town
from tests.support.waiting import PAUSE_S

HOST = "127.0.0.1"
END_LIMIT_S = 30.0
READY_LIMIT_S = 90.0
COMMAND = [sys.executable, "-c", "from rescue_circle.cli import main; main()", "serve"]


class ServiceProcess:
    """One after the other, several processes of one service. Ended with the test by `standing_by`."""

    def __init__(self, town: Town, database_url: str, log: Path, port: int, **settings: str) -> None:
        self.service = Service(f"http://{HOST}:{port}")
        self.log = log
        self._child: subprocess.Popen[bytes] | None = None
        self._port = port
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("RESCUE_")}
        self._environment = {
            **inherited,
            "RESCUE_DATABASE_URL": database_url,
            "RESCUE_NETWORK": str(town.network),
            "RESCUE_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "RESCUE_TOKEN_SECRET": TOKEN_SECRET,
            "RESCUE_SPOOL": str(log.with_suffix(".spool")),
            "RESCUE_HOST": HOST,
            "PYTHONFAULTHANDLER": "1",
            "RESCUE_PORT": str(port),
            **settings,
        }

    def start(self, **settings: str) -> None:
        """Start a process and return when it is ready."""
        self.launch(**settings)
        deadline = time.monotonic() + READY_LIMIT_S
        while not self._is_ready():
            assert time.monotonic() < deadline, f"not ready after {READY_LIMIT_S:g} s:\n{self._tail()}"
            time.sleep(PAUSE_S)

    def launch(self, **settings: str) -> None:
        """Start a process that may not become ready soon."""
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                COMMAND, env={**self._environment, **settings}, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    @property
    def pid(self) -> int:
        return self._running.pid

    def kill(self) -> None:
        """As a power cut does to a process: without a word."""
        self._running.send_signal(signal.SIGKILL)
        self._running.wait(END_LIMIT_S)

    def tell_to_end(self) -> None:
        self._running.send_signal(signal.SIGTERM)

    async def ended(self) -> int:
        """The exit code, once there is one; a process that hangs fails the test and says where it does."""
        try:
            return await asyncio.to_thread(self._running.wait, END_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._running.send_signal(signal.SIGABRT)
            await asyncio.to_thread(self._running.wait, END_LIMIT_S)
            raise AssertionError(f"still there after {END_LIMIT_S:g} s:\n{self._tail()}") from None

    def close(self) -> None:
        if self._child is not None and self._child.poll() is None:
            self.kill()

    def resident_bytes(self) -> int:
        """What the process holds in memory now."""
        for line in Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("the process has no memory: it has ended")

    def unsent_bytes(self) -> list[int]:
        """What the kernel holds for each connection of the service, because the other side has not taken it."""
        rows = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
        fields = [row.split() for row in rows]
        return [int(row[4].split(":")[0], 16) for row in fields if int(row[1].split(":")[1], 16) == self._port]

    @property
    def _running(self) -> "subprocess.Popen[bytes]":
        assert self._child is not None, "start it first"
        return self._child

    def _tail(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-6000:]

    def _is_ready(self) -> bool:
        assert self._running.poll() is None, f"the service ended with {self._running.returncode}:\n{self._tail()}"
        try:
            return httpx.get(f"{self.service.url}/readyz", trust_env=False, timeout=5).is_success
        except httpx.TransportError:
            return False


@contextmanager
def standing_by(town: Town, database_url: str, log: Path, port: int, **settings: str) -> Iterator[ServiceProcess]:
    """A service that the test starts itself, and that is gone afterwards."""
    process = ServiceProcess(town, database_url, log, port, **settings)
    try:
        yield process
    finally:
        process.close()
