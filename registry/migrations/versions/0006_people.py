"""People who use the service: invitations, consents, accounts, sessions, push subscriptions, test alarms; and what is
reported of AEDs. A consent that is given or withdrawn is told to a running service like every change of a rescuer.
"""

import sqlalchemy as sa
from alembic import op

from registry.storage.types import UtcDateTime

revision = "0006_people"
down_revision = "0005_erased_at"
branch_labels = None
depends_on = None

TABLES = (
    *("aed_problems", "test_alarms", "push_subscriptions"),
    *("sessions", "accounts", "consents", "invitations"),
)
ROWS = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}


def upgrade() -> None:
    _create_joining()
    _create_sessions()
    _create_reaching()
    _create_problems()
    _create_triggers()


def downgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for what in ROWS:
        op.execute(f"DROP TRIGGER registry_changes_consents_{what}{' ON consents' if on_postgresql else ''}")
    for table in TABLES:
        op.drop_table(table)


def _create_joining() -> None:
    op.create_table(
        "invitations",
        sa.Column("rescuer_id", sa.String(64), nullable=False),
        sa.Column("code_digest", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["rescuer_id"], ["rescuers.rescuer_id"], name=op.f("fk_invitations_rescuer_id_rescuers")
        ),
        sa.PrimaryKeyConstraint("rescuer_id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_invitations_code_digest")),
    )
    op.create_table(
        "consents",
        sa.Column("rescuer_id", sa.String(64), nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["rescuer_id"], ["rescuers.rescuer_id"], name=op.f("fk_consents_rescuer_id_rescuers")),
        sa.PrimaryKeyConstraint("rescuer_id", name=op.f("pk_consents")),
    )


def _create_sessions() -> None:
    op.create_table(
        "accounts",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("disabled_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_accounts")),
        sa.CheckConstraint("role IN ('dispatcher', 'registry_officer', 'admin')", name=op.f("ck_accounts_role")),
    )
    op.create_table(
        "sessions",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("rescuer_id", sa.String(64), nullable=True),
        sa.Column("account_name", sa.String(64), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("secret_digest", sa.String(64), nullable=False),
        sa.Column("previous_digest", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("rotated_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["rescuer_id"], ["rescuers.rescuer_id"], name=op.f("fk_sessions_rescuer_id_rescuers")),
        sa.ForeignKeyConstraint(["account_name"], ["accounts.name"], name=op.f("fk_sessions_account_name_accounts")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_sessions")),
        sa.CheckConstraint("(rescuer_id IS NULL) <> (account_name IS NULL)", name=op.f("ck_sessions_one_owner")),
    )
    for column in ("rescuer_id", "account_name", "expires_at"):
        op.create_index(op.f(f"ix_sessions_{column}"), "sessions", [column], unique=False)


def _create_reaching() -> None:
    op.create_table(
        "push_subscriptions",
        sa.Column("rescuer_id", sa.String(64), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("p256dh", sa.String(128), nullable=False),
        sa.Column("auth", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rescuer_id"], ["rescuers.rescuer_id"], name=op.f("fk_push_subscriptions_rescuer_id_rescuers")
        ),
        sa.PrimaryKeyConstraint("rescuer_id", name=op.f("pk_push_subscriptions")),
    )
    op.create_table(
        "test_alarms",
        sa.Column("rescuer_id", sa.String(64), nullable=False),
        sa.Column("test_id", sa.String(64), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("arrived_at", UtcDateTime(), nullable=True),
        sa.Column("channel", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(
            ["rescuer_id"], ["rescuers.rescuer_id"], name=op.f("fk_test_alarms_rescuer_id_rescuers")
        ),
        sa.PrimaryKeyConstraint("rescuer_id", name=op.f("pk_test_alarms")),
    )


def _create_problems() -> None:
    op.create_table(
        "aed_problems",
        sa.Column("problem_id", sa.String(64), nullable=False),
        sa.Column("aed_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("reported_at", UtcDateTime(), nullable=False),
        sa.Column("last_reported_at", UtcDateTime(), nullable=False),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["aed_id"], ["aeds.aed_id"], name=op.f("fk_aed_problems_aed_id_aeds")),
        sa.PrimaryKeyConstraint("problem_id", name=op.f("pk_aed_problems")),
    )
    op.create_index(op.f("ix_aed_problems_aed_id_resolved_at"), "aed_problems", ["aed_id", "resolved_at"], unique=False)
    op.create_index(op.f("ix_aed_problems_resolved_at"), "aed_problems", ["resolved_at"], unique=False)


def _create_triggers() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for what, rows in ROWS.items():
        name = f"registry_changes_consents_{what}"
        if on_postgresql:
            op.execute(
                f"CREATE TRIGGER {name} AFTER {what} ON consents "
                "FOR EACH ROW EXECUTE FUNCTION registry_rescuer_changed()"
            )
            continue
        number = "".join(
            f"DELETE FROM registry_changes WHERE kind = 'rescuer' AND id = {row}.rescuer_id; "  # noqa: S608 - our own names
            f"INSERT INTO registry_changes (kind, id) VALUES ('rescuer', {row}.rescuer_id); "
            for row in rows
        )
        op.execute(f"CREATE TRIGGER {name} AFTER {what} ON consents BEGIN {number}END")
