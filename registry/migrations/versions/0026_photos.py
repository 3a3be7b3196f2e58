"""Photos of AEDs."""

import sqlalchemy as sa
from alembic import op

from registry.storage.types import UtcDateTime

revision = "0026_photos"
down_revision = "0025_feed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "aed_photos",
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.Column("aed_id", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.Column("thumbnail", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["aed_id"], ["aeds.aed_id"], name=op.f("fk_aed_photos_aed_id_aeds")),
        sa.PrimaryKeyConstraint("photo_id", name=op.f("pk_aed_photos")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_aed_photos_aed_id_photo_id"), "aed_photos", ["aed_id", "photo_id"])


def downgrade() -> None:
    """The photos are gone with it."""
    op.drop_table("aed_photos")
