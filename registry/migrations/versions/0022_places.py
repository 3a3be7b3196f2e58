"""Places of a Red Cross society: districts, grids, practice stations, school stations, metro stations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from registry.storage.types import GeographyPoint, UtcDateTime

revision = "0022_places"
down_revision = "0021_gis"
branch_labels = None
depends_on = None

KINDS = "'district', 'grid', 'practice_station', 'school_station', 'metro_station'"
TEXTS = ("address", "entrance")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "places",
        sa.Column("place_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("district_id", sa.String(64), nullable=True),
        sa.Column("position", GeographyPoint(), nullable=False),
        sa.Column("area", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        sa.Column("levels", JSON, nullable=False),
        sa.Column("phone", sa.String(64), nullable=False),
        sa.Column("source", sa.String(128), nullable=False),
        sa.Column("source_ref", sa.String(512), nullable=False),
        sa.Column("source_digest", sa.String(64), nullable=False),
        sa.Column("corrected", JSON, nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("retired_by", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("place_id", name=op.f("pk_places")),
        sa.ForeignKeyConstraint(["district_id"], ["places.place_id"], name=op.f("fk_places_district_id_places")),
        sa.UniqueConstraint("source", "source_ref", name=op.f("uq_places_source_source_ref")),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_places_kind")),
        sa.CheckConstraint("(kind IN ('district', 'grid')) = (area IS NOT NULL)", name=op.f("ck_places_area")),
    )
    op.create_index("ix_places_kind", "places", ["kind", "place_id"])
    op.create_index("ix_places_position", "places", ["position"], postgresql_using="gist")


def downgrade() -> None:
    op.drop_table("places")
