"""What users of geographic information systems may read of the database, and what they may not."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from registry.cli import app
from registry.exporters.rows import public_cabinets
from registry.repository import load_aeds
from registry.storage.database import Database
from registry.storage.types import point_from_wkb
from registry.tables import aeds, metadata
from tests.integration.registry.test_exports import REGISTRIES, as_rows
from tests.support.postgres import Cluster
from tests.support.tables import emptied

pytestmark = [pytest.mark.both_databases, pytest.mark.only_postgis]
SEEN = (
    *("name", "location_text", "floor", "indoor", "access", "opening_hours", "hours_as_written", "time_zone", "state"),
)


async def seen(url: str, rows: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the view shows of these records, and what anybody may see of them."""
    database = Database(url)
    try:
        async with database.write() as connection:
            await emptied(connection)
            await connection.execute(insert(aeds), rows)
            view = await connection.execute(text("SELECT *, ST_AsBinary(geom) AS wkb FROM gis.aeds"))
            shown = {row.id: (*(getattr(row, name) for name in SEEN), point_from_wkb(bytes(row.wkb))) for row in view}
            meant = {
                one.aed.aed_id: (*(getattr(one.aed, name) for name in SEEN), (one.aed.lon, one.aed.lat))
                for one in public_cabinets(await load_aeds(connection))
            }
    finally:
        await database.close()
    return shown, meant


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=REGISTRIES)
def test_the_view_shows_each_cabinet_as_anybody_may_see_it(database_url: str, drawn: list[dict[str, Any]]) -> None:
    shown, meant = asyncio.run(seen(database_url, as_rows(drawn)))
    assert shown == meant


def test_its_reader_reads_the_views_and_nothing_else(
    database_url: str, postgres_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    password = "it's \\ a word of mine"
    for _ in range(2):
        told = CliRunner().invoke(
            app, ["gis-reader", "--database", database_url], env={"GIS_PASSWORD": password}, catch_exceptions=False
        )
        assert told.exit_code == 0, told.output
    try:
        asyncio.run(_reads_only_views(database_url, password))
    finally:
        name = database_url.rpartition("/")[2]
        postgres_cluster.execute("DROP OWNED BY rescue_gis; DROP ROLE rescue_gis", database=name)


async def _reads_only_views(url: str, password: str) -> None:
    reader = Database(url)
    reader_url = reader.url.set(username="rescue_gis", password=password).render_as_string(hide_password=False)
    await reader.close()
    database = Database(reader_url)
    try:
        async with database.read() as connection:
            assert (await connection.execute(text("SELECT count(*) FROM gis.aeds"))).scalar_one() == 0
        for table in (*metadata.tables, "alembic_version"):
            if metadata.tables.get(table) is not None and metadata.tables[table].info.get("only_on") == "sqlite":
                continue
            with pytest.raises(DBAPIError, match="permission denied"):
                async with database.read() as connection:
                    await connection.execute(text(f'SELECT 1 FROM "{table}"'))  # noqa: S608
    finally:
        await database.close()


def test_where_there_is_no_postgis_there_is_no_reader(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.chdir(tmp_path)
    refused = CliRunner().invoke(app, ["gis-reader", "--password", "a long enough word"])
    assert refused.exit_code == 2
    assert "PostgreSQL" in refused.stderr


def test_a_short_password_is_refused(database_url: str) -> None:
    refused = CliRunner().invoke(app, ["gis-reader", "--password", "short", "--database", database_url])
    assert refused.exit_code == 2
    assert "openssl rand" in refused.stderr
