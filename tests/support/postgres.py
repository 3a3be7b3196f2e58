"""A PostgreSQL with PostGIS of the tests' own: made in a folder under /tmp, on a free local port, and removed.

`fsync` is off, since no test pulls the plug of the machine; a commit still is one for every process, killed or not.
"""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.ports import HOST, free_port
from tests.support.waiting import eventually

OWNER = "rescue"
UNPRIVILEGED = ("postgres", "nobody")
MISSING = "no PostgreSQL with PostGIS: apt-get install postgresql-15-postgis-3, or the like for your system"

# Ends and removes the cluster when our end of the pipe closes, which it does however the tests end.
_KEEPER = """
"$1"/postgres -D "$2"/data & server=$!
read -r _
kill -QUIT $server
wait $server
rm -rf "$2"
"""

_CONFIGURATION = """
listen_addresses = '{host}'
port = {port}
unix_socket_directories = '{folder}'
max_connections = 100
shared_buffers = 64MB
fsync = off
full_page_writes = off
synchronous_commit = on
autovacuum = off
deadlock_timeout = 100ms
log_min_messages = warning
"""


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A running server. Its one user is a superuser with a password; every test has databases of its own."""

    programs: Path
    folder: Path
    port: int
    password: str

    def url(self, database: str, *, user: str = OWNER, password: str | None = None) -> str:
        """What RESCUE_DATABASE_URL is to be for one of its databases."""
        return f"postgresql://{user}:{password or self.password}@{HOST}:{self.port}/{database}"

    def create_database(self, template: str = "template0") -> str:
        """The name of a new database, a copy of `template`, which nobody may be connected to."""
        name = f"t_{uuid.uuid4().hex[:12]}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop_database(self, name: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def execute(self, statement: str, *, database: str = "postgres") -> str:
        """What `psql` prints for a statement, unaligned and without headers."""
        return self.run("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement, database).stdout

    def run(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """One of PostgreSQL's own programs, told where the server is."""
        address = {"PGHOST": HOST, "PGPORT": str(self.port), "PGUSER": OWNER, "PGPASSWORD": self.password}
        return subprocess.run(
            [self.programs / program, *arguments],
            env={**os.environ, **address},
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        )


def find_programs() -> Path | None:
    """The folder of the newest PostgreSQL that has PostGIS: Debian's, else the one on PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: _number(path.parent.parent))
    debian = [path.parent for path in versions if _has_postgis(Path("/usr/share/postgresql", path.parent.parent.name))]
    if debian:
        return debian[-1]
    if (pg_config := shutil.which("pg_config")) is None:
        return None
    bindir, sharedir = (
        Path(subprocess.run([pg_config, what], check=True, capture_output=True, text=True).stdout.strip())
        for what in ("--bindir", "--sharedir")
    )
    return bindir if (bindir / "initdb").exists() and _has_postgis(sharedir) else None


def get_programs() -> Path:
    """The programs, or the test skips; in continuous integration it fails."""
    programs = find_programs()
    if programs is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    return programs


@contextmanager
def running_cluster(programs: Path) -> Iterator[Cluster]:
    """A new cluster, ready; ended and removed afterwards, even where this process is killed."""
    # Not below pytest's own folder: that one only its owner may enter, and PostgreSQL refuses to run as root.
    folder = Path(tempfile.mkdtemp(prefix="rescue-circle-postgres-", dir="/tmp"))
    cluster = Cluster(programs=programs, folder=folder, port=free_port(), password=secrets.token_hex(8))
    keeper = None
    try:
        _initialise(cluster)
        with (folder / "log").open("wb") as log:
            keeper = subprocess.Popen(
                ["/bin/sh", "-c", _KEEPER, "keeper", programs, folder],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **as_unprivileged(),
            )
        _wait_until_ready(cluster)
        yield cluster
    finally:
        if keeper is not None:
            keeper.communicate()
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(cluster: Cluster) -> None:
    secret = cluster.folder / "password"
    secret.write_text(cluster.password, encoding="utf-8")
    if user := _unprivileged_user():
        for path in (cluster.folder, secret):
            os.chown(path, user.pw_uid, user.pw_gid)
    data = cluster.folder / "data"
    how = ["--no-sync", "-U", OWNER, "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8", "--locale", "C.UTF-8"]
    subprocess.run(
        [cluster.programs / "initdb", "-D", data, *how],
        check=True,
        capture_output=True,
        **as_unprivileged(),
    )
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(_CONFIGURATION.format(host=HOST, port=cluster.port, folder=cluster.folder))


def _wait_until_ready(cluster: Cluster) -> None:
    def answers() -> bool:
        try:
            cluster.execute("SELECT 1")
        except subprocess.CalledProcessError:
            return False
        return True

    eventually(answers, tell=lambda: (cluster.folder / "log").read_text(encoding="utf-8", errors="replace"))


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Whom PostgreSQL is to run as; None where we are unprivileged ourselves."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in UNPRIVILEGED if name in known)


def as_unprivileged() -> dict[str, object]:
    """How a program of the server must be started: not as root."""
    user = _unprivileged_user()
    if user is None:
        return {"cwd": "/"}
    return {"cwd": "/", "user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _has_postgis(share: Path) -> bool:
    return (share / "extension" / "postgis.control").exists()


def _number(version: Path) -> float:
    try:
        return float(version.name)
    except ValueError:
        return 0.0
