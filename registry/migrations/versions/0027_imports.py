"""An import of people can be taken back, for some days; imports say from when on they cannot be any more."""

import sqlalchemy as sa
from alembic import op

from registry.storage.types import UtcDateTime

revision = "0027_imports"
down_revision = "0026_photos"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imports", sa.Column("undo_ended_at", UtcDateTime(), nullable=True))
    # Of people's lists nothing has been kept so far.
    op.execute("UPDATE imports SET undo_ended_at = imported_at WHERE kind = 'rescuers'")
    op.create_table(
        "import_people",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("rescuer_id", sa.String(64), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("told_sealed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.import_id"], name=op.f("fk_import_people_import_id_imports")),
        sa.ForeignKeyConstraint(
            ["rescuer_id"], ["rescuers.rescuer_id"], name=op.f("fk_import_people_rescuer_id_rescuers")
        ),
        sa.PrimaryKeyConstraint("import_id", "rescuer_id", name=op.f("pk_import_people")),
    )
    op.create_index(op.f("ix_import_people_rescuer_id"), "import_people", ["rescuer_id"])


def downgrade() -> None:
    op.drop_table("import_people")
    op.drop_column("imports", "undo_ended_at")
