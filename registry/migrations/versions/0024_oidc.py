"""Accounts may belong to somebody whom a provider signs in, and sessions that one began end by themselves."""

import sqlalchemy as sa
from alembic import op

from registry.storage.types import UtcDateTime

revision = "0024_oidc"
down_revision = "0023_training"
branch_labels = None
depends_on = None

TABLE = "account_identities"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("account_name", sa.String(64), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(255), nullable=True),
        sa.Column("email", sa.String(254), nullable=True),
        sa.Column("role_by_claim", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("invited_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("bound_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_name"], ["accounts.name"], name=op.f("fk_account_identities_account_name_accounts")
        ),
        sa.PrimaryKeyConstraint("account_name", name=op.f("pk_account_identities")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_account_identities_issuer_subject")),
        sa.UniqueConstraint("issuer", "email", name=op.f("uq_account_identities_issuer_email")),
    )
    for column in ("ends_at", "factor_told_at"):
        op.add_column("sessions", sa.Column(column, UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Ends the sessions that a provider began; accounts without a password stay, and nobody gets in by them."""
    op.execute("DELETE FROM sessions WHERE ends_at IS NOT NULL")
    for column in ("factor_told_at", "ends_at"):
        op.drop_column("sessions", column)
    op.drop_table(TABLE)
