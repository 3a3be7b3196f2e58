"""The real service as a process that a test may kill, end, start again and look into; same port, same database."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx

from tests.support.command import started
from tests.support.plain_http import fetch
from tests.support.ports import HOST, free_port
from tests.support.service import TOKEN_SECRET, WEBHOOK_SECRET, Service
from tests.support.town import Town
from tests.support.waiting import eventually

END_LIMIT_S = 60.0

RESTLESS = {"RESCUE_POLICY_DECLINE_REST_S": "0", "RESCUE_POLICY_REST_S": "0"}
"""Settings of a service whose few volunteers are rung again and again, whatever they have said before."""


class ServiceProcess:
    """One after the other, several processes of one service. Ended with the test by `standing_by`."""

    def __init__(self, town: Town, database_url: str, log: Path, port: int, **settings: str) -> None:
        self.service = Service(f"http://{HOST}:{port}")
        self.log = log
        log.touch()
        self._child: ForkServerProcess | None = None
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
            "RESCUE_PORT": str(port),
            **settings,
        }

    def start(self, **settings: str) -> None:
        """Start a process and return when it is ready."""
        self.launch(**settings)
        eventually(self._is_ready, tell=self._tail)

    def launch(self, **settings: str) -> None:
        """Start a process that may not become ready soon."""
        environment = {**self._environment, **settings}
        self._child = started(
            "serve", environment=environment, folder=self.log.parent, output=self.log, errors=self.log
        )

    @property
    def pid(self) -> int:
        assert self._running.pid
        return self._running.pid

    def kill(self) -> None:
        """As a power cut does to a process: without a word."""
        self.strike()
        self._wait()

    def strike(self) -> None:
        """It does nothing any more from now on; until it is gone takes as long as the machine takes."""
        self._running.kill()

    def end(self) -> None:
        """Tell it to, and wait until everything it gathered is written."""
        self.tell_to_end()
        self._wait()

    def tell_to_end(self) -> None:
        self._running.terminate()

    async def ended(self) -> int:
        """The exit code, once there is one."""
        return await asyncio.to_thread(self._wait)

    def close(self) -> None:
        if self._child is not None:
            self.kill()

    def resident_bytes(self) -> int:
        """What the process holds in memory now."""
        for line in Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("the process has no memory: it has ended")

    def unsent_bytes(self) -> dict[int, int]:
        """What the kernel holds for each connection of the service since nobody took it, by the other side's port."""
        rows = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
        fields = [row.split() for row in rows]
        ours = [row for row in fields if int(row[1].split(":")[1], 16) == self._port]
        return {int(row[2].split(":")[1], 16): int(row[4].split(":")[0], 16) for row in ours}

    @property
    def _running(self) -> ForkServerProcess:
        assert self._child is not None, "start it first"
        return self._child

    def _wait(self) -> int:
        """A process that hangs fails the test and says where it does."""
        self._running.join(END_LIMIT_S)
        if self._running.exitcode is None:
            os.kill(self.pid, signal.SIGABRT)
            self._running.join()
            raise AssertionError(f"still there after {END_LIMIT_S:g} s:\n{self._tail()}")
        return self._running.exitcode

    def _tail(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-6000:]

    def _is_ready(self) -> bool:
        assert self._running.exitcode is None, f"the service ended with {self._running.exitcode}:\n{self._tail()}"
        try:
            return fetch("GET", f"{self.service.url}/readyz").is_success
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


@contextmanager
def running(town: Town, database_url: str, log: Path, **settings: str) -> Iterator[Service]:
    """The service on this database, ready, and told to end afterwards."""
    with standing_by(town, database_url, log, free_port(), **settings) as process:
        process.start()
        yield process.service
        process.end()
