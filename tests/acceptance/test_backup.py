"""A backup made in the middle of a call, with the commands of the guide, brings the call back."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from tests.acceptance.test_documents import block
from tests.conftest import PROJECT
from tests.support.phone import phone_of
from tests.support.postgres import Cluster
from tests.support.process import running
from tests.support.service import call
from tests.support.town import Town

pytestmark = pytest.mark.both_databases
GUIDE = "docs/backup-and-restore.md"
Shell = Callable[..., None]


@pytest.fixture
def shell(tmp_path: Path, database_kind: str, request: pytest.FixtureRequest) -> Shell:
    """Runs a block of the guide in a folder whose `.venv` is this one."""
    path = os.environ["PATH"]
    if database_kind == "postgis":
        cluster: Cluster = request.getfixturevalue("postgres_cluster")
        path = f"{cluster.programs}:{path}"
    (tmp_path / ".venv").symlink_to(Path(sys.prefix))

    def run(of: str, **variables: str) -> None:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block(GUIDE, of)],
            env={**os.environ, "PATH": path, "PYTHONPATH": str(PROJECT), **variables},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    return run


@pytest.fixture
def kept(town_database: str, database_kind: str, tmp_path: Path, shell: Shell) -> tuple[Shell, Shell]:
    """How this database is backed up and restored."""
    backup = str(tmp_path / "backup")
    if database_kind == "sqlite":
        file = make_url(town_database).database or ""

        def restore() -> None:
            Path(file).write_bytes(b"the disk is broken")
            shell("sqlite-restore", database=file, backup=backup)

        return lambda: shell("sqlite-backup", database=file, backup=backup), restore
    name = f"{make_url(town_database).database}_restored"
    restored, server = (
        make_url(town_database).set(database=database).render_as_string(hide_password=False)
        for database in (name, "postgres")
    )
    return (
        lambda: shell("postgres-backup", url=town_database, backup=backup),
        lambda: shell("postgres-restore", backup=backup, server=server, restored=restored, name=name),
    )


async def test_a_call_goes_on_from_a_backup_made_in_its_middle(
    town: Town, town_database: str, database_kind: str, kept: tuple[Shell, Shell], tmp_path: Path
) -> None:
    back_up, restore = kept
    with running(town, town_database, tmp_path / "first.log") as service:
        async with phone_of(service, "r00") as accepting, phone_of(service, "r01") as late:
            incident_id = service.post_call(call()).json()["incident_id"]
            alert = await accepting.expect("alert")
            late_alert = await late.expect("alert")
            await accepting.ask("accept", alert_id=alert["alert_id"])
            back_up()
            await late.ask("accept", alert_id=late_alert["alert_id"])
            await late.expect("assignment")
            before = late.last_seq
    restore()
    url = town_database if database_kind == "sqlite" else f"{town_database}_restored"

    with running(town, url, tmp_path / "second.log") as service:
        async with phone_of(service, "r00") as accepting, phone_of(service, "r01", last_seq=before) as late:
            states = {one["rescuer_id"]: one["state"] for one in service.get(f"/api/incidents/{incident_id}")["alerts"]}
            (welcome,) = (frame for frame in late.frames if frame["type"] == "welcome")
            again = await late.ask("accept", alert_id=late_alert["alert_id"])
            arrived = await accepting.ask("arrived", alert_id=alert["alert_id"])
            assignment = await late.expect("assignment")

    assert (states["r00"], states["r01"]) == ("accepted", "ringing"), "as it was when the backup was made"
    assert welcome["last_seq"] < before
    assert again["ok"]
    assert arrived["ok"]
    assert assignment["seq"] == welcome["last_seq"] + 1
