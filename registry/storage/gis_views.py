"""Views for users of geographic information systems, in a schema of their own: what anybody may see, on PostGIS only.

Whoever may read the schema is told nothing personal: no people, no calls. Migration 0021 makes them as they stand here.
"""

from sqlalchemy import Connection

OPEN = ("yes", "public", "permissive", "designated", "customers", "destination")
CLOSED = ("no", "private", "permit", "residents", "employees", "staff", "members", "delivery")

# The first of a cabinet's records is its own, the others follow by id; those that have left their lists say nothing.
_ORDER = 'is_lead DESC, aed_id COLLATE "C"'
_PRESENT = "retired_at IS NULL"


def make_views(connection: Connection) -> bool:
    """Make them where they are not; False where this user may not make a schema, and nobody has made `gis` for it."""
    there = connection.exec_driver_sql(
        "SELECT to_regnamespace('gis') IS NOT NULL, to_regclass('gis.aeds') IS NOT NULL"
    ).one()
    has_schema, has_views = there
    if has_views:
        return True
    right = (
        "has_schema_privilege('gis', 'CREATE')"
        if has_schema
        else "has_database_privilege(current_database(), 'CREATE')"
    )
    if not connection.exec_driver_sql(f"SELECT {right}").scalar_one():
        return False
    if not has_schema:
        connection.exec_driver_sql("CREATE SCHEMA gis")
    connection.exec_driver_sql(f"CREATE VIEW gis.aeds AS {_cabinets()}")
    connection.exec_driver_sql("COMMENT ON VIEW gis.aeds IS 'AEDs that stand, as anybody may see them'")
    return True


def _cabinets() -> str:
    """Each cabinet once, as `registry.records.cabinet_of` and `registry.exporters.rows.public_cabinets` have it."""
    known = ", ".join(f"'{word}'" for word in OPEN + CLOSED)
    access = _said("access", "access <> ''")
    trimmed = f"lower(btrim({access}, E' \\t\\r\\n'))"
    return f"""
        WITH records AS (
            SELECT *, coalesce(joined_to, aed_id) AS cabinet, joined_to IS NULL AS is_lead FROM public.aeds
        )
        SELECT
            cabinet AS id,
            {_said("name", "name <> ''")} AS name,
            {_said("location_text", "location_text <> ''")} AS location_text,
            {_said("floor", "floor <> ''")} AS floor,
            {_said("indoor", "indoor IS NOT NULL", nothing="NULL")} AS indoor,
            CASE WHEN {trimmed} = '' OR {trimmed} IN ({known}) THEN {trimmed} ELSE 'unknown' END AS access,
            {_said("opening_hours", "opening_hours <> ''")} AS opening_hours,
            {_said("hours_as_written", "opening_hours <> ''", nothing=_first("hours_as_written"))} AS hours_as_written,
            {_first("time_zone")} AS time_zone,
            {_said("state", "state <> 'in_service'", nothing="'in_service'")} AS state,
            CAST({_first("position")} AS geometry(Point, 4326)) AS geom
        FROM records
        GROUP BY cabinet
        HAVING bool_or(is_lead) AND bool_or({_PRESENT})
    """  # noqa: S608 -- of our own words alone


def _said(column: str, says: str, *, nothing: str = "''") -> str:
    """What a person set, else what the first record that says something says."""
    by_person = f"corrected ? '{column}'"
    first = f"(array_agg({column} ORDER BY {by_person} DESC, {_ORDER})"
    return f"coalesce({first} FILTER (WHERE {by_person} OR ({_PRESENT} AND {says})))[1], {nothing})"


def _first(column: str) -> str:
    return f"(array_agg({column} ORDER BY {_ORDER}) FILTER (WHERE {_PRESENT}))[1]"
