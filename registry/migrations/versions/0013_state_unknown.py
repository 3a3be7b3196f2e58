"""An AED's state may be unknown: what its source says of the device is not understood."""

import sqlalchemy as sa
from alembic import op

revision = "0013_state_unknown"
down_revision = "0012_hours_as_written"
branch_labels = None
depends_on = None

_BEFORE = "state IN ('in_service', 'out_of_service', 'missing', 'in_use')"
_AFTER = "state IN ('in_service', 'out_of_service', 'missing', 'in_use', 'unknown')"
_TRIGGERS = sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'aeds' ORDER BY name")


def upgrade() -> None:
    _replace_check(_AFTER)


def downgrade() -> None:
    """What was unknown becomes what earlier versions made of it: out of service."""
    op.execute("UPDATE aeds SET state = 'out_of_service' WHERE state = 'unknown'")
    _replace_check(_BEFORE)


def _replace_check(condition: str) -> None:
    # SQLite makes the table anew, without the triggers that tell a running service what has changed.
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    triggers = list(op.get_bind().scalars(_TRIGGERS)) if on_sqlite else []
    with op.batch_alter_table("aeds") as aeds:
        aeds.drop_constraint(op.f("ck_aeds_state"), type_="check")
        aeds.create_check_constraint(op.f("ck_aeds_state"), condition)
    for trigger in triggers:
        op.execute(trigger)
