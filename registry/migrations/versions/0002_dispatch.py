"""The journal of incidents: events, their projections, reservations, inboxes and receipts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from registry.storage.types import GeographyPoint, UtcDateTime

revision = "0002_dispatch"
down_revision = "0001_registry"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    _create_incidents()
    _create_personal_data()
    _create_promises()
    _create_inboxes()


def downgrade() -> None:
    for table in (
        "inbox",
        "inboxes",
        "receipts",
        "reservations",
        "call_messages",
        "incident_details",
        "events",
        "incidents",
    ):
        op.drop_table(table)


def _create_incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("incident_id", sa.String(length=64), nullable=False),
        sa.Column("integration", sa.String(length=64), nullable=False),
        sa.Column("cad_ref", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("attention", sa.String(length=64), nullable=True),
        sa.Column("is_open", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("deadline_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_incidents")),
        sa.UniqueConstraint("integration", "cad_ref", name=op.f("uq_incidents_integration_cad_ref")),
    )
    op.create_index(op.f("ix_incidents_is_open"), "incidents", ["is_open"], unique=False)
    op.create_index(op.f("ix_incidents_opened_at"), "incidents", ["opened_at"], unique=False)
    op.create_table(
        "events",
        sa.Column("incident_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("body", _JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.incident_id"], name=op.f("fk_events_incident_id_incidents")
        ),
        sa.PrimaryKeyConstraint("incident_id", "seq", name=op.f("pk_events")),
    )


def _create_personal_data() -> None:
    op.create_table(
        "incident_details",
        sa.Column("incident_id", sa.String(length=64), nullable=False),
        sa.Column("position", GeographyPoint(), nullable=False),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("floor", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("caller_phone", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.incident_id"], name=op.f("fk_incident_details_incident_id_incidents")
        ),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_incident_details")),
    )
    op.create_table(
        "call_messages",
        sa.Column("integration", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=256), nullable=False),
        sa.Column("incident_id", sa.String(length=64), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("attention", sa.String(length=64), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.incident_id"], name=op.f("fk_call_messages_incident_id_incidents")
        ),
        sa.PrimaryKeyConstraint("integration", "message_id", name=op.f("pk_call_messages")),
    )
    op.create_index(op.f("ix_call_messages_incident_id"), "call_messages", ["incident_id"], unique=False)


def _create_promises() -> None:
    op.create_table(
        "reservations",
        sa.Column("resource", sa.String(length=160), nullable=False),
        sa.Column("incident_id", sa.String(length=64), nullable=False),
        sa.Column("reserved_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.incident_id"], name=op.f("fk_reservations_incident_id_incidents")
        ),
        sa.PrimaryKeyConstraint("resource", name=op.f("pk_reservations")),
    )
    op.create_index(op.f("ix_reservations_incident_id"), "reservations", ["incident_id"], unique=False)
    op.create_table(
        "receipts",
        sa.Column("alert_id", sa.String(length=64), nullable=False),
        sa.Column("incident_id", sa.String(length=64), nullable=False),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.incident_id"], name=op.f("fk_receipts_incident_id_incidents")
        ),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_receipts")),
    )
    op.create_index(op.f("ix_receipts_incident_id"), "receipts", ["incident_id"], unique=False)


def _create_inboxes() -> None:
    op.create_table(
        "inboxes",
        sa.Column("recipient", sa.String(length=160), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("acked_seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("recipient", name=op.f("pk_inboxes")),
    )
    op.create_table(
        "inbox",
        sa.Column("recipient", sa.String(length=160), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("incident_id", sa.String(length=64), nullable=False),
        sa.Column("alert_id", sa.String(length=64), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("body", _JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.incident_id"], name=op.f("fk_inbox_incident_id_incidents")
        ),
        sa.ForeignKeyConstraint(["recipient"], ["inboxes.recipient"], name=op.f("fk_inbox_recipient_inboxes")),
        sa.PrimaryKeyConstraint("recipient", "seq", name=op.f("pk_inbox")),
    )
