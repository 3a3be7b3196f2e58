"""Addresses of volunteers in other apps, such as a mini-programme or a phone maker's push."""

import sqlalchemy as sa
from alembic import op

from registry.storage.types import UtcDateTime

revision = "0011_channel_addresses"
down_revision = "0010_rests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channel_addresses",
        sa.Column("rescuer_id", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rescuer_id"], ["rescuers.rescuer_id"], name=op.f("fk_channel_addresses_rescuer_id_rescuers")
        ),
        sa.PrimaryKeyConstraint("rescuer_id", "channel", name=op.f("pk_channel_addresses")),
    )


def downgrade() -> None:
    op.drop_table("channel_addresses")
