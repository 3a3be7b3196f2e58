"""Processes that are measured: our service, the floor, the peer; and the databases beneath them."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.support.postgres import Cluster, find_programs, running_cluster

HOST = "127.0.0.1"
BUILD_RUN = Path("build/bench/run")
"""Databases, logs and whatever else a run leaves behind; the next one begins with an empty folder."""
READY_LIMIT_S = 120.0
WEBHOOK_SECRET = "whsec_YmVuY2htYXJrcy1vbmx5LXNlY3JldC1vZi0xMjA="  # noqa: S105 - signs nothing but invented calls
TOKEN_SECRET = "benchmarks-only-secret-for-signing-tokens"  # noqa: S105


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running process and its address."""

    url: str
    pid: int

    @property
    def websocket_url(self) -> str:
        return self.url.replace("http://", "ws://")

    def memory_mb(self) -> float:
        """Resident memory as Linux counts it."""
        for line in Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024.0
        raise RuntimeError(f"process {self.pid} has gone")


@contextmanager
def service(
    database_url: str, network: Path, log: Path, *, program: Path | None = None, **settings: str
) -> Iterator[Server]:
    """`rescue-circle serve` on this database. program: another `rescue-circle` than the one beside this Python."""
    port = free_port()
    environment = {**service_environment(database_url, network), **settings, "RESCUE_PORT": str(port)}
    command = [str(program or Path(sys.executable).with_name("rescue-circle")), "serve"]
    with _running(command, environment, port, "/readyz", log) as server:
        yield server


def service_environment(database_url: str, network: Path) -> dict[str, str]:
    """This process's environment, and what a service needs of settings but its port."""
    return _without_settings() | {
        "RESCUE_DATABASE_URL": database_url,
        "RESCUE_NETWORK": str(network),
        "RESCUE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "RESCUE_TOKEN_SECRET": TOKEN_SECRET,
        "RESCUE_HOST": HOST,
    }


@contextmanager
def module(name: str, log: Path, **arguments: str) -> Iterator[Server]:
    """A server of this folder, `benchmarks.floor` or `benchmarks.peer`, told its arguments by the environment."""
    port = free_port()
    environment = {**{f"BENCH_{key.upper()}": value for key, value in arguments.items()}, "BENCH_PORT": str(port)}
    command = [sys.executable, "-m", f"benchmarks.{name}"]
    with _running(command, {**_without_settings(), **environment}, port, "/healthz", log) as server:
        yield server


@contextmanager
def durable_cluster() -> Iterator[Cluster | None]:
    """A PostGIS whose commits wait for the disk, as in production; None where it is not installed."""
    programs = find_programs()
    if programs is None:
        yield None
        return
    with running_cluster(programs) as cluster:
        for setting in ("fsync = on", "full_page_writes = on", "synchronous_commit = on", "autovacuum = on"):
            cluster.execute(f"ALTER SYSTEM SET {setting}")
        cluster.execute("SELECT pg_reload_conf()")
        deadline = time.monotonic() + 10.0
        while cluster.execute("SHOW fsync").strip() != "on":
            assert time.monotonic() < deadline, "PostgreSQL did not take fsync = on"
            time.sleep(0.1)
        yield cluster


def new_database(cluster: Cluster) -> str:
    """The URL of a database of this cluster, empty but for PostGIS."""
    name = cluster.create_database()
    cluster.execute("CREATE EXTENSION IF NOT EXISTS postgis", database=name)
    return cluster.url(name)


@contextmanager
def redis(log: Path) -> Iterator[str | None]:
    """A Redis of its own that keeps nothing; None where it is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        yield None
        return
    port = free_port()
    options = ["--port", str(port), "--bind", HOST, "--save", "", "--appendonly", "no", "--daemonize", "no"]
    with log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603 - the program that we found
            [program, *options], stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd=log.parent
        )
        try:
            _wait(lambda: _accepts(port), child, log)
            yield f"redis://{HOST}:{port}"
        finally:
            _end(child)


@contextmanager
def _running(command: list[str], environment: Mapping[str, str], port: int, ready: str, log: Path) -> Iterator[Server]:
    with log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and code
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    url = f"http://{HOST}:{port}"
    try:
        _wait(lambda: answers(url + ready), child, log)
        yield Server(url=url, pid=child.pid)
    finally:
        _end(child)


def _without_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("RESCUE_", "BENCH_"))}


def _wait(is_ready: Callable[[], bool], child: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + READY_LIMIT_S
    while time.monotonic() < deadline:
        if child.poll() is not None:
            break
        if is_ready():
            return
        time.sleep(0.1)
    tail = log.read_text(encoding="utf-8", errors="replace")[-2000:]
    raise RuntimeError(f"{child.args!r} did not come up:\n{tail}")


def answers(url: str) -> bool:
    """Whether a server is there and says yes."""
    try:
        return httpx.get(url, trust_env=False, timeout=5.0).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _end(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is None:
        child.terminate()
    try:
        child.wait(15.0)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
