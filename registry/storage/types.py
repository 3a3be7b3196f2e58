"""Column types that mean the same on SQLite and on PostgreSQL with PostGIS."""

import struct
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator, TypeEngine

WGS84_SRID = 4326

_LITTLE_ENDIAN = 1
_WKB_POINT = 1
_EWKB_HAS_SRID = 0x20000000

LonLat = tuple[float, float]


class GeographyPoint(TypeDecorator[LonLat]):
    """A WGS-84 point as (lon, lat): `geography(Point)` on PostgreSQL, WKB bytes on SQLite."""

    impl = LargeBinary
    cache_ok = True
    # GeoAlchemy2's listeners ask every column's type for it; our GiST index is written out in the table instead.
    spatial_index = False

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            # Half a second that SQLite does not need.
            from geoalchemy2 import Geography  # noqa: PLC0415

            return dialect.type_descriptor(Geography("POINT", srid=WGS84_SRID, spatial_index=False))
        return dialect.type_descriptor(LargeBinary())

    def process_bind_param(self, value: LonLat | None, dialect: Dialect | None) -> str | bytes | None:
        if value is None:
            return None
        lon, lat = value
        if dialect is not None and dialect.name == "postgresql":
            return f"SRID={WGS84_SRID};POINT({lon!r} {lat!r})"
        return struct.pack("<BIdd", _LITTLE_ENDIAN, _WKB_POINT, lon, lat)

    def process_result_value(self, value: Any, dialect: Dialect | None) -> LonLat | None:
        if value is None:
            return None
        return point_from_wkb(bytes(getattr(value, "data", value)))


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored as UTC. A naive datetime is refused rather than guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect | None) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: give it a time zone before it is stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect | None) -> datetime | None:
        if value is None:
            return None
        # SQLite drops the zone; what it returns is the UTC that was stored.
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def point_from_wkb(wkb: bytes) -> LonLat:
    """(lon, lat) of a WKB or EWKB point, either byte order."""
    order = "<" if wkb[0] == _LITTLE_ENDIAN else ">"
    (kind,) = struct.unpack_from(f"{order}I", wkb, 1)
    lon, lat = struct.unpack_from(f"{order}dd", wkb, 9 if kind & _EWKB_HAS_SRID else 5)
    return lon, lat
