"""What is known of an AED's device and cabinet, and the code of a cabinet apart from it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from registry.storage.types import UtcDateTime

revision = "0017_devices"
down_revision = "0015_history"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TEXTS = (
    *("maker", "model", "serial", "device_identifier", "kind", "adult_pads_batch", "child_pads_batch", "battery_batch"),
    *("entrance", "lock", "cabinet", "cabinet_qr", "wheelchair", "emergency_phone", "site_email", "place_category"),
    *("photo_licence", "position_note", "data_source", "remarks"),
)
DUE = ("adult_pads_expire_on", "child_pads_expire_on", "battery_expires_on", "last_checked_on", "next_check_on")
FLAGS = ("is_monitored", "has_child_pads", "has_security_post", "has_reception")
PARTS = (
    *("site_phones", "names", "addresses", "place_texts", "operator", "maintainer", "web_pages", "photo_urls"),
    "other_ids",
)


def upgrade() -> None:
    _add_devices()
    _add_codes()


def _add_devices() -> None:
    op.create_table(
        "aed_devices",
        sa.Column("aed_id", sa.String(64), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in TEXTS),
        *(sa.Column(name, sa.Date(), nullable=True) for name in (*DUE, "installed_on", "recorded_on")),
        *(sa.Column(name, sa.Boolean(create_constraint=False), nullable=True) for name in FLAGS),
        *(sa.Column(name, _JSON, nullable=True) for name in PARTS),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("device_count", "check_every_days")),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["aed_id"], ["aeds.aed_id"], name=op.f("fk_aed_devices_aed_id_aeds")),
        sa.PrimaryKeyConstraint("aed_id", name=op.f("pk_aed_devices")),
        sa.UniqueConstraint("cabinet_qr", name=op.f("uq_aed_devices_cabinet_qr")),
    )
    for day in DUE:
        op.create_index(op.f(f"ix_aed_devices_{day}"), "aed_devices", [day])


def _add_codes() -> None:
    op.create_table(
        "aed_cabinet_codes",
        sa.Column("aed_id", sa.String(64), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["aed_id"], ["aeds.aed_id"], name=op.f("fk_aed_cabinet_codes_aed_id_aeds")),
        sa.PrimaryKeyConstraint("aed_id", name=op.f("pk_aed_cabinet_codes")),
    )


def downgrade() -> None:
    """Loses what was known of devices and cabinets."""
    op.drop_table("aed_cabinet_codes")
    op.drop_table("aed_devices")
