"""The registry's AEDs by OGC API Features, as QGIS opens them: a real TiPg on the tests' PostgreSQL, GDAL's driver."""

import asyncio
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from sqlalchemy import insert

from registry.exporters.gis_reader import make_gis_reader
from registry.models import Aed
from registry.storage.database import Database
from registry.tables import aeds
from tests.conftest import PROJECT
from tests.integration.registry.test_exports import CITY, row_of
from tests.support.ports import HOST, free_port
from tests.support.postgres import Cluster
from tests.support.waiting import eventually

PROGRAM = PROJECT / "build" / "ogc" / "bin" / "uvicorn"
PASSWORD = "a word of the reader's"
GONE = Aed(aed_id="aed-2", lon=113.7, lat=34.8, time_zone="Asia/Shanghai", source="city", source_ref="8", retired=True)


@pytest.fixture(scope="module")
def programs() -> None:
    """TiPg and ogrinfo; without them a test skips on a laptop and fails in continuous integration."""
    missing = [name for name, there in (("TiPg", PROGRAM.exists()), ("ogrinfo", shutil.which("ogrinfo"))) if not there]
    if missing:
        reason = f"no {' and '.join(missing)}: `make test` gets them"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="module")
def served(programs: None, postgres_cluster: Cluster, migrated_postgres: str, tmp_path_factory: Any) -> Iterator[str]:
    """Where TiPg answers, with the settings of the compose file."""
    name = postgres_cluster.create_database(migrated_postgres)
    try:
        asyncio.run(_fill(postgres_cluster.url(name)))
        with _tipg(postgres_cluster, name, tmp_path_factory.mktemp("ogc") / "log") as url:
            yield url
        postgres_cluster.execute("DROP OWNED BY rescue_gis; DROP ROLE rescue_gis", database=name)
    finally:
        postgres_cluster.drop_database(name)


async def _fill(url: str) -> None:
    database = Database(url)
    async with database.write() as connection:
        await connection.execute(insert(aeds), [row_of(CITY), row_of(GONE)])
        await make_gis_reader(connection, PASSWORD)
    await database.close()


@contextmanager
def _tipg(cluster: Cluster, name: str, log: Path) -> Iterator[str]:
    service = yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]["ogc"]
    settings = {**service["environment"], "POSTGRES_HOST": HOST, "POSTGRES_PORT": str(cluster.port)}
    settings |= {"POSTGRES_DBNAME": name, "POSTGRES_PASS": PASSWORD, "PATH": os.environ["PATH"]}
    port = free_port()
    with log.open("wb") as output:
        server = subprocess.Popen(
            [PROGRAM, "tipg.main:app", "--host", HOST, "--port", str(port)],
            env=settings,
            cwd=log.parent,
            stdout=output,
            stderr=output,
        )
    try:
        eventually(lambda: _answers(port) or server.poll() is not None, tell=log.read_text)
        assert server.poll() is None, log.read_text()
        yield f"http://{HOST}:{port}"
    finally:
        server.terminate()
        server.wait(30)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://{HOST}:{port}/collections", trust_env=False, timeout=10).is_success
    except httpx.TransportError:
        return False


def ogrinfo(*arguments: str) -> str:
    plain = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    done = subprocess.run(
        ["ogrinfo", "-ro", *arguments], env=plain, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_gdal_lists_the_layers_and_reads_the_aeds_that_stand(served: str) -> None:
    assert re.findall(r"^\d+: (\S+)", ogrinfo(f"OAPIF:{served}"), re.MULTILINE) == ["gis.aeds"]

    told = ogrinfo("-al", "-oo", "PAGE_SIZE=1000", f"OAPIF:{served}", "gis.aeds")

    assert "Feature Count: 1" in told
    assert "POINT (113.65 34.75)" in told
    assert CITY.location_text in told
    assert "138" not in told
    assert "source" not in told


def test_the_aeds_are_vector_tiles_too(served: str) -> None:
    tile = httpx.get(f"{served}/collections/gis.aeds/tiles/WebMercatorQuad/0/0/0", trust_env=False)
    assert tile.status_code == 200
    assert tile.headers["content-type"].startswith("application/vnd.mapbox-vector-tile")
    assert b"aed-1" in tile.content


def test_nothing_but_the_views_is_served(served: str) -> None:
    listed = httpx.get(f"{served}/collections", params={"f": "json"}, trust_env=False).json()
    assert [one["id"] for one in listed["collections"]] == ["gis.aeds"]
    for other in ("public.aeds", "public.rescuers", "public.rescuer_personal"):
        assert httpx.get(f"{served}/collections/{other}/items", trust_env=False).status_code == 404
    assert "password" not in json.dumps(listed)
