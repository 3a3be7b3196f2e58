"""The container files, as far as they can be tried without an engine."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from rescue_circle.settings import Settings
from tests.conftest import PROJECT
from tests.support.command import command
from tests.support.postgres import Cluster


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    composed = yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))
    found: dict[str, Any] = composed["services"]
    return found


def test_the_service_waits_for_its_tables_and_they_for_the_database(services: dict[str, Any]) -> None:
    assert services["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert services["rescue-circle"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["migrate"]["restart"] == "no"
    assert all("healthcheck" in services[name] for name in ("database", "rescue-circle"))
    assert "postgis" in services["database"]["image"]


def test_only_this_machine_reaches_the_service_and_nobody_the_database(services: dict[str, Any]) -> None:
    assert [port.split(":")[0] for port in services["rescue-circle"]["ports"]] == ["127.0.0.1"]
    assert "ports" not in services["database"]


def test_no_secret_has_a_default(services: dict[str, Any]) -> None:
    for service in services.values():
        for name, value in service["environment"].items():
            if "SECRET" in name or "PASSWORD" in name:
                # 120's may be given by RESCUE_INTEGRATIONS instead: the service itself demands one of them.
                wanted = r"\$\{\w+:-\}" if name == "RESCUE_WEBHOOK_SECRET" else r"\$\{\w+:\?.+\}"
                assert re.fullmatch(wanted, value), name


def test_every_setting_is_one_that_the_service_knows(services: dict[str, Any]) -> None:
    dockerfile = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    given = set(re.findall(r"RESCUE_\w+(?==)", dockerfile)) | {
        name for service in services.values() for name in service["environment"] if name.startswith("RESCUE_")
    }

    assert given <= {f"RESCUE_{field.upper()}" for field in Settings.model_fields}
    assert len(given) > 5


def test_the_image_is_made_by_the_makefiles_own_commands() -> None:
    used = re.findall(r"\bmake (\w+)", (PROJECT / "Dockerfile").read_text(encoding="utf-8"))
    targets = re.findall(r"^(\w+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)

    assert used == ["web", "setup"]
    assert set(used) <= set(targets)


def test_the_migration_runs_with_the_address_and_the_password_as_they_are_given(
    services: dict[str, Any], postgres_cluster: Cluster, tmp_path: Path
) -> None:
    migrate = services["migrate"]
    name = postgres_cluster.create_database()
    url = migrate["environment"]["RESCUE_DATABASE_URL"]
    here = url.replace("database:5432/rescue", f"127.0.0.1:{postgres_cluster.port}/{name}")
    settings = {"RESCUE_DATABASE_URL": here, "PGPASSWORD": postgres_cluster.password}

    done = command(*migrate["command"][1:], folder=tmp_path, **settings)
    tables = postgres_cluster.execute("SELECT count(*) FROM aeds", database=name)
    postgres_cluster.drop_database(name)

    assert done.returncode == 0, done.stderr
    assert tables.strip() == "0"
