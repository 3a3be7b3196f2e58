"""Alembic's environment: runs on the connection it is handed, against the whole database's metadata."""

from typing import Any

from alembic import context
from geoalchemy2.alembic_helpers import include_object as include_postgis

from registry import people_tables  # noqa: F401 - its tables belong to the metadata
from registry.devices import tables as device_tables  # noqa: F401 - so do these
from registry.photos import tables as photo_tables  # noqa: F401 - and these
from registry.places import tables as place_tables  # noqa: F401 - and these
from registry.tables import metadata


def include(item: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Leave out PostGIS's own tables and those that this database does without."""
    only_on = item.info.get("only_on") if kind == "table" else None
    if only_on is not None and only_on != context.get_context().dialect.name:
        return False
    return bool(include_postgis(item, name, kind, reflected, compare_to))  # type: ignore[no-untyped-call]


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=include,
    compare_type=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
