"""Who has just said no, or gone to a call, is left alone for a while, also after a restart."""

import sqlalchemy as sa
from alembic import op

from registry.storage.types import UtcDateTime

revision = "0010_rests"
down_revision = "0009_epochs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rests",
        sa.Column("rescuer_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("rescuer_id", "kind", name=op.f("pk_rests")),
    )
    op.create_index(op.f("ix_rests_until"), "rests", ["until"])


def downgrade() -> None:
    op.drop_table("rests")
