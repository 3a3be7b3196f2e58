"""The operation centre's feed: what it was told, and callbacks that are no incident's."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from registry.storage.types import UtcDateTime

revision = "0025_feed"
down_revision = "0024_oidc"
branch_labels = None
depends_on = None

CENTRE = "operation-centre"
FOREIGN_KEY = "fk_callbacks_incident_id_incidents"


def upgrade() -> None:
    with op.batch_alter_table("callbacks") as callbacks:
        callbacks.drop_constraint(op.f(FOREIGN_KEY), type_="foreignkey")
    op.create_table(
        "centre_feed",
        sa.Column("integration", sa.String(64), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("integration", name=op.f("pk_centre_feed")),
    )
    op.create_table(
        "centre_incidents",
        sa.Column("incident_id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("said", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.incident_id"], name=op.f("fk_centre_incidents_incident_id_incidents")
        ),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_centre_incidents")),
    )
    op.create_table(
        "centre_aeds",
        sa.Column("aed_id", sa.String(64), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("aed_id", name=op.f("pk_centre_aeds")),
    )


def downgrade() -> None:
    """The centre's messages go with the feed, also those that it has not taken."""
    for table in ("centre_aeds", "centre_incidents", "centre_feed"):
        op.drop_table(table)
    op.execute(f"DELETE FROM callbacks WHERE incident_id = '{CENTRE}'")  # noqa: S608 - a constant
    with op.batch_alter_table("callbacks") as callbacks:
        callbacks.create_foreign_key(op.f(FOREIGN_KEY), "incidents", ["incident_id"], ["incident_id"])
