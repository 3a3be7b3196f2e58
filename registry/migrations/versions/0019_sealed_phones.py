"""Phones may stand encrypted, beside a keyed digest by which equal ones are found."""

import sqlalchemy as sa
from alembic import op

revision = "0019_sealed_phones"
down_revision = "0018_register"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, letters in (("phone_sealed", 128), ("phone_mark", 64)):
        op.add_column("rescuer_personal", sa.Column(name, sa.String(letters), nullable=False, server_default=""))
    op.create_index(op.f("ix_rescuer_personal_phone_mark"), "rescuer_personal", ["phone_mark"])


def downgrade() -> None:
    """Refuses where a phone would be lost."""
    sealed = sa.text("SELECT 1 FROM rescuer_personal WHERE phone_sealed <> '' LIMIT 1")
    if op.get_bind().execute(sealed).first() is not None:
        raise RuntimeError("phones stand encrypted, and tables of before have no place for them")
    op.drop_index(op.f("ix_rescuer_personal_phone_mark"), table_name="rescuer_personal")
    with op.batch_alter_table("rescuer_personal", recreate="never") as personal:
        for name in ("phone_sealed", "phone_mark"):
            personal.drop_column(name)
