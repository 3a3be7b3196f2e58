"""AEDs, rescuers, their certificates and their erasable personal data."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from registry.storage.types import GeographyPoint, UtcDateTime

revision = "0001_registry"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    _create_aeds()
    _create_rescuers()
    _create_personal_data()


def downgrade() -> None:
    for table in ("certificates", "rescuer_presences", "rescuer_homes", "rescuer_personal", "rescuers", "aeds"):
        op.drop_table(table)


def _create_aeds() -> None:
    op.create_table(
        "aeds",
        sa.Column("aed_id", sa.String(64), nullable=False),
        sa.Column("position", GeographyPoint(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("location_text", sa.Text(), nullable=False),
        sa.Column("floor", sa.String(64), nullable=False),
        sa.Column("indoor", sa.Boolean(create_constraint=False), nullable=True),
        sa.Column("access", sa.String(64), nullable=False),
        sa.Column("opening_hours", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("source", sa.String(128), nullable=False),
        sa.Column("source_ref", sa.String(512), nullable=False),
        sa.Column("source_file", sa.Text(), nullable=False),
        sa.Column("source_digest", sa.String(64), nullable=False),
        sa.Column("corrected", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("aed_id", name=op.f("pk_aeds")),
        sa.UniqueConstraint("source", "source_ref", name=op.f("uq_aeds_source_source_ref")),
        sa.CheckConstraint(
            "state IN ('in_service', 'out_of_service', 'missing', 'in_use')", name=op.f("ck_aeds_state")
        ),
    )
    op.create_index("ix_aeds_position", "aeds", ["position"], postgresql_using="gist")


def _create_rescuers() -> None:
    op.create_table(
        "rescuers",
        sa.Column("rescuer_id", sa.String(64), nullable=False),
        sa.Column("on_duty", sa.Boolean(create_constraint=False), nullable=False, server_default=sa.false()),
        sa.Column("duty_changed_at", UtcDateTime(), nullable=True),
        sa.Column("last_seen_at", UtcDateTime(), nullable=True),
        sa.Column("erased_at", UtcDateTime(), nullable=True),
        sa.Column("source", sa.String(128), nullable=False),
        sa.Column("source_file", sa.Text(), nullable=False),
        sa.Column("source_digest", sa.String(64), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("rescuer_id", name=op.f("pk_rescuers")),
    )


def _create_personal_data() -> None:
    op.create_table(
        "rescuer_personal",
        *_rescuer_key("rescuer_personal"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone_e164", sa.String(16), nullable=False),
    )
    op.create_table(
        "rescuer_homes",
        *_rescuer_key("rescuer_homes"),
        sa.Column("position", GeographyPoint(), nullable=False),
    )
    op.create_table(
        "rescuer_presences",
        *_rescuer_key("rescuer_presences"),
        sa.Column("position", GeographyPoint(), nullable=False),
        sa.Column("accuracy_m", sa.Float(), nullable=False),
        sa.Column("observed_at", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "certificates",
        *_rescuer_key("certificates", "ordinal"),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("number", sa.String(128), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
    )


def _rescuer_key(table: str, *more: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("rescuer_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("rescuer_id", *more, name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(["rescuer_id"], ["rescuers.rescuer_id"], name=op.f(f"fk_{table}_rescuer_id_rescuers")),
    )
