"""Ids hold an epoch, drawn anew after a restore; callbacks written before have none in theirs."""

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from registry.storage.types import UtcDateTime

revision = "0009_epochs"
down_revision = "0008_used_again"
branch_labels = None
depends_on = None


def upgrade() -> None:
    epochs = op.create_table(
        "epochs",
        sa.Column("epoch", sa.String(16), nullable=False),
        sa.Column("drawn_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("epoch", name=op.f("pk_epochs")),
    )
    op.bulk_insert(epochs, [{"epoch": secrets.token_hex(4), "drawn_at": datetime.now(UTC)}])
    op.add_column("callbacks", sa.Column("epoch", sa.String(16), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("callbacks") as callbacks:
        callbacks.drop_column("epoch")
    op.drop_table("epochs")
