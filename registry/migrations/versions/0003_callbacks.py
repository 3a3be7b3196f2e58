"""Callbacks to 120: what is to be told of each incident, in order, and what became of it."""

import sqlalchemy as sa
from alembic import op

from registry.storage.types import UtcDateTime

revision = "0003_callbacks"
down_revision = "0002_dispatch"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incidents", sa.Column("callback_count", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "callbacks",
        sa.Column("incident_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("integration", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("tried_since", UtcDateTime(), nullable=False),
        sa.Column("next_attempt_at", UtcDateTime(), nullable=False),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.incident_id"], name=op.f("fk_callbacks_incident_id_incidents")
        ),
        sa.PrimaryKeyConstraint("incident_id", "seq", name=op.f("pk_callbacks")),
    )
    op.create_index(
        op.f("ix_callbacks_state_integration_incident_id_seq"),
        "callbacks",
        ["state", "integration", "incident_id", "seq"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("callbacks")
    with op.batch_alter_table("incidents") as incidents:
        incidents.drop_column("callback_count")
