"""Columns that mean the same on both databases."""

import struct
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from registry.storage.types import GeographyPoint, UtcDateTime, point_from_wkb
from registry.tables import aeds

LON = st.floats(-180, 180)
LAT = st.floats(-90, 90)
POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]
SQLITE = sqlite.dialect()


@given(LON, LAT)
def test_a_point_comes_back_as_it_went_in(lon: float, lat: float) -> None:
    point = GeographyPoint()
    stored = point.process_bind_param((lon, lat), SQLITE)
    assert isinstance(stored, bytes)
    assert point.process_result_value(stored, SQLITE) == (lon, lat)
    assert point.process_bind_param((lon, lat), None) == stored


@given(LON, LAT)
def test_points_are_read_in_either_byte_order_and_with_a_reference_system(lon: float, lat: float) -> None:
    assert point_from_wkb(struct.pack(">BIdd", 0, 1, lon, lat)) == (lon, lat)
    assert point_from_wkb(struct.pack("<BIIdd", 1, 0x20000001, 4326, lon, lat)) == (lon, lat)


def test_postgresql_gets_a_geography_with_a_spatial_index() -> None:
    table = str(CreateTable(aeds).compile(dialect=POSTGRESQL))
    (index,) = (item for item in aeds.indexes if item.name == "ix_aeds_position")
    query = str(select(aeds.c.position).compile(dialect=POSTGRESQL))
    written = str(aeds.insert().values(aed_id="a1", position=(113.66, 34.75)).compile(dialect=POSTGRESQL))
    assert "position geography(POINT,4326) NOT NULL" in table
    assert "USING gist (position)" in str(CreateIndex(index).compile(dialect=POSTGRESQL))
    assert "ST_AsBinary" in query
    assert "ST_GeogFromText" in written
    assert GeographyPoint().process_bind_param((113.66, 34.75), POSTGRESQL) == "SRID=4326;POINT(113.66 34.75)"


def test_an_instant_is_stored_and_returned_as_utc() -> None:
    column = UtcDateTime()
    beijing = datetime(2025, 3, 5, 12, 0, tzinfo=timezone(timedelta(hours=8)))
    assert column.process_bind_param(beijing, SQLITE) == datetime(2025, 3, 5, 4, 0, tzinfo=UTC)
    assert column.process_result_value(datetime(2025, 3, 5, 4, 0), SQLITE) == beijing  # noqa: DTZ001 -- as SQLite returns it
    assert column.process_result_value(beijing, POSTGRESQL) == beijing


def test_an_instant_without_a_zone_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="time zone"):
        UtcDateTime().process_bind_param(datetime(2025, 3, 5), SQLITE)  # noqa: DTZ001 -- the naive one is the point
