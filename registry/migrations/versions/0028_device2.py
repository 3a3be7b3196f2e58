"""Lists speak of devices: what they say, and what people have set, which is all that is known of them so far."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from registry.storage.types import UtcDateTime

revision = "0028_device2"
down_revision = "0027_imports"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")
_NOT_SET = frozenset({"aed_id", "check_due_on", "confirmation_due_on", "told", "corrected", "changed_at"})


def upgrade() -> None:
    for name in ("told", "corrected"):
        op.add_column("aed_devices", sa.Column(name, _JSON, nullable=False, server_default="{}"))
    _mark_as_set()


def downgrade() -> None:
    """Loses who set what: everything is people's word again."""
    for name in ("corrected", "told"):
        op.drop_column("aed_devices", name)


def _mark_as_set() -> None:
    connection = op.get_bind()
    there = [column["name"] for column in sa.inspect(connection).get_columns("aed_devices")]
    names = [name for name in there if name not in _NOT_SET]
    devices = sa.table(
        "aed_devices",
        sa.column("aed_id", sa.String()),
        sa.column("corrected", _JSON),
        sa.column("changed_at", UtcDateTime()),
        *(sa.column(name) for name in names),
    )
    for row in connection.execute(sa.select(devices)).all():
        word = {"at": row.changed_at.isoformat(), "by": ""}
        corrected = {name: word for name in names if getattr(row, name) is not None}
        mine = devices.c.aed_id == row.aed_id
        connection.execute(sa.update(devices).where(mine).values(corrected=corrected))
