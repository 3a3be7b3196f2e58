"""What is written with an incident's events, in their own transaction, is not checked against its incident row by row:
each check costs time before a phone may ring (ADR 10)."""

from alembic import op

revision = "0007_projections"
down_revision = "0006_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("inbox") as inbox:
        inbox.drop_constraint(op.f("fk_inbox_incident_id_incidents"), type_="foreignkey")
        inbox.drop_constraint(op.f("fk_inbox_recipient_inboxes"), type_="foreignkey")
    with op.batch_alter_table("reservations") as reservations:
        reservations.drop_index(op.f("ix_reservations_incident_id"))
        reservations.drop_constraint(op.f("fk_reservations_incident_id_incidents"), type_="foreignkey")


def downgrade() -> None:
    with op.batch_alter_table("reservations") as reservations:
        reservations.create_foreign_key(
            op.f("fk_reservations_incident_id_incidents"), "incidents", ["incident_id"], ["incident_id"]
        )
        reservations.create_index(op.f("ix_reservations_incident_id"), ["incident_id"], unique=False)
    with op.batch_alter_table("inbox") as inbox:
        inbox.create_foreign_key(op.f("fk_inbox_recipient_inboxes"), "inboxes", ["recipient"], ["recipient"])
        inbox.create_foreign_key(op.f("fk_inbox_incident_id_incidents"), "incidents", ["incident_id"], ["incident_id"])
