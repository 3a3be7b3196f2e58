"""The records of one AED are found by an index: each change of an AED asks for them, and read all of a city for it.

From now on "registry" is what officers add: a list that was called so gets another name.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016_joined_records"
down_revision = "0015_history"
branch_labels = None
depends_on = None

BY_HAND, RENAMED = "registry", "registry list"


def upgrade() -> None:
    op.create_index("ix_aeds_joined_to", "aeds", ["joined_to"])
    source = sa.column("source", sa.String)
    aeds = sa.table("aeds", source)
    op.execute(sa.update(aeds).where(source == BY_HAND).values(source=RENAMED))


def downgrade() -> None:
    op.drop_index("ix_aeds_joined_to", table_name="aeds")
