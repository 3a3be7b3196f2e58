"""Alembic's environment: runs on the connection it is handed, against the whole database's metadata."""

from alembic import context
from geoalchemy2.alembic_helpers import include_object

from registry.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=include_object,
    compare_type=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
