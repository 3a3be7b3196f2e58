"""A reference of 120 is one call only while that is open, a message is a repetition only with the same bytes, and what
120 says beside the fields of our contract is kept with the call."""

import hashlib

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008_used_again"
down_revision = "0007_projections"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")
_OPEN = sa.text("status != 'closed'")
_BATCH = 1_000


def upgrade() -> None:
    with op.batch_alter_table("incidents") as incidents:
        incidents.drop_constraint(op.f("uq_incidents_integration_cad_ref"), type_="unique")
    op.create_index(op.f("ix_incidents_integration_cad_ref"), "incidents", ["integration", "cad_ref"], unique=False)
    op.create_index(
        "uq_incidents_open_cad_ref",
        "incidents",
        ["integration", "cad_ref"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.add_column("incident_details", sa.Column("more", _JSON, nullable=False, server_default="{}"))
    op.add_column("call_messages", sa.Column("body_sha256", sa.String(length=64), nullable=True))
    _fill_digests(op.get_bind())
    with op.batch_alter_table("call_messages") as messages:
        messages.alter_column("body_sha256", existing_type=sa.String(length=64), nullable=False)
        messages.drop_constraint(op.f("pk_call_messages"), type_="primary")
        messages.create_primary_key(op.f("pk_call_messages"), ["integration", "message_id", "body_sha256"])


def downgrade() -> None:
    """Fails where a reference or a message's id has been used again: older versions cannot hold that."""
    with op.batch_alter_table("call_messages") as messages:
        messages.drop_constraint(op.f("pk_call_messages"), type_="primary")
        messages.drop_column("body_sha256")
        messages.create_primary_key(op.f("pk_call_messages"), ["integration", "message_id"])
    with op.batch_alter_table("incident_details") as details:
        details.drop_column("more")
    op.drop_index("uq_incidents_open_cad_ref", table_name="incidents")
    op.drop_index(op.f("ix_incidents_integration_cad_ref"), table_name="incidents")
    with op.batch_alter_table("incidents") as incidents:
        incidents.create_unique_constraint(op.f("uq_incidents_integration_cad_ref"), ["integration", "cad_ref"])


def _fill_digests(connection: sa.Connection) -> None:
    messages = sa.table(
        "call_messages",
        sa.column("integration", sa.String),
        sa.column("message_id", sa.String),
        sa.column("body", sa.LargeBinary),
        sa.column("body_sha256", sa.String),
    )
    left = sa.select(messages.c.integration, messages.c.message_id, messages.c.body)
    left = left.where(messages.c.body_sha256.is_(None)).limit(_BATCH)
    while rows := connection.execute(left).all():
        for integration, message_id, body in rows:
            mine = (messages.c.integration == integration) & (messages.c.message_id == message_id)
            # Erased: nobody knows any more which bytes they were.
            digest = hashlib.sha256(body).hexdigest() if body else ""
            connection.execute(sa.update(messages).where(mine).values(body_sha256=digest))
