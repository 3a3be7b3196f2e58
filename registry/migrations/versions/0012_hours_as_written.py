"""What a source wrote about opening hours, beside what is understood of it."""

import sqlalchemy as sa
from alembic import op

revision = "0012_hours_as_written"
down_revision = "0011_channel_addresses"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("aeds", sa.Column("hours_as_written", sa.Text(), nullable=False, server_default=""))
    # Until now the hours were kept as they were written, readable or not.
    op.execute("UPDATE aeds SET hours_as_written = opening_hours")


def downgrade() -> None:
    op.drop_column("aeds", "hours_as_written")
