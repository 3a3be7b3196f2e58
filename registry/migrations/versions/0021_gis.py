"""Views for users of geographic information systems, where PostGIS is."""

from alembic import op

from registry.storage.gis_views import make_views

revision = "0021_gis"
down_revision = "0020_second_factor"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Where this user may not make the schema, `registry gis-reader` says who can.
    if op.get_bind().dialect.name == "postgresql":
        make_views(op.get_bind())


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP VIEW IF EXISTS gis.aeds")
