"""Triggers that tell a running service what other processes change in the registry.

PostgreSQL notifies whoever listens. SQLite has no such thing: there a table numbers the changes, one row for each AED
or rescuer, and the service looks at it when the file has changed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004_registry_changes"
down_revision = "0003_callbacks"
branch_labels = None
depends_on = None

# Table, what it tells of, its key, and the columns whose update is told; None: any.
# `last_seen_at` is written every half second for every phone, by the service itself.
WATCHED = (
    ("aeds", "aed", "aed_id", None),
    ("rescuers", "rescuer", "rescuer_id", "rescuer_id, on_duty, duty_changed_at, erased_at, source_digest"),
    ("rescuer_homes", "rescuer", "rescuer_id", None),
    ("certificates", "rescuer", "rescuer_id", None),
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _create_notifications()
    else:
        _create_numbered_changes()


def downgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, *_ in WATCHED:
        for what in ("insert", "update", "delete"):
            suffix = f" ON {table}" if on_postgresql else ""
            op.execute(f"DROP TRIGGER registry_changes_{table}_{what}{suffix}")
    if on_postgresql:
        for kind in ("aed", "rescuer"):
            op.execute(f"DROP FUNCTION registry_{kind}_changed()")
    else:
        op.drop_table("registry_changes")


def _create_notifications() -> None:
    for kind in ("aed", "rescuer"):
        op.execute(
            f"""
            CREATE FUNCTION registry_{kind}_changed() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP <> 'INSERT' THEN
                    PERFORM pg_notify('registry_changes', '{kind}:' || OLD.{kind}_id);
                END IF;
                IF TG_OP <> 'DELETE' THEN
                    PERFORM pg_notify('registry_changes', '{kind}:' || NEW.{kind}_id);
                END IF;
                RETURN NULL;
            END $$
            """
        )
    for table, kind, _, columns in WATCHED:
        for what in ("insert", "update", "delete"):
            when = f"UPDATE OF {columns}" if columns and what == "update" else what
            op.execute(
                f"CREATE TRIGGER registry_changes_{table}_{what} AFTER {when} ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION registry_{kind}_changed()"
            )


def _create_numbered_changes() -> None:
    op.create_table(
        "registry_changes",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_registry_changes")),
        sa.UniqueConstraint("kind", "id", name=op.f("uq_registry_changes_kind_id")),
        sqlite_autoincrement=True,
    )
    for table, kind, key, columns in WATCHED:
        for what, rows in (("insert", ("NEW",)), ("update", ("OLD", "NEW")), ("delete", ("OLD",))):
            when = f"UPDATE OF {columns}" if columns and what == "update" else what
            number = "".join(
                f"DELETE FROM registry_changes WHERE kind = '{kind}' AND id = {row}.{key}; "  # noqa: S608 - our own names
                f"INSERT INTO registry_changes (kind, id) VALUES ('{kind}', {row}.{key}); "
                for row in rows
            )
            op.execute(f"CREATE TRIGGER registry_changes_{table}_{what} AFTER {when} ON {table} BEGIN {number}END")
