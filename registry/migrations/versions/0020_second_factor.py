"""Accounts may have an authenticator app, with recovery codes for the day on which it is lost."""

import sqlalchemy as sa
from alembic import op

from registry.storage.types import UtcDateTime

revision = "0020_second_factor"
down_revision = "0019_sealed_phones"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "totp_secrets",
        sa.Column("account_name", sa.String(64), nullable=False),
        sa.Column("secret", sa.String(128), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_name"], ["accounts.name"], name=op.f("fk_totp_secrets_account_name_accounts")
        ),
        sa.PrimaryKeyConstraint("account_name", name=op.f("pk_totp_secrets")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("account_name", sa.String(64), nullable=False),
        sa.Column("code_digest", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_name"], ["accounts.name"], name=op.f("fk_recovery_codes_account_name_accounts")
        ),
        sa.PrimaryKeyConstraint("account_name", "code_digest", name=op.f("pk_recovery_codes")),
    )


def downgrade() -> None:
    """Lets everybody in by their password alone."""
    for table in ("recovery_codes", "totp_secrets"):
        op.drop_table(table)
