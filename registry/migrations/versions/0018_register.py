"""The register of people: what they are, whose certificates count, when they may be asked; organisations and teams.

Whoever is dispatchable stays so: every list that has brought certificates is trusted until the city says otherwise.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from registry.storage.types import GeographyPoint, UtcDateTime

revision = "0018_register"
down_revision = "0017_devices"
branch_labels = None
depends_on = None

KINDS = "'volunteer', 'grid_worker', 'metro_staff', 'security_staff', 'professional', 'crew'"
TABLES = (
    *("certificate_kinds", "certificate_sources", "rescuer_availabilities", "rescuer_profiles"),
    *("teams", "organisations"),
)
ADDED = ("follows", "verified_by", "verified_at", "source", "issuer")


def upgrade() -> None:
    _create_groups()
    _create_profiles()
    _create_availabilities()
    _create_rules()
    _widen_certificates()


def downgrade() -> None:
    """Loses what officers said of people, and with it that certificates were verified."""
    op.drop_index("ix_certificates_valid_until", table_name="certificates")
    for column in ADDED:
        op.drop_column("certificates", column)
    for table in TABLES:
        op.drop_table(table)


def _create_groups() -> None:
    op.create_table(
        "organisations",
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("name", name=op.f("uq_organisations_name")),
    )
    op.create_table(
        "teams",
        sa.Column("team_id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_teams")),
        sa.UniqueConstraint("name", name=op.f("uq_teams_name")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.organisation_id"],
            name=op.f("fk_teams_organisation_id_organisations"),
        ),
    )


def _create_profiles() -> None:
    op.create_table(
        "rescuer_profiles",
        sa.Column("rescuer_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=True),
        sa.Column("team_id", sa.String(64), nullable=True),
        sa.Column("transport", sa.String(16), nullable=True),
        sa.Column("insurance_note", sa.Text(), nullable=False),
        sa.Column("work_position", GeographyPoint(), nullable=True),
        sa.Column("corrected", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("rescuer_id", name=op.f("pk_rescuer_profiles")),
        sa.ForeignKeyConstraint(
            ["rescuer_id"], ["rescuers.rescuer_id"], name=op.f("fk_rescuer_profiles_rescuer_id_rescuers")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.organisation_id"],
            name=op.f("fk_rescuer_profiles_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.team_id"], name=op.f("fk_rescuer_profiles_team_id_teams")),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_rescuer_profiles_kind")),
        sa.CheckConstraint("transport IN ('walk', 'bicycle', 'car')", name=op.f("ck_rescuer_profiles_transport")),
    )
    for column in ("organisation_id", "team_id"):
        op.create_index(op.f(f"ix_rescuer_profiles_{column}"), "rescuer_profiles", [column])


def _create_availabilities() -> None:
    op.create_table(
        "rescuer_availabilities",
        sa.Column("rescuer_id", sa.String(64), nullable=False),
        sa.Column("paused_at", UtcDateTime(), nullable=True),
        sa.Column("paused_until", UtcDateTime(), nullable=True),
        sa.Column("weekly", sa.Text(), nullable=False),
        sa.Column("quiet", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("rescuer_id", name=op.f("pk_rescuer_availabilities")),
        sa.ForeignKeyConstraint(
            ["rescuer_id"], ["rescuers.rescuer_id"], name=op.f("fk_rescuer_availabilities_rescuer_id_rescuers")
        ),
    )


def _create_rules() -> None:
    op.create_table(
        "certificate_sources",
        sa.Column("source", sa.String(128), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_certificate_sources")),
    )
    op.create_table(
        "certificate_kinds",
        sa.Column("kind_key", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("kind_key", name=op.f("pk_certificate_kinds")),
    )


def _widen_certificates() -> None:
    # One by one and not in a batch: a table that SQLite makes anew loses its triggers.
    op.add_column("certificates", sa.Column("issuer", sa.Text(), nullable=False, server_default=""))
    op.add_column("certificates", sa.Column("source", sa.String(128), nullable=False, server_default=""))
    op.add_column("certificates", sa.Column("verified_at", UtcDateTime(), nullable=True))
    op.add_column("certificates", sa.Column("verified_by", sa.String(64), nullable=True))
    op.add_column("certificates", sa.Column("follows", sa.Integer(), nullable=True))
    op.create_index("ix_certificates_valid_until", "certificates", ["valid_until", "rescuer_id"])
    op.execute(
        "UPDATE certificates SET source = "
        "(SELECT source FROM rescuers WHERE rescuers.rescuer_id = certificates.rescuer_id)"
    )
    op.execute("INSERT INTO certificate_sources (source, trusted) SELECT DISTINCT source, true FROM certificates")
