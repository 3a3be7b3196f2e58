"""The table of places. Nothing in it is about a person: a phone is the station's own."""

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from registry.places.kinds import PlaceKind
from registry.storage.types import GeographyPoint, UtcDateTime
from registry.tables import metadata

_JSON = JSON().with_variant(JSONB(), "postgresql")
_KINDS = ", ".join(f"'{kind}'" for kind in PlaceKind)
_AREAS = ", ".join(f"'{kind}'" for kind in PlaceKind if kind.is_area)

# area: GeoJSON, WGS-84. position: where it stands, of an area a point within. district_id: as somebody said it; where
# nobody did, the district in whose area it lies. levels: as people there count. corrected: the columns that an officer
# set, which lists leave alone. source_digest: what its list said last.
places = Table(
    "places",
    metadata,
    Column("place_id", String(64), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("name", Text, nullable=False),
    Column("district_id", String(64), ForeignKey("places.place_id"), nullable=True),
    Column("position", GeographyPoint(), nullable=False),
    Column("area", Text, nullable=True),
    Column("address", Text, nullable=False),
    Column("entrance", Text, nullable=False),
    Column("levels", _JSON, nullable=False),
    Column("phone", String(64), nullable=False),
    Column("source", String(128), nullable=False),
    Column("source_ref", String(512), nullable=False),
    Column("source_digest", String(64), nullable=False),
    Column("corrected", _JSON, nullable=False),
    Column("imported_at", UtcDateTime(), nullable=False),
    Column("changed_at", UtcDateTime(), nullable=False),
    Column("retired_at", UtcDateTime(), nullable=True),
    Column("retired_by", String(64), nullable=True),
    UniqueConstraint("source", "source_ref"),
    CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
    CheckConstraint(f"(kind IN ({_AREAS})) = (area IS NOT NULL)", name="area"),
)
Index("ix_places_kind", places.c.kind, places.c.place_id)
Index("ix_places_position", places.c.position, postgresql_using="gist")
