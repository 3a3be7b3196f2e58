"""When an incident's personal data was erased, so that it can be told from data that nobody ever had."""

import sqlalchemy as sa
from alembic import op

from registry.storage.types import UtcDateTime

revision = "0005_erased_at"
down_revision = "0004_registry_changes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incidents", sa.Column("erased_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("incidents", "erased_at")
