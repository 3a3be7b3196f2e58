"""Databases that a test takes away from the service and gives back: for real, each in its own way."""

import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.support.postgres import Cluster, as_unprivileged


class Breakable(Protocol):
    """A filled database. `url` is the service's, `away` lasts as long as its block."""

    @property
    def url(self) -> str: ...

    def leave(self) -> None: ...

    def come_back(self) -> None: ...


@dataclass
class LockedSqlite:
    """Another process holds the write lock: whoever writes waits for it."""

    path: Path
    _holder: sqlite3.Connection | None = None

    @property
    def url(self) -> str:
        return f"sqlite+aiosqlite:///{self.path}"

    def leave(self) -> None:
        self._holder = sqlite3.connect(self.path, isolation_level=None, timeout=20)
        self._holder.execute("BEGIN EXCLUSIVE")

    def come_back(self) -> None:
        if self._holder is not None:
            with closing(self._holder):
                self._holder.execute("ROLLBACK")
            self._holder = None


@dataclass
class StoppedPostgres:
    """The server dies without a word to anybody, and is started again."""

    cluster: Cluster
    database: str

    @property
    def url(self) -> str:
        return self.cluster.url(self.database)

    def leave(self) -> None:
        self._control("stop", "-m", "immediate")

    def come_back(self) -> None:
        if not self._is_running():
            self._control("start", "-w", "-l", str(self.cluster.folder / "log-again"))

    def _is_running(self) -> bool:
        return self._control("status", check=False) == 0

    def _control(self, what: str, *how: str, check: bool = True) -> int:
        command = [self.cluster.programs / "pg_ctl", what, "-D", self.cluster.folder / "data", *how]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.run(command, check=check, timeout=60, **quiet, **as_unprivileged()).returncode


@dataclass
class FrozenPostgres(StoppedPostgres):
    """The server hangs: connections stay open, and nothing answers."""

    _frozen: tuple[int, ...] = ()

    def leave(self) -> None:
        first = int((self.cluster.folder / "data" / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text(encoding="ascii").split()
        self._frozen = (first, *map(int, children))
        for process in self._frozen:
            os.kill(process, signal.SIGSTOP)

    def come_back(self) -> None:
        for process in self._frozen:
            os.kill(process, signal.SIGCONT)
        self._frozen = ()


@contextmanager
def given_back(database: Breakable) -> Iterator[Breakable]:
    """Whatever the test does, the database is there again afterwards."""
    try:
        yield database
    finally:
        database.come_back()
