"""The container files, as far as they can be tried without an engine."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry.exporters.gis_reader import ROLE
from rescue_circle.settings import Settings
from tests.conftest import PROJECT
from tests.support.command import command
from tests.support.postgres import Cluster


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    composed = yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))
    found: dict[str, Any] = composed["services"]
    return found


def is_given(file: str) -> bool:
    """Whether the engine is given this file of the source tree: the last pattern that it matches decides."""
    given = True
    for line in (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.removeprefix("!")
        if line and not line.startswith("#") and _matches(pattern, file):
            given = line.startswith("!")
    return given


def _matches(pattern: str, file: str) -> bool:
    parts = re.escape(pattern).replace(r"\*\*/", "(?:[^/]+/)*").replace(r"\*", "[^/]*")
    return re.fullmatch(f"{parts}(?:/.*)?", file) is not None


def test_the_service_waits_for_its_tables_and_they_for_the_database(services: dict[str, Any]) -> None:
    assert services["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert services["rescue-circle"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["migrate"]["restart"] == "no"
    assert all("healthcheck" in services[name] for name in ("database", "rescue-circle"))
    assert "postgis" in services["database"]["image"]


def test_only_this_machine_reaches_the_service_and_nobody_the_database(services: dict[str, Any]) -> None:
    assert [port.split(":")[0] for port in services["rescue-circle"]["ports"]] == ["127.0.0.1"]
    assert "ports" not in services["database"]


def test_only_this_machine_reaches_the_map_service_and_it_reads_the_views_alone(services: dict[str, Any]) -> None:
    ogc = services["ogc"]
    assert [port.split(":")[0] for port in ogc["ports"]] == ["127.0.0.1"]
    assert ogc["environment"]["POSTGRES_USER"] == ROLE
    assert ogc["environment"]["TIPG_DB_SCHEMAS"] == '["gis"]'
    assert ogc["depends_on"] == {"gis-reader": {"condition": "service_completed_successfully"}}
    assert (PROJECT / ogc["build"]["dockerfile"]).is_file()


def test_a_proxy_of_the_compose_network_is_believed(services: dict[str, Any]) -> None:
    composed = yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))
    (network,) = composed["networks"]["default"]["ipam"]["config"]
    given = services["rescue-circle"]["environment"]["RESCUE_TRUSTED_PROXIES"]

    assert re.fullmatch(r"\$\{RESCUE_TRUSTED_PROXIES:-(.*)\}", given)
    assert network["subnet"] in given


def test_no_secret_has_a_default(services: dict[str, Any]) -> None:
    for service in services.values():
        for name, value in service["environment"].items():
            if "SECRET" in name or "PASSWORD" in name:
                # 120's may be given by RESCUE_INTEGRATIONS instead: the service itself demands one of them. Maps' own
                # is asked for by its command.
                is_asked_later = name in {"RESCUE_WEBHOOK_SECRET", "GIS_PASSWORD"}
                wanted = r"\$\{\w+:-\}" if is_asked_later else r"\$\{\w+:\?.+\}"
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

    assert used == ["web", "runtime"]
    assert set(used) <= set(targets)


def test_the_image_holds_the_services_environment_and_nothing_that_made_it() -> None:
    *_, last = re.split(r"^FROM ", (PROJECT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)

    assert re.findall(r"^COPY (.+)$", last, re.MULTILINE) == ["--from=service /srv/rescue-circle/.venv .venv"]
    assert re.findall(r"^RUN (\w+)", last, re.MULTILINE) == ["useradd"]


def test_an_image_is_started_from_where_its_environment_was_made(services: dict[str, Any]) -> None:
    dockerfile = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    started = [*re.findall(r'"(/srv/[^"]+)"', dockerfile), services["migrate"]["command"][0]]
    healthy = services["rescue-circle"]["healthcheck"]["test"][1]

    assert re.findall(r"RUNTIME=(\S+)", dockerfile) == [".venv"]
    assert set(started) == {"/srv/rescue-circle/.venv/bin/rescue-circle"}
    assert healthy == "/srv/rescue-circle/.venv/bin/python"


def test_an_image_is_given_what_it_is_made_of() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    files = [
        *("Makefile", "pyproject.toml", project["project"]["readme"], *project["project"]["license-files"]),
        *(
            "requirements/build.txt",
            "requirements/runtime.txt",
            "requirements/ogc.txt",
            "scripts/make_venv.sh",
            "scripts/build_web.sh",
        ),
        *(
            "docs/generated/openapi.json",
            "web/package-lock.json",
            "web/src/shared/api.ts",
            "geo/data/mainland_china.json",
        ),
        *(
            "planner/page/report.html",
            "registry/migrations/env.py",
            *(f"{package}/__init__.py" for package in packages),
        ),
    ]

    assert [file for file in files if not (PROJECT / file).is_file()] == []
    assert [file for file in files if not is_given(file)] == []


@pytest.mark.parametrize(
    "file",
    [
        *(".env", ".git/config", ".venv/bin/python", "data/city.net", "data/integrations.toml", "city.sqlite3"),
        *("build/bench.json", "tests/conftest.py", "benchmarks/load.py", "findings/one.py", "docs/operations.md"),
        *("requirements/dev.txt", "requirements/peers.txt", "docker-compose.yml", "README.zh-CN.md"),
        *("web/node_modules/vite/index.js", "web/src/generated/api.ts", "rescue_circle/web_app/index.html"),
        *("geo/__pycache__/cli.cpython-311.pyc", "dispatch/core/__pycache__/incident.cpython-311.pyc"),
    ],
)
def test_an_image_is_not_given(file: str) -> None:
    assert not is_given(file)


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


def test_no_map_beside_the_service_keeps_it_from_starting(services: dict[str, Any]) -> None:
    beside = {name for name, one in services.items() if "gis" in one.get("profiles", [])}

    assert beside == {"gis-reader", "ogc"}
    assert not any(beside & set(one.get("depends_on", {})) for name, one in services.items() if name not in beside)
    # What must be set is asked for of every start, whatever is started.
    assert "RESCUE_GIS_PASSWORD:?" not in (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
