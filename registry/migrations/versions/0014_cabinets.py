"""One AED is one AED: records that are one cabinet are joined, what may be one is told apart by a person, what has left
its source is retired, and an import can be taken back.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from registry.storage.types import UtcDateTime

revision = "0014_cabinets"
down_revision = "0013_state_unknown"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")
ADDED: dict[str, sa.types.TypeEngine[Any]] = {
    "joined_to": sa.String(64),
    "absent_since": UtcDateTime(),
    "retired_at": UtcDateTime(),
    "retired_by": sa.String(64),
}
ROWS = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}
ENDS = ("first_id", "second_id")


def upgrade() -> None:
    # One by one and not in a batch: a table that SQLite makes anew loses its triggers.
    for name, kind in ADDED.items():
        op.add_column("aeds", sa.Column(name, kind, nullable=True))
    _create_tables()
    _create_triggers()
    op.create_index(op.f("ix_rescuer_personal_phone_e164"), "rescuer_personal", ["phone_e164"])
    _write_corrections(lambda names, at: {name: {"at": at, "by": ""} for name in names})


def downgrade() -> None:
    """Parts what was joined, and lists what was retired."""
    _write_corrections(lambda corrections, _at: sorted(corrections))
    op.drop_index(op.f("ix_rescuer_personal_phone_e164"), table_name="rescuer_personal")
    if op.get_bind().dialect.name == "postgresql":
        for what in ROWS:
            op.execute(f"DROP TRIGGER registry_changes_aed_doubles_{what} ON aed_doubles")
        op.execute("DROP FUNCTION registry_double_changed()")
    for table in ("import_changes", "imports", "aed_doubles"):
        op.drop_table(table)
    with op.batch_alter_table("aeds", recreate="never") as aeds:
        for name in ADDED:
            aeds.drop_column(name)


def _create_tables() -> None:
    op.create_table(
        "aed_doubles",
        sa.Column("first_id", sa.String(64), nullable=False),
        sa.Column("second_id", sa.String(64), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("evidence", _JSON, nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("decision", sa.String(16), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["first_id"], ["aeds.aed_id"], name=op.f("fk_aed_doubles_first_id_aeds")),
        sa.ForeignKeyConstraint(["second_id"], ["aeds.aed_id"], name=op.f("fk_aed_doubles_second_id_aeds")),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=op.f("pk_aed_doubles")),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_aed_doubles_in_order")),
        sa.CheckConstraint("decision IN ('joined', 'apart')", name=op.f("ck_aed_doubles_decision")),
    )
    op.create_index(op.f("ix_aed_doubles_second_id"), "aed_doubles", ["second_id"])
    op.create_table(
        "imports",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("source", sa.String(128), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("absent", sa.Integer(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_imports")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "import_changes",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("aed_id", sa.String(64), nullable=False),
        sa.Column("before", _JSON, nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.import_id"], name=op.f("fk_import_changes_import_id_imports")),
        sa.PrimaryKeyConstraint("import_id", "aed_id", name=op.f("pk_import_changes")),
    )
    op.create_index(op.f("ix_import_changes_aed_id"), "import_changes", ["aed_id"])


def _create_triggers() -> None:
    """A running service hears of both AEDs when somebody proposes, joins or parts them."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            CREATE FUNCTION registry_double_changed() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE changed aed_doubles := COALESCE(NEW, OLD);
            BEGIN
                PERFORM pg_notify('registry_changes', 'aed:' || changed.first_id);
                PERFORM pg_notify('registry_changes', 'aed:' || changed.second_id);
                RETURN NULL;
            END $$
            """
        )
        for what in ROWS:
            op.execute(
                f"CREATE TRIGGER registry_changes_aed_doubles_{what} AFTER {what} ON aed_doubles "
                "FOR EACH ROW EXECUTE FUNCTION registry_double_changed()"
            )
        return
    for what, rows in ROWS.items():
        number = "".join(
            f"DELETE FROM registry_changes WHERE kind = 'aed' AND id = {rows[-1]}.{end}; "  # noqa: S608 - our own names
            f"INSERT INTO registry_changes (kind, id) VALUES ('aed', {rows[-1]}.{end}); "
            for end in ENDS
        )
        op.execute(f"CREATE TRIGGER registry_changes_aed_doubles_{what} AFTER {what} ON aed_doubles BEGIN {number}END")


def _write_corrections(made_of: Callable[[Any, str], Any]) -> None:
    """Who has corrected which field and when, where only its name was kept, and the other way round."""
    connection = op.get_bind()
    aeds = sa.table(
        "aeds",
        sa.column("aed_id", sa.String),
        sa.column("corrected", _JSON),
        sa.column("changed_at", UtcDateTime()),
    )
    for aed_id, corrected, changed_at in connection.execute(sa.select(aeds)).all():
        if corrected:
            made = made_of(corrected, changed_at.isoformat())
            connection.execute(sa.update(aeds).where(aeds.c.aed_id == aed_id).values(corrected=made))
