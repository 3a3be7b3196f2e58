"""Courses of first aid: who teaches them, who came, who passed, and which certificates were issued on it."""

import sqlalchemy as sa
from alembic import op

from registry.storage.types import UtcDateTime

revision = "0023_training"
down_revision = "0022_places"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_courses()
    _create_staff()
    _create_people()


def downgrade() -> None:
    """Loses courses and who took them; certificates that were issued stay."""
    for table in ("course_people", "course_staff", "courses"):
        op.drop_table(table)


def _create_courses() -> None:
    op.create_table(
        "courses",
        sa.Column("course_id", sa.String(64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("certificate_kind", sa.String(64), nullable=False),
        sa.Column("valid_months", sa.Integer(), nullable=True),
        sa.Column("place_id", sa.String(64), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("course_id", name=op.f("pk_courses")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.organisation_id"],
            name=op.f("fk_courses_organisation_id_organisations"),
        ),
        sa.CheckConstraint("state IN ('planned', 'held', 'cancelled')", name=op.f("ck_courses_state")),
    )
    op.create_index("ix_courses_starts_at", "courses", ["starts_at", "course_id"])


def _create_staff() -> None:
    op.create_table(
        "course_staff",
        sa.Column("course_id", sa.String(64), nullable=False),
        sa.Column("staff", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rescuer_id", sa.String(64), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("course_id", "staff", name=op.f("pk_course_staff")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.course_id"], name=op.f("fk_course_staff_course_id_courses")),
        sa.ForeignKeyConstraint(
            ["rescuer_id"], ["rescuers.rescuer_id"], name=op.f("fk_course_staff_rescuer_id_rescuers")
        ),
    )
    op.create_index(op.f("ix_course_staff_rescuer_id"), "course_staff", ["rescuer_id"])


def _create_people() -> None:
    op.create_table(
        "course_people",
        sa.Column("course_id", sa.String(64), nullable=False),
        sa.Column("rescuer_id", sa.String(64), nullable=False),
        sa.Column("enrolled_at", UtcDateTime(), nullable=False),
        sa.Column("attended", sa.Boolean(create_constraint=False), nullable=True),
        sa.Column("attended_h", sa.Float(), nullable=True),
        sa.Column("passed", sa.Boolean(create_constraint=False), nullable=True),
        sa.Column("examined_on", sa.Date(), nullable=True),
        sa.Column("examiner", sa.Integer(), nullable=True),
        sa.Column("serial", sa.String(128), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=True),
        sa.Column("certificate", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("course_id", "rescuer_id", name=op.f("pk_course_people")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.course_id"], name=op.f("fk_course_people_course_id_courses")),
        sa.ForeignKeyConstraint(
            ["rescuer_id"], ["rescuers.rescuer_id"], name=op.f("fk_course_people_rescuer_id_rescuers")
        ),
    )
    op.create_index(op.f("ix_course_people_rescuer_id"), "course_people", ["rescuer_id"])
