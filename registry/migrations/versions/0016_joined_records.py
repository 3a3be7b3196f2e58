"""The records of one AED are found by an index: each change of an AED asks for them, and read all of a city for it."""

from alembic import op

revision = "0016_joined_records"
down_revision = "0015_history"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_aeds_joined_to", "aeds", ["joined_to"])


def downgrade() -> None:
    op.drop_index("ix_aeds_joined_to", table_name="aeds")
