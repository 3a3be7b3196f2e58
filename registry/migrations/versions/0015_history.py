"""Who changed what in the registry: a history that is only appended to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from registry.storage.types import UtcDateTime

revision = "0015_history"
down_revision = "0014_cabinets"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")
WORDS = "the history of the registry is only appended to"
STANDING = ("change_id", "at", "by", "kind", "subject_id", "action", "before", "after", "undoes")


def upgrade() -> None:
    op.create_table(
        "registry_history",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.String(128), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("before", _JSON, nullable=True),
        sa.Column("after", _JSON, nullable=True),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_registry_history")),
        sa.UniqueConstraint("undoes", name=op.f("uq_registry_history_undoes")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_registry_history_subject", "registry_history", ["kind", "subject_id", "change_id"])
    _refuse_changes(on_postgresql=op.get_bind().dialect.name == "postgresql")


def _refuse_changes(*, on_postgresql: bool) -> None:
    """A line stays as it is; but a reason that speaks of a person is emptied when they are erased."""
    if not on_postgresql:
        changed = " OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in STANDING)
        for what, when in (("update", f"WHEN NEW.why <> '' OR {changed}"), ("delete", "")):
            op.execute(
                f"CREATE TRIGGER registry_history_stands_{what} BEFORE {what} ON registry_history {when} "
                f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION registry_history_stands() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WORDS}'; END $$"
    )
    refuse = "EXECUTE FUNCTION registry_history_stands()"
    changed = " OR ".join(f'NEW."{name}" IS DISTINCT FROM OLD."{name}"' for name in STANDING)
    op.execute(
        "CREATE TRIGGER registry_history_stands_update BEFORE UPDATE ON registry_history FOR EACH ROW "
        f"WHEN (NEW.why <> '' OR {changed}) {refuse}"
    )
    op.execute(
        "CREATE TRIGGER registry_history_stands_delete BEFORE DELETE OR TRUNCATE ON registry_history "
        f"FOR EACH STATEMENT {refuse}"
    )


def downgrade() -> None:
    """Loses the history."""
    op.drop_table("registry_history")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION registry_history_stands()")
